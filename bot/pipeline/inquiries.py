"""Questions that need the archive: looked up beside the pipeline, answered through it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.ending import end

log = logging.getLogger(__name__)

T = TypeVar("T")


class Inquiries:
    """Runs look-ups on connections of their own, so that the writer never waits for a reader."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._running: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> bool:
        """Whether anything is being looked up."""
        return bool(self._running)

    def ask(
        self,
        look: Callable[[AsyncConnection], Awaitable[T]],
        answer: Callable[[T], Awaitable[None]],
    ) -> None:
        """Look something up and hand on what was found; a failure is logged, and answered by nothing."""
        task = asyncio.create_task(self._run(look, answer))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(
        self,
        look: Callable[[AsyncConnection], Awaitable[T]],
        answer: Callable[[T], Awaitable[None]],
    ) -> None:
        try:
            async with self._engine.connect() as connection:
                found = await look(connection)
            await answer(found)
        except Exception:
            log.exception("look-up failed")

    async def idle(self) -> None:
        """Wait until everything asked so far is answered."""
        while self._running:
            await asyncio.gather(*self._running)

    async def stop(self) -> None:
        """Look no further; whoever still waits gets no answer."""
        await end(self._running)
