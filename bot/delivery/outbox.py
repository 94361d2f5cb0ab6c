"""Orders written down with the decision they come from, and tried until their outcome is final."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.base import Order, Result, Verb
from bot.core.decision import NOT_FAILED, TOOK_EFFECT, Outcome
from bot.core.message import Message
from bot.delivery.budget import HOUR, Budget
from bot.delivery.entry import Entry, Lane, Target, entry_of
from bot.delivery.lanes import Lanes
from bot.store import tables
from bot.store.journal import Journal

#: How many finished or unconfirmed orders are kept in mind.
_REMEMBERED = 10_000


class Outbox:
    """What is to be done. Noted in the journal; the courier may see it once that is written."""

    def __init__(self) -> None:
        self._noted: list[Entry] = []
        self._waiting: dict[int, Entry] = {}
        self._finished: dict[int, Outcome] = {}
        self._unconfirmed: dict[Target, Entry] = {}
        self.budget = Budget()
        self._deletes: dict[Target, int] = {}
        self._parts: dict[int, list[int]] = {}
        self._lanes = Lanes()
        #: Which entries wait for which.
        self._behind: dict[int, list[int]] = {}

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Take up what an earlier process left undone, and how much rooms have heard lately."""
        table = tables.outbox
        rows = await connection.execute(
            select(table)
            .where(table.c.outcome.in_([Outcome.PENDING.value, Outcome.UNCONFIRMED.value]))
            .order_by(table.c.number)
        )
        for row in rows:
            entry = entry_of(row)
            if entry.outcome is Outcome.PENDING:
                self._waiting[entry.number] = entry
                if entry.said_with is not None:
                    self._parts.setdefault(entry.said_with, []).append(entry.number)
                elif entry.order.verb is Verb.SEND:
                    self.budget.wait((entry.channel, entry.order.room_id), entry.number)
            else:
                self._await_confirmation(entry)
        for channel, room_id, number, at in await connection.execute(
            select(table.c.channel, table.c.room_id, table.c.number, table.c.finished_at)
            .where(
                table.c.verb == Verb.SEND.value,
                table.c.finished_at > now - HOUR,
                table.c.said_with.is_(None),
                table.c.outcome.in_([outcome.value for outcome in TOOK_EFFECT]),
            )
            .order_by(table.c.number)
        ):
            self.budget.see((channel, room_id), number, at)
        deletes = await connection.execute(
            select(table.c.channel, table.c.room_id, table.c.target_id, table.c.number)
            .where(
                table.c.verb == Verb.DELETE.value,
                table.c.outcome.in_([outcome.value for outcome in NOT_FAILED]),
            )
            .order_by(table.c.number.desc())
            .limit(_REMEMBERED)
        )
        for channel, room_id, target_id, number in reversed(deletes.all()):
            self._note_delete((channel, room_id, target_id), number)
        afters = {entry.after for entry in self._waiting.values() if entry.after}
        if afters:
            for number, outcome in await connection.execute(
                select(table.c.number, table.c.outcome).where(table.c.number.in_(afters))
            ):
                if outcome != Outcome.PENDING.value:
                    self._finished[number] = Outcome(outcome)
        self._line_up(tuple(self._waiting.values()))

    def post(
        self,
        journal: Journal,
        *,
        purpose: str,
        channel: str,
        verb: Verb,
        due_at: datetime,
        key: str = "",
        room_id: str = "",
        person_id: str = "",
        target_id: str = "",
        text: str = "",
        text_else: str = "",
        mentions: Iterable[str] = (),
        files: Iterable[str] = (),
        until: datetime | None = None,
        message: int | None = None,
        after: int | None = None,
        about: str = "",
    ) -> int:
        """Note an order; the number it got. `key` defaults to one that is unique."""
        mentions, files = tuple(mentions), tuple(files)
        number = journal.number(tables.outbox)
        key = key or f"o{number}"
        journal.add(
            tables.outbox,
            number=number,
            message=message,
            purpose=purpose,
            channel=channel,
            verb=verb.value,
            key=key,
            room_id=room_id,
            person_id=person_id,
            target_id=target_id,
            about=about,
            text=text,
            text_else=text_else,
            mentions=list(mentions),
            files=list(files),
            until=until,
            after=after,
            created_at=due_at,
            due_at=due_at,
            outcome=Outcome.PENDING.value,
        )
        order = Order(verb, key, room_id, person_id, target_id, text, mentions, until, files)
        self._noted.append(
            Entry(number, purpose, channel, order, due_at, due_at, message, after, text_else, about)
        )
        if verb is Verb.SEND:
            self.budget.wait((channel, room_id), number)
        if verb is Verb.DELETE:
            self._note_delete((channel, room_id, target_id), number)
        return number

    def tell_sender(
        self,
        journal: Journal,
        message: Message,
        text: str,
        *,
        purpose: str,
        due_at: datetime,
        text_else: str = "",
        after: int | None = None,
    ) -> int:
        """Note something to be said privately to the very account that sent a message."""
        return self.post(
            journal, purpose=purpose, channel=message.channel, verb=Verb.WHISPER, due_at=due_at,
            room_id=message.room_id, person_id=message.sender_id or message.sender, text=text,
            text_else=text_else, message=message.number, after=after,
        )  # fmt: skip

    def _note_delete(self, key: Target, number: int) -> None:
        self._deletes[key] = number
        if len(self._deletes) > _REMEMBERED:
            self._deletes.pop(next(iter(self._deletes)))

    def took_down(self, channel: str, room_id: str, message_id: str) -> bool:
        """Whether the bot itself asked for that message to be taken down, and was not refused."""
        return (channel, room_id, message_id) in self._deletes

    def taking_down(self, channel: str, room_id: str, message_id: str) -> int | None:
        """The order to take that message down, if it is not final yet."""
        number = self._deletes.get((channel, room_id, message_id))
        noted = number in self._waiting or any(entry.number == number for entry in self._noted)
        return number if number is not None and noted else None

    def may_speak(self, channel: str, room_id: str, now: datetime) -> bool:
        """Whether the room has heard fewer than the hour's budget of the bot's own messages."""
        return self.budget.allows((channel, room_id), now)

    def release(self) -> bool:
        """What was noted is durable now: hand it to the courier. True if there was anything."""
        for entry in self._noted:
            self._waiting[entry.number] = entry
        self._line_up(self._noted)
        released = bool(self._noted)
        self._noted.clear()
        return released

    @property
    def noted(self) -> int:
        """How many orders were noted since the last release."""
        return len(self._noted)

    def discard(self, first: int = 0) -> None:
        """What was noted will not be written, but for the `first` orders: forget it."""
        for entry in self._noted[first:]:
            self.budget.drop((entry.channel, entry.order.room_id), entry.number)
            deletes = entry.order.verb is Verb.DELETE
            if deletes and self._deletes.get(entry.target) == entry.number:
                del self._deletes[entry.target]
        del self._noted[first:]

    def waiting(self) -> tuple[Entry, ...]:
        """Entries not yet final, oldest first."""
        return tuple(self._waiting.values())

    def __len__(self) -> int:
        return len(self._waiting)

    def look(self, now: datetime) -> tuple[dict[Lane, list[Entry]], datetime | None]:
        """What is to be carried, by lane, deeds before words, and when to look again.

        Of a lane where many are due the first ones only; they stay until they are final or wait.
        """
        lanes, later = self._lanes.look(now)
        return {
            lane: [self._waiting[number] for number in numbers] for lane, numbers in lanes.items()
        }, later

    def _line_up(self, entries: Iterable[Entry]) -> None:
        """Entries that have come to wait."""
        for entry in entries:
            if entry.after in self._waiting:
                self._behind.setdefault(entry.after, []).append(entry.number)
            self._place(entry)

    def _place(self, entry: Entry) -> None:
        """The courier sees an entry from when nothing that it waits for is left."""
        if self.ready(entry):
            self._lanes.put(entry)
        else:
            self._lanes.take(entry.number)

    def _let_go(self, number: int, parts: Iterable[int]) -> None:
        """An entry is final: what waited for it, or was to be said with it, need not any more."""
        for freed in (*parts, *self._behind.pop(number, ())):
            entry = self._waiting.get(freed)
            if entry is not None:
                self._place(entry)
                if entry.said_with in self._waiting:
                    self._place(self._waiting[entry.said_with])

    def ready(self, entry: Entry) -> bool:
        """Whether what it waits for is final; what is said with another goes when that does."""
        if entry.said_with in self._waiting:
            return False
        afters = [entry.after, *(part.after for part in self.parts(entry))]
        return not any(after in self._waiting for after in afters)

    def parts(self, entry: Entry) -> tuple[Entry, ...]:
        """What is said in the same post, oldest first."""
        numbers = self._parts.get(entry.number, ())
        return tuple(self._waiting[number] for number in numbers if number in self._waiting)

    def join(self, journal: Journal, head: Entry, parts: Iterable[Entry]) -> None:
        """Say all of these in one post, whatever becomes of the process before it is said."""
        room = (head.channel, head.order.room_id)
        for part in parts:
            self._waiting[part.number] = replace(part, said_with=head.number)
            self._parts.setdefault(head.number, []).append(part.number)
            self._place(self._waiting[part.number])
            self.budget.drop(room, part.number)
            journal.change(tables.outbox, {"number": part.number}, said_with=head.number)
        self._place(self._waiting[head.number])

    def went_well(self, number: int) -> bool:
        """Whether an entry that others wait for is known to have taken effect."""
        return self._finished.get(number, Outcome.DONE) is Outcome.DONE

    def failed(self, number: int) -> bool:
        """Whether an entry that others wait for is known to have had no effect."""
        return self._finished.get(number, Outcome.DONE) not in TOOK_EFFECT

    def again(
        self,
        journal: Journal,
        entry: Entry,
        due_at: datetime,
        reason: str,
        *,
        unknown: bool = False,
    ) -> None:
        """It did not work out yet: try once more at `due_at`.

        `unknown`: the answer was lost, so that a try that was noted may have taken effect.
        """
        attempts = entry.attempts + 1
        attempted = unknown and self._waiting[entry.number].attempted
        self._waiting[entry.number] = replace(
            entry, attempts=attempts, due_at=due_at, attempted=attempted, reason=reason
        )
        self._place(self._waiting[entry.number])
        noted = {} if attempted else {"attempted_at": None}
        journal.change(
            tables.outbox,
            {"number": entry.number},
            attempts=attempts,
            due_at=due_at,
            reason=reason,
            **noted,
        )

    def attempt(self, journal: Journal, entry: Entry, now: datetime) -> None:
        """A try begins."""
        self._waiting[entry.number] = replace(entry, attempted=True)
        journal.change(tables.outbox, {"number": entry.number}, attempted_at=now)

    def finish(self, journal: Journal, entry: Entry, result: Result, now: datetime) -> None:
        """The outcome is final, or waits only for the platform's word."""
        self._waiting.pop(entry.number, None)
        self._lanes.take(entry.number)
        self._let_go(entry.number, self._parts.pop(entry.number, ()))
        self._finished[entry.number] = result.outcome
        if len(self._finished) > _REMEMBERED:
            for number in list(self._finished)[: _REMEMBERED // 2]:
                del self._finished[number]
        journal.change(
            tables.outbox,
            {"number": entry.number},
            outcome=result.outcome.value,
            reason=result.reason,
            finished_at=now,
            attempts=entry.attempts + 1,
            posted_id=result.message_id,
        )
        if entry.order.verb is Verb.DELETE and result.outcome not in TOOK_EFFECT:
            # Whoever takes it back now is somebody else.
            self._deletes.pop(entry.target, None)
        if entry.order.verb is Verb.SEND:
            room = (entry.channel, entry.order.room_id)
            if result.outcome in TOOK_EFFECT and entry.said_with is None:
                self.budget.see(room, entry.number, now)
            else:
                self.budget.drop(room, entry.number)
        if result.outcome is Outcome.UNCONFIRMED:
            self._await_confirmation(replace(entry, outcome=Outcome.UNCONFIRMED))

    def _await_confirmation(self, entry: Entry) -> None:
        if entry.order.verb is Verb.DELETE:
            self._unconfirmed[entry.target] = entry
            if len(self._unconfirmed) > _REMEMBERED:
                self._unconfirmed.pop(next(iter(self._unconfirmed)))

    def confirm(
        self, journal: Journal, channel: str, room_id: str, message_id: str, now: datetime
    ) -> Entry | None:
        """The platform says that a message is gone; the delete that this confirms, if any."""
        entry = self._unconfirmed.pop((channel, room_id, message_id), None)
        if entry is not None:
            self._finished[entry.number] = Outcome.DONE
            journal.change(
                tables.outbox, {"number": entry.number}, outcome=Outcome.DONE.value, finished_at=now
            )
        return entry
