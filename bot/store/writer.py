"""The pipeline's own way to the archive: one transaction is one piece of work, done in one go."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.engine import is_embedded, open_sync_engine

T = TypeVar("T")

#: What is done in one transaction.
Work = Callable[[Connection], T]


class Writer:
    """Runs transactions one after the other.

    A server is spoken to through the engine's own connections. A file is written by one thread
    that keeps one connection: each step of an asynchronous connection would be a message to a
    thread and back, and a small batch has two dozen of them.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._embedded = is_embedded(str(engine.url))
        self._thread: ThreadPoolExecutor | None = None
        self._connection: Connection | None = None

    async def run(self, work: Work[T]) -> T:
        """The answer of `work`; what it wrote is durable on return, or gone if it failed."""
        if not self._embedded:
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._in_file, work)

    async def close(self) -> None:
        """Let go of the file; another `run` opens it again."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.get_running_loop().run_in_executor(thread, self._let_go)
            thread.shutdown()

    def _in_file(self, work: Work[T]) -> T:
        if self._connection is None:
            self._connection = open_sync_engine(self._engine.url).connect()
        with self._connection.begin():
            return work(self._connection)

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection.engine.dispose()
            self._connection = None
