"""What is urgent passes, what may be passes alone, and what only says so is counted."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import ALL_CAPABILITIES
from bot.store import tables
from bot.summary.report import weekly_report
from bot.summary.weeks import Week
from policies import all_policies
from tests.support.town import MONDAY, Harness, start_town

NIGHT = MONDAY + timedelta(hours=13)  # 22:00
ROOM = "政务群"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Harness]:
    """A town whose rooms cannot be closed for the night, so that people can speak in it."""
    able = replace(ALL_CAPABILITIES, mute_room=False)
    harness = await start_town(tmp_path / "town.db", capabilities=able)
    yield harness
    await harness.stop()


async def test_urgent_beyond_doubt_opens_two_hours(town: Harness) -> None:
    await town.until(NIGHT)
    first = await town.post(ROOM, "小王", "[di+urgent] 后山着火")
    await town.until(NIGHT + timedelta(minutes=119))
    within = await town.post(ROOM, "小李", "[re] 到了")
    elsewhere = await town.post("党员群", "小李", "[re] 到了")
    await town.until(NIGHT + timedelta(hours=2))
    after = await town.post(ROOM, "小李", "[re] 散了")
    rows = [await town.judged(m) for m in (first, within, elsewhere, after)]
    assert [row.action for row in rows] == ["none", "none", "delete", "delete"]
    assert [row.spared for row in rows] == ["urgent", "after_urgent", "", ""]


async def test_doubtful_urgency_passes_alone(town: Harness) -> None:
    """A false alarm would else open the room for two hours to everybody."""
    await town.until(NIGHT)
    maybe = await town.post(ROOM, "小王", "[di+urgent 0.6] 水有点大")
    next_ = await town.post(ROOM, "小李", "[re] 今天的表")
    assert ((await town.judged(maybe)).action, (await town.judged(maybe)).spared) == (
        "none", "maybe_urgent",
    )  # fmt: skip
    assert (await town.judged(next_)).action == "delete"
    assert town.app.state.ledgers.emergencies.changes_after(town.clock.now()) == []


async def test_what_a_misread_message_opened_is_closed_by_the_verdict(town: Harness) -> None:
    await town.until(NIGHT)
    read = await town.post(ROOM, "小王", "[di+urgent] 报表很急")
    passed = await town.post(ROOM, "小李", "[re] 马上报")
    assert (await town.judged(passed)).action == "none"
    await town.whisper("书记", f"误判 {(await town.judged(read)).number} 是 工作讨论")
    closed = await town.post(ROOM, "小李", "[re] 已报")
    assert (await town.judged(closed)).action == "delete"


async def test_an_edit_takes_back_what_it_opened_and_a_restart_knows(town: Harness) -> None:
    await town.until(NIGHT)
    read = await town.post(ROOM, "小王", "[di+urgent] 着火了")
    await town.world.edit(read.id, "[di] 看错了，是晚霞")
    await town.settle()
    later = await town.post(ROOM, "小李", "[re] 到了")
    assert (await town.judged(later)).action == "delete"


async def test_why_says_what_an_emergency_exempted(town: Harness) -> None:
    await town.until(NIGHT)
    read = await town.post(ROOM, "小王", "[di+urgent] 着火了")
    await town.whisper("书记", f"为什么 {(await town.judged(read)).number}")
    assert "险情，除涉密外不管" in town.inbox("书记")[-1]


async def test_crying_wolf_on_tables_is_in_the_weekly_summary(tmp_path) -> None:
    town = await start_town(tmp_path / "town.db")
    await town.post(ROOM, "党建办主任", "[as+material_demand] 紧急：各村报党员台账")
    await town.post(ROOM, "党建办主任", "[as+material_demand] 特急！各村报防火台账")
    await town.post(ROOM, "党建办主任", "[as+material_demand] 请各村报花名册")
    await town.post(ROOM, "小王", "[di+urgent] 紧急：山洪来了")
    assert {row.spared for row in await town.rows(tables.judgements)} <= {
        "",
        "urgent",
        "after_urgent",
    }
    week = Week.of(MONDAY, town.app.town.zone)
    titles = {name: policy.title for name, policy in all_policies().items()}
    async with town.engine.connect() as connection:
        report = await weekly_report(
            connection, town.app.town, now=week.end(town.app.town.zone), week=week, titles=titles,
            language="zh",
        )  # fmt: skip
    [line] = [line for line in report.text.splitlines() if "紧急" in line]
    assert "材料上写“紧急”而不是急事的 2 件" in line
    await town.stop()
