"""From the gateway's stream to the inbox: fetched side by side, delivered in order of arrival."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.channels.base import Event, Inbox
from bot.core.ending import end

log = logging.getLogger(__name__)

_MOST_WAITING, _AT_ONCE, _MOST_TOGETHER = 2_000, 32, 256
_INBOX_TRIES, _INBOX_PAUSE = 5, 0.5

#: Finds out what an event amounts to.
Work = Callable[[], Awaitable[Sequence[Event]]]


class Intake:
    """A bounded queue; while it is full the gateway is not read."""

    def __init__(self, inbox: Inbox, *, pause: float = _INBOX_PAUSE) -> None:
        self._inbox, self._pause = inbox, pause
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._queue: asyncio.Queue[asyncio.Task[Sequence[Event]]] = asyncio.Queue(_MOST_WAITING)
        self._deliverer: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Deliver in the background until `stop`."""
        self._deliverer = asyncio.create_task(self._deliver(), name="wechaty intake")

    async def stop(self) -> None:
        """Deliver nothing more."""
        tasks: list[asyncio.Task[None] | asyncio.Task[Sequence[Event]]] = []
        if self._deliverer is not None:
            tasks.append(self._deliverer)
        while not self._queue.empty():
            tasks.append(self._queue.get_nowait())
        await end(tasks)

    async def put(self, work: Work) -> None:
        """Take an event; returns once there is room for it."""
        await self._queue.put(asyncio.create_task(self._run(work)))

    async def _run(self, work: Work) -> Sequence[Event]:
        async with self._gate:
            return await work()

    async def _deliver(self) -> None:
        waiting: asyncio.Task[Sequence[Event]] | None = None
        while True:
            task, waiting = waiting or await self._queue.get(), None
            batch = await self._result(task)
            while len(batch) < _MOST_TOGETHER and not self._queue.empty():
                waiting = self._queue.get_nowait()
                if not waiting.done():
                    break
                batch.extend(await self._result(waiting))
                waiting = None
            if batch:
                await self._hand_over(batch)

    async def _result(self, task: asyncio.Task[Sequence[Event]]) -> list[Event]:
        try:
            return list(await task)
        except Exception:
            log.exception("an event was given up")
            return []

    async def _hand_over(self, batch: Sequence[Event]) -> None:
        """The store may be away for a while. What it never takes is given up, and only that."""
        for attempt in range(_INBOX_TRIES):
            try:
                await self._inbox(batch)
            except Exception:
                log.exception("the inbox did not take %d events", len(batch))
                await asyncio.sleep(self._pause * 2**attempt)
            else:
                return
        if len(batch) == 1:
            log.error("an event was given up: %s", type(batch[0]).__name__)
            return
        for event in batch:
            await self._hand_over([event])
