"""Closing and opening: whatever is killed when, every room is in the state the clock says."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.base import NO_CAPABILITIES
from bot.core.clock import DrivenClock
from bot.store import tables
from tests.support.town import MONDAY, TOWN, Harness, start_town, town_of

KEPT = {"公告群", "政务群", "党员群", "领导群"}


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in the town; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def closed(harness: Harness) -> set[str]:
    return {room.name for room in harness.world.rooms() if room.closed}


async def test_rooms_close_and_open_with_the_hours(town: Harness) -> None:
    assert closed(town) == set()
    await town.until(local(23, 17, 59))
    assert closed(town) == set()
    await town.until(local(23, 18))
    assert closed(town) == KEPT
    await town.until(local(24, 8, 29))
    assert closed(town) == KEPT
    await town.until(local(24, 8, 30))
    assert closed(town) == set()


async def test_weekends_and_holidays_stay_closed(town: Harness) -> None:
    await town.until(local(28, 12))
    assert closed(town) == KEPT
    await town.until(local(30, 8, 30))
    assert closed(town) == set()


@pytest.mark.parametrize(
    ("stop", "start", "expected"),
    [
        (local(23, 17), local(23, 23), KEPT),  # away at the closing
        (local(23, 23), local(24, 0, 30), KEPT),  # a restart after midnight is still night
        (local(23, 23), local(24, 9), set()),  # away at the opening
        (local(24, 3), local(24, 3, 1), KEPT),
        (local(27, 19), local(30, 9), set()),  # away for the weekend
        (local(27, 17), local(28, 9), KEPT),
    ],
)
async def test_a_restart_at_any_time_finds_the_right_state(
    tmp_path: Path, stop: datetime, start: datetime, expected: set[str]
) -> None:
    first = await start_town(tmp_path / "town.db")
    await first.until(stop)
    await first.stop()
    first.clock.set(start)
    second = await start_town(tmp_path / "town.db", clock=first.clock, world=first.world)
    await second.until(start)
    assert closed(second) == expected
    await second.stop()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 3000)), min_size=1, max_size=4))
def test_after_random_stops_the_state_is_what_the_clock_says(
    runs: list[tuple[int, int]],
) -> None:
    async def scenario(folder: Path) -> None:
        clock, world = DrivenClock(MONDAY), None
        for awake, asleep in runs:
            harness = await start_town(folder / "town.db", clock=clock, world=world)
            world = harness.world
            await harness.until(clock.now() + timedelta(minutes=awake))
            is_open = harness.app.judge.calendar.is_open(clock.now())
            assert closed(harness) == (set() if is_open else KEPT)
            recorded = {row.name for row in await harness.rows(tables.rooms) if row.closed}
            assert recorded == closed(harness)
            await harness.stop()
            clock.advance(timedelta(minutes=asleep))

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(scenario(Path(folder)))


async def test_one_refusal_does_not_end_the_room_s_hours_for_the_others(tmp_path: Path) -> None:
    harness = await start_town(tmp_path / "town.db")
    harness.world.set_capabilities("政务群", NO_CAPABILITIES)
    await harness.until(local(23, 18))
    assert closed(harness) == KEPT - {"政务群"}
    await harness.until(local(24, 8, 30))
    assert closed(harness) == set()
    await harness.stop()


async def test_an_urgent_message_opens_its_room_for_two_hours(town: Harness) -> None:
    await town.until(local(23, 22))
    await town.post("公告群", "书记", "[as+urgent] 后山着火了，都来")
    await town.until(local(23, 22, 1))
    assert closed(town) == KEPT - {"公告群"}
    sent = await town.post("公告群", "小王", "[re] 我到了")
    assert (await town.judged(sent)).action == "none"
    await town.until(local(24, 0, 0))
    assert closed(town) == KEPT


async def test_a_document_s_grace_ends_after_its_last_moment(town: Harness) -> None:
    sent = await town.post("政务群", "小王", "[do] 关于……的通知")
    assert (await town.judged(sent)).spared == "grace"
    await town.until(MONDAY + timedelta(minutes=10))
    assert (await town.judged(sent)).spared == "grace"
    await town.until(MONDAY + timedelta(minutes=10, seconds=1))
    assert (await town.judged(sent)).action == "delete"


async def test_a_grace_runs_on_over_a_restart(tmp_path: Path) -> None:
    first = await start_town(tmp_path / "town.db")
    sent = await first.post("政务群", "小王", "[do] 关于……的通知")
    await first.post("政务群", "小王", "要点：一、二、三")
    await first.stop()
    first.clock.advance(timedelta(minutes=5))
    second = await start_town(tmp_path / "town.db", clock=first.clock, world=first.world)
    await second.post("政务群", "小王", "拟办：各村周五前办完")
    row = await second.judged(sent)
    assert (row.action, row.spared, row.traits) == ("none", "", ["briefed"])
    await second.stop()


async def test_hours_of_the_town_file_are_taken_while_running(town: Harness) -> None:
    later = town_of(TOWN + '[hours]\nopen = "08:30"\nclose = "20:00"\n')
    await town.app.reload(later)
    await town.until(local(23, 19))
    assert closed(town) == set()
    await town.until(local(23, 20))
    assert closed(town) == KEPT
