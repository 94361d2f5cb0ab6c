"""The short forms that make a list fit one phone screen."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import accumulate

from bot.reading.deadline_grammar import fold, mentions
from bot.words import say
from bot.words.times import clock, excerpt

#: Lines of one screen, and characters of a task's words, a room's name and a person's name.
SCREEN, WHAT, ROOM, NAME = 20, 18, 10, 12
_BEFORE = re.compile(r"(?:于|在|定于|截至|务必)$")
_AFTER = re.compile(r"(?:之前|以前|前|截止)?[,，、]?")
_CALL = re.compile(
    r"^(?:【通知】|\[通知\]|通知[:：])?\s*(?:(?:各|全体|请各)[^:：，。]{1,10}[:：])?\s*(?:请|望|烦请)?"
    r"(?:各(?:村|社区|办|站所|单位|部门|支部|组|位)(?:书记|主任)?)?\s*(?:将|把)?"
)
_SHORTEST = 4
_NEAR = {0: "today", 1: "tomorrow", -1: "yesterday"}


def brief(moment: datetime, now: datetime | None, zone: tzinfo) -> str:
    """明天 17:00, or 3月22日 17:00."""
    local = moment.astimezone(zone)
    away = None
    if now is not None:
        away = (local.date() - now.astimezone(zone).date()) // timedelta(days=1)
    form = _NEAR.get(away, "other") if away is not None else "other"
    return say(f"task.day.{form}", clock=clock(moment, zone), month=local.month, day=local.day)


@lru_cache(maxsize=1024)
def subject(what: str, size: int) -> str:
    """What a task is about, without its moment and whom it calls: both are told apart from it.

    A moment such as 明天 would be wrong by the time it is read again.
    """
    folded = fold(what)
    bare = what
    if len(folded) == len(what):
        for mention in reversed(mentions(folded)):
            after = _AFTER.match(what, mention.end)
            end = after.end() if after else mention.end
            if mention.clock is not None or end > mention.end:
                bare = _BEFORE.sub("", bare[: mention.start]) + bare[end:]
    bare = _CALL.sub("", bare, count=1).strip("，,、。 ")
    return excerpt(bare if len(bare) >= _SHORTEST else what, size)


def names(people: Sequence[str], size: int) -> str:
    """Names in a row, as many as `size` characters hold."""
    ends = accumulate(len(excerpt(person, NAME)) + 1 for person in people)
    shown = [excerpt(person, NAME) for person, end in zip(people, ends, strict=True) if end <= size]
    return "、".join(shown) + (say("task.names.more") if len(people) > len(shown) else "")
