"""Assignments at night wait for the opening, and appear once."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.base import NO_CAPABILITIES
from bot.core.clock import DrivenClock
from bot.store import tables
from tests.support.town import MONDAY, Harness, start_town

NIGHT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
OPENING = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


async def leader_at_night(harness: Harness) -> None:
    """The night has come; leaders may still post in the muted room."""
    await harness.until(NIGHT)


async def test_several_are_published_in_one_post_with_names_and_times(town: Harness) -> None:
    await leader_at_night(town)
    first = await town.post("公告群", "书记", "[as] 明早八点开会")
    await town.post("公告群", "镇长", "[as] 周五前交表")
    assert (await town.judged(first)).action == "defer"
    assert town.texts("公告群") == []
    assert "紧急" in town.inbox("书记")[0]
    await town.until(OPENING)
    [post] = town.texts("公告群")
    assert "明早八点开会" in post
    assert "周五前交表" in post
    assert "书记" in post
    assert "22:00" in post


async def test_where_nothing_can_be_deleted_the_sender_is_asked(tmp_path: Path) -> None:
    town = await start_town(tmp_path / "town.db", capabilities=NO_CAPABILITIES)
    await town.until(NIGHT)
    sent = await town.post("公告群", "书记", "[as] 明早八点开会")
    row = await town.judged(sent)
    assert (row.action, row.also) == ("nudge", [])
    assert town.texts("公告群") == ["[as] 明早八点开会"]
    await town.until(OPENING)
    assert len(town.texts("公告群")) == 1
    await town.stop()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(1, 900), min_size=1, max_size=5))
def test_once_and_only_once_whatever_is_stopped_when(sleeps: list[int]) -> None:
    async def scenario(folder: Path) -> None:
        clock = DrivenClock(MONDAY)
        harness = await start_town(folder / "town.db", clock=clock)
        await leader_at_night(harness)
        await harness.post("公告群", "书记", "[as] 明早八点开会")
        for minutes in [*sleeps, 1200]:
            await harness.stop()
            clock.advance(timedelta(minutes=minutes))
            harness = await start_town(folder / "town.db", clock=clock, world=harness.world)
            await harness.until(clock.now())
        posts = [text for text in harness.texts("公告群") if "明早八点开会" in text]
        assert len(posts) == 1
        [row] = await harness.rows(tables.deferrals)
        assert row.published_at is not None
        await harness.stop()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(scenario(Path(folder)))
