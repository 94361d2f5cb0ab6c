"""Working days and hours of a town: what is open when, and how working time adds up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

import chinese_calendar

SEARCH_DAYS = 60
"""How far a search for a working day goes before the calendar is called empty."""

_ONE_DAY = timedelta(days=1)
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Hours:
    """Office hours of one day; `knock_off` is what people mean by 下班 in a deadline."""

    open: time = time(8, 30)
    close: time = time(18, 0)
    knock_off: time = time(17, 30)

    def __post_init__(self) -> None:
        if self.open >= self.close:
            raise ValueError(f"office hours must open before they close: {self.open}-{self.close}")


@dataclass(frozen=True)
class WorkCalendar:
    """The working days and hours of one town, in its own time zone.

    `overrides` wins over the published calendar, which wins over Monday-Friday.
    """

    hours: Hours
    timezone: tzinfo
    overrides: Mapping[date, bool] = field(default_factory=dict)
    unknown_years: set[int] = field(default_factory=set, init=False, compare=False, repr=False)
    """Years for which holidays are not published yet: a caller should warn about them."""
    _published: dict[date, bool] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def is_workday(self, day: date) -> bool:
        """Whether the town works on `day`, 调休 included."""
        if isinstance(day, datetime):
            raise TypeError("a date is needed, not a datetime: its zone would be lost")
        override = self.overrides.get(day)
        if override is not None:
            return override
        known = self._published.get(day)
        if known is None:
            known = self._published[day] = self._is_published_workday(day)
        return known

    def _is_published_workday(self, day: date) -> bool:
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            self.unknown_years.add(day.year)
            return day.weekday() <= _FRIDAY

    def is_open(self, moment: datetime) -> bool:
        """Whether the town works at `moment`: opening is inside, closing is outside."""
        local = self._local(moment)
        within = self.hours.open <= local.time() < self.hours.close
        return within and self.is_workday(local.date())

    def next_opening(self, moment: datetime) -> datetime:
        """Return the first instant at or after `moment` at which the town is open."""
        local = self._local(moment)
        if self.is_open(local):
            return local
        day = local.date()
        if local.time() >= self.hours.open:
            day += _ONE_DAY
        return self.start_of_workday(self.workday_from(day))

    def later_opening(self, moment: datetime) -> datetime:
        """Return the first instant after `moment` at which the town opens."""
        return self.next_opening(self.next_closing(moment) if self.is_open(moment) else moment)

    def next_closing(self, moment: datetime) -> datetime:
        """Return the first closing strictly after `moment`."""
        local = self._local(moment)
        day = local.date()
        if local.time() >= self.hours.close:
            day += _ONE_DAY
        return self._at(self.workday_from(day), self.hours.close)

    def previous_opening(self, moment: datetime) -> datetime:
        """Return the last opening at or before `moment`."""
        local = self._local(moment)
        day = local.date()
        if local.time() < self.hours.open:
            day -= _ONE_DAY
        return self.start_of_workday(self.workday_from(day, step=-1))

    def add_working_time(self, moment: datetime, duration: timedelta) -> datetime:
        """Return the instant at which `duration` of open time has passed since `moment`.

        A duration that is used up exactly at closing ends at that closing.
        """
        if duration < timedelta(0):
            raise ValueError("working time can only be added, not taken away")
        local = self._local(moment)
        left = duration
        while left > timedelta(0):
            local = self.next_opening(local)
            closing = self.next_closing(local)
            if left <= closing - local:
                return local + left
            left -= closing - local
            local = closing
        return local

    def add_workdays(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`; before it when negative, itself for 0."""
        step = 1 if count > 0 else -1
        for _ in range(abs(count)):
            day = self.workday_from(day + step * _ONE_DAY, step=step)
        return day

    def workday_from(self, day: date, step: int = 1) -> date:
        """`day` itself if it is a working day, else the nearest one in the direction of `step`."""
        for distance in range(SEARCH_DAYS):
            candidate = day + timedelta(days=distance * step)
            if self.is_workday(candidate):
                return candidate
        raise ValueError(f"no working day within {SEARCH_DAYS} days of {day}")

    def start_of_workday(self, day: date) -> datetime:
        """Return the opening hour on `day`, whether or not it is a working day."""
        return self._at(day, self.hours.open)

    def end_of_workday(self, day: date) -> datetime:
        """Return the moment meant by 下班 on `day`, whether or not it is a working day."""
        return self._at(day, self.hours.knock_off)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.timezone)

    def _local(self, moment: datetime) -> datetime:
        if moment.tzinfo is None or moment.utcoffset() is None:
            raise ValueError("an aware datetime is needed")
        return moment.astimezone(self.timezone)
