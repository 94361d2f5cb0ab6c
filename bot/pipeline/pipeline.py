"""Events in, durable decisions out: bounded, batched, in order, and safe against a kill at any moment."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.base import Edited, Event, Posted, Recalled
from bot.clockwork.timetable import Timetable
from bot.core.clock import Clock
from bot.core.message import Message
from bot.pipeline.desk import Desk
from bot.state import TownState
from bot.store import tables
from bot.store.journal import Journal
from bot.store.rows import message_of, row_of
from bot.store.seal import Seal

log = logging.getLogger(__name__)

#: Events that may wait before whoever brings more is held back.
QUEUE_SIZE = 4096
#: Events taken into one transaction.
BATCH = 256

T = TypeVar("T")
_Key = tuple[str, str, str]


def _key(message: Message) -> _Key:
    """What makes a message the same one when it comes again."""
    return message.channel, message.room_id, message.id


@dataclass(frozen=True, slots=True)
class _Known:
    """A message in the archive; `at` is when it was posted."""

    number: int
    revision: int
    at: datetime


@dataclass
class _Item:
    """Something to be done in turn: events to store and handle, or work on the ledgers."""

    events: Sequence[Event] = ()
    work: Callable[[Journal], Any] | None = None
    since: float = field(default_factory=time.perf_counter)
    done: "asyncio.Future[Any]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Pipeline:
    """The one writer of a town. Everything that changes a ledger passes through here in turn."""

    def __init__(
        self,
        engine: AsyncEngine,
        state: TownState,
        desk: Desk,
        clock: Clock,
        timetable: Timetable,
        seal: Seal,
        *,
        released: Callable[[], None] = lambda: None,
        decided: Callable[[float], None] = lambda _: None,
        moments: Callable[[Event], Iterable[datetime]] | None = None,
        queue_size: int = QUEUE_SIZE,
    ) -> None:
        self._engine, self._state, self._desk, self._clock = engine, state, desk, clock
        self._timetable, self._seal, self._released = timetable, seal, released
        #: Told of the seconds from receipt to durable decision.
        self.decided = decided
        # A replay moves its clock from one due moment to the next up to each message.
        self._moments = moments or (lambda _: (clock.now(),))
        self._queue: asyncio.Queue[_Item] = asyncio.Queue(queue_size)
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether events are being handled."""
        return self._task is not None and not self._task.done()

    @property
    def depth(self) -> int:
        """Items that wait."""
        return self._queue.qsize()

    async def start(self) -> None:
        """Judge what an earlier process stored but did not judge, then work in the background."""
        await self._catch_up()
        self._task = asyncio.create_task(self._run(), name="pipeline")

    async def stop(self) -> None:
        """Handle everything that is queued, then stop."""
        if self._task is None:
            return
        await self._queue.join()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    async def receive(self, events: Sequence[Event]) -> None:
        """Take events in order; returns when the messages among them are durably stored."""
        if events:
            item = _Item(events)
            await self._queue.put(item)
            await item.done

    async def work(self, work: Callable[[Journal], T]) -> T:
        """Run `work` on the ledgers in turn; returns its answer once what it noted is durable."""
        item = _Item(work=work)
        await self._queue.put(item)
        answer: T = await item.done
        return answer

    async def idle(self) -> None:
        """Wait until everything that was queued so far has been handled."""
        await self._queue.join()

    async def _run(self) -> None:
        while True:
            items = [await self._queue.get()]
            while len(items) < BATCH and not self._queue.empty():
                items.append(self._queue.get_nowait())
            try:
                await self._handle(items)
            except Exception as error:
                # The archive is not there (disk full, server gone): whoever brought these events
                # is told, and a channel that keeps a position brings them again.
                log.exception("batch failed")
                self._state.outbox.discard()
                for item in items:
                    if not item.done.done():
                        item.done.set_exception(ConnectionError(f"archive: {error}"))
                        item.done.exception()
            finally:
                for _ in items:
                    self._queue.task_done()

    async def _handle(self, items: Sequence[_Item]) -> None:
        fresh: list[list[Event]] = [list(item.events) for item in items]
        if any(fresh):
            fresh = await self._store(fresh)
        for item in items:
            # From here on the messages survive anything; a channel may move its position on.
            if item.work is None and not item.done.done():
                item.done.set_result(None)
        await self._judge(items, fresh)

    async def _store(self, batches: Sequence[Sequence[Event]]) -> list[list[Event]]:
        """Write new messages down; what is known already is left out, the rest gets its number."""
        async with self._engine.begin() as connection:
            known = await self._known(connection, [event for events in batches for event in events])
            rows: list[dict[str, Any]] = []
            fresh = [
                [kept for event in events if (kept := self._number(event, known, rows))]
                for events in batches
            ]
            if rows:
                await connection.execute(tables.messages.insert(), rows)
        return fresh

    def _number(
        self, event: Event, known: dict[_Key, _Known], rows: list[dict[str, Any]]
    ) -> Event | None:
        """The event with the number of its message; None for a message that came before."""
        match event:
            case Posted(message):
                key = _key(message)
                if key in known:
                    return None
                number = self._state.numbers.next(tables.messages)
                known[key] = _Known(number, 0, message.at)
                numbered = replace(message, number=number)
                rows.append(self._row(numbered))
                return Posted(numbered, event.replayed)
            case Edited(message):
                if _key(message) not in known:
                    # The original was never seen: what it says now is a new message to the bot.
                    return self._number(Posted(message), known, rows)
                was = known[_key(message)]
                known[_key(message)] = replace(was, revision=was.revision + 1)
                again = replace(message, number=was.number, at=was.at)
                return Edited(again, was.revision + 1, message.at)
            case Recalled(channel, room_id, message_id):
                gone = known.get((channel, room_id, message_id))
                return replace(event, number=0 if gone is None else gone.number)
            case _:
                return event

    def _row(self, message: Message) -> dict[str, Any]:
        """What is stored of a message: of a secret one, only its sealed content."""
        if not self._desk.look_at(message):
            return {**row_of(message, self._clock.now()), "sealed": None}
        row = row_of(self._seal.blank(message), self._clock.now())
        return {**row, "sealed": self._seal.close(message)}

    async def _judge(self, items: Sequence[_Item], fresh: Sequence[Sequence[Event]]) -> None:
        batch = Journal(self._state.numbers)
        answers: list[tuple[_Item, Any]] = []
        for item, events in zip(items, fresh, strict=True):
            if item.work is not None:
                self._work(batch, item, answers)
            for event in events:
                self._one(batch, event)
        if batch:
            async with self._engine.begin() as connection:
                await batch.write(connection)
        for item, answer in answers:
            # Whoever asked may have gone meanwhile.
            if not item.done.done():
                item.done.set_result(answer)
        done = time.perf_counter()
        for item in (item for item, events in zip(items, fresh, strict=True) if events):
            self.decided(done - item.since)
        if self._state.outbox.release():
            self._released()

    def _work(self, batch: Journal, item: _Item, answers: list[tuple[_Item, Any]]) -> None:
        """Work that somebody waits for; its failure is handed to them, and costs nobody else."""
        if item.work is None:
            return
        journal = Journal(self._state.numbers)
        try:
            answers.append((item, item.work(journal)))
        except Exception as error:
            if not item.done.done():
                item.done.set_exception(error)
        else:
            batch.absorb(journal)

    def _one(self, batch: Journal, event: Event) -> None:
        """One event; its failure must not cost the others theirs."""
        # What the clock asked for before this event comes before it, however late the alarm is.
        for moment in self._moments(event):
            self._guarded(batch, partial(self._timetable.run_due, now=moment), "duty")
        now = self._clock.now()
        self._guarded(
            batch, lambda journal: self._desk.handle(journal, event, now), type(event).__name__
        )

    def _guarded(self, batch: Journal, work: Callable[[Journal], object], what: str) -> None:
        journal = Journal(self._state.numbers)
        try:
            work(journal)
        except Exception:
            log.exception("%s could not be handled", what)
        else:
            batch.absorb(journal)

    async def _known(
        self, connection: AsyncConnection, events: Sequence[Event]
    ) -> dict[_Key, _Known]:
        """What the archive holds already of those messages."""
        table = tables.messages
        ids: dict[tuple[str, str], list[str]] = {}
        for event in events:
            match event:
                case Posted(message) | Edited(message):
                    ids.setdefault((message.channel, message.room_id), []).append(message.id)
                case Recalled(channel, room_id, message_id):
                    ids.setdefault((channel, room_id), []).append(message_id)
        if not ids:
            return {}
        same = [
            and_(table.c.channel == channel, table.c.room_id == room_id, table.c.id.in_(some))
            for (channel, room_id), some in ids.items()
        ]
        rows = await connection.execute(
            select(
                table.c.channel,
                table.c.room_id,
                table.c.id,
                table.c.number,
                table.c.revision,
                table.c.at,
            ).where(or_(*same))
        )
        return {
            (channel, room_id, id_): _Known(number, revision, at)
            for channel, room_id, id_, number, revision, at in rows
        }

    async def _catch_up(self) -> None:
        table, judged = tables.messages, tables.judgements
        async with self._engine.connect() as connection:
            rows = await connection.execute(
                select(table)
                .outerjoin(judged, judged.c.number == table.c.number)
                .where(judged.c.number.is_(None))
                .order_by(table.c.number)
            )
            left = [self._opened(row) for row in rows]
        for message in left:
            self._desk.look_at(message)
        for start in range(0, len(left), BATCH):
            batch = Journal(self._state.numbers)
            for message in left[start : start + BATCH]:
                self._one(batch, Posted(message))
            async with self._engine.begin() as connection:
                await batch.write(connection)
            self._state.outbox.release()

    def _opened(self, row: Any) -> Message:
        """A stored message with its words, if they were sealed and the key is still the same."""
        message = message_of(row)
        if row.sealed is None:
            return message
        return self._seal.open(message, row.sealed) or message
