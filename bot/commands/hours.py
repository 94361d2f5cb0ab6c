"""上班时间 〈09:00-18:00〉: the town's opening and closing."""

import re

from bot.commands.base import Call, Command, Right
from bot.commands.clerk import Clerk
from bot.store.journal import Journal
from bot.town.hours import HOURS_FACT, parse_hours

_TIME = (
    r"(?P<{0}half>上午|早上|下午|晚上|am|pm)?\s*(?P<{0}h>\d{{1,2}})"
    r"(?:\s*[:.点时]\s*(?P<{0}m>\d{{1,2}}|半)?\s*分?)?"
)
_RANGE = re.compile(
    r"\s*(?:从|改[为成到]|设[为成]|是|to\b)?\s*"
    + _TIME.format("a") + r"\s*(?:-+|~+|到|至|to)\s*" + _TIME.format("b") + r"\s*",
    re.IGNORECASE,
)  # fmt: skip
_AS_FILED = re.compile(r"\s*(?:恢复|默认|照旧|原来(?:的)?|default|reset)\s*", re.IGNORECASE)
_GLUED = re.compile(r"(?:从|改|设|是|上午|早上)?.{0,2}\d.*|恢复|默认|照旧")
_NOON = 12


def _hours(clerk: Clerk, journal: Journal, call: Call) -> None:
    services = clerk.services
    judge, facts = services.judge, services.state.facts
    before = f"{judge.calendar.hours.open:%H:%M}-{judge.calendar.hours.close:%H:%M}"
    if not call.rest:
        clerk.answer(journal, call, clerk.say(call, "hours.now", hours=before))
        clerk.note(journal, call, thing="hours")
        return
    said = "" if _AS_FILED.fullmatch(call.rest) else _range(call.rest)
    if said is None:
        clerk.decline(journal, call, clerk.say(call, "hours.unclear", hours=before))
        return
    facts.set(journal, HOURS_FACT, said, call.at)
    judge.reload(judge.town, services.calendar_for(judge.town))
    services.hours.reset()
    opening = judge.calendar.next_opening(call.now)
    services.state.deferrals.retime(journal, call.now, opening)
    after = f"{judge.calendar.hours.open:%H:%M}-{judge.calendar.hours.close:%H:%M}"
    clerk.note(journal, call, thing="hours", before=before, after=after)
    text = clerk.say(call, "hours.set", hours=after, before=before)
    clerk.answer(journal, call, text, public=True)


def _range(text: str) -> str | None:
    """What was said as 09:00-18:00; None if it is no range of hours."""
    found = _RANGE.fullmatch(text.lower())
    if found is None:
        return None
    said = "-".join(
        _time(found[f"{end}half"], found[f"{end}h"], found[f"{end}m"]) for end in ("a", "b")
    )
    try:
        parse_hours(said)
    except ValueError:
        return None
    return said


def _time(half: str | None, hour: str, minute: str | None) -> str:
    late = half in {"下午", "晚上", "pm"} and int(hour) < _NOON
    return (
        f"{int(hour) + (_NOON if late else 0):02}:{30 if minute == '半' else int(minute or 0):02}"
    )


COMMANDS = (
    Command("hours", ("上班时间", "工作时间"), ("hours",), Right.ADMIN, _hours, _GLUED),
)  # fmt: skip
