"""flood: those beyond the limit."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.asking import ask


def test_the_eighth_is_in_order_and_the_ninth_is_not() -> None:
    assert ask("flood", "discussion", burst=8) is None
    ninth = ask("flood", "discussion", burst=9)
    assert ninth is not None
    assert not ninth.again


@given(st.integers(2, 40), st.integers(1, 80))
def test_exactly_one_message_begins_a_flood(limit: int, burst: int) -> None:
    found = ask("flood", "discussion", burst=burst, settings={"messages": limit})
    assert (found is not None) == (burst > limit)
    if found is not None:
        assert found.again == (burst > limit + 1)


def test_it_does_not_rest_on_the_reading() -> None:
    found = ask("flood", "discussion", burst=20, confidence=0.2)
    assert found is not None
    assert found.sure == 1.0
