"""Assignments posted out of hours, kept until the next opening."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.base import Verb
from bot.core.decision import Outcome
from bot.core.message import Message
from bot.delivery.entry import PUBLISHED
from bot.delivery.outbox import Outbox
from bot.store import tables
from bot.store.journal import Journal
from bot.store.rows import message_of
from bot.town import Town
from bot.words import say
from bot.words.times import day_and_clock


class Deferrals:
    """At the opening, what was posted at night appears, several in one post, once and only once."""

    def __init__(self, town: Town, outbox: Outbox) -> None:
        self._outbox = outbox
        self._waiting: dict[int, tuple[Message, datetime]] = {}
        #: What is being published, by its order.
        self._posted: dict[int, list[Message]] = {}
        self.reload(town)

    def reload(self, town: Town) -> None:
        """Take another town file."""
        self._zone = town.zone

    async def load(self, connection: AsyncConnection) -> None:
        """Take up what earlier processes deferred."""
        table = tables.deferrals
        rows = await connection.execute(
            select(tables.messages, table.c.due_at)
            .join(table, table.c.number == tables.messages.c.number)
            .where(table.c.published_at.is_(None), table.c.withdrawn == "")
            .order_by(table.c.number)
        )
        self._waiting = {row.number: (message_of(row), row.due_at) for row in rows}
        said, orders = tables.messages, tables.outbox
        under_way = await connection.execute(
            select(said, orders.c.number.label("posted_by"))
            .join(table, table.c.number == said.c.number)
            .join(
                orders,
                and_(
                    orders.c.purpose == PUBLISHED,
                    orders.c.outcome == Outcome.PENDING.value,
                    orders.c.channel == said.c.channel,
                    orders.c.room_id == said.c.room_id,
                    orders.c.created_at == table.c.published_at,
                ),
            )
            .order_by(said.c.number)
        )
        for row in under_way:
            self._posted.setdefault(row.posted_by, []).append(message_of(row))

    def defer(self, journal: Journal, message: Message, due_at: datetime) -> None:
        """Keep a message for later; one that is edited meanwhile waits on under its new words."""
        self._waiting[message.number] = message, due_at
        journal.put(
            tables.deferrals, {"number": message.number},
            room=message.room, due_at=due_at, published_at=None, withdrawn="",
        )  # fmt: skip

    def waiting(self) -> tuple[Message, ...]:
        """What is still to be published, oldest first."""
        return tuple(message for message, _ in self._waiting.values())

    def withdraw(self, journal: Journal, number: int, by: str) -> bool:
        """Do not publish it after all; False if it is not waiting."""
        if self._waiting.pop(number, None) is None:
            return False
        journal.change(tables.deferrals, {"number": number}, withdrawn=by)
        return True

    def publish(self, journal: Journal, number: int, now: datetime) -> bool:
        """Publish one at once; False if it is not waiting.

        Where it is yet to be taken down that comes first; where that fails, it stands already.
        """
        if number not in self._waiting:
            return False
        message, _ = self._waiting[number]
        self._post(journal, [message], now, after=self._standing(message))
        return True

    def final(self, journal: Journal, order: int, again: datetime | None) -> tuple[int, ...]:
        """What an order published; with `again` it was refused, and all of it waits until then."""
        messages = self._posted.pop(order, [])
        if again is not None:
            for message in messages:
                self.defer(journal, message, again)
        return tuple(message.number for message in messages)

    def retime(self, journal: Journal, now: datetime, opening: datetime) -> None:
        """The hours have changed: what is not due yet is published at that `opening`."""
        for number, (message, due_at) in self._waiting.items():
            if due_at > now and due_at != opening:
                self._waiting[number] = message, opening
                journal.change(tables.deferrals, {"number": number}, due_at=opening)

    def _standing(self, message: Message) -> int | None:
        """The order that is still to take the message down."""
        return self._outbox.taking_down(message.channel, message.room_id, message.id)

    def next_due(self, now: datetime) -> datetime | None:
        """When the next of them is to be published; what still stands waits to be taken down."""
        if not self._waiting:
            return None
        return min(
            (due for message, due in self._waiting.values() if self._standing(message) is None),
            default=None,
        )

    def perform(self, journal: Journal, now: datetime) -> None:
        """Publish what is due, one post a room."""
        rooms: dict[str, list[Message]] = defaultdict(list)
        for message, due_at in self._waiting.values():
            if due_at <= now and self._standing(message) is None:
                rooms[message.room].append(message)
        for messages in rooms.values():
            self._post(journal, messages, now)

    def _post(
        self, journal: Journal, messages: list[Message], now: datetime, after: int | None = None
    ) -> None:
        first = messages[0]
        order = self._outbox.post(
            journal,
            purpose=PUBLISHED,
            channel=first.channel,
            verb=Verb.SEND,
            due_at=now,
            room_id=first.room_id,
            text=self._text(messages),
            message=first.number,
            after=after,
        )
        self._posted[order] = messages
        for message in messages:
            del self._waiting[message.number]
            journal.change(tables.deferrals, {"number": message.number}, published_at=now)

    def _text(self, messages: list[Message]) -> str:
        zone = self._zone
        if len(messages) == 1:
            only = messages[0]
            return say(
                "deferred.one",
                name=only.sender,
                time=day_and_clock(only.at, zone),
                text=_words(only),
            )
        lines = [say("deferred.many", count=len(messages))]
        lines += [
            say(
                "deferred.item",
                index=index,
                name=message.sender,
                time=day_and_clock(message.at, zone),
                text=_words(message),
            )
            for index, message in enumerate(messages, 1)
        ]
        return "\n".join(lines)


def _words(message: Message) -> str:
    return "\n".join(
        part for part in (f"《{message.title}》" if message.title else "", message.text) if part
    )
