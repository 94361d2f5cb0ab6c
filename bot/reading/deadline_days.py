"""Which day a date token means, read against the day of the message."""
# ruff: noqa: ARG001  # all readers have one signature, not every one needs all of it

from __future__ import annotations

import calendar as gregorian
from collections.abc import Callable
from datetime import date, timedelta
from re import Match
from typing import Protocol

from bot.reading.deadline_festivals import festival, lunar, lunar_month
from bot.reading.deadline_grammar import number


class Workdays(Protocol):
    """What the reading of days needs to know of a town's calendar."""

    def is_workday(self, day: date) -> bool:
        """Whether `day` is worked."""
        ...

    def add_workdays(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`."""
        ...


_RELATIVE = {"大后": 3, "后": 2, "明": 1, "听": 1, "今": 0, "当": 0, "即": 0, "第": 1}
_LONGEST_HOLIDAY = 12
_DECEMBER = 12
_EARLY_MONTH, _MID_MONTH = 10, 20  # the ends of 上旬 and 中旬


def day_of(
    token: Match[str], today: date, calendar: Workdays, since: date | None = None
) -> date | None:
    """Return the day `token` means; `since` is the beginning of the range it ends, if any.

    Dates without a year or month are the nearest ones not before the message. A day named as part
    of a period that is over already (本周一 on a Friday) is returned as it is: in the past.
    """
    reader = _READERS.get(token.lastgroup or "")
    return reader(token, today, calendar, since) if reader else None


def next_weekday(weekday: int, since: date) -> date:
    """Return the first such weekday (Monday is 0) at or after `since`."""
    return since + timedelta(days=(weekday - since.weekday()) % 7)


def weekday_number(char: str) -> int:
    """Monday is 0; 日, 天 and 7 are Sunday."""
    return 6 if char in "日天" else number(char) - 1


def month_end(year: int, month: int) -> date:
    """Return the last day of a month, whose number may run past December."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, gregorian.monthrange(year, month)[1])


def add_months(day: date, count: int) -> date:
    """Return the same day of a later month, or that month's last."""
    last = month_end(day.year, day.month + count)
    return last.replace(day=min(day.day, last.day))


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(text: str | None, today: date) -> int | None:
    if not text:
        return None
    if text.isdecimal():
        return int(text)
    return today.year + (text == "明")


def _iso(token: Match[str], today: date, _: Workdays, since: date | None) -> date | None:
    return _valid(int(token["is_y"]), int(token["is_m"]), int(token["is_d"]))


def _month_day(token: Match[str], today: date, _: Workdays, since: date | None) -> date | None:
    if token.lastgroup == "slash":
        year, month, day = None, int(token["sl_m"]), int(token["sl_d"])
    else:
        year, month, day = _year(token["md_y"], today), number(token["md_m"]), number(token["md_d"])
    if year is not None:
        return _valid(year, month, day)
    for candidate in range(today.year, today.year + 9):  # February 29th may be that far away
        found = _valid(candidate, month, day)
        if found and found >= today:
            return found
    return None


def _day(token: Match[str], today: date, _: Workdays, since: date | None) -> date | None:
    day, month = number(token["dm_d"]), token["dm_rel"]
    start = since or today
    if month and month[0] in "下次":
        return _valid(*_month_after(start), day)
    if month:
        return _valid(start.year, start.month, day)
    for _unused in range(3):
        found = _valid(start.year, start.month, day)
        if found and found >= (since or today):
            return found
        start = date(*_month_after(start), 1)
    return None


def _month_after(day: date) -> tuple[int, int]:
    return (day.year + 1, 1) if day.month == _DECEMBER else (day.year, day.month + 1)


def _relative(token: Match[str], today: date, _: Workdays, since: date | None) -> date | None:
    word = token[0]
    if word.startswith(("今明", "明后")):  # two days: the second counts
        return today + timedelta(days=1 if word[0] == "今" else 2)
    return today + timedelta(days=_RELATIVE[word[:2] if word[:2] == "大后" else word[0]])


def _weekday(token: Match[str], today: date, _: Workdays, since: date | None) -> date | None:
    weekday, relation = weekday_number(token["wk_day"]), token["wk_rel"]
    monday = today - timedelta(days=today.weekday())
    if since is not None:
        return next_weekday(weekday, since)
    if relation is None:
        return next_weekday(weekday, today)
    weeks = {"下下": 2, "下": 1}.get(relation, 0)
    return monday + timedelta(days=7 * weeks + weekday)


def _week(token: Match[str], today: date, _: Workdays, since: date | None) -> date | None:
    relation = token["wn_rel"] if token.lastgroup == "week" else token["we_rel"]
    sunday = today + timedelta(days=6 - today.weekday())
    return sunday + timedelta(weeks={"下下": 2, "下": 1}.get(relation or "", 0))


def _month_end(token: Match[str], today: date, _: Workdays, since: date | None) -> date | None:
    relation, part = token["me_rel"], token["me_part"]
    month = (
        number(token["me_m"])
        if token["me_m"]
        else today.month + bool(relation and relation[0] == "下")
    )
    if not 1 <= month <= _DECEMBER + 1:
        return None
    last = month_end(today.year, month)
    found = {
        "上旬": last.replace(day=10),
        "中旬": last.replace(day=20),
        "中": last.replace(day=15),
    }.get(part, last)
    if token["me_m"] and found < today:
        return add_months(found, 12)
    return found


def _in_month(token: Match[str], today: date, _: Workdays, since: date | None) -> date | None:
    return month_end(today.year, today.month)


def _xun(token: Match[str], today: date, _: Workdays, since: date | None) -> date | None:
    if today.day > _MID_MONTH:
        return month_end(today.year, today.month)
    return today.replace(day=_EARLY_MONTH if today.day <= _EARLY_MONTH else _MID_MONTH)


def _quarter(token: Match[str], today: date, _: Workdays, since: date | None) -> date | None:
    relation = (token["qu_rel"] or "").removeprefix("第")
    quarter = (today.month + 2) // 3
    if relation and relation[0] in "一二三四1234":
        named = number(relation)
        return month_end(today.year + (named < quarter), named * 3)
    return month_end(today.year, (quarter + relation.startswith("下")) * 3)


def _year_end(token: Match[str], today: date, _: Workdays, since: date | None) -> date | None:
    return date(_year(token["ye_rel"], today) or today.year, 12, 31)


def _lunar(token: Match[str], today: date, _: Workdays, since: date | None) -> date | None:
    if token["lu_c"]:  # 初八 alone is said around the New Year and means its first month
        found = lunar(1, number(token["lu_c"].removeprefix("大年").removeprefix("初")), today)
        return found if found and found - today < timedelta(days=45) else None
    if token["lu_n"]:  # 年二十六 is counted in the last month
        return lunar(12, number(token["lu_n"]), today)
    month = lunar_month(token["lu_m"] or token["lu_m2"])
    return lunar(month, number(token["lu_d"].removeprefix("初")), today)


def _festival(
    token: Match[str], today: date, calendar: Workdays, since: date | None
) -> date | None:
    tail = token["fe_tail"] or ""
    if token["fe_back"]:
        start = today if not calendar.is_workday(today) else festival("节", today)
    else:
        start = festival(token["fe_name"], today)
    if start is None or not (token["fe_back"] or tail.endswith(("收假", "结束", "最后一天"))):
        return start
    return _last_day_off(start, calendar)


def _last_day_off(start: date, calendar: Workdays) -> date:
    day = start
    for _unused in range(_LONGEST_HOLIDAY):
        if calendar.is_workday(day + timedelta(days=1)):
            break
        day += timedelta(days=1)
    return day


_Reader = Callable[[Match[str], date, Workdays, date | None], date | None]
_READERS: dict[str, _Reader] = {
    "iso": _iso,
    "month_day": _month_day,
    "slash": _month_day,
    "day": _day,
    "relative": _relative,
    "weekday": _weekday,
    "week": _week,
    "weekend": _week,
    "month_end": _month_end,
    "in_month": _in_month,
    "xun": _xun,
    "quarter": _quarter,
    "year_end": _year_end,
    "lunar": _lunar,
    "festival": _festival,
}
