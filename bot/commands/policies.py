"""政策, 政策 历史 and 帮助 〈政策〉: what the rules are and how they stand."""

from collections.abc import Sequence

from bot.commands import names, scope
from bot.commands.base import Call, Command, Right
from bot.commands.clerk import Clerk
from bot.commands.policy import unclear
from bot.commands.standing import Standing
from bot.core.policy import Policy
from bot.store.journal import Journal

_HISTORY = 8


def _policies(clerk: Clerk, journal: Journal, call: Call) -> None:
    """政策 [群], 政策 〈政策〉, 政策 历史."""
    judge = clerk.services.judge
    if any(word in call.rest.lower() for word in ("历史", "记录", "history")):
        text, thing = _history(clerk, call), "history"
    elif (policy := names.policy_in(call.rest, judge.policies)[0]) is not None:
        text, thing = describe(clerk, call, policy), policy.name
    else:
        place = scope.find(call.rest, [room.name for room in judge.town.rooms], call.room)
        if isinstance(place, scope.Unclear):
            text, thing = unclear(clerk, call, place), ""
        else:
            text, thing = _table(clerk, call, place.name), place.name or "town"
    clerk.answer(journal, call, text)
    clerk.note(journal, call, thing=thing)


def _table(clerk: Clerk, call: Call, place: str) -> str:
    """One line a policy."""
    standing = Standing(clerk.services, place, call.at)
    lines = [clerk.say(call, "policies.head", place=clerk.place(call, place))]
    for policy in clerk.services.judge.policies.values():
        mixed = clerk.say(call, "policies.mixed") if standing.mixed(policy) else ""
        lines.append(
            clerk.say(
                call, "policies.line", mode=clerk.mode(call, standing.mode(policy)),
                policy=clerk.title(call, policy), mixed=mixed,
                until=clerk.until(call, standing.ends(policy)),
            )
        )  # fmt: skip
    if place and (week := standing.first_week()):
        lines.append(clerk.say(call, "set.first_week", until=clerk.moment(call, week)))
    lines.append(clerk.say(call, "policies.tail"))
    return "\n".join(lines)


def _history(clerk: Clerk, call: Call) -> str:
    """The last changes, the newest first."""
    changes = [
        change
        for change in clerk.services.state.ledgers.modes.history
        if not call.room or change.scope in {call.room, scope.TOWN}
    ][-_HISTORY:]
    if not changes:
        return clerk.say(call, "history.none")
    policies = clerk.services.judge.policies
    lines = [clerk.say(call, "history.head")]
    for change in reversed(changes):
        undone = "" if change.undone_at is None else clerk.say(call, "history.undone")
        lines.append(
            clerk.say(
                call, "history.line", at=clerk.moment(call, change.at), by=change.by,
                policy=clerk.title(call, policies[change.policy]),
                place=clerk.place(call, change.scope), before=clerk.mode(call, change.before),
                mode=clerk.mode(call, change.mode), until=clerk.until(call, change.until),
                undone=undone,
            )
        )  # fmt: skip
    return "\n".join(lines)


def describe(clerk: Clerk, call: Call, policy: Policy) -> str:
    """A policy's rule, how it stands here, and its settings with their present values."""
    standing = Standing(clerk.services, call.room, call.at)
    mixed = clerk.say(call, "policies.mixed") if standing.mixed(policy) else ""
    lines = [
        clerk.say(call, "about.head", title=policy.title, name=policy.name),
        policy.rule,
        clerk.say(
            call, "about.mode", place=clerk.place(call, call.room),
            mode=clerk.mode(call, standing.mode(policy)), mixed=mixed,
            until=clerk.until(call, standing.ends(policy)),
        ),
        *_settings(clerk, call, policy, standing),
    ]  # fmt: skip
    if call.governs:
        lines.append(clerk.say(call, "about.change", title=clerk.title(call, policy)))
    return "\n".join(lines)


def _settings(clerk: Clerk, call: Call, policy: Policy, standing: Standing) -> Sequence[str]:
    """The numbers in force; over several rooms the values that occur."""
    rooms = [room for room in standing.rooms() if room.kind in policy.modes] or standing.rooms()
    modes = clerk.services.state.ledgers.modes
    lines = []
    for name, field in policy.Settings.model_fields.items():
        values = {str(getattr(modes.settings(policy, room), name)) for room in rooms}
        lines.append(
            clerk.say(
                call, "about.setting", name=name, description=field.description or name,
                value="/".join(sorted(values)),
            )
        )  # fmt: skip
    return lines


COMMANDS = (
    Command("policies", ("政策",), ("policies", "policy"), Right.ADMIN, _policies),
)  # fmt: skip
