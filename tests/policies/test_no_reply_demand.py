"""no_reply_demand: the receipt list replaces roll-calls."""

import pytest

from bot.core.reading import Trait
from tests.support.asking import ask


@pytest.mark.parametrize("kind", ["assignment", "document", "chat"])
def test_a_demand_is_found_whatever_the_message_is(kind: str) -> None:
    found = ask("no_reply_demand", kind, "reply_demand")
    assert found is not None
    assert "谁没收到" in found.comply


def test_an_emergency_lifts_it() -> None:
    assert ask("no_reply_demand", "assignment", "reply_demand", emergency=True) is None


def test_without_a_demand_there_is_nothing() -> None:
    assert ask("no_reply_demand", "assignment", "material_demand") is None


def test_it_is_as_sure_as_the_trait() -> None:
    found = ask(
        "no_reply_demand", "assignment", "reply_demand", traits_at={Trait.REPLY_DEMAND: 0.6}
    )
    assert found is not None
    assert found.sure == pytest.approx(0.6)
