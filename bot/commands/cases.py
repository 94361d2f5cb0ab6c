"""误判 放行 驳回 待判 申诉 紧急: what people judge where the bot was not sure, or not right."""

from collections.abc import Callable, Sequence
from typing import Any

from bot.commands import archive
from bot.commands.archive import Dossier
from bot.commands.base import A_NUMBER, NOTHING, NUMBERED, Call, Command, Right
from bot.commands.clerk import Clerk
from bot.commands.explain import shown
from bot.commands.lessons import Lesson, lesson_of
from bot.commands.verdicts import Verdict
from bot.core.message import Message
from bot.store import tables
from bot.store.journal import Journal
from bot.words import say
from bot.words.times import excerpt

#: How many cases one list shows, and how long an appeal may be.
LISTED, WORDS = 10, 500
APPEAL, DOUBT = "appeal", "doubt"

Judged = Callable[[Journal, Dossier, str], None]


def _judge(clerk: Clerk, call: Call, judged: Judged) -> None:
    """Find the message that an admin, or for secret ones the officer, gives a verdict on."""
    target, words = archive.target_of(call)

    def go_on(journal: Journal, found: Dossier | None) -> None:
        if found is None or found.unjudged:
            clerk.decline(journal, call, clerk.say(call, "case.unknown"))
        elif not _may_judge(clerk, call, found):
            key = "refused.secret" if found.secret else "refused"
            clerk.refuse(journal, call, key, thing=f"message {found.number}")
        else:
            judged(journal, found, words)

    clerk.look(lambda connection: archive.find(connection, target), go_on)


def _may_judge(clerk: Clerk, call: Call, dossier: Dossier) -> bool:
    """What is secret only the officer may bring back, where the town has one."""
    if dossier.secret and clerk.services.judge.directory.officer:
        return call.officer
    return call.governs


def _misjudged(clerk: Clerk, journal: Journal, call: Call) -> None:  # noqa: ARG001 - once looked up
    """误判 〈编号〉 [是 〈类别〉]: restore, clear, correct, teach, and tell."""

    def judged(journal: Journal, dossier: Dossier, words: str) -> None:
        lesson = lesson_of(words, dossier)
        if lesson is None:
            text = clerk.say(call, "misjudged.kinds", text=excerpt(words))
            clerk.decline(journal, call, text)
            return
        verdict = Verdict(clerk, call, dossier)
        state = verdict.let_stand(journal)
        verdict.teach(journal, lesson.kind, lesson.traits)
        made = verdict.correct(journal, lesson.kind, lesson.traits, "misjudged")
        undone = None if made else verdict.misread(journal, lesson)
        verdict.close(journal, "misjudged")
        verdict.tell_sender(journal, "misjudged", state=say(f"command.told.{state}"))
        _note(clerk, journal, call, dossier, f"{state}; {_learnt(lesson)}")
        lines = [
            clerk.say(
                call, "misjudged.done", number=dossier.number, name=dossier.message.sender,
                state=clerk.say(call, f"state.{state}"),
            ),
            _taught(clerk, call, dossier, lesson),
        ]  # fmt: skip
        lines += _entered(clerk, call, made)
        if undone is not None:
            task, fate = undone
            lines.append(clerk.say(call, f"misjudged.task.{fate.value}", task=task))
        clerk.answer(journal, call, "\n".join(lines))

    _judge(clerk, call, judged)


def _entered(clerk: Clerk, call: Call, made: Sequence[int]) -> list[str]:
    """Of which tasks it is told that they were made."""
    if not made:
        return []
    return [clerk.say(call, "misjudged.task", tasks="、".join(str(number) for number in made))]


def _learnt(lesson: Lesson) -> str:
    return "kind not said" if lesson.kind is None else f"kind {lesson.kind.value}"


def _taught(clerk: Clerk, call: Call, dossier: Dossier, lesson: Lesson) -> str:
    if lesson.kind is None:
        kind = clerk.say(call, f"kind.{dossier.judged.kind}")
        return clerk.say(call, "misjudged.not", kind=kind, number=dossier.number)
    return clerk.say(call, "misjudged.taught", kind=clerk.say(call, f"kind.{lesson.kind.value}"))


