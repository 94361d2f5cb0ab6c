"""Declared emergencies, and the two hours that follow an urgent message."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import tables
from bot.store.journal import Journal

TOWN = ""
#: Why a message was spared: it is urgent, may be, or came soon after one that is. Only the first opens
#: the two hours for others.
URGENT, MAYBE_URGENT, AFTER_URGENT = "urgent", "maybe_urgent", "after_urgent"
WINDOW = timedelta(hours=2)
DEFAULT_LENGTH = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Emergency:
    """Declared by `by` for a room, or for the town where `scope` is empty."""

    number: int
    scope: str
    reason: str
    by: str
    at: datetime
    until: datetime
    ended_at: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """From its start, up to but not at its end."""
        end = self.until if self.ended_at is None else min(self.until, self.ended_at)
        return self.at <= moment < end


class Emergencies:
    """A ledger of emergencies in memory, written through the journal."""

    def __init__(self) -> None:
        self._declared: list[Emergency] = []
        self._urgent: dict[str, dict[int, datetime]] = defaultdict(dict)

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Take up what earlier processes knew, urgent messages of the last two hours included."""
        table = tables.emergencies
        rows = await connection.execute(
            select(table).where(table.c.until > now - WINDOW).order_by(table.c.number)
        )
        self._declared = [
            Emergency(row.number, row.scope, row.reason, row.by, row.at, row.until, row.ended_at)
            for row in rows
        ]
        judged = tables.judgements
        urgent = await connection.execute(
            select(judged.c.room, judged.c.number, judged.c.at).where(
                judged.c.at > now - WINDOW, judged.c.spared == URGENT
            )
        )
        self._urgent.clear()
        for room, message, at in urgent:
            self.note_urgent(room, message, at)

    def note_urgent(self, room: str, message: int, at: datetime) -> None:
        """Open the two hours after a message that is urgent beyond doubt."""
        here = self._urgent[room]
        for old in [number for number, begun in here.items() if begun <= at - WINDOW]:
            del here[old]
        here[message] = at

    def forget_urgent(self, room: str, message: int) -> None:
        """A message was edited or misjudged: what it opened is closed."""
        if room in self._urgent:
            self._urgent[room].pop(message, None)

    def urgent_window(self, room: str, at: datetime) -> bool:
        """Whether an urgent message was posted in the room in the two hours before `at`."""
        here = self._urgent.get(room)
        if not here:
            return False
        return any(begun <= at < begun + WINDOW for begun in here.values())

    def current(self, at: datetime, room: str = TOWN) -> Emergency | None:
        """The emergency in force for a room (the town's included)."""
        for emergency in reversed(self._declared):
            if emergency.scope in {TOWN, room} and emergency.holds(at):
                return emergency
        return None

    def changes_after(self, at: datetime) -> list[datetime]:
        """When what is in force now will end by itself."""
        ends = [emergency.until for emergency in self._declared if emergency.holds(at)]
        begun = [moment for here in self._urgent.values() for moment in here.values()]
        return ends + [moment + WINDOW for moment in begun if moment + WINDOW > at]

    def declare(
        self, journal: Journal, *, scope: str, reason: str, by: str, at: datetime, until: datetime
    ) -> Emergency:
        """Begin one."""
        number = journal.add(
            tables.emergencies, scope=scope, reason=reason, by=by, at=at, until=until
        )
        emergency = Emergency(number, scope, reason, by, at, until)
        self._declared.append(emergency)
        return emergency

    def end(self, journal: Journal, *, scope: str, by: str, at: datetime) -> Emergency | None:
        """End the newest of that scope that is in force; None if there is none."""
        for index in range(len(self._declared) - 1, -1, -1):
            emergency = self._declared[index]
            if emergency.scope == scope and emergency.holds(at):
                self._declared[index] = replace(emergency, ended_at=at)
                journal.change(
                    tables.emergencies, {"number": emergency.number}, ended_at=at, ended_by=by
                )
                return self._declared[index]
        return None
