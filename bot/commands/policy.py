"""开启 关闭 观察 提醒 执行 撤销 确认: how strictly a rule is kept, where, and for how long."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.commands import durations, names, scope
from bot.commands.base import NOTHING, Call, Command, Right
from bot.commands.clerk import Clerk
from bot.commands.parse import unquoted
from bot.commands.standing import Standing
from bot.core.decision import Mode
from bot.core.policy import Policy
from bot.judging.judgement import SECRECY
from bot.store.journal import Journal

_WORDS = {
    "关闭": Mode.OFF, "停用": Mode.OFF, "off": Mode.OFF, "disable": Mode.OFF,
    "观察": Mode.OBSERVE, "observe": Mode.OBSERVE,
    "提醒": Mode.REMIND, "remind": Mode.REMIND,
    "执行": Mode.ENFORCE, "enforce": Mode.ENFORCE,
}  # fmt: skip
_STRICT = (Mode.OFF, Mode.OBSERVE, Mode.REMIND, Mode.ENFORCE)


class _Order:
    """What an order to change a policy asks for, as far as it can be told.

    `left` is what stands in the place of a policy and is none, `like` the policies it may mean.
    """

    def __init__(self, clerk: Clerk, call: Call) -> None:
        judge = clerk.services.judge
        self._policies, rooms = judge.policies, [room.name for room in judge.town.rooms]
        self.like: tuple[Policy, ...] = ()
        self.left = ""
        self.policy, rest = names.policy_in(call.rest, judge.policies)
        named, rest = scope.cut(rest, rooms, call.room)
        rest, self.until = durations.cut(unquoted(rest), call.at, judge.calendar)
        if self.policy is None:
            rest = self._take_policy(unquoted(rest))
        rest = unquoted(rest)
        if rest and self.policy is not None:
            # Beside policy, scope and length there is only the name of a room, in part.
            named = scope.by_part(rest, rooms) if named is None else scope.Unclear(rest)
        self.scope = scope.Scope(call.room) if named is None else named

    def _take_policy(self, text: str) -> str:
        """The whole text, or its first word, must mean a policy; what is left of it."""
        head, _, tail = text.partition(" ")
        for words, rest in ((text, ""), (head, tail)):
            self.like = names.policies_like(words, self._policies)
            if names.is_clear(words, self.like):
                self.policy = self.like[0]
                return rest
        self.left = head
        return ""


def glued(policies: Mapping[str, Policy]) -> re.Pattern[str]:
    """What makes a word like 提醒 a command though no space follows: a policy's name."""
    known = [name for policy in policies.values() for name in (policy.title, policy.name)]
    return re.compile(f".*(?:{'|'.join(map(re.escape, known))}).*", re.IGNORECASE | re.DOTALL)


def _set(clerk: Clerk, journal: Journal, call: Call) -> None:
    """开启 关闭 观察 提醒 执行 〈政策〉 [群] [时长]."""
    order = _Order(clerk, call)
    place, policy = order.scope, order.policy
    if isinstance(place, scope.Unclear):
        clerk.decline(journal, call, unclear(clerk, call, place))
        return
    if policy is None and not order.left and _wanted(call) is Mode.ENFORCE:
        _end_first_week(clerk, journal, call, place)
    elif policy is None:
        clerk.decline(journal, call, _ask_back(clerk, call, order))
    elif place.name not in {scope.TOWN, *(room.name for room in clerk.services.judge.town.rooms)}:
        clerk.decline(journal, call, clerk.say(call, "set.unmanaged", room=place.name))
    else:
        _set_in(clerk, journal, call, policy, place, order.until)


def _set_in(
    clerk: Clerk, journal: Journal, call: Call, policy: Policy, place: scope.Scope,
    until: datetime | None,
) -> None:  # fmt: skip
    mode = _wanted(call) or _opened(clerk, policy, place.name, call.at)

    def perform(journal: Journal, call: Call) -> None:
        if until is not None and until <= call.at:
            clerk.decline(journal, call, clerk.say(call, "set.over"))
        else:
            _change(clerk, journal, call, policy, mode, place.name, until)

    if not place.town and (policy.name != SECRECY or mode is Mode.ENFORCE):
        perform(journal, call)
        return
    clerk.hold(call, perform)
    text = clerk.say(
        call, "set.confirm", mode=clerk.mode(call, mode), policy=clerk.title(call, policy),
        place=clerk.place(call, place.name), until=clerk.until(call, until),
    )  # fmt: skip
    clerk.answer(journal, call, text, public=True)
    clerk.note(
        journal, call, thing=_thing(policy, place.name),
        after=f"waits for confirmation: {mode.value}",
    )  # fmt: skip


def _wanted(call: Call) -> Mode | None:
    """The mode that was said; None for 开启, whose mode depends on the policy."""
    return _WORDS.get(call.spoken.word.split()[-1].lower())


def _opened(clerk: Clerk, policy: Policy, place: str, at: datetime) -> Mode:
    """开启 is what the town file says where that is more than watching, else to enforce."""
    modes = clerk.services.state.ledgers.modes
    rooms = Standing(clerk.services, place, at).rooms()
    filed = [modes.filed(policy, room) for room in rooms if room.kind in policy.modes]
    active = [mode for mode in filed if mode in {Mode.REMIND, Mode.ENFORCE}]
    return max(active, key=_STRICT.index, default=Mode.ENFORCE)


