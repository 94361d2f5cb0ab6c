"""The ladder: strength, escalation, rank, doubt, and what always holds."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decision import Action, Finding, Mode
from bot.core.message import Role
from bot.judging.ladder import Standing, decide
from policies import all_policies

A = Action


def found(policy: str = "no_chat", mode: Mode = Mode.ENFORCE, **more: object) -> Finding:
    return Finding(policy, "缘由", "办法", mode=mode, **more)  # type: ignore[arg-type]


def steps(*findings: Finding, **standing: object) -> tuple[Action, tuple[Action, ...]]:
    decision = decide(findings, Standing(**standing))  # type: ignore[arg-type]
    return decision.action, decision.also


def test_nothing_found_nothing_done() -> None:
    assert steps() == (A.NONE, ())
    assert steps(found(mode=Mode.OFF)) == (A.NONE, ())


def test_observing_backlog_and_unmanaged_rooms_only_record() -> None:
    assert steps(found(mode=Mode.OBSERVE)) == (A.RECORD, ())
    assert steps(found(), backlog=True) == (A.RECORD, ())
    assert steps(found(), managed=False) == (A.RECORD, ())
    assert steps(found("secrecy", alert=True), backlog=True) == (A.RECORD, ())


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (0, (A.DELETE, (A.NUDGE,))),
        (1, (A.DELETE, (A.NUDGE,))),
        (2, (A.MUTE, (A.DELETE, A.NUDGE))),
        (9, (A.MUTE, (A.DELETE, A.NUDGE))),
    ],
)
def test_where_the_bot_can_delete(before: int, expected: object) -> None:
    assert steps(found(), offences={"no_chat": before}) == expected


@pytest.mark.parametrize(
    ("before", "can_mute", "expected"),
    [
        (0, True, (A.NUDGE, ())),
        (1, True, (A.WARN, ())),
        (2, True, (A.MUTE, (A.WARN,))),
        (2, False, (A.WARN, (A.ALERT,))),
        (0, False, (A.NUDGE, ())),
    ],
)
def test_where_it_cannot(before: int, can_mute: bool, expected: object) -> None:
    standing = {"offences": {"no_chat": before}, "can_delete": False, "can_mute": can_mute}
    assert steps(found(), **standing) == expected


def test_mutes_grow_longer() -> None:
    lengths = [
        decide([found()], Standing(offences={"no_chat": before})).mute_seconds
        for before in range(6)
    ]
    assert lengths == [0, 0, 600, 3600, 86400, 86400]


def test_remind_nudges_and_then_warns_and_never_deletes() -> None:
    reminded = found(mode=Mode.REMIND)
    assert steps(reminded) == (A.NUDGE, ())
    assert steps(reminded, offences={"no_chat": 1}) == (A.WARN, ())
    assert steps(reminded, offences={"no_chat": 5}) == (A.WARN, ())


def test_each_policy_counts_for_itself() -> None:
    assert steps(found("flood"), offences={"no_chat": 5}) == (A.DELETE, (A.NUDGE,))


def test_leaders_are_nudged_and_their_messages_stay() -> None:
    leader = {"rank": Role.LEADER}
    assert steps(found(), **leader) == (A.NUDGE, ())
    assert steps(found(), **leader, offences={"no_chat": 9}) == (A.NUDGE, ())
    assert steps(found(mode=Mode.REMIND), **leader, offences={"no_chat": 9}) == (A.NUDGE, ())
    assert steps(found("work_hours", defer=True), **leader) == (A.DEFER, (A.NUDGE,))
    assert steps(found("secrecy", alert=True), **leader) == (A.DELETE, (A.ALERT, A.NUDGE))
    assert steps(found("quiet_receipts", quiet=True), **leader) == (A.RECORD, ())


def test_admins_are_spoken_to_privately_but_their_messages_may_go() -> None:
    admin = {"rank": Role.ADMIN, "offences": {"no_chat": 9}}
    assert steps(found(), **admin) == (A.DELETE, (A.NUDGE,))
    assert steps(found(), **admin, can_delete=False) == (A.NUDGE, ())


def test_doubt_makes_a_nudge_and_a_case_and_no_offence() -> None:
    decision = decide([found(sure=0.79)], Standing())
    assert (decision.action, decision.also) == (A.NUDGE, ())
    assert decision.doubtful
    assert decision.offences == ()
    assert steps(found("work_hours", defer=True, sure=0.5)) == (A.NUDGE, ())
    assert steps(found(sure=0.8)) == (A.DELETE, (A.NUDGE,))


def test_secrecy() -> None:
    secret = found("secrecy", alert=True)
    assert steps(secret) == (A.DELETE, (A.ALERT, A.NUDGE))
    assert steps(secret, can_delete=False) == (A.ALERT, (A.NUDGE,))
    assert steps(secret, managed=False) == (A.ALERT, ())
    assert steps(found("secrecy", alert=True, sure=0.5)) == (A.ALERT, (A.NUDGE,))


def test_receipts_and_courtesies_reproach_nobody() -> None:
    for policy in ("quiet_receipts", "no_chat"):
        quiet = found(policy, quiet=True)
        decision = decide([quiet], Standing(offences={policy: 9}))
        assert (decision.action, decision.also, decision.offences) == (A.DELETE, (), ())
        assert steps(quiet, can_delete=False) == (A.RECORD, ())
        assert steps(found(policy, quiet=True, sure=0.3)) == (A.RECORD, ())
        assert steps(found(policy, Mode.REMIND, quiet=True)) == (A.RECORD, ())


def test_a_flood_is_one_offence() -> None:
    first = decide([found("flood")], Standing())
    more = decide([found("flood", again=True)], Standing())
    assert first.offences == ("flood",)
    assert (more.action, more.also, more.offences) == (A.DELETE, (), ())


def test_several_findings_give_one_action_the_strongest() -> None:
    assert steps(found(), found("material_demand", Mode.REMIND)) == (A.DELETE, (A.NUDGE,))
    reminded = found("material_demand", Mode.REMIND)
    deferred = found("work_hours", defer=True)
    assert steps(deferred, reminded) == (A.DEFER, (A.NUDGE,))
    assert steps(deferred, found("no_solicitation")) == (A.DELETE, (A.NUDGE,))
    assert steps(found(mode=Mode.OBSERVE), reminded) == (A.NUDGE, ())


FINDINGS = st.lists(
    st.builds(
        Finding,
        st.sampled_from(sorted(all_policies())),
        st.just("缘由"),
        sure=st.floats(0, 1),
        quiet=st.booleans(),
        alert=st.booleans(),
        defer=st.booleans(),
        again=st.booleans(),
        mode=st.sampled_from(list(Mode)),
    ),
    max_size=5,
)
STANDINGS = st.builds(
    Standing,
    rank=st.sampled_from(list(Role)),
    can_delete=st.booleans(),
    can_mute=st.booleans(),
    managed=st.booleans(),
    backlog=st.booleans(),
    threshold=st.floats(0.5, 1),
    offences=st.dictionaries(st.sampled_from(sorted(all_policies())), st.integers(0, 9)),
)


@given(FINDINGS, STANDINGS)
def test_what_always_holds(findings: list[Finding], standing: Standing) -> None:
    decision = decide(findings, standing)
    taken = decision.steps
    harsh = taken & {A.DELETE, A.DEFER, A.MUTE}
    if standing.rank is not Role.MEMBER:
        assert not taken & {A.WARN, A.MUTE, A.REMOVE}
    if harsh:
        assert standing.managed
        assert not standing.backlog
        assert any(f.sure >= standing.threshold and f.mode is Mode.ENFORCE for f in findings)
    if taken & {A.DELETE, A.DEFER}:
        assert standing.can_delete
    if A.DELETE in taken and standing.rank is Role.LEADER:
        assert any(f.alert for f in findings)
    if A.MUTE in taken:
        assert standing.can_mute
        assert decision.mute_seconds > 0
    assert not (A.WARN in taken and A.NUDGE in taken)
    assert A.REMOVE not in taken
    assert decision.action is max(taken)
    assert list(decision.also) == sorted(decision.also, reverse=True)
    assert set(decision.offences) <= {f.policy for f in findings if not f.quiet}


@given(FINDINGS, STANDINGS)
def test_more_offences_never_make_it_milder(findings: list[Finding], standing: Standing) -> None:
    def at(times: Mapping[str, int]) -> Action:
        return decide(findings, Standing(**{**_fields(standing), "offences": times})).action

    fewer = dict(standing.offences)
    more = {policy: fewer.get(policy, 0) + 1 for policy in all_policies()}
    assert at(more) >= at(fewer)


def _fields(standing: Standing) -> dict[str, object]:
    return {name: getattr(standing, name) for name in Standing.__slots__}
