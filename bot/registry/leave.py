"""Who is on leave, as an admin recorded it: such a person is left in peace."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import tables
from bot.store.journal import Journal


@dataclass(frozen=True, slots=True)
class Absence:
    """One leave, from its start up to but not at its end."""

    number: int
    person: str
    start: datetime
    until: datetime

    def holds(self, moment: datetime) -> bool:
        """Whether it covers a moment."""
        return self.start <= moment < self.until


class Leave:
    """A ledger of absences in memory, written through the journal."""

    def __init__(self) -> None:
        self._absences: dict[str, list[Absence]] = defaultdict(list)

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Take up what earlier processes knew and is not over yet."""
        table = tables.leave
        rows = await connection.execute(
            select(table)
            .where(table.c.until > now, table.c.ended_at.is_(None))
            .order_by(table.c.number)
        )
        self._absences.clear()
        for row in rows:
            self._absences[row.person].append(
                Absence(row.number, row.person, row.from_at, row.until)
            )

    def on_leave(self, person: str, at: datetime) -> Absence | None:
        """The absence that covers `at`, the one that lasts longest; None for somebody at work."""
        holding = [absence for absence in self._absences.get(person, ()) if absence.holds(at)]
        return max(holding, key=lambda absence: absence.until, default=None)

    def current(self, at: datetime) -> tuple[Absence, ...]:
        """Everybody who is away at `at`, in the order of their return."""
        away = [found for person in self._absences if (found := self.on_leave(person, at))]
        return tuple(sorted(away, key=lambda absence: (absence.until, absence.person)))

    def add(
        self,
        journal: Journal,
        *,
        person: str,
        start: datetime,
        until: datetime,
        by: str,
        at: datetime,
    ) -> Absence:
        """Note an absence; one that is under way is replaced by the new one."""
        self.end(journal, person=person, at=at)
        number = journal.add(tables.leave, person=person, from_at=start, until=until, by=by, at=at)
        absence = Absence(number, person, start, until)
        self._absences[person].append(absence)
        return absence

    def end(self, journal: Journal, *, person: str, at: datetime) -> Absence | None:
        """Somebody is back: end what is under way or ahead; the longest that was under way."""
        current = self.on_leave(person, at)
        for absence in self._absences.pop(person, ()):
            if at < absence.until:
                journal.change(tables.leave, {"number": absence.number}, ended_at=at)
        return None if current is None else replace(current, until=at)
