"""Documents whose key points and opinion may still be added, and by whom."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.message import Message, Role
from bot.registry.people import UNVERIFIED
from bot.store import tables
from bot.store.journal import Journal
from bot.store.rows import message_of


@dataclass(frozen=True, slots=True)
class Grace:
    """A document waiting. `added` are the words that follow-ups have brought so far."""

    document: Message
    until: datetime
    added: str = ""

    def whole(self) -> Message:
        """The document with what was added to it."""
        return replace(self.document, text=f"{self.document.text}\n{self.added}".strip())


class Graces:
    """The documents that wait, by their number, oldest first."""

    def __init__(self) -> None:
        self._waiting: dict[int, Grace] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    async def load(self, connection: AsyncConnection) -> None:
        """Take up the documents that an earlier process left waiting."""
        table = tables.graces
        rows = await connection.execute(
            select(tables.messages, table.c.until, table.c.added, tables.judgements.c.person)
            .join(table, table.c.number == tables.messages.c.number)
            .join(tables.judgements, tables.judgements.c.number == table.c.number)
            .where(table.c.settled_at.is_(None))
            .order_by(table.c.number)
        )
        self._waiting = {row.number: Grace(_sent(row), row.until, row.added) for row in rows}

    def open(self, journal: Journal, document: Message, until: datetime) -> None:
        """Let a document wait; one that waits already keeps what was added to it."""
        earlier = self._waiting.get(document.number)
        grace = Grace(document, until, earlier.added if earlier else "")
        self._waiting[document.number] = grace
        # An edited document may have a row from before.
        journal.put(tables.graces, {"number": document.number}, until=until, added=grace.added)

    def release(self, journal: Journal, number: int, at: datetime) -> None:
        """A document that was judged again and need not wait any more."""
        grace = self._waiting.get(number)
        if grace is not None:
            self.close(journal, grace, at)

    def meant_by(self, message: Message, rank: Role, *, poster: bool) -> Grace | None:
        """The document that `message` may complete.

        The quoted one, else the sender's newest, else (for a leader, an admin or a poster) the
        room's newest.
        """
        here = [
            grace
            for grace in reversed(self._waiting.values())
            if grace.document.room == message.room and message.at <= grace.until
        ]
        for grace in here:
            mine = grace.document.sender == message.sender
            if message.reply_to == grace.document.id and (
                mine or poster or rank is not Role.MEMBER
            ):
                return grace
        if message.reply_to is not None:
            return None
        for grace in here:
            if grace.document.sender == message.sender:
                return grace
        return here[0] if here and (poster or rank is not Role.MEMBER) else None

    def add(self, journal: Journal, grace: Grace, words: str) -> Grace:
        """Keep what a follow-up brought, though it does not complete the document yet."""
        fuller = replace(grace, added=f"{grace.added}\n{words}".strip())
        self._waiting[grace.document.number] = fuller
        journal.change(tables.graces, {"number": grace.document.number}, added=fuller.added)
        return fuller

    def close(
        self, journal: Journal, grace: Grace, at: datetime, completed_by: int | None = None
    ) -> None:
        """The document waits no longer."""
        self._waiting.pop(grace.document.number, None)
        journal.change(
            tables.graces,
            {"number": grace.document.number},
            settled_at=at,
            completed_by=completed_by,
        )

    def drop(self, journal: Journal, room: str, message_id: str, at: datetime) -> None:
        """A recalled document waits no longer."""
        for grace in list(self._waiting.values()):
            if grace.document.room == room and grace.document.id == message_id:
                self.close(journal, grace, at)

    def over(self, now: datetime) -> Iterable[Grace]:
        """Those whose time has passed; the last moment itself still counts as in time."""
        return [grace for grace in self._waiting.values() if grace.until < now]

    def last_end(self) -> datetime | None:
        """When the last grace ends."""
        return max((grace.until for grace in self._waiting.values()), default=None)

    def next_end(self) -> datetime | None:
        """When the next grace ends."""
        return min(grace.until for grace in self._waiting.values()) if self._waiting else None


def _sent(row: Any) -> Message:
    """The document; an account that bears another's name stays without that name's rank."""
    message = message_of(row)
    unverified = row.person.endswith(UNVERIFIED)
    return replace(message, sender=message.sender + UNVERIFIED) if unverified else message