def _let_pass(clerk: Clerk, journal: Journal, call: Call) -> None:  # noqa: ARG001 - once looked up
    """放行 〈编号〉: let it stand, or put it back, without a lesson."""

    def judged(journal: Journal, dossier: Dossier, words: str) -> None:
        verdict = Verdict(clerk, call, dossier)
        state = verdict.let_stand(journal)
        made = verdict.correct(journal, None, frozenset(), "let_pass")
        verdict.close(journal, "let_pass", words[:WORDS])
        verdict.tell_sender(journal, "let_pass", state=say(f"command.told.{state}"))
        _note(clerk, journal, call, dossier, f"let pass: {state}")
        text = clerk.say(
            call, "let_pass.done", number=dossier.number, name=dossier.message.sender,
            state=clerk.say(call, f"state.{state}"),
        )  # fmt: skip
        clerk.answer(journal, call, "\n".join([text, *_entered(clerk, call, made)]))

    _judge(clerk, call, judged)


def _reject(clerk: Clerk, journal: Journal, call: Call) -> None:  # noqa: ARG001 - once looked up
    """驳回 〈编号〉 [话]: the decision stands; whoever appealed is told why."""

    def judged(journal: Journal, dossier: Dossier, words: str) -> None:
        if not dossier.open_cases:
            text = clerk.say(call, "reject.none", number=dossier.number)
            clerk.decline(journal, call, text)
            return
        verdict = Verdict(clerk, call, dossier)
        verdict.close(journal, "upheld", words[:WORDS])
        if any(case.sort == APPEAL for case in dossier.open_cases):
            reason = say("command.told.because", words=words[:WORDS]) if words else ""
            verdict.tell_sender(journal, "upheld", because=reason)
        _note(clerk, journal, call, dossier, "upheld")
        text = clerk.say(call, "reject.done", number=dossier.number, name=dossier.message.sender)
        clerk.answer(journal, call, text)

    _judge(clerk, call, judged)


def _note(clerk: Clerk, journal: Journal, call: Call, dossier: Dossier, after: str) -> None:
    policies = ", ".join(row.policy for row in dossier.last_findings)
    before = f"{dossier.judged.action} {dossier.judged.kind}" + (f" ({policies})" * bool(policies))
    clerk.note(journal, call, thing=f"message {dossier.number}", before=before, after=after)


def _cases(clerk: Clerk, journal: Journal, call: Call) -> None:  # noqa: ARG001 - once looked up
    """待判: doubts and appeals that wait."""

    def tell(journal: Journal, found: tuple[Any, int]) -> None:
        rows, total = found
        if not rows:
            text = clerk.say(call, "cases.none")
        else:
            lines = [clerk.say(call, "cases.head", count=total)]
            lines += [_case(clerk, call, row) for row in rows]
            if total > len(rows):
                lines.append(clerk.say(call, "cases.more", count=total - len(rows)))
            lines.append(clerk.say(call, "cases.tail"))
            text = "\n".join(lines)
        clerk.answer(journal, call, text)
        clerk.note(journal, call, thing="cases")

    clerk.look(lambda connection: archive.open_cases(connection, LISTED), tell)


def _case(clerk: Clerk, call: Call, row: Any) -> str:
    hidden = row.secret or row.sealed is not None
    quote = clerk.say(call, "cases.secret") if hidden else excerpt(row.text or row.title, 16)
    kind = clerk.say(call, f"kind.{row.kind}") if row.kind else ""
    key = "cases.appeal" if row.sort == APPEAL else "cases.doubt"
    return clerk.say(
        call, key, number=row.number, name=row.sender, kind=kind, quote=quote,
        words="" if hidden else excerpt(row.words, 16),
    )  # fmt: skip


