"""谁没收到 谁没交 待办 收到, and 更正 取消 不是任务 验收 退回 of the poster: answered by the ledger."""

import re
from collections.abc import Callable, Sequence

from bot.commands import names
from bot.commands.base import A_NUMBER, NOTHING, NUMBERED, Call, Command, Right
from bot.commands.clerk import Clerk
from bot.commands.parse import unquoted
from bot.reading.deadline import find_deadline
from bot.store.journal import Journal
from bot.tasks.short import WHAT, subject
from bot.tasks.task import Task

_TASK = re.compile(
    r"\s*(?:任务|task|编号|第)?\s*#?\s*(?P<number>\d{1,9})\s*(?:号)?[\s,:;]*", re.IGNORECASE
)
_PUBLIC = re.compile(r"公开|群里|publicly", re.IGNORECASE)
_WORDS = 500
_BY = re.compile(r"^\s*(?:时限|截止)?(?:改|推迟|提前)?(?:到|为|成|至)?|之?前$|until\s+")
#: Characters beside a deadline that say nothing of the task.
_SPARE = 5
#: Tasks named where it is asked which is meant.
_LISTED = 8


def _task(call: Call) -> tuple[int | None, str]:
    """The number of the task, if one was said, and what was typed after it."""
    found = _TASK.match(call.rest)
    if found is None:
        return None, call.spoken.data
    return int(found["number"]), unquoted(call.spoken.data[found.end() :])


def _who(clerk: Clerk, journal: Journal, call: Call) -> None:
    """谁没收到 and 谁没交 [任务号]; in the room only where an admin says 公开."""
    tasks = clerk.services.tasks
    number, rest = _task(call)
    if number is not None and tasks.poster_of(number) is None:
        clerk.decline(journal, call, clerk.say(call, "tasks.unknown", number=number))
        return
    ask = tasks.who_missing if call.command.name == "missing" else tasks.who_not_handed_in
    public = call.governs and _PUBLIC.search(rest) is not None
    clerk.answer(journal, call, ask(number, call.room, call.now), public=public)
    clerk.note(journal, call, thing=_thing(number))


def _todo(clerk: Clerk, journal: Journal, call: Call) -> None:
    clerk.answer(journal, call, clerk.services.tasks.mine(call.person, call.now))
    clerk.note(journal, call, thing="own tasks")


def _received(clerk: Clerk, journal: Journal, call: Call) -> None:
    """收到 [任务号]: without a number the ledger looks at what was quoted first."""
    tasks = clerk.services.tasks
    number, _ = _task(call)
    answer = None
    if number is None and call.message.private:
        answer = tasks.heard(journal, call.message, call.person, call.now)
    if answer is None:
        answer = tasks.acknowledge(journal, call.person, number, call.now, call.message.number)
    clerk.answer(journal, call, answer)
    clerk.note(journal, call, thing=_thing(number), after="acknowledged")


def _own(
    do: Callable[[Clerk, Journal, Call, int, str], str | None], usage: str, *, alone: bool = False
) -> Callable[[Clerk, Journal, Call], None]:
    """A command on a task, for whoever issued it and for admins.

    Without a number the quoted task is meant, or, where the word may stand `alone`, the only one
    that the caller has issued.
    """

    def run(clerk: Clerk, journal: Journal, call: Call) -> None:
        number, rest = _task(call)
        if number is None:
            meant = _meant(clerk, call, alone=alone)
            if len(meant) != 1:
                clerk.decline(journal, call, _which(clerk, call, usage, meant))
                return
            number = meant[0].number
        poster = clerk.services.tasks.poster_of(number)
        if poster is None:
            clerk.decline(journal, call, clerk.say(call, "tasks.unknown", number=number))
        elif not (call.governs or poster == call.person):
            clerk.refuse(journal, call, "tasks.not_own", thing=_thing(number))
        elif (answer := do(clerk, journal, call, number, rest)) is None:
            clerk.decline(journal, call, clerk.say(call, usage))
        else:
            clerk.answer(journal, call, answer)
            clerk.note(journal, call, thing=_thing(number), after=call.command.name)

    return run


def _meant(clerk: Clerk, call: Call, *, alone: bool) -> Sequence[Task]:
    """The tasks that may be meant where no number was said."""
    tasks = clerk.services.tasks
    if call.message.reply_to is not None:
        return tasks.quoted(call.room, call.message.reply_to)
    return [task for task in tasks.all() if alone and task.open and task.poster == call.person]


