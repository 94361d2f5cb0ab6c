"""Reminders: when, whom, how often, and what happens where none can be delivered."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.channels.base import ALL_CAPABILITIES
from bot.store import tables
from bot.tasks.moments import LAST_CALL, back, day_before
from bot.town.hours import calendar_of
from tests.support.town import Harness, town_of
from tests.tasks.conftest import at, mornings, only, reminders, restart, start

HOURS = calendar_of(town_of())
WATCH = "请各村做好防火值班 [as to=各村]"
DEMAND = (
    "请各村周三下午5点前报送低保核查统计表 [as+material_demand by=2026-11-25T17:00+08:00 to=各村]"
)


@pytest.mark.parametrize(
    ("deadline", "day", "hours"),
    [
        (at(25, "17:00"), at(24, "17:00"), at(25, "15:00")),
        (at(25, "23:59"), at(25, "8:30"), at(25, "16:00")),
        (at(25, "9:00"), at(24, "9:00"), at(24, "16:30")),
        (at(25, "7:00"), at(24, "8:30"), at(24, "16:00")),
        (at(23, "10:00"), at(20, "10:00"), at(20, "17:30")),
        (at(29, "12:00"), at(27, "12:00"), at(27, "16:00")),
    ],
)
def test_the_moments_before_a_deadline(deadline: datetime, day: datetime, hours: datetime) -> None:
    assert day_before(HOURS, deadline) == day
    assert back(HOURS, deadline, replace_two()) == hours


def replace_two():

    return LAST_CALL


async def test_two_working_hours_without_a_receipt(town: Harness) -> None:
    await town.until(at(23, "17:00"))
    await town.post("政务群", "党建办主任", WATCH)
    await town.post("政务群", "甲村书记", "收到")
    await town.until(at(24, "09:29"))
    assert reminders(town, "乙村书记") == []
    await town.until(at(24, "09:31"))
    (text,) = reminders(town, "乙村书记")
    assert f"回复“收到 {only(town).number}”" in text
    assert reminders(town, "甲村书记") == []
    await town.until(at(27, "18:00"))
    assert len(reminders(town, "乙村书记")) == 1


async def test_before_the_deadline_until_it_is_handed_in(town: Harness) -> None:
    await town.post("公告群", "党建办主任", DEMAND)
    for person in ("甲村书记", "乙村书记"):
        await town.post("公告群", person, "收到")
    await town.until(at(24, "17:05"))
    assert [len(reminders(town, person)) for person in ("甲村书记", "乙村书记")] == [1, 1]
    await town.post("政务群", "甲村书记", "低保核查统计表已报 [re]")
    await town.until(at(25, "18:00"))
    assert [len(reminders(town, person)) for person in ("甲村书记", "乙村书记")] == [1, 2]
    assert "还没有交" in reminders(town, "乙村书记")[-1]


async def test_a_meeting_acknowledged_is_not_reminded_of(town: Harness) -> None:
    meeting = "周三下午3点镇三楼开会，各村书记参加 [as by=2026-11-25T15:00+08:00 to=各村]"
    await town.post("公告群", "党建办主任", meeting)
    await town.post("公告群", "甲村书记", "收到")
    await town.until(at(25, "18:00"))
    assert reminders(town, "甲村书记") == []
    assert len(reminders(town, "乙村书记")) == 3


async def test_what_is_due_together_is_said_together(town: Harness) -> None:
    await town.post("政务群", "党建办主任", WATCH)
    await town.post("应急群", "党建办主任", "请各村清点抗旱物资 [as to=各村]")
    await town.until(at(23, "12:00"))
    (text,) = reminders(town, "甲村书记")
    assert "防火值班" in text
    assert "抗旱物资" in text


async def test_another_deadline_is_reminded_of_anew(town: Harness) -> None:
    message = await town.post("政务群", "党建办主任", DEMAND)
    await town.post("政务群", "甲村书记", "收到")
    await town.until(at(24, "17:05"))
    await town.post(
        "政务群", "党建办主任", "更正：改到周五 [as by=2026-11-27T17:00+08:00]", reply_to=message.id
    )
    await town.until(at(26, "17:05"))
    assert len(reminders(town, "甲村书记")) == 2


async def test_the_past_is_nobody_s_reminder(town: Harness, store: Path) -> None:
    await town.channel.stop()
    town.world.tick()
    late = await town.world.post("政务群", "党建办主任", WATCH)
    town.clock.set(at(23, "14:00"))
    await town.channel.start(town.app.pipeline.receive)
    await town.settle()
    assert late.id
    assert len(town.app.tasks.all()) == 1
    await town.until(at(25, "18:00"))
    assert reminders(town, "甲村书记") == []


async def test_nobody_on_leave_is_reminded_before_their_return(town: Harness) -> None:
    now = town.clock.now()
    await town.app.pipeline.work(
        lambda journal: town.app.state.leave.add(
            journal, person="甲村书记", start=now, until=at(25, "08:30"), by="行政办主任", at=now
        )
    )
    await town.post("公告群", "党建办主任", DEMAND)
    await town.until(at(24, "18:00"))
    assert reminders(town, "甲村书记") == mornings(town, "甲村书记") == []
    assert "请假 1 人：甲村书记" in town.app.tasks.who_missing(None, "公告群", town.clock.now())
    await town.until(at(25, "08:35"))
    assert len(reminders(town, "甲村书记")) == 1
    assert len(mornings(town, "甲村书记")) == 1


async def test_a_bot_that_was_away_when_it_was_due_wakes_nobody(town: Harness, store: Path) -> None:
    await town.until(at(23, "15:00"))
    await town.post("政务群", "党建办主任", WATCH)
    await town.stop()
    town.clock.set(at(23, "22:00"))
    town = await restart(town, store)
    await town.until(at(24, "08:29"))
    assert reminders(town, "乙村书记") == []
    await town.until(at(24, "08:31"))
    assert len(reminders(town, "乙村书记")) == 1
    await town.stop()


async def test_a_deferred_assignment_begins_with_its_publication(town: Harness) -> None:
    await town.until(at(23, "20:00"))
    await town.post("公告群", "党建办主任", WATCH)
    assert len(town.app.tasks.all()) == 1
    await town.until(at(24, "10:29"))
    assert reminders(town, "甲村书记") == []
    await town.until(at(24, "10:31"))
    assert len(reminders(town, "甲村书记")) == 1


async def test_published_early_it_begins_early(town: Harness, store: Path) -> None:
    await town.until(at(23, "18:30"))
    await town.post("公告群", "党建办主任", WATCH)
    number = only(town).message
    state = town.app.state
    await town.app.pipeline.work(
        lambda journal: state.deferrals.publish(journal, number, town.clock.now())
    )
    await town.settle()
    await town.until(at(23, "18:31"))
    assert only(town).issued_at == at(23, "18:30")
    (row,) = await town.rows(tables.tasks)
    assert row.issued_at == at(23, "18:30")
    again = await restart(town, store)
    assert only(again).issued_at == at(23, "18:30")


async def test_who_cannot_be_told_privately_is_mentioned_once(store: Path) -> None:
    town = await start(store, capabilities=replace(ALL_CAPABILITIES, private=False))
    await town.post("政务群", "党建办主任", WATCH)
    await town.until(at(23, "11:04"))
    assert not any("@" in text for text in town.texts("政务群"))
    await town.until(at(23, "12:00"))
    (mention,) = [message for message in town.world.messages("政务群") if "@" in message.text]
    assert "@甲村书记 @乙村书记" in mention.text
    assert set(mention.mentions) == {"甲村书记", "乙村书记"}
    again = await restart(town, store)
    await again.post("政务群", "甲村书记", "收到", reply_to=mention.id)
    await again.until(at(25, "18:00"))
    assert sum("@" in text for text in again.texts("政务群")) == 1
    assert only(again).people["甲村书记"].acknowledged_at is not None
    await again.stop()


async def test_a_restart_between_refusal_and_mention_loses_nothing(store: Path) -> None:
    town = await start(store, capabilities=replace(ALL_CAPABILITIES, private=False))
    await town.post("政务群", "党建办主任", WATCH)
    await town.until(at(23, "11:01"))
    town = await restart(town, store)
    await town.until(at(23, "12:00"))
    assert sum("@甲村书记 @乙村书记" in text for text in town.texts("政务群")) == 1
    await town.stop()
