"""brief_documents: what a raw document is."""

import pytest

from bot.core.decision import Mode
from bot.core.message import RoomKind
from bot.core.reading import Trait
from policies import all_policies
from tests.support.asking import ask


def test_a_raw_document_is_found_and_a_briefed_or_completed_one_is_not() -> None:
    assert ask("brief_documents", "document") is not None
    assert ask("brief_documents", "document", "briefed") is None
    assert ask("brief_documents", "document", completed=True) is None


@pytest.mark.parametrize("kind", ["assignment", "discussion", "report", "acknowledgement", "chat"])
def test_other_kinds_are_left_alone(kind: str) -> None:
    assert ask("brief_documents", kind) is None


def test_doubt_about_briefed_is_doubt_about_the_finding() -> None:
    found = ask("brief_documents", "document", traits_at={Trait.BRIEFED: 0.4})
    assert found is not None
    assert found.sure == pytest.approx(0.6)


def test_standing_rooms_are_only_reminded() -> None:
    modes = all_policies()["brief_documents"].modes
    assert modes[RoomKind.STANDING] is Mode.REMIND
    assert modes[RoomKind.BUSINESS] is Mode.ENFORCE
