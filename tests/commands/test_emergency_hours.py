"""应急 and 上班时间."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.store import tables
from bot.town.hours import HOURS_FACT
from tests.commands.speak import ADMIN, BUSINESS, LEADER, MEMBER, NOTICES, audit, order, tell
from tests.support.town import MONDAY, Harness, start_town

NIGHT = MONDAY + timedelta(hours=12)


def closed(town: Harness, room: str) -> bool:
    return town.world.room(room).closed


@pytest.mark.parametrize(
    ("text", "hours", "scope", "reason"),
    [
        ("应急 开启 山洪预警", 24, "", "山洪预警"),
        ("应急开启山洪预警", 24, "", "山洪预警"),
        ("开启应急 山洪预警 2小时", 2, "", "山洪预警"),
        ("请应急　开启　山洪预警　到明早8点，谢谢", 11, "", "山洪预警"),
        ("应急 开启 政务群 山洪预警 2小时", 2, BUSINESS, "山洪预警"),
        ("/emergency on flood warning 2h", 2, "", "flood warning"),
    ],
)
async def test_declaring(town: Harness, text: str, hours: int, scope: str, reason: str) -> None:
    await town.until(NIGHT)
    assert closed(town, BUSINESS)
    await tell(town, ADMIN, text)
    [row] = await town.rows(tables.emergencies)
    assert (row.scope, row.reason, row.by, row.at) == (scope, reason, ADMIN, NIGHT)
    assert row.until - row.at == timedelta(hours=hours)
    await town.until(NIGHT)
    assert not closed(town, BUSINESS)
    assert closed(town, NOTICES) is bool(scope)
    late = await town.post(BUSINESS, MEMBER, "[di] 转移了三户")
    assert (await town.judged(late)).action == "none"
    [noted] = await audit(town, "emergency_on")
    assert noted[5] is True


async def test_it_ends_by_itself_to_the_second(town: Harness) -> None:
    await town.until(NIGHT)
    await tell(town, ADMIN, "应急 开启 山洪 1小时")
    end = NIGHT + timedelta(hours=1)
    await town.until(end - timedelta(seconds=1))
    assert not closed(town, BUSINESS)
    await town.until(end)
    assert closed(town, BUSINESS)


async def test_in_a_room_too_it_is_for_the_town_and_can_be_ended(town: Harness) -> None:
    await town.until(NIGHT)
    town.world.set_role(BUSINESS, LEADER, town.world.room(BUSINESS).role("轻群"))
    said = await order(town, BUSINESS, LEADER, "轻群 应急 开启 山洪")
    assert "山洪" in said
    await town.until(NIGHT)
    assert not closed(town, NOTICES)
    assert "山洪" in await tell(town, ADMIN, "应急")
    assert "已结束" in await tell(town, ADMIN, "应急 结束")
    await town.until(NIGHT)
    assert closed(town, NOTICES)
    assert "No emergency" in await tell(town, ADMIN, "/emergency off")


async def test_a_new_one_takes_the_place_of_the_old(town: Harness) -> None:
    await town.until(NIGHT)
    await tell(town, ADMIN, "应急 开启 山洪 10小时")
    await tell(town, ADMIN, "应急 开启 山洪 1小时")
    assert town.app.state.ledgers.emergencies.current(NIGHT + timedelta(hours=1)) is None


@pytest.mark.parametrize("text", ["应急 开启", "应急 开启 2小时", "/emergency on 2h"])
async def test_a_reason_is_needed(town: Harness, text: str) -> None:
    await tell(town, ADMIN, text)
    assert await town.rows(tables.emergencies) == []


async def test_it_survives_a_restart(town: Harness, tmp_path: Path) -> None:
    await tell(town, ADMIN, "应急 开启 山洪 3天")
    await town.stop()
    again = await start_town(tmp_path / "town.db", clock=town.clock, world=town.world)
    try:
        assert "山洪" in await tell(again, ADMIN, "状态")
    finally:
        await again.stop()


async def test_hours_are_set(town: Harness) -> None:
    for text in (
        "上班时间 09:00-18:30",
        "上班时间改为９：００－１８：３０",
        "上班时间 9点到下午6点半",
        "工作时间 9.00~18.30",
        "/hours 9:00-18:30",
    ):
        await tell(town, ADMIN, "上班时间 恢复")
        await tell(town, ADMIN, text)
        hours = town.app.judge.calendar.hours
        assert f"{hours.open:%H:%M}-{hours.close:%H:%M}" == "09:00-18:30", text


async def test_hours_that_are_none(town: Harness) -> None:
    for text in ("上班时间 18:00-09:00", "上班时间 9点", "上班时间 25:00-26:00"):
        assert "08:30-18:00" in await tell(town, ADMIN, text)
    assert HOURS_FACT not in {row.name for row in await town.rows(tables.facts)}


async def test_new_hours_open_and_close_rooms_and_outlive_the_process(
    town: Harness, tmp_path: Path
) -> None:
    await tell(town, ADMIN, "上班时间 09:00-17:00")
    await town.until(MONDAY + timedelta(hours=8) - timedelta(seconds=1))
    assert not closed(town, BUSINESS)
    await town.until(MONDAY + timedelta(hours=8))
    assert closed(town, BUSINESS)
    await town.stop()
    again = await start_town(tmp_path / "town.db", clock=town.clock, world=town.world)
    try:
        assert "09:00-17:00" in await tell(again, ADMIN, "上班时间")
        await tell(again, ADMIN, "上班时间 恢复")
        await again.until(town.clock.now())
        assert not closed(again, BUSINESS)
        rows = await audit(again, "hours")
        assert [(row[3], row[4]) for row in rows if row[4]] == [
            ("08:30-18:00", "09:00-17:00"), ("09:00-17:00", "08:30-18:00"),
        ]  # fmt: skip
    finally:
        await again.stop()
