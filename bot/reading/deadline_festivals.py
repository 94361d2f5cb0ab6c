"""Festivals by name, the lunar ones too: on which day of the Gregorian calendar they fall."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

# borax (MIT, no dependencies, released regularly) converts lunar to solar dates. lunardate and
# zhdate are GPLv3, and cnlunar only converts the other way.
from borax.calendars.lunardate import LunarDate

from bot.reading.deadline_grammar import number

_SOLAR = {
    "元旦": (1, 1),
    "妇女节": (3, 8),
    "三八": (3, 8),
    "植树节": (3, 12),
    "劳动节": (5, 1),
    "五一": (5, 1),
    "青年节": (5, 4),
    "儿童节": (6, 1),
    "六一": (6, 1),
    "建党节": (7, 1),
    "七一": (7, 1),
    "建军节": (8, 1),
    "八一": (8, 1),
    "教师节": (9, 10),
    "国庆": (10, 1),
    "十一": (10, 1),
}
_LUNAR = {
    "春节": (1, 1),
    "元宵": (1, 15),
    "端午": (5, 5),
    "七夕": (7, 7),
    "中秋": (8, 15),
    "重阳": (9, 9),
    "腊八": (12, 8),
    "小年": (12, 23),
}
# 年前 and 过年前 end on New Year's Eve: afterwards it is the new year.
_EVE = frozenset({"除夕", "年三十", "大年三十", "年", "过年"})
# Those with days off, which 节前 and 收假 may mean.
_STATUTORY = ("元旦", "春节", "清明", "五一", "端午", "中秋", "国庆")


# The one year of the century in which the formula of the winter solstice is a day late.
_EARLY_SOLSTICE = 2021


def festival(name: str, since: date) -> date | None:
    """Return the first day called `name` at or after `since`; 节 is the next with days off."""
    if name in ("节", "双节"):
        return min(day for other in _STATUTORY if (day := festival(other, since)))
    if name in _SOLAR:
        month, number_of_day = _SOLAR[name]
        return _first(lambda year: date(year, month, number_of_day), since)
    if name == "清明":
        return _first(_qingming, since)
    if name == "冬至":
        return _first(_winter_solstice, since)
    if name in _EVE:
        return _first(_new_years_eve, since)
    if name in _LUNAR:
        return lunar(*_LUNAR[name], since)
    return None


def lunar(month: int, day: int, since: date) -> date | None:
    """Return the first day at or after `since` that is this day of the lunar year."""
    return _first(lambda year: _to_solar(year, month, day), since)


def lunar_month(text: str) -> int:
    """Return the number of a lunar month: 正, 冬 and 腊 have names of their own."""
    return {"正": 1, "冬": 11, "腊": 12}.get(text) or number(text)


def _first(day_of_year: Callable[[int], date | None], since: date) -> date | None:
    # A lunar year's last month lies in the next Gregorian year: begin one year early.
    for year in range(since.year - 1, since.year + 3):
        day = day_of_year(year)
        if day is not None and day >= since:
            return day
    return None


def _qingming(year: int) -> date:
    # The usual formula for this solar term; right for every year from 2000 to 2099.
    short = year % 100
    return date(year, 4, int(short * 0.2422 + 4.81) - short // 4)


def _winter_solstice(year: int) -> date:
    short = year % 100
    return date(year, 12, int(short * 0.2422 + 21.94) - short // 4 - (year == _EARLY_SOLSTICE))


def _new_years_eve(year: int) -> date | None:
    new_year = _to_solar(year, 1, 1)
    return new_year - timedelta(days=1) if new_year else None


@lru_cache(maxsize=256)
def _to_solar(year: int, month: int, day: int) -> date | None:
    try:
        solar = LunarDate(year, month, day).to_solar_date()
    except ValueError:
        return None  # the 30th of a month that has 29 days
    return date(solar.year, solar.month, solar.day)
