"""announcement_only: what it catches, and what it leaves alone."""

import pytest

from bot.core.message import Role
from bot.core.reading import Kind
from tests.support.asking import ask


@pytest.mark.parametrize("kind", ["discussion", "report", "document", "chat"])
def test_everything_but_assignments_is_found(kind: str) -> None:
    for entitled in (True, False):
        found = ask("announcement_only", kind, room="announcement", entitled=entitled)
        assert found is not None
        assert "公告" not in found.reason
        assert found.comply


def test_assignments_of_those_who_may_assign_are_in_order() -> None:
    assert ask("announcement_only", "assignment", room="announcement", entitled=True) is None
    briefed = ask("announcement_only", "document", "briefed", room="announcement", entitled=True)
    assert briefed is None
    later = ask("announcement_only", "document", room="announcement", entitled=True, completed=True)
    assert later is None


def test_assignments_of_others_are_found() -> None:
    found = ask("announcement_only", "assignment", room="announcement", rank=Role.MEMBER)
    assert found is not None
    assert "管理员" in found.comply


def test_other_rooms_and_receipts_are_left_alone() -> None:
    assert ask("announcement_only", "chat") is None
    assert ask("announcement_only", "acknowledgement", room="announcement") is None


def test_what_may_be_an_assignment_is_not_surely_found() -> None:
    kinds = {Kind.DISCUSSION: 0.7, Kind.ASSIGNMENT: 0.3}
    unsure = ask("announcement_only", "discussion", room="announcement", entitled=True, kinds=kinds)
    assert unsure is not None
    assert unsure.sure == pytest.approx(0.7)
    # One who may not assign here breaks the rule either way.
    other = ask("announcement_only", "discussion", room="announcement", kinds=kinds)
    assert other is not None
    assert other.sure == pytest.approx(1.0)