def _change(
    clerk: Clerk, journal: Journal, call: Call, policy: Policy, mode: Mode, place: str,
    until: datetime | None,
) -> None:  # fmt: skip
    services, standing = clerk.services, Standing(clerk.services, place, call.at)
    before = standing.mode(policy)
    services.state.ledgers.modes.set(
        journal, scope=place, policy=policy.name, mode=mode, before=before, by=call.person,
        at=call.at, until=until,
    )  # fmt: skip
    services.hours.reset()
    ends = "" if until is None else f" until {until.isoformat()}"
    clerk.note(
        journal, call, thing=_thing(policy, place), before=before.value, after=mode.value + ends
    )
    lines = [
        clerk.say(
            call,
            "set.done",
            policy=clerk.title(call, policy),
            place=clerk.place(call, place),
            mode=clerk.mode(call, mode),
            before=clerk.mode(call, before),
            until=clerk.until(call, until),
        )
    ]
    week = standing.first_week()
    if week is not None and mode in {Mode.REMIND, Mode.ENFORCE} and policy.name != SECRECY:
        lines.append(clerk.say(call, "set.first_week", until=clerk.moment(call, week)))
    clerk.answer(journal, call, "\n".join(lines), public=True)


def _end_first_week(clerk: Clerk, journal: Journal, call: Call, place: scope.Scope) -> None:
    """执行 without a policy: the room has been observed for long enough."""
    state = clerk.services.state
    watched = [
        room
        for room in state.rooms.all()
        if room.shadow_until and call.at < room.shadow_until
        and place.name in {room.name, scope.TOWN}
    ]  # fmt: skip
    if not watched:
        where = clerk.place(call, place.name)
        clerk.decline(journal, call, clerk.say(call, "week.none", place=where))
        return
    rooms = "、".join(room.name for room in watched)

    def perform(journal: Journal, call: Call) -> None:
        for room in watched:
            state.rooms.end_shadow(journal, room, call.at)
            clerk.note(
                journal, call, thing=f"first week@{room.name}", before="observe", after="as filed"
            )
        state.refresh_shadow()
        clerk.services.hours.reset()
        clerk.answer(journal, call, clerk.say(call, "week.ended", rooms=rooms), public=True)

    if place.town:
        clerk.hold(call, perform)
        clerk.answer(journal, call, clerk.say(call, "week.confirm", rooms=rooms), public=True)
        clerk.note(journal, call, thing="first week@town", after="waits for confirmation")
    else:
        perform(journal, call)


def _ask_back(clerk: Clerk, call: Call, order: _Order) -> str:
    near = "、".join(clerk.title(call, policy) for policy in order.like)
    if near:
        return clerk.say(call, "set.near", text=order.left, near=near)
    if order.left:
        return clerk.say(call, "set.unknown", text=order.left)
    return clerk.say(call, "set.usage", word=call.spoken.word)


def unclear(clerk: Clerk, call: Call, place: scope.Unclear) -> str:
    """What to say where a room could not be told."""
    key = "set.room_near" if place.near else "set.unclear"
    return clerk.say(call, key, text=place.text, near="、".join(place.near))


def _thing(policy: Policy, place: str) -> str:
    return f"{policy.name}@{place or 'town'}"


def _confirm(clerk: Clerk, journal: Journal, call: Call) -> None:
    """确认: by the same person, within five minutes, with the right he has now."""
    held = clerk.take_held(call)
    if held is None:
        clerk.decline(journal, call, clerk.say(call, "confirm.none"))
        return
    ordered, perform = held
    clerk.note(journal, call, thing=ordered.command.name, after="confirmed")
    # The order as it was given, at the moment and in the place of its confirmation.
    perform(journal, replace(call, spoken=ordered.spoken, command=ordered.command))


def _undo(clerk: Clerk, journal: Journal, call: Call) -> None:
    """撤销 [群]: roll back the last change of that scope that is in force."""
    services = clerk.services
    place = scope.find(call.rest, [room.name for room in services.judge.town.rooms], call.room)
    if isinstance(place, scope.Unclear):
        clerk.decline(journal, call, unclear(clerk, call, place))
        return
    where = clerk.place(call, place.name)
    undone = services.state.ledgers.modes.undo(journal, place.name, call.person, call.at)
    if undone is None:
        clerk.decline(journal, call, clerk.say(call, "undo.none", place=where))
        return
    services.hours.reset()
    policy = services.judge.policies[undone.policy]
    mode = Standing(services, place.name, call.at).mode(policy)
    clerk.note(
        journal, call, thing=_thing(policy, place.name), before=undone.mode.value, after=mode.value
    )
    text = clerk.say(
        call, "undo.done", place=where, policy=clerk.title(call, policy), by=undone.by,
        was=clerk.mode(call, undone.mode), mode=clerk.mode(call, mode),
        at=clerk.moment(call, undone.at),
    )  # fmt: skip
    clerk.answer(journal, call, text, public=True)


COMMANDS = (
    Command(
        "set",
        ("开启", "打开", "启用", "关闭", "停用", "观察", "提醒", "执行"),
        (
            "policy on", "policy enable", "policy off", "policy disable", "policy observe",
            "policy remind", "policy enforce",
        ),
        Right.ADMIN, _set,
    ),
    Command("undo", ("撤销",), ("undo", "policy undo"), Right.ADMIN, _undo),
    Command("confirm", ("确认",), ("confirm",), Right.ADMIN, _confirm, spaced=NOTHING),
)  # fmt: skip
