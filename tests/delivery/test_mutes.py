"""A mute begins with the third offence, and ends by the clock whatever is stopped when."""

from datetime import timedelta
from pathlib import Path

from bot.store import tables
from tests.support.town import MONDAY, Harness, start_town


async def offend(town: Harness, times: int) -> None:
    for index in range(times):
        await town.world.feed([])
        await town.post("政务群", "小王", f"[ch] 闲聊 {index}")


async def test_the_third_offence_mutes_for_ten_minutes(town: Harness) -> None:
    await offend(town, 3)
    assert town.world.room("政务群").muted("小王", MONDAY)
    assert "10 分钟" in town.inbox("小王")[-1]
    await town.until(MONDAY + timedelta(minutes=10))
    assert not town.world.room("政务群").muted("小王", town.clock.now())
    [row] = await town.rows(tables.mutes)
    assert row.ended_at == MONDAY + timedelta(minutes=10)


async def test_a_mute_ends_though_the_bot_was_stopped(tmp_path: Path) -> None:
    first = await start_town(tmp_path / "town.db")
    await offend(first, 3)
    await first.stop()
    first.clock.advance(timedelta(hours=1))
    second = await start_town(tmp_path / "town.db", clock=first.clock, world=first.world)
    await second.until(first.clock.now())
    verbs = [row.verb for row in await second.rows(tables.outbox)]
    assert verbs.count("unmute") == 1
    await second.stop()
