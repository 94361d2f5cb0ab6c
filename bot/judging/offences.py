"""Who broke which policy, and when. Offences count for seven days and fade after thirty."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import tables
from bot.store.journal import Journal

COUNTED = timedelta(days=7)
FADED = timedelta(days=30)


class Offences:
    """A ledger of offences in memory, written through the journal."""

    def __init__(self) -> None:
        self._by_person: dict[str, list[tuple[datetime, str, int]]] = defaultdict(list)

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Take up where the last process stopped."""
        table = tables.offences
        rows = await connection.execute(
            select(table.c.at, table.c.policy, table.c.message, table.c.person)
            .where(table.c.cleared_at.is_(None), table.c.at > now - FADED)
            .order_by(table.c.id)
        )
        self._by_person.clear()
        for at, policy, message, person in rows:
            self._by_person[person].append((at, policy, message))

    def counts(self, person: str, at: datetime, but: int = 0) -> Mapping[str, int]:
        """Offences by policy in the seven days before `at`, those of the message `but` left out."""
        entries = self._by_person.get(person)
        if not entries:
            return {}
        counts: dict[str, int] = defaultdict(int)
        for moment, policy, message in entries:
            if message != but and at - COUNTED < moment <= at:
                counts[policy] += 1
        return counts

    def add(
        self, journal: Journal, *, person: str, policy: str, room: str, message: int, at: datetime
    ) -> None:
        """Note an offence, once for a message; what has faded is forgotten at the same time."""
        entries = self._by_person[person]
        if any(entry[1:] == (policy, message) for entry in entries):
            return
        entries[:] = [entry for entry in entries if entry[0] > at - FADED]
        entries.append((at, policy, message))
        journal.add(
            tables.offences, message=message, person=person, policy=policy, room=room, at=at
        )

    def clear(self, journal: Journal, message: int, at: datetime) -> None:
        """Forget what one message counted for: it was judged wrongly."""
        for entries in self._by_person.values():
            entries[:] = [entry for entry in entries if entry[2] != message]
        journal.change(tables.offences, {"message": message}, cleared_at=at)
