"""请假 〈姓名〉 〈到何时〉 and 销假 〈姓名〉: who is left in peace."""

from bot.commands import durations, names
from bot.commands.base import Call, Command, Right
from bot.commands.clerk import Clerk
from bot.commands.parse import unquoted
from bot.store.journal import Journal


def _person(clerk: Clerk, journal: Journal, call: Call, said: str) -> str | None:
    """The one person who is meant; None if that is not clear, which has been answered then."""
    services = clerk.services
    known = [*sorted(services.judge.directory.listed), *services.state.people.everyone()]
    found = names.people_like(said, known) if said else ()
    if len(found) == 1 and said in found[0]:
        return found[0]
    if not said:
        text = clerk.say(call, "leave.usage")
    elif found:
        text = clerk.say(call, "leave.near", name=said, near="、".join(found))
    else:
        text = clerk.say(call, "leave.unknown", name=said)
    clerk.decline(journal, call, text)
    return None


def _away(clerk: Clerk, journal: Journal, call: Call) -> None:
    said, until = durations.cut(call.rest, call.at, clerk.services.judge.calendar)
    person = _person(clerk, journal, call, unquoted(said) if until else said.split(" ")[0])
    if person is None:
        return
    if until is None:
        clerk.decline(journal, call, clerk.say(call, "leave.until_when", name=person))
        return
    clerk.services.state.leave.add(
        journal, person=person, start=call.at, until=until, by=call.person, at=call.at
    )
    clerk.note(
        journal, call, thing=f"leave of {person}", before="at work",
        after=f"until {until.isoformat()}",
    )  # fmt: skip
    text = clerk.say(call, "leave.added", name=person, until=clerk.end(call, until))
    clerk.answer(journal, call, text)


def _back(clerk: Clerk, journal: Journal, call: Call) -> None:
    person = _person(clerk, journal, call, unquoted(call.rest))
    if person is None:
        return
    ended = clerk.services.state.leave.end(journal, person=person, at=call.at)
    if ended is None:
        clerk.decline(journal, call, clerk.say(call, "leave.none", name=person))
        return
    clerk.note(journal, call, thing=f"leave of {person}", before="on leave", after="at work")
    clerk.answer(journal, call, clerk.say(call, "leave.ended", name=person))


COMMANDS = (
    Command("leave", ("请假",), ("leave", "away"), Right.ADMIN, _away),
    Command("back", ("销假",), ("back",), Right.ADMIN, _back),
)
