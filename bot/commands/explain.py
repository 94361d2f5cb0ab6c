"""为什么: the rule, the evidence, the mode, the threshold, and how to comply."""

from collections.abc import Sequence
from typing import Any

from bot.commands import archive
from bot.commands.archive import Dossier
from bot.commands.base import NUMBERED, Call, Command, Right
from bot.commands.clerk import Clerk
from bot.core.decision import Action, Mode
from bot.store.journal import Journal
from bot.words.times import excerpt

_CUES = 4


def _why(clerk: Clerk, journal: Journal, call: Call) -> None:  # noqa: ARG001 - answered once looked up
    target, _ = archive.target_of(call)

    def explain(journal: Journal, found: Dossier | None) -> None:
        if found is None:
            clerk.decline(journal, call, clerk.say(call, "case.unknown"))
        elif not (call.governs or clerk.is_own(call, found.message)):
            clerk.refuse(journal, call, "refused.not_own", thing=f"message {found.number}")
        else:
            clerk.answer(journal, call, "\n".join(_lines(clerk, call, found)))
            clerk.note(journal, call, thing=f"message {found.number}")

    clerk.look(lambda connection: archive.find(connection, target), explain)


def _lines(clerk: Clerk, call: Call, dossier: Dossier) -> Sequence[str]:
    message, judged = dossier.message, dossier.judged
    lines = [
        clerk.say(
            call, "why.head", number=dossier.number, room=message.room or "-",
            name=message.sender, at=clerk.moment(call, message.at),
        ),
        shown(clerk, call, dossier),
    ]  # fmt: skip
    if dossier.unjudged:
        return [*lines, clerk.say(call, "why.unjudged")]
    lines.append(
        clerk.say(
            call, "why.read", kind=clerk.say(call, f"kind.{judged.kind}"),
            sure=_percent(judged.confidence), threshold=_percent(judged.threshold),
        )
    )  # fmt: skip
    if judged.because and not dossier.secret:
        # The cues are words of the message itself.
        lines.append(clerk.say(call, "why.cues", cues="、".join(judged.because[:_CUES])))
    lines += [_finding(clerk, call, row) for row in dossier.last_findings]
    lines.append(_deed(clerk, call, dossier))
    if dossier.open_cases:
        lines.append(clerk.say(call, "why.waiting"))
    if clerk.is_own(call, message) and dossier.last_findings:
        lines.append(clerk.say(call, "why.appeal", number=dossier.number))
    return lines


def shown(clerk: Clerk, call: Call, dossier: Dossier) -> str:
    """The message's beginning; nothing of a secret one."""
    if dossier.secret:
        return clerk.say(call, "quote.secret")
    if dossier.purged:
        return clerk.say(call, "quote.purged")
    message = dossier.message
    words = message.text or message.title
    return clerk.say(call, "quote", text=excerpt(words) or clerk.say(call, "quote.wordless"))


def _finding(clerk: Clerk, call: Call, row: Any) -> str:
    policy = clerk.services.judge.policies.get(row.policy)
    title = row.policy if policy is None else clerk.title(call, policy)
    mode = clerk.mode(call, Mode(row.mode))
    comply = clerk.say(call, "why.comply", comply=row.comply) if row.comply else ""
    return clerk.say(
        call, "why.finding", title=title, mode=mode, reason=row.reason, sure=_percent(row.sure),
        comply=comply,
    )  # fmt: skip


def _deed(clerk: Clerk, call: Call, dossier: Dossier) -> str:
    """What was done about it, and whether it took effect."""
    judged = dossier.judged
    deeds = [judged.action, *judged.also]
    words = "、".join(clerk.say(call, f"action.{deed}") for deed in deeds)
    text = clerk.say(call, "why.done", deeds=words)
    if judged.outcome and judged.action not in {Action.NONE.word, Action.RECORD.word}:
        text += clerk.say(call, f"outcome.{judged.outcome}")
    if judged.spared:
        text += clerk.say(call, f"spared.{judged.spared}")
    if judged.doubtful:
        text += clerk.say(call, "why.doubtful")
    if dossier.restored:
        text += clerk.say(call, "why.restored")
    return text


def _percent(share: float) -> str:
    return f"{share:.0%}"


COMMANDS = (
    Command("why", ("为什么", "为啥"), ("why",), Right.EVERYONE, _why, NUMBERED),
)  # fmt: skip
