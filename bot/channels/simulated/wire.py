"""The line from the simulated platform to the bot: bounded, and as unreliable as one likes."""

import asyncio
import logging
from collections import deque
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from bot.channels.base import Event, Inbox, LinkChanged, Posted
from bot.channels.simulated.faults import Faults, Outage
from bot.channels.simulated.platform import Platform

log = logging.getLogger(__name__)

#: Events handed over at once.
_BATCH = 200
#: Events of an outage that a platform keeps for later.
_MOST_MISSED = 20_000
#: How long to wait when the inbox could not store what it was given.
_AGAIN = timedelta(seconds=1)


class Wire:
    """Holds events until the inbox has stored them; a batch not stored is handed over again."""

    def __init__(self, platform: Platform, faults: Faults, limit: int) -> None:
        self._platform, self._faults, self._limit = platform, faults, limit
        self._queue: deque[Event] = deque()
        self._late: list[tuple[int, Event]] = []
        self._missed: deque[Event] = deque(maxlen=_MOST_MISSED)
        self._up = False
        self._arrived, self._moved, self._flowing = (
            asyncio.Event(),
            asyncio.Event(),
            asyncio.Event(),
        )
        self._flowing.set()
        self._task: asyncio.Task[None] | None = None

    @property
    def up(self) -> bool:
        """Whether events get through."""
        return self._up

    def carry(self, event: Event) -> None:
        """Take an event from the platform."""
        if not self._up:
            if self._faults.outage is not Outage.LOST:
                self._missed.append(event)
            return
        older, self._late = self._late, []
        for lag in self._faults.plan(event):
            if lag:
                self._late.append((lag, event))
            else:
                self._queue.append(event)
        for lag, late in older:
            if lag > 1:
                self._late.append((lag - 1, late))
            else:
                self._queue.append(late)
        self._arrived.set()

    def say(self, *events: Event) -> None:
        """Take events of the line's own, which nothing distorts."""
        self._queue.extend(events)
        self._arrived.set()

    def connect(self) -> None:
        """Let events through again, those of the outage first."""
        self._up = True
        mark = self._faults.outage is Outage.REPLAYED
        missed = list(self._missed)
        self._missed.clear()
        self.say(
            *(replace(e, replayed=True) if mark and isinstance(e, Posted) else e for e in missed)
        )

    def cut(self) -> None:
        """Let nothing through; what is on its way still arrives."""
        self.flush()
        self._up = False
        self._moved.set()

    def flush(self) -> None:
        """Whatever a fault holds up arrives now."""
        self.say(*(event for _, event in self._late))
        self._late.clear()

    def pause(self) -> None:
        """Hold everything up until `resume`; the platform goes on."""
        self._flowing.clear()

    def resume(self) -> None:
        """End a `pause`."""
        self._flowing.set()

    def start(self, inbox: Inbox) -> None:
        """Hand events over in the background."""
        self._task = asyncio.create_task(self._run(inbox), name="simulated channel")
        self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Whoever waits must not wait for ever."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the inbox failed; no more events are brought", exc_info=error)
        self._moved.set()

    async def stop(self) -> None:
        """Hand over no more. What was not stored counts as missed in the outage."""
        self.cut()
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        failure = (await asyncio.gather(task, return_exceptions=True))[0]
        if self._faults.outage is not Outage.LOST:
            left = [event for event in self._queue if not isinstance(event, LinkChanged)]
            self._missed.extendleft(reversed(left))
        self._queue.clear()
        if isinstance(failure, Exception):
            raise failure

    async def ready(self) -> None:
        """Return once fewer events wait than the limit; raises what the inbox failed with."""
        while len(self._queue) >= self._limit and self._runs():
            await self._move()

    async def settled(self) -> None:
        """Return once everything has been stored; raises what the inbox failed with."""
        self.flush()
        while self._queue and self._runs():
            await self._move()

    async def _move(self) -> None:
        self._moved.clear()
        await self._moved.wait()

    def _runs(self) -> bool:
        if self._task is None:
            return False
        if self._task.done():
            self._task.result()
        return True

    async def _run(self, inbox: Inbox) -> None:
        while True:
            await self._flowing.wait()
            if not self._queue:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            batch = tuple(islice(self._queue, _BATCH))
            try:
                await inbox(batch)
            except ConnectionError as error:
                log.warning("events not stored, trying again", extra={"reason": str(error)})
                await self._platform.sleep_until(self._platform.clock.now() + _AGAIN)
                continue
            for _ in batch:
                self._queue.popleft()
            self._moved.set()
