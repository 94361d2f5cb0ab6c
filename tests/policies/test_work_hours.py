"""work_hours: quiet outside hours."""

import pytest

from bot.core.reading import Kind
from tests.support.asking import ask


@pytest.mark.parametrize("kind", ["assignment", "discussion", "report", "document", "chat"])
def test_within_hours_or_in_an_emergency_everything_is_in_order(kind: str) -> None:
    assert ask("work_hours", kind) is None
    assert ask("work_hours", kind, working=False, emergency=True) is None


def test_an_assignment_waits_for_the_opening() -> None:
    found = ask("work_hours", "assignment", working=False)
    assert found is not None
    assert found.defer
    briefed = ask("work_hours", "document", "briefed", working=False)
    assert briefed is not None
    assert briefed.defer


def test_an_assignment_of_one_who_may_not_assign_there_does_not() -> None:
    found = ask("work_hours", "assignment", working=False, room="announcement", entitled=False)
    assert found is not None
    assert not found.defer


def test_other_messages_are_found_unless_they_may_be_an_assignment() -> None:
    found = ask("work_hours", "report", working=False)
    assert found is not None
    assert not found.defer
    kinds = {Kind.DISCUSSION: 0.6, Kind.ASSIGNMENT: 0.4}
    unsure = ask("work_hours", "discussion", working=False, kinds=kinds)
    assert unsure is not None
    assert unsure.sure == pytest.approx(0.6)


def test_receipts_are_left_to_their_own_policy() -> None:
    assert ask("work_hours", "acknowledgement", working=False) is None
