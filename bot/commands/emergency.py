"""应急 开启 and 应急 结束: when the rules about hours, replies and material stand back."""

from bot.commands import durations, scope
from bot.commands.base import ANYTHING, NOTHING, Call, Command, Right
from bot.commands.clerk import Clerk
from bot.commands.parse import unquoted
from bot.commands.policy import unclear
from bot.judging.emergencies import DEFAULT_LENGTH
from bot.store.journal import Journal

_REASON = 100


def _place(clerk: Clerk, call: Call) -> tuple[scope.Scope | scope.Unclear, str]:
    """The room that is named, else the town, and the rest; the rest as it was typed if nothing was cut."""
    rooms = [room.name for room in clerk.services.judge.town.rooms]
    named, rest = scope.cut(call.rest, rooms, call.room)
    if named is None:
        return scope.Scope(scope.TOWN), call.spoken.data
    return named, rest


def _begin(clerk: Clerk, journal: Journal, call: Call) -> None:
    """应急 开启 〈事由〉 [群] [时长]; in a room too it is for the town unless a room is named."""
    place, rest = _place(clerk, call)
    if isinstance(place, scope.Unclear):
        clerk.decline(journal, call, unclear(clerk, call, place))
        return
    calendar = clerk.services.judge.calendar
    reason, until = durations.cut(rest.strip(), call.at, calendar)
    if until is None and durations.until(rest, call.at, calendar) is not None:
        reason = ""
    reason = unquoted(reason)[:_REASON]
    if not reason:
        clerk.decline(journal, call, clerk.say(call, "emergency.no_reason"))
        return
    until = until or call.at + DEFAULT_LENGTH
    emergencies = clerk.services.state.ledgers.emergencies
    # What is in force gives way, or a shorter one would leave the longer behind it.
    earlier = emergencies.end(journal, scope=place.name, by=call.person, at=call.at)
    emergencies.declare(
        journal, scope=place.name, reason=reason, by=call.person, at=call.at, until=until
    )
    clerk.services.hours.reset()
    clerk.note(
        journal, call, thing=f"emergency@{place.name or 'town'}",
        before="" if earlier is None else f"until {earlier.until.isoformat()}",
        after=f"until {until.isoformat()}",
    )  # fmt: skip
    text = clerk.say(
        call, "emergency.begun", place=clerk.place(call, place.name), reason=reason,
        until=clerk.end(call, until),
    )  # fmt: skip
    clerk.answer(journal, call, text, public=True)


def _end(clerk: Clerk, journal: Journal, call: Call) -> None:
    """应急 结束 [群]: the town's, or this room's where the town has none."""
    place, _ = _place(clerk, call)
    if isinstance(place, scope.Unclear):
        clerk.decline(journal, call, unclear(clerk, call, place))
        return
    emergencies = clerk.services.state.ledgers.emergencies
    places = [place.name] if place.said else list(dict.fromkeys((scope.TOWN, call.room)))
    for name in places:
        ended = emergencies.end(journal, scope=name, by=call.person, at=call.at)
        if ended is None:
            continue
        clerk.services.hours.reset()
        clerk.note(
            journal, call, thing=f"emergency@{name or 'town'}",
            before=f"until {ended.until.isoformat()}", after="ended",
        )  # fmt: skip
        text = clerk.say(
            call, "emergency.ended", place=clerk.place(call, name), reason=ended.reason
        )
        clerk.answer(journal, call, text, public=True)
        return
    clerk.decline(journal, call, clerk.say(call, "emergency.none"))


def _show(clerk: Clerk, journal: Journal, call: Call) -> None:
    """应急 alone: what is in force."""
    current = clerk.services.state.ledgers.emergencies.current(call.at, call.room)
    if current is None:
        text = clerk.say(call, "emergency.none_but")
    else:
        text = clerk.say(
            call, "emergency.now", place=clerk.place(call, current.scope), reason=current.reason,
            by=current.by, until=clerk.end(call, current.until),
        )  # fmt: skip
    clerk.answer(journal, call, text)
    clerk.note(journal, call)


COMMANDS = (
    Command(
        "emergency_on", ("应急 开启", "应急 启动", "开启 应急", "启动 应急"),
        ("emergency on", "emergency start"), Right.ADMIN, _begin, ANYTHING,
    ),
    Command(
        "emergency_off",
        ("应急 结束", "应急 解除", "应急 关闭", "结束 应急", "解除 应急", "关闭 应急"),
        ("emergency off", "emergency end"), Right.ADMIN, _end,
    ),
    Command("emergency", ("应急 状态", "应急"), ("emergency",), Right.ADMIN, _show, spaced=NOTHING),
)  # fmt: skip
