"""What is written goes first to a log beside the file; it is moved over without holding anybody up."""

import logging
import sqlite3
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

log = logging.getLogger(__name__)

#: Seconds from one move to the next while something is written.
EVERY = 1.0
#: Pages of the log above which writers have to wait until it is empty: 64 MiB.
MOST = 16_384
#: Seconds for which writers are held up where the log is to be emptied and somebody reads it.
_PATIENCE = 1.0


class Checkpoints:
    """Moves the log's pages into the file in a thread: this, alone, waits for the disk.

    The writer would otherwise do it within every thousandth page's transaction, and whoever
    waits for that transaction would wait for the disk as well.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._last = time.monotonic()
        self._running: Future[None] | None = None
        #: Whether words may be left in the log; nobody knows what an earlier process left.
        self._erased = True

    def written(self, *, erases: bool = False) -> None:
        """A transaction has been committed; one that `erases` leaves nothing in the log."""
        now = time.monotonic()
        self._erased |= erases
        rested = self._running is None or self._running.done()
        if erases or (rested and now - self._last >= EVERY):
            self._last = now
            self._running = self._thread.submit(self.move)

    def close(self) -> None:
        """Finish what is under way; closing the last connection moves the rest."""
        self._thread.shutdown()

    def move(self) -> None:
        """Move what no reader needs in its old shape; in whole, if the log has grown too long."""
        try:
            connection = sqlite3.connect(self._file, timeout=_PATIENCE)
            try:
                (_, pages, moved) = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                if self._erased:
                    self._erased = False
                    # Frames that were moved stay in the log until others are written over them.
                    (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                    self._erased |= bool(busy)
                elif pages > MOST and moved < pages:
                    connection.execute("PRAGMA wal_checkpoint(RESTART)")
            finally:
                connection.close()
        except sqlite3.Error:
            self._erased = True
            # The next one does it; until then everything is in the log, and safe.
            log.exception("checkpoint failed")
