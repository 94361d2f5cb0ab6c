"""Writes that are tried until the archive takes them."""

import asyncio
import logging
import sqlite3
from contextlib import suppress

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from bot.store.journal import Journal
from bot.store.writer import Writer

log = logging.getLogger(__name__)

#: Seconds before the second try, and the most between two.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
#: Classes of SQLSTATE that say how the server is, and nothing of what was to be written: the
#: connection, a transaction rolled back, read only, resources, an operator, the system.
_PASSING = frozenset({"08", "40", "25", "53", "57", "58"})


class Patience:
    """Writes journals whose changes the ledgers know already: none may be lost to a full disk.

    Whoever waits for a write holds up what comes later, so that the queue before it fills.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._over = asyncio.Event()
        #: Whether something waits for the archive now.
        self.tried = False

    def end(self) -> None:
        """Try once more what is waited for, and everything else only once."""
        self._over.set()

    async def write(self, journal: Journal) -> None:
        """Returns once it is durable; raises where another try cannot help, or after `end`."""
        pause = FIRST_PAUSE
        try:
            while True:
                work = journal.write_once if self.tried else journal.write
                try:
                    await self._writer.run(work, brief=journal.brief, erases=journal.erases)
                except Exception as error:
                    if self._over.is_set() or not passes(error):
                        raise
                    self.tried = True
                    # The words of an error can hold what people wrote.
                    log.error("the archive takes nothing: %s", type(error).__name__)  # noqa: TRY400
                else:
                    return
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._over.wait()
                pause = min(2 * pause, LONGEST_PAUSE)
        finally:
            self.tried = False


def passes(error: BaseException) -> bool:
    """Whether an error is about the archive as it is now, and not about what was to be written."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.connection_invalidated or passes(error.orig)
    if isinstance(error, sqlite3.Error):
        # A mistake in a statement is an OperationalError, too.
        wrong = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_ERROR
        return isinstance(error, sqlite3.OperationalError) and not wrong
    state = getattr(error, "sqlstate", None)
    if state:
        return str(state)[:2] in _PASSING
    # asyncpg calls a connection that is gone an InterfaceError, without a state.
    return isinstance(error, OSError | NoConnection) or type(error).__name__ == "InterfaceError"
