"""Token buckets on a clock that is driven."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.web.limits import Limits
from tests.support.town import MONDAY

STEPS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), max_size=120)


@given(STEPS)
def test_nobody_gets_more_than_the_bucket_and_its_refill(steps: list[tuple[int, int]]) -> None:
    limits, now = Limits(), MONDAY
    granted: dict[int, int] = {}
    for seconds, who in steps:
        now += timedelta(seconds=seconds)
        granted[who] = granted.get(who, 0) + limits.spend(f"10.0.0.{who}", now)
    passed = (now - MONDAY).total_seconds()
    assert all(count <= 10 + passed / 30 for count in granted.values())
    assert sum(granted.values()) <= 60 + passed / 2


def test_many_addresses_share_one_total_and_little_memory() -> None:
    limits = Limits()
    granted = sum(limits.spend(f"10.{n >> 8}.{n & 255}.1", MONDAY) for n in range(6000))
    assert granted == 60
    assert len(limits._each) <= 4096


def test_a_whole_ipv6_network_is_one_address_and_nonsense_is_none() -> None:
    limits = Limits()
    assert sum(limits.spend(f"2001:db8::{n:x}", MONDAY) for n in range(1, 30)) == 10
    assert limits.spend("2001:db8:0:1::1", MONDAY)
    assert limits.spend("", MONDAY)