def _appeal(clerk: Clerk, journal: Journal, call: Call) -> None:  # noqa: ARG001 - once looked up
    """申诉 〈编号〉 [话]: to the admins privately, answered with 放行, 误判 or 驳回."""
    target, words = archive.target_of(call)

    def appeal(journal: Journal, found: Dossier | None) -> None:
        if found is None or (not found.last_findings and not found.cases):
            clerk.decline(journal, call, clerk.say(call, "appeal.nothing"))
            return
        if not clerk.is_own(call, found.message):
            clerk.refuse(journal, call, "refused.not_own", thing=f"message {found.number}")
            return
        appeals = [case for case in found.cases if case.sort == APPEAL]
        if appeals:
            open_ = appeals[-1].closed_at is None
            key = "appeal.waiting" if open_ else f"appeal.{appeals[-1].verdict}"
            text = clerk.say(call, key, number=found.number, answer=appeals[-1].answer)
            clerk.decline(journal, call, text)
            return
        journal.add(
            tables.cases, message=found.number, sort=APPEAL, person=call.person,
            text=words[:WORDS], at=call.now,
        )  # fmt: skip
        _tell_judges(clerk, journal, call, found, words[:WORDS])
        clerk.note(journal, call, thing=f"message {found.number}", after="appealed")
        clerk.answer(journal, call, clerk.say(call, "appeal.done", number=found.number))

    clerk.look(lambda connection: archive.find(connection, target), appeal)


def _tell_judges(clerk: Clerk, journal: Journal, call: Call, dossier: Dossier, words: str) -> None:
    """Admins hear of an appeal; of one about something secret the officer, without a word of it."""
    text = say(
        "command.appeal.raised", name=call.person, number=dossier.number,
        room=dossier.message.room, quote=shown(clerk, call, dossier),
        words="" if dossier.secret or not words else say("command.appeal.words", words=words),
        reasons="；".join(row.reason for row in dossier.last_findings),
    )  # fmt: skip
    planner, officer = clerk.services.planner, clerk.services.judge.directory.officer
    if dossier.secret and officer and planner.tell(
        journal, officer, text, purpose=APPEAL, near=call.message
    ):  # fmt: skip
        return
    planner.tell_admins(journal, text, purpose=APPEAL, near=call.message)


def _urgent(clerk: Clerk, journal: Journal, call: Call) -> None:
    """紧急 〈编号〉: a deferred assignment is published now."""
    target, _ = archive.target_of(call)
    waiting = clerk.services.state.deferrals.waiting()
    mine = [message for message in waiting if clerk.is_own(call, message)]
    chosen = _deferred(target, waiting if target.number and call.governs else mine)
    if chosen is None:
        foreign = any(message.number == target.number for message in waiting)
        if foreign:
            clerk.refuse(journal, call, "refused.not_own", thing=f"message {target.number}")
            return
        numbers = "、".join(str(message.number) for message in mine)
        text = clerk.say(call, "urgent.which" if numbers else "urgent.none", numbers=numbers)
        clerk.decline(journal, call, text)
        return
    clerk.services.state.deferrals.publish(journal, chosen.number, call.now)
    clerk.note(
        journal, call, thing=f"message {chosen.number}", before="deferred", after="published"
    )
    text = clerk.say(call, "urgent.done", number=chosen.number, room=chosen.room)
    clerk.answer(journal, call, text)


def _deferred(target: archive.Target, waiting: Any) -> Message | None:
    """The one that is meant: by number, by quotation, or the only one."""
    found = [
        message
        for message in waiting
        if message.number == target.number
        or (not target.number and target.quoted in {"", message.id})
    ]
    return found[0] if len(found) == 1 else None


COMMANDS = (
    Command("misjudged", ("误判", "判错了"), ("mistake", "misjudged"), Right.JUDGE, _misjudged, NUMBERED),
    Command("let_pass", ("放行",), ("allow", "let pass"), Right.JUDGE, _let_pass, NUMBERED),
    Command("reject", ("驳回",), ("reject", "uphold"), Right.JUDGE, _reject, NUMBERED),
    Command("cases", ("待判",), ("pending", "cases"), Right.ADMIN, _cases, spaced=NOTHING),
    Command("appeal", ("申诉",), ("appeal",), Right.EVERYONE, _appeal, NUMBERED),
    Command("urgent", ("紧急",), ("urgent",), Right.EVERYONE, _urgent, A_NUMBER, A_NUMBER),
)  # fmt: skip
