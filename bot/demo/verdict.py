"""A judgement as plain data for the page: everything that 为什么 can be asked about."""

from collections.abc import Sequence
from typing import Any

from bot.core.decision import Finding
from bot.core.policy import Policy
from bot.judging.judgement import SECRECY, Judgement
from bot.judging.modes import Modes

#: Cues shown at most.
_CUES = 6


def is_secret(judgement: Judgement) -> bool:
    """Whether the words of the message must not be shown again."""
    return any(finding.policy == SECRECY for finding in judgement.decision.findings)


def as_data(judgement: Judgement, modes: Modes, tasks: Sequence[int]) -> dict[str, Any]:
    """What was read, which policies were in force, what they found, and what was decided."""
    reading, decision = judgement.reading, judgement.decision
    secret = is_secret(judgement)
    relation = judgement.relation
    found = {finding.policy: finding for finding in decision.findings}
    return {
        "number": judgement.message.number,
        "action": decision.action.word,
        "also": [action.word for action in decision.also],
        "doubtful": decision.doubtful,
        "spared": judgement.spared,
        "secret": secret,
        "rank": judgement.rank.value,
        "entitled": judgement.entitled,
        "working": judgement.working,
        "kind": reading.kind.value,
        "confidence": round(reading.confidence, 4),
        "traits": sorted(trait.value for trait in reading.traits),
        "deadline": reading.deadline.isoformat() if reading.deadline else None,
        # A cue may be a word of the message, and of a secret one not a word is shown.
        "addressees": [] if secret else list(reading.addressees),
        "because": [] if secret else list(reading.because[:_CUES]),
        "threshold": judgement.threshold,
        "mute_seconds": decision.mute_seconds,
        "part_of": judgement.part_of,
        "relation": {"kind": relation.kind.value, "number": relation.number, "room": relation.room}
        if relation
        else None,
        "tasks": list(tasks),
        "took_us": judgement.took_us,
        "policies": [
            _policy(policy, mode.value, found.get(policy.name))
            for policy, mode, _ in modes.kept(judgement.room, judgement.message.at)
        ],
    }


def _policy(policy: Policy, mode: str, finding: Finding | None) -> dict[str, Any]:
    """A policy in force; with what it found, if it found something."""
    known: dict[str, Any] = {"name": policy.name, "title": policy.title, "mode": mode}
    if finding is not None:
        known |= {
            "mode": finding.mode.value,
            "reason": finding.reason,
            "comply": finding.comply,
            "sure": round(finding.sure, 4),
            "quiet": finding.quiet,
        }
    return known
