"""no_solicitation: neither private nor official campaigns."""

import pytest

from tests.support.asking import ask


@pytest.mark.parametrize("kind", ["assignment", "chat", "document"])
def test_campaigns_are_found(kind: str) -> None:
    assert ask("no_solicitation", kind, "vote_solicitation") is not None


@pytest.mark.parametrize("trait", ["material_demand", "reply_demand", "advertisement"])
def test_other_demands_are_left_alone(trait: str) -> None:
    assert ask("no_solicitation", "assignment", trait) is None
