"""The pipeline's own way to the archive: one transaction is one piece of work, done in one go."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.checkpoints import Checkpoints
from bot.store.engine import database_file, is_embedded, open_sync_engine

T = TypeVar("T")

#: What is done in one transaction. It may be run again if the file was held by somebody else.
Work = Callable[[Connection], T]

#: How long the thread waits for somebody else's transaction on the file, in milliseconds.
_PATIENCE = 10_000


class Writer:
    """Runs transactions one after the other.

    A server is spoken to through the engine's own connections. A file has one connection that is
    kept: what is `brief` is done on the spot, for it takes less time than handing it to a thread
    and back, and waits neither for the disk (see Checkpoints) nor for another process; all else
    is done in a thread, as is what has to wait.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._embedded = is_embedded(str(engine.url))
        self._thread: ThreadPoolExecutor | None = None
        self._connection: Connection | None = None
        self._checkpoints: Checkpoints | None = None

    async def run(self, work: Work[T], *, brief: bool = False, erases: bool = False) -> T:
        """The answer of `work`; what it wrote is durable on return, or gone if it failed.

        What it `erases` soon is not in the file's log either.
        """
        if not self._embedded:
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)
        answer = await self._in_file(work, brief=brief)
        if self._checkpoints is not None:
            self._checkpoints.written(erases=erases)
        return answer

    async def close(self) -> None:
        """Let go of the file; another `run` opens it again."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown()
        checkpoints, self._checkpoints = self._checkpoints, None
        if checkpoints is not None:
            checkpoints.close()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            connection.engine.dispose()

    async def _in_file(self, work: Work[T], *, brief: bool) -> T:
        if self._connection is None:
            self._connection = open_sync_engine(self._engine.url).connect()
            file = database_file(str(self._engine.url))
            self._checkpoints = Checkpoints(file) if file else None
        if brief:
            try:
                with self._connection.begin():
                    return work(self._connection)
            except sqlite3.OperationalError as error:
                # The code's lower byte; the rest says why it is held.
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, _patiently, self._connection, work
        )


def _patiently(connection: Connection, work: Work[T]) -> T:
    file = connection.connection.driver_connection
    assert isinstance(file, sqlite3.Connection)  # noqa: S101 - the only embedded archive
    file.execute(f"PRAGMA busy_timeout={_PATIENCE}")
    try:
        with connection.begin():
            return work(connection)
    finally:
        file.execute("PRAGMA busy_timeout=0")
