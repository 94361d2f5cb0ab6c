"""Weeks of a town: Monday to Sunday in its own zone, named as ISO 8601 does (2026-W47)."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import total_ordering

_NAME = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
_WEEK = timedelta(days=7)


@total_ordering
@dataclass(frozen=True, slots=True)
class Week:
    """A calendar week by its Monday."""

    monday: date

    @classmethod
    def named(cls, name: str) -> "Week":
        """The week of a name such as 2026-W47; ValueError for another text or a week that is not."""
        match = _NAME.fullmatch(name.strip())
        if match is None:
            raise ValueError(f"not a week: {name}")
        return cls(date.fromisocalendar(int(match[1]), int(match[2]), 1))

    @classmethod
    def of(cls, moment: datetime, zone: tzinfo) -> "Week":
        """The week that a moment (aware) lies in, as the town's calendar has it."""
        local = moment.astimezone(zone).date()
        return cls(local - timedelta(days=local.weekday()))

    @property
    def name(self) -> str:
        """Such as 2026-W47."""
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02d}"

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)

    @property
    def before(self) -> "Week":
        """The week before."""
        return Week(self.monday - _WEEK)

    @property
    def after(self) -> "Week":
        """The week after."""
        return Week(self.monday + _WEEK)

    def start(self, zone: tzinfo) -> datetime:
        """Its first moment: Monday midnight in the zone, aware."""
        return datetime.combine(self.monday, time(), zone)

    def end(self, zone: tzinfo) -> datetime:
        """The first moment after it."""
        return self.after.start(zone)

    def __lt__(self, other: "Week") -> bool:
        return self.monday < other.monday


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time from `start` up to but not at `end`, both aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Spans:
    """What a summary speaks of: a week, or what there is of it yet, beside as much of the one before."""

    week: Week
    this: Span
    last: Span
    whole: bool

    @classmethod
    def of(cls, week: Week, now: datetime, zone: tzinfo) -> "Spans":
        """The week up to `now`; the one before is cut at the same hour, so that they compare."""
        start, end = week.start(zone), week.end(zone)
        whole = now >= end
        reached = end if whole else max(start, now.astimezone(zone))
        earlier = week.before.start(zone)
        # In wall-clock time, so that a change of clocks in between shifts nothing.
        cut = start if whole else (reached.replace(tzinfo=None) - _WEEK).replace(tzinfo=zone)
        return cls(week, Span(start, reached), Span(earlier, cut), whole)