def _which(clerk: Clerk, call: Call, usage: str, meant: Sequence[Task]) -> str:
    """Ask for the number; of several tasks each is named."""
    if not meant:
        return clerk.say(call, usage)
    named = "、".join(f"{task.number}“{subject(task.what, WHAT)}”" for task in meant[-_LISTED:])
    return clerk.say(call, "tasks.which", tasks=named)


def _drop(clerk: Clerk, journal: Journal, call: Call, number: int, rest: str) -> str | None:  # noqa: ARG001
    return clerk.services.tasks.drop(journal, number, by=call.person, now=call.now)


def _cancel(clerk: Clerk, journal: Journal, call: Call, number: int, rest: str) -> str | None:  # noqa: ARG001
    return clerk.services.tasks.cancel(journal, number, by=call.person, now=call.now)


def _correct(clerk: Clerk, journal: Journal, call: Call, number: int, rest: str) -> str | None:
    """更正 〈任务号〉 〈新时限或新内容〉."""
    if not rest:
        return None
    judge = clerk.services.judge
    # A deadline is read as in the assignment itself: 周五下班 is the end of work, not the closing.
    local = call.at.astimezone(judge.town.zone)
    found = find_deadline(_BY.sub("", rest) + "前", local, judge.calendar)
    alone = found is not None and len(found.quote) + _SPARE >= len(rest)
    deadline = None if found is None else found.moment
    what = "" if alone else rest
    return clerk.services.tasks.correct(
        journal, number, deadline=deadline, what=what[:_WORDS], by=call.person, now=call.now,
        message=call.message.number,
    )  # fmt: skip


def _accept(clerk: Clerk, journal: Journal, call: Call, number: int, rest: str) -> str | None:
    person, _ = _person(clerk, number, rest)
    if person is None:
        return None
    return clerk.services.tasks.confirm(journal, number, person, by=call.person, now=call.now)


def _return(clerk: Clerk, journal: Journal, call: Call, number: int, rest: str) -> str | None:
    person, why = _person(clerk, number, rest)
    if person is None:
        return None
    return clerk.services.tasks.reject(
        journal, number, person, by=call.person, now=call.now, why=why[:_WORDS]
    )


def _person(clerk: Clerk, number: int, rest: str) -> tuple[str | None, str]:
    """The one person whose name stands first, and what follows it."""
    services = clerk.services
    task = services.tasks.get(number)
    concerned = [] if task is None else [one.person for one in task.concerned]
    # Names may hold spaces; those of the task come before others that begin alike.
    whole = [name for name in concerned if f"{rest} ".startswith(f"{name} ")]
    if whole:
        name = max(whole, key=len)
        return name, rest[len(name) :].strip()
    said, _, why = rest.partition(" ")
    known = [*sorted(services.judge.directory.listed), *services.state.people.everyone()]
    found = names.people_like(said, known) if said else ()
    return (found[0] if len(found) == 1 else None), why.strip()


def _thing(number: int | None) -> str:
    return "newest task" if number is None else f"task {number}"


COMMANDS = (
    Command(
        "missing", ("谁没收到", "谁未收到", "谁没有收到", "谁还没收到"),
        ("who missing", "missing"), Right.POSTER, _who, NUMBERED,
    ),
    Command(
        "owing", ("谁没交", "谁未交", "谁没有交", "谁还没交"),
        ("who owes", "owing"), Right.POSTER, _who, NUMBERED,
    ),
    Command(
        "correct", ("更正任务", "更正"), ("correct task", "correct"), Right.POSTER,
        _own(_correct, "tasks.correct_usage"), NUMBERED,
    ),
    Command(
        "cancel", ("取消任务", "取消"), ("cancel task", "cancel"), Right.POSTER,
        _own(_cancel, "tasks.cancel_usage"), NUMBERED,
    ),
    Command(
        "drop", ("不是任务",), ("not a task", "drop"), Right.POSTER,
        _own(_drop, "tasks.drop_usage", alone=True), NUMBERED,
    ),
    Command(
        "accept", ("验收",), ("accept",), Right.POSTER, _own(_accept, "tasks.accept_usage"),
        NUMBERED,
    ),
    Command(
        "return", ("退回",), ("return",), Right.POSTER, _own(_return, "tasks.return_usage"),
        NUMBERED,
    ),
    Command("todo", ("待办",), ("todo",), Right.EVERYONE, _todo, spaced=NOTHING),
    Command("received", ("收到",), ("received", "ack"), Right.EVERYONE, _received, A_NUMBER, A_NUMBER),
)  # fmt: skip
