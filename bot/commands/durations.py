"""How long a change lasts: a length (2小时, 3天) or an end (到周五下班, 今天下班, 到明早8点)."""

import re
from datetime import date, datetime, timedelta

from bot.calendar import WorkCalendar
from bot.reading.deadline_days import add_months
from bot.reading.deadline_grammar import fold, mentions, number
from bot.reading.deadline_moments import Clock

#: Nothing is switched for longer than this; a larger number is a slip.
LONGEST = timedelta(days=400)

_HEAD = re.compile(r"\s*(?:直?到|至|持续|为期|共|期限|时长|until|till|til|for)\s*", re.IGNORECASE)
_TAIL = re.compile(r"\s*(?:为止|截止|止|之?前|以内|内|结束)\s*$")
_COUNT = r"(?:\d{1,4}(?:\.\d)?|一个半|[一二两三四五六七八九十]{1,3}个?|半个?)"
_UNIT = (
    r"(?:分钟|刻钟|小时|钟头|天|周|星期|礼拜|(?<=个)月"
    r"|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|[mhdw])(?![a-z])"
)
_PART = re.compile(rf"\s*(?P<count>{_COUNT})\s*个?\s*(?P<unit>{_UNIT})(?P<half>半)?", re.IGNORECASE)
_GLUED_SPAN = re.compile(rf"(?:\s*{_COUNT}\s*个?\s*{_UNIT}半?)+$", re.IGNORECASE)
_MINUTES = {"分": 1, "m": 1, "刻": 15, "小": 60, "钟": 60, "h": 60, "天": 1440,
            "d": 1440, "周": 10080, "星": 10080, "礼": 10080, "w": 10080}  # fmt: skip

_WEEKDAYS = {
    "monday": "周一", "tuesday": "周二", "wednesday": "周三", "thursday": "周四",
    "friday": "周五", "saturday": "周六", "sunday": "周日",
}  # fmt: skip
_ENGLISH: tuple[tuple[str, str], ...] = (
    *((rf"next\s+{name}", "下" + day) for name, day in _WEEKDAYS.items()),
    *((rf"{name}|{name[:3]}\b", day) for name, day in _WEEKDAYS.items()),
    (r"tomorrow", "明天"),
    (r"tonight", "今晚"),
    (r"today", "今天"),
    (r"noon", "中午"),
    (r"close of business|closing time|closing|close\b|cob\b", "下班"),
    (r"(\d{1,2}:\d{2})\s*am\b", r"上午\1"),
    (r"(\d{1,2}:\d{2})\s*pm\b", r"下午\1"),
    (r"(\d{1,2})\s*am\b", r"上午\1点"),
    (r"(\d{1,2})\s*pm\b", r"下午\1点"),
)


class _ClosingTimes:
    """A calendar for which 下班 is the town's closing, when the rooms close too."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self._calendar = calendar

    def is_workday(self, day: date) -> bool:
        return self._calendar.is_workday(day)

    def add_workdays(self, day: date, count: int) -> date:
        return self._calendar.add_workdays(day, count)

    def start_of_workday(self, day: date) -> datetime:
        return self._calendar.start_of_workday(day)

    def end_of_workday(self, day: date) -> datetime:
        return datetime.combine(day, self._calendar.hours.close, tzinfo=self._calendar.timezone)


def until(text: str, at: datetime, calendar: WorkCalendar) -> datetime | None:
    """The end (aware) of what begins at `at`; a day without an hour ends at its midnight.

    None where `text` is not wholly a length or an end, or the end is not ahead.
    """
    bare = _TAIL.sub("", _HEAD.sub("", text.strip(" ,;:.\"'"), count=1))
    if not bare:
        return None
    local = at.astimezone(calendar.timezone)
    end = _after(bare, local) or _moment(_chinese(bare), local, calendar)
    if end is None or not at < end <= at + LONGEST:
        return None
    return end


def cut(text: str, at: datetime, calendar: WorkCalendar) -> tuple[str, datetime | None]:
    """What stands before a length or an end, and the end; None where the text ends in none."""
    words = text.split(" ")
    for index in range(len(words)):
        tail = " ".join(words[index:])
        end = until(tail, at, calendar)
        if end is not None:
            return " ".join(words[:index]).strip(" ,;:"), end
    for start in (text.rfind("直到"), text.rfind("到"), text.rfind("至")):
        if start > 0 and (end := until(text[start:], at, calendar)) is not None:
            return text[:start].strip(" ,;:"), end
    if (span := _GLUED_SPAN.search(text)) and span.start() > 0:
        end = until(span[0], at, calendar)
        if end is not None:
            return text[: span.start()].strip(" ,;:"), end
    return text, None


def _after(text: str, local: datetime) -> datetime | None:
    """The end of a length of time, counted by the clock, months by the calendar."""
    end, position = local, 0
    while position < len(text):
        part = _PART.match(text, position)
        if part is None:
            return None
        count, unit = _count(part["count"]) + (0.5 if part["half"] else 0), part["unit"].lower()
        if "月" in unit or unit.startswith("month"):
            day = add_months(end.date(), int(count)) + timedelta(days=15 if count % 1 else 0)
            end = datetime.combine(day, end.timetz())
        else:
            end += timedelta(minutes=count * _MINUTES[unit[0]])
        position = part.end()
        while position < len(text) and text[position] in " ,零":
            position += 1
    return end if end > local else None


def _count(text: str) -> float:
    text = text.removesuffix("个") if text != "个" else text
    if text in {"半", "一个半"}:
        return 0.5 if text == "半" else 1.5
    try:
        return float(text)
    except ValueError:
        return number(text)


def _chinese(text: str) -> str:
    for english, chinese in _ENGLISH:
        text = re.sub(english, chinese, text, flags=re.IGNORECASE)
    return text


def _moment(text: str, local: datetime, calendar: WorkCalendar) -> datetime | None:
    """An end named by day and hour: the same reading as for the deadlines of assignments."""
    folded = fold(text).strip()
    found = mentions(folded)
    if len(found) != 1:
        return None
    mention = found[0]
    if folded[: mention.start].strip(" 的在") or folded[mention.end :].strip(" 的整钟"):
        return None
    moment = Clock(local, _ClosingTimes(calendar)).moment(mention, None, firm=True, gathering=True)
    if moment is not None and (moment.hour, moment.minute) == (23, 59):
        # A deadline counts the last minute of the day as in time; a length has midnight as its end.
        return moment + timedelta(minutes=1)
    return moment
