"""Which instant a mention means: half of the day, parts of the day, spans and recurrences."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from re import Match
from typing import Protocol

from bot.reading.deadline_days import Workdays, add_months, day_of, next_weekday, weekday_number
from bot.reading.deadline_grammar import Mention, number


class DeadlineCalendar(Workdays, Protocol):
    """What the reading of deadlines needs to know of a town's calendar."""

    def start_of_workday(self, day: date) -> datetime:
        """Return the opening hour of `day` (上班)."""
        ...

    def end_of_workday(self, day: date) -> datetime:
        """Return the end of work on `day` (下班)."""
        ...


_END_OF_DAY = time(23, 59)
_NOON = time(12, 0)
_DAWN_ENDS = time(6, 0)
_SMALL_HOURS = 6
_DEEP_NIGHT = 5  # 今晚两点 is the next day's
_AFTER_LUNCH = 3
_HALF, _WHOLE = 12, 24
_DAY = timedelta(days=1)


class Clock:
    """Reads mentions against one message's time and one town's calendar."""

    def __init__(self, at: datetime, calendar: DeadlineCalendar) -> None:
        self.at = at
        self.today = at.date()
        self.calendar = calendar

    def day(self, mention: Mention) -> date | None:
        """Return the day a mention names, if it names one."""
        if mention.date is None:
            return None
        if mention.since is None or mention.since.date is None:
            return day_of(mention.date, self.today, self.calendar)
        return self._end_of_range(mention.date, mention.since.date)

    def moment(
        self, mention: Mention, anchor: date | None, *, firm: bool, gathering: bool
    ) -> datetime | None:
        """Return the instant a mention means, never before the message, or None.

        `anchor` is the day the text spoke of before, for a mention that names none. `firm` lets a
        time of day that is over roll to the next day; `gathering` favours the morning for 六点.
        """
        if mention.past:
            return None
        if mention.span is not None:
            return self._after_span(mention.span)
        if mention.every is not None and (mention.date is None or mention.every["ev_week"]):
            return self._recurring(mention, mention.every, anchor, gathering)
        day = self.day(mention)
        if mention.date is not None and day is None:
            return None
        moment = self._on(day or anchor, mention, gathering)
        if moment is None or moment < self.at:
            moment = self._rolled(mention, moment, day, gathering, firm=firm)
        return moment

    def _rolled(
        self,
        mention: Mention,
        moment: datetime | None,
        day: date | None,
        gathering: bool,
        *,
        firm: bool,
    ) -> datetime | None:
        """Return the next sensible occurrence of a moment that is over."""
        if day is None:
            # 18:20 的“八点前”: today's hour is over, so it can only be tomorrow's.
            return (
                self._on(self.today + _DAY, mention, gathering)
                if firm and mention.part != "off"
                else None
            )
        if (
            moment is not None
            and mention.date_kind == "weekday"
            and mention.date
            and not mention.date["wk_rel"]
        ):
            return self._on(day + 7 * _DAY, mention, gathering)
        return None

    def _end_of_range(self, end: Match[str], start: Match[str]) -> date | None:
        began = day_of(start, self.today, self.calendar)
        if began is None:
            return day_of(end, self.today, self.calendar)
        # A range that has begun already had its beginning read as next week's or next year's.
        earlier = {
            "weekday": began - 7 * _DAY,
            "day": add_months(began, -1),
            "month_day": add_months(began, -12),
        }.get(start.lastgroup or "", began)
        for candidate in (earlier, began):
            day = day_of(end, self.today, self.calendar, candidate)
            if day is not None and day >= self.today:
                return day
        return None

    def _on(self, day: date | None, mention: Mention, gathering: bool) -> datetime | None:
        if mention.clock is not None:
            return self._at_clock(day, mention, mention.clock, gathering)
        if mention.parts:
            return self._at_part(day, mention)
        return self._at(day, _END_OF_DAY) if day is not None else None

    def _at_part(self, day: date | None, mention: Mention) -> datetime:
        part, named = mention.part, day or self.today
        if part == "off":
            return self._off_work(day, mention)
        if part == "on":
            return self.calendar.start_of_workday(named).astimezone(self.at.tzinfo)
        if part in ("pm", "dusk"):
            return self.calendar.end_of_workday(named).astimezone(self.at.tzinfo)
        times = {"am": _NOON, "noon": _NOON, "dawn": _DAWN_ENDS}
        return self._at(named, times.get(part, _END_OF_DAY))

    def _off_work(self, day: date | None, mention: Mention) -> datetime:
        """下班 is the end of a workday; who says 今天下班前 on a Saturday is working that day."""
        named = day or self.today
        if mention.date_kind != "relative" or named != self.today:
            while not self.calendar.is_workday(named):
                named = self.calendar.add_workdays(named, 1)
        end = self.calendar.end_of_workday(named).astimezone(self.at.tzinfo)
        if end < self.at and day is None:
            end = self.calendar.end_of_workday(self.calendar.add_workdays(named, 1)).astimezone(
                self.at.tzinfo
            )
        return end

    def _at_clock(
        self, day: date | None, mention: Mention, clock: Match[str], gathering: bool
    ) -> datetime | None:
        hour, minute = _hour_and_minute(clock)
        if mention.parts:
            return self._join(day or self.today, _hour_in_part(hour, mention.part), minute)
        if is_exact(clock):
            return self._join(day or self.today, hour, minute)
        if day is None or (
            day == self.today and mention.every is None and mention.date_kind != "weekday"
        ):
            return self._later_today(hour, minute)
        written = clock["ck_m"] is not None  # who writes 6:00 thinks in 24 hours
        return self._join(day, _usual_hour(hour, gathering or written), minute)

    def _later_today(self, hour: int, minute: int) -> datetime | None:
        """Return the first reading of a bare hour that is still to come today."""
        for candidate in (hour, hour + 12):
            if candidate < _SMALL_HOURS <= self.at.hour:
                continue
            moment = self._join(self.today, candidate, minute)
            if moment >= self.at and candidate <= _WHOLE:
                return moment
        return None

    def _recurring(
        self, mention: Mention, every: Match[str], anchor: date | None, gathering: bool
    ) -> datetime | None:
        start = max(anchor or self.today, self.today)
        step = _DAY
        if every["ev_week"]:
            start, step = next_weekday(weekday_number(every["ev_week"]), start), 7 * _DAY
        elif every["ev_day"]:
            return self._monthly(number(every["ev_day"]), start, mention, gathering)
        elif (
            "周" in every[0]
            or "星期" in every[0]
            or "礼拜" in every[0]
            or "月" in every[0]
            or "季" in every[0]
        ):
            return None  # 每周一次 names no time
        elif not mention.parts and mention.clock is None:
            return None
        for distance in range(15):
            day = start + distance * step
            if "工作日" in every[0] and not self.calendar.is_workday(day):
                continue
            moment = self._on(day, mention, gathering)
            if moment is not None and moment >= self.at:
                return moment
        return None

    def _monthly(self, day: int, start: date, mention: Mention, gathering: bool) -> datetime | None:
        for month in range(4):
            first = add_months(start.replace(day=1), month)
            if day > (add_months(first, 1) - first).days or day < 1:
                continue
            moment = self._on(first.replace(day=day), mention, gathering)
            if moment is not None and moment >= self.at:
                return moment
        return None

    def _after_span(self, span: Match[str]) -> datetime | None:
        text, unit = span["sp_n"], span["sp_unit"]
        half = text.endswith("半")
        count = {"半": 0, "一个半": 1}.get(text)
        if count is None:
            count = int(text) if text.isdecimal() else number(text.removesuffix("个半"))
        if unit in ("小时", "钟头"):
            return self.at + timedelta(hours=count + 0.5 * half)
        if unit in ("分钟", "刻钟"):
            return self.at + timedelta(minutes=count * (15 if unit == "刻钟" else 1))
        if unit == "工作日":
            return self._at(self.calendar.add_workdays(self.today, min(count, 250)), _END_OF_DAY)
        if unit == "月":
            return self._at(add_months(self.today, count) + timedelta(days=15 * half), _END_OF_DAY)
        if unit in ("天", "日"):
            return self._at(self.today + timedelta(days=count), _END_OF_DAY) if count else None
        return self._at(self.today + timedelta(weeks=count), _END_OF_DAY)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.at.tzinfo)

    def _join(self, day: date, hour: int, minute: int) -> datetime:
        if hour == _WHOLE and not minute:
            return self._at(day, _END_OF_DAY)
        return self._at(day + timedelta(days=hour // 24), time(hour % 24, minute))


def is_exact(clock: Match[str]) -> bool:
    """Whether an hour can only be meant on the 24-hour clock: 16:30, 08:00."""
    text = clock["ck_h"] or clock["ck_h2"]
    return text.startswith("0") or not 1 <= number(text) <= _HALF


def _hour_and_minute(clock: Match[str]) -> tuple[int, int]:
    hour = number(clock["ck_h"] or clock["ck_h2"])
    if clock["ck_half"]:
        minute = 30
    elif clock["ck_q"]:
        minute = 15 * number(clock["ck_q"])
    else:
        minute = number((clock["ck_m"] or clock["ck_m2"] or "0").lstrip("零〇") or "0")
    return hour, minute


def _hour_in_part(hour: int, part: str) -> int:
    """Return an hour of a part of the day on the 24-hour clock; past 24 it is the next day's."""
    if part == "dawn":
        return hour % 12
    if part == "noon":
        return hour + 12 if 1 <= hour <= _AFTER_LUNCH else hour
    if part in ("pm", "dusk"):
        return hour + 12 if hour < _HALF else hour
    if part in ("eve", "night"):
        if hour in (0, 12, 24):
            return 24
        if hour < _DEEP_NIGHT:
            return hour + 24
        return hour + 12 if hour < _HALF else hour
    return hour


def _usual_hour(hour: int, gathering: bool) -> int:
    """Return the hour people mean on another day: 八点 is in the morning, 两点 in the afternoon."""
    if hour < _SMALL_HOURS or (hour == _SMALL_HOURS and not gathering):
        return hour + 12
    return hour
