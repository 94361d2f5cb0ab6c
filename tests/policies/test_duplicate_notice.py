"""duplicate_notice: only what adds nothing."""

import pytest

from bot.core.reading import Relation, RelationKind
from tests.support.asking import ask


def related(kind: str, room: str = "公告群") -> Relation:
    return Relation(RelationKind(kind), "0", 1, room)


def test_a_duplicate_is_found_and_told_where_the_first_is() -> None:
    found = ask("duplicate_notice", "assignment", relation=related("duplicate"))
    assert found is not None
    assert "公告群" in found.reason
    same = ask("duplicate_notice", "assignment", relation=related("duplicate", "政务群"))
    assert same is not None
    assert "本群" in same.reason


@pytest.mark.parametrize("kind", ["correction", "cancellation"])
def test_corrections_and_cancellations_are_in_order(kind: str) -> None:
    assert ask("duplicate_notice", "assignment", relation=related(kind)) is None


def test_the_first_posting_is_never_marked() -> None:
    assert ask("duplicate_notice", "assignment") is None
