"""The ladder: several findings in, one action out. Pure, and it knows rank, doubt and what can be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.decision import Action, Decision, Finding, Mode
from bot.core.message import Role

#: Seconds of the third, the fourth and every further mute.
MUTES = (600, 3600, 86400)
_WARN_FROM, _MUTE_FROM = 2, 3


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ladder must know beside the findings.

    `offences` counts the sender's earlier offences by policy in the last seven
    days. `threshold` (0 to 1) is how sure a finding must be to delete.
    """

    rank: Role = Role.MEMBER
    can_delete: bool = True
    can_mute: bool = True
    managed: bool = True
    backlog: bool = False
    threshold: float = 0.8
    offences: Mapping[str, int] = field(default_factory=dict)

    @property
    def tact(self) -> bool:
        """Whether the sender is spoken to privately only, and never muted."""
        return self.rank is not Role.MEMBER


def decide(findings: Sequence[Finding], standing: Standing) -> Decision:
    """The one action for a message, everything done beside it, and what counts against the sender."""
    found = tuple(finding for finding in findings if finding.mode is not Mode.OFF)
    if not found:
        return Decision(Action.NONE)
    if standing.backlog:
        return Decision(Action.RECORD, findings=found, why_spared="backlog")
    if not standing.managed:
        alarming = any(finding.alert for finding in found)
        return Decision(Action.ALERT if alarming else Action.RECORD, findings=found)
    steps: set[Action] = set()
    offences: list[str] = []
    doubtful = False
    for finding in found:
        steps |= _steps(finding, standing)
        doubt = _doubtful(finding, standing)
        doubtful |= doubt and finding.mode is Mode.ENFORCE and not finding.quiet
        if not (doubt or finding.quiet or finding.again or finding.mode is Mode.OBSERVE):
            offences.append(finding.policy)
    action, also = _merge(steps)
    worst = max((standing.offences.get(policy, 0) + 1 for policy in offences), default=0)
    return Decision(
        action,
        also,
        found,
        doubtful=doubtful,
        offences=tuple(offences),
        mute_seconds=_mute_length(worst) if action is Action.MUTE else 0,
    )


def _doubtful(finding: Finding, standing: Standing) -> bool:
    return finding.sure < standing.threshold


def _steps(finding: Finding, standing: Standing) -> set[Action]:
    """What one finding asks for, were it alone."""
    sure = not _doubtful(finding, standing)
    removable = sure and standing.can_delete and finding.mode is Mode.ENFORCE
    if finding.mode is Mode.OBSERVE:
        return {Action.RECORD}
    if finding.alert:
        return {Action.ALERT, Action.NUDGE} | ({Action.DELETE} if removable else set())
    if finding.quiet or finding.again:
        spared = standing.rank is Role.LEADER
        return {Action.DELETE} if removable and not spared else {Action.RECORD}
    if not sure:
        return {Action.NUDGE}
    times = standing.offences.get(finding.policy, 0) + 1
    if removable:
        return _removal(finding, standing, times)
    return _appeal(finding, standing, times)


def _removal(finding: Finding, standing: Standing, times: int) -> set[Action]:
    """Where the message can be taken down."""
    if finding.defer:
        return {Action.DEFER, Action.NUDGE}
    if standing.rank is Role.LEADER:
        return {Action.NUDGE}
    steps = {Action.DELETE, Action.NUDGE}
    if times >= _MUTE_FROM and standing.can_mute and not standing.tact:
        steps.add(Action.MUTE)
    return steps


def _appeal(finding: Finding, standing: Standing, times: int) -> set[Action]:
    """Where it cannot, or the mode only reminds: words first, then firmer ones."""
    if standing.tact or times < _WARN_FROM:
        return {Action.NUDGE}
    if finding.mode is Mode.REMIND or times < _MUTE_FROM:
        return {Action.WARN}
    return {Action.WARN, Action.MUTE} if standing.can_mute else {Action.WARN, Action.ALERT}


def _merge(steps: Iterable[Action]) -> tuple[Action, tuple[Action, ...]]:
    """One action, with everything beside it; all reasons go into one text, private or public."""
    wanted = set(steps)
    if Action.DELETE in wanted:
        wanted.discard(Action.DEFER)
    if wanted & {Action.DELETE, Action.DEFER} and Action.NUDGE in wanted:
        wanted.discard(Action.WARN)
    elif Action.WARN in wanted:
        wanted.discard(Action.NUDGE)
    if wanted != {Action.RECORD}:
        wanted.discard(Action.RECORD)
    ordered = sorted(wanted, reverse=True)
    return ordered[0], tuple(ordered[1:])


def _mute_length(times: int) -> int:
    return MUTES[min(max(times - _MUTE_FROM, 0), len(MUTES) - 1)]
