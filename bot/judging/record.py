"""Write a judgement down: what was read, found and decided, and how long it took."""

from typing import Any

from bot.core.decision import Action, Outcome
from bot.judging.judgement import Judgement
from bot.store import tables
from bot.store.journal import Journal


def record(
    journal: Journal, judgement: Judgement, *, revision: int = 0, first: bool = True
) -> None:
    """Note the judgement of a message; a later one of the same message takes the place of the first."""
    values = _row(judgement)
    if first:
        journal.add(tables.judgements, number=judgement.message.number, revision=revision, **values)
    else:
        journal.change(
            tables.judgements, {"number": judgement.message.number}, revision=revision, **values
        )
    for finding in judgement.decision.findings:
        journal.add(
            tables.findings,
            message=judgement.message.number,
            policy=finding.policy,
            mode=finding.mode.value,
            reason=finding.reason,
            comply=finding.comply,
            sure=finding.sure,
            at=judgement.message.at,
        )
    if judgement.decision.doubtful:
        journal.add(
            tables.cases,
            message=judgement.message.number,
            sort="doubt",
            person=judgement.person,
            at=judgement.at,
        )


def _row(judgement: Judgement) -> dict[str, Any]:
    reading, decision, relation = judgement.reading, judgement.decision, judgement.relation
    return {
        "at": judgement.message.at,
        "room": judgement.message.room,
        "person": judgement.person,
        "rank": judgement.rank.value,
        "decided_at": judgement.at,
        "kind": reading.kind.value,
        "confidence": reading.confidence,
        "traits": sorted(trait.value for trait in reading.traits),
        "deadline": reading.deadline,
        "addressees": [] if judgement.secret else list(reading.addressees),
        "because": [] if judgement.secret else list(reading.because),
        "working": judgement.working,
        "backlog": judgement.backlog,
        "doubtful": decision.doubtful,
        "action": decision.action.word,
        "would": judgement.would.word,
        "also": [action.word for action in decision.also],
        "outcome": _first_outcome(decision.action),
        "threshold": judgement.threshold,
        "relation": relation.kind.value if relation else None,
        "relation_of": relation.number if relation else None,
        "took_us": judgement.took_us,
        "spared": judgement.spared,
    }


def _first_outcome(action: Action) -> str | None:
    """Recording is done by being recorded; what a channel must do is pending."""
    if action is Action.NONE:
        return None
    return Outcome.DONE.value if action is Action.RECORD else Outcome.PENDING.value
