"""Duties that fall due. Each knows from the ledgers when it is next needed and what to do then."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.store.journal import Journal


class Duty(Protocol):
    """Something the clock asks for. Doing it twice must change nothing the second time."""

    def next_due(self, now: datetime) -> datetime | None:
        """When it must be done next: a moment not after `now` if it is due; None for never."""
        ...

    def perform(self, journal: Journal, now: datetime) -> None:
        """Do whatever is due at `now`."""
        ...


class Timetable:
    """All duties of a town, in the order in which they are done when several are due."""

    def __init__(self, duties: Sequence[Duty] = ()) -> None:
        self._duties = list(duties)

    def add(self, duty: Duty) -> None:
        """One more duty, done after those before it."""
        self._duties.append(duty)

    def next_due(self, now: datetime) -> datetime | None:
        """When the next of them falls due."""
        moments = [due for duty in self._duties if (due := duty.next_due(now)) is not None]
        return min(moments, default=None)

    def run_due(self, journal: Journal, now: datetime) -> int:
        """Do everything that is due; how many duties were done."""
        done = 0
        for duty in self._duties:
            due = duty.next_due(now)
            if due is not None and due <= now:
                duty.perform(journal, now)
                done += 1
        return done
