"""People who may not speak for a while, and when they may again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.base import Verb
from bot.core.message import Message
from bot.delivery.outbox import Outbox
from bot.store import tables
from bot.store.journal import Journal


@dataclass(frozen=True, slots=True)
class Mute:
    """Somebody muted in a room until a moment."""

    number: int
    channel: str
    room_id: str
    person_id: str
    until: datetime


class Mutes:
    """A ledger of mutes. Some platforms end them by themselves, others must be told; all are told."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._held: dict[int, Mute] = {}
        #: The first end of those that are held: asked before every message.
        self._next: datetime | None = None

    async def load(self, connection: AsyncConnection) -> None:
        """Take up the mutes that earlier processes began."""
        table = tables.mutes
        rows = await connection.execute(select(table).where(table.c.ended_at.is_(None)))
        self._held = {
            row.number: Mute(row.number, row.channel, row.room_id, row.person_id, row.until)
            for row in rows
        }
        self._next = self._soonest()

    def begin(
        self, journal: Journal, message: Message, person: str, at: datetime, until: datetime
    ) -> None:
        """Mute the sender of a message in its room."""
        self._outbox.post(
            journal,
            purpose="mute",
            channel=message.channel,
            verb=Verb.MUTE,
            due_at=at,
            room_id=message.room_id,
            person_id=message.sender_id,
            until=until,
            message=message.number,
            about=message.role.value,
        )
        number = journal.add(
            tables.mutes,
            channel=message.channel,
            room_id=message.room_id,
            person_id=message.sender_id,
            person=person,
            at=at,
            until=until,
        )
        self._held[number] = Mute(
            number, message.channel, message.room_id, message.sender_id, until
        )
        self._next = until if self._next is None else min(self._next, until)

    def lift(self, journal: Journal, room_id: str, person_id: str, at: datetime) -> None:
        """End somebody's mutes in a room now: they were muted wrongly."""
        for mute in list(self._held.values()):
            if (mute.room_id, mute.person_id) == (room_id, person_id):
                self._end(journal, mute, at)

    def next_due(self, now: datetime) -> datetime | None:
        """When the next mute ends."""
        return self._next

    def _soonest(self) -> datetime | None:
        return min((mute.until for mute in self._held.values()), default=None)

    def perform(self, journal: Journal, now: datetime) -> None:
        """Let those speak again whose time is over."""
        for mute in list(self._held.values()):
            if mute.until <= now:
                self._end(journal, mute, now)

    def _end(self, journal: Journal, mute: Mute, at: datetime) -> None:
        del self._held[mute.number]
        if mute.until == self._next:
            self._next = self._soonest()
        journal.change(tables.mutes, {"number": mute.number}, ended_at=at)
        still = any(
            (other.channel, other.room_id, other.person_id)
            == (mute.channel, mute.room_id, mute.person_id)
            for other in self._held.values()
        )
        if not still:
            self._outbox.post(
                journal,
                purpose="unmute",
                channel=mute.channel,
                verb=Verb.UNMUTE,
                due_at=at,
                room_id=mute.room_id,
                person_id=mute.person_id,
            )
