"""Events in, durable decisions out: bounded, batched, in order, and safe against a kill at any moment."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.base import Event, Posted
from bot.clockwork.timetable import Timetable
from bot.core.clock import Clock
from bot.core.ending import end
from bot.core.message import Message
from bot.pipeline.desk import Desk
from bot.pipeline.intake import Intake
from bot.state import TownState
from bot.store import tables
from bot.store.journal import Journal
from bot.store.patience import Patience, passes
from bot.store.rows import message_of
from bot.store.seal import Seal
from bot.store.writer import Writer

log = logging.getLogger(__name__)

#: Events that may wait before whoever brings more is held back.
QUEUE_SIZE = 4096
#: Events taken into one transaction.
BATCH = 256

T = TypeVar("T")


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
        self._writer = Writer(engine)
        self._patience = Patience(self._writer)
        self._intake = Intake(self._writer, state, desk, clock, seal)
        #: Told of the seconds from receipt to durable decision.
        self.decided = decided
        # A replay moves its clock from one due moment to the next up to each message.
        self._moments = moments or (lambda _: (clock.now(),))
        self._queue: asyncio.Queue[_Item] = asyncio.Queue(queue_size)
        self._task: asyncio.Task[None] | None = None
        #: False once the ledgers know what the archive does not: a restart takes up what it holds.
        self.in_step = True

    @property
    def running(self) -> bool:
        """Whether events are being handled."""
        return self._task is not None and not self._task.done()

    @property
    def stuck(self) -> bool:
        """Whether the archive does not take what was decided; everything else waits."""
        return self._patience.tried

    @property
    def depth(self) -> int:
        """Items that wait."""
        return self._queue.qsize()

    async def start(self) -> None:
        """Judge what an earlier process stored but did not judge, then work in the background."""
        await self._catch_up()
        self._task = asyncio.create_task(self._run(), name="pipeline")

    async def stop(self) -> None:
        """Handle everything that is queued, then stop.

        What the archive does not take now is left: the next start judges what was stored.
        """
        if self._task is not None:
            self._patience.end()
            await self._queue.join()
            await end([self._task])
            self._task = None
            self._patience = Patience(self._writer)
        await self._writer.close()

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
                # Nothing was stored (disk full, server gone): whoever brought these events is
                # told, and a channel that keeps a position brings them again. What was stored
                # and then not written is another matter, see _write.
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
            fresh = await self._intake.store(fresh)
        for item in items:
            # From here on the messages survive anything; a channel may move its position on.
            if item.work is None and not item.done.done():
                item.done.set_result(None)
        await self._judge(items, fresh)

    async def _judge(self, items: Sequence[_Item], fresh: Sequence[Sequence[Event]]) -> None:
        batch = Journal(self._state.numbers)
        answers: list[tuple[_Item, Any]] = []
        for item, events in zip(items, fresh, strict=True):
            if item.work is not None:
                self._work(batch, item, answers)
            for event in events:
                self._one(batch, event)
        if batch:
            await self._write(batch)
        for item, answer in answers:
            # Whoever asked may have gone meanwhile.
            if not item.done.done():
                item.done.set_result(answer)
        done = time.perf_counter()
        for item in (item for item, events in zip(items, fresh, strict=True) if events):
            self.decided(done - item.since)
        if self._state.outbox.release():
            self._released()

    async def _write(self, batch: Journal) -> None:
        """The ledgers know it already, so it is tried until the archive takes it.

        What it can never take is left out, and healthz tells that the ledgers are ahead until a
        restart.
        """
        try:
            await self._patience.write(batch)
        except Exception:
            self.in_step = False
            raise

    def _work(self, batch: Journal, item: _Item, answers: list[tuple[_Item, Any]]) -> None:
        """Work that somebody waits for; its failure is handed to them, and costs nobody else."""
        if item.work is None:
            return
        try:
            answers.append((item, self._noted(batch, item.work)))
        except Exception as error:
            if not item.done.done():
                item.done.set_exception(error)

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
        try:
            self._noted(batch, work)
        except Exception:
            log.exception("%s could not be handled", what)

    def _noted(self, batch: Journal, work: Callable[[Journal], T]) -> T:
        """Do it and take over what it notes; where it fails, nothing: no row, and no order either."""
        journal, orders = Journal(self._state.numbers), self._state.outbox.noted
        try:
            answer = work(journal)
        except Exception:
            self._state.outbox.discard(orders)
            raise
        batch.absorb(journal)
        return answer

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
        for message in left:
            # One by one, so that what can never be written costs no other message its judgement.
            journal = Journal(self._state.numbers)
            self._one(journal, Posted(message))
            try:
                await self._writer.run(journal.write, brief=journal.brief, erases=journal.erases)
            except Exception as error:
                if passes(error):
                    raise
                self.in_step = False
                self._state.outbox.discard()
                log.exception("message %d cannot be judged", message.number)
            self._state.outbox.release()

    def _opened(self, row: Any) -> Message:
        """A stored message with its words, if they were sealed and the key is still the same."""
        message = message_of(row)
        if row.sealed is None:
            return message
        return self._seal.open(message, row.sealed) or message
