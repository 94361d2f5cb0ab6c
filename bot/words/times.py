"""Moments and lengths as people say them."""

from datetime import datetime, timedelta, tzinfo

_WEEKDAYS = "一二三四五六日"


def clock(moment: datetime, zone: tzinfo) -> str:
    """Such as 08:30."""
    return f"{moment.astimezone(zone):%H:%M}"


def day_and_clock(moment: datetime, zone: tzinfo) -> str:
    """Such as 3月22日（周一）08:30."""
    local = moment.astimezone(zone)
    return f"{local.month}月{local.day}日（周{_WEEKDAYS[local.weekday()]}）{local:%H:%M}"


def length(span: timedelta) -> str:
    """Such as 10 分钟, 1 小时, 1 天."""
    minutes = round(span.total_seconds() / 60)
    if minutes % 1440 == 0 and minutes:
        return f"{minutes // 1440} 天"
    if minutes % 60 == 0 and minutes:
        return f"{minutes // 60} 小时"
    return f"{minutes} 分钟"


def excerpt(text: str, size: int = 24) -> str:
    """The beginning of a text on one line, at most `size` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= size else flat[: size - 1] + "…"
