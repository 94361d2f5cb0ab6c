"""The town's hours as a calendar; hours set by chat win over the file."""

import re
from datetime import date, time

from bot.calendar import Hours, WorkCalendar
from bot.town.schema import Town

#: The name under which hours set by chat are kept, as 09:00-18:00.
HOURS_FACT = "hours"
_RANGE = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


def calendar_of(town: Town, said: str = "") -> WorkCalendar:
    """The calendar of a town; `said` is a range such as 09:00-18:00, or empty."""
    begin, end = parse_hours(said) if said else (town.hours.open, town.hours.close)
    overrides: dict[date, bool] = dict.fromkeys(town.hours.days_off, False)
    overrides.update(dict.fromkeys(town.hours.working_days, True))
    return WorkCalendar(Hours(begin, end, town.hours.workday_end), town.zone, overrides)


def parse_hours(text: str) -> tuple[time, time]:
    """Opening and closing of 09:00-18:00; ValueError if it is none, or closes before it opens."""
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a range of hours: {text}")
    hours = [int(part) for part in match.groups()]
    begin, end = time(hours[0], hours[1]), time(hours[2], hours[3])
    if begin >= end:
        raise ValueError(f"closes before it opens: {text}")
    return begin, end
