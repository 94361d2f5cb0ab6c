"""APScheduler wakes the pipeline when the next duty falls due; it holds no state of its own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clockwork.timetable import Timetable
from bot.core.clock import Clock
from bot.store.journal import Journal

log = logging.getLogger(__name__)

_JOB = "next-duty"
#: However the clock may jump, look at least this often (real seconds).
_LONGEST_SLEEP = 60.0

#: An alarm that differs by less than this is the same.
_AS_GOOD = timedelta(milliseconds=2)

Work = Callable[[Callable[[Journal], int]], Awaitable[int]]


class Alarm:
    """One job, set to the next due moment and set again after every look."""

    def __init__(self, timetable: Timetable, clock: Clock, work: Work) -> None:
        self._timetable, self._clock, self._work = timetable, clock, work
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._ringing = False
        #: When it will go off (real time).
        self._set_for: datetime | None = None

    def start(self) -> None:
        """Begin to watch the clock."""
        self._scheduler.start()
        self._set_for = None
        self.reset()

    def stop(self) -> None:
        """Stop watching."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def reset(self) -> None:
        """Duties or the clock's pace have changed: set the next look anew."""
        if self._ringing or not self._scheduler.running:
            # A look that is under way sets the next one when it ends.
            return
        due = self._timetable.next_due(self._clock.now())
        delay = _LONGEST_SLEEP if due is None else min(_LONGEST_SLEEP, self._clock.real_delay(due))
        # Real time on purpose: the scheduler sleeps in it, whatever clock the town lives by.
        wanted = datetime.now(UTC) + timedelta(seconds=delay)
        if self._set_for is not None and (
            abs(self._set_for - wanted) < _AS_GOOD
            or (delay == _LONGEST_SLEEP and self._set_for < wanted)
        ):
            # Asked after every batch, and hardly ever is there anything new: setting it is dear.
            return
        self._set_for = wanted
        self._scheduler.add_job(
            self._ring,
            "date",
            run_date=wanted,
            id=_JOB,
            replace_existing=True,
            misfire_grace_time=None,
            # Two may overlap when one is set in the moment in which another goes off.
            max_instances=2,
        )

    async def _ring(self) -> None:
        self._ringing, self._set_for = True, None
        try:
            await self._work(lambda journal: self._timetable.run_due(journal, self._clock.now()))
        except ConnectionError:
            log.exception("duties could not be written; they are due again at the next look")
        except asyncio.CancelledError:
            # Stopped in the middle; what the pipeline has taken it still finishes.
            return
        finally:
            self._ringing = False
        self.reset()
