"""谁没收到, 谁没交, 待办 and the calendar."""

from pathlib import Path

import pytest
from icalendar import Calendar

from bot.tasks.ics import calendar_feed
from tests.support.town import Harness, town_of
from tests.tasks.conftest import ZONE, at, only, start

DEMAND = (
    "请各村周三下午5点前报送低保核查统计表 [as+material_demand by=2026-11-25T17:00+08:00 to=各村]"
)


async def test_who_has_not_answered_fits_a_screen(town: Harness) -> None:
    await town.post("公告群", "党建办主任", DEMAND)
    await town.post("公告群", "党建办主任", "请全体干部完成网络学习 [as]")
    await town.post("公告群", "小王", "收到")
    text = town.app.tasks.who_missing(None, "公告群", town.clock.now())
    assert "网络学习" in text
    assert "已回执 1/8" in text
    assert "还差 2 人" in text
    assert text.count("\n") < 20
    assert "未交 2 人：甲村书记、乙村书记" in town.app.tasks.who_not_handed_in(None, "")
    assert town.app.tasks.who_missing(None, "应急群") == "“应急群”目前没有未结任务"
    assert "没有找到" in town.app.tasks.who_missing(99, "")


async def test_people_never_met_are_told_apart(store) -> None:
    file = (
        '[town]\nname="镇"\n[roles]\nleaders=["书记"]\n[units]\n"各村"=["甲村书记","丙村书记"]\n'
        '[[rooms]]\nname="政务群"\nkind="business"\n'
    )
    town = await start(store, town=town_of(file))
    await town.post("政务群", "书记", "请各村做好防火值班 [as to=各村]")
    text = town.app.tasks.who_missing(None, "政务群")
    assert "未回执 1 人：甲村书记" in text
    assert "联系不上 1 人：丙村书记" in text
    await town.until(at(25, "18:00"))
    await town.stop()


def rows(text: str) -> int:
    """Lines on a phone, of 18 letters each."""
    return sum(-(-len(line) // 18) for line in text.split("\n"))


@pytest.mark.parametrize("name", ["张三", "镇党政综合办公室工作人员"])
async def test_two_hundred_people_fit_a_screen_too(store: Path, name: str) -> None:
    people = [f"{name}{number}" for number in range(200)]
    town = await start(store)
    await town.world.join("政务群", *people)
    await town.settle()
    for number in range(8):
        await town.post(
            "政务群", "党建办主任", f"请全体干部填报第{number}张入户走访排查统计表 [as]"
        )
    now = town.clock.now()
    for person in people[:60]:
        await town.app.pipeline.work(
            lambda journal, person=person: town.app.state.leave.add(
                journal, person=person, start=now, until=at(25, "08:30"), by="书记", at=now
            )
        )
    for text in (
        town.app.tasks.who_missing(None, "", now), town.app.tasks.who_not_handed_in(None, "", now),
    ):  # fmt: skip
        assert "请假 60 人" in text
        assert " 148 人：" in text
        assert rows(text) <= 32, text
    assert rows(town.app.tasks.mine(people[70], now)) <= 32
    await town.stop()


async def test_my_tasks_at_any_time(town: Harness) -> None:
    await town.post("公告群", "党建办主任", DEMAND)
    await town.post("政务群", "党建办主任", "请各村做好防火值班 [as to=各村]")
    text = town.app.tasks.mine("甲村书记", town.clock.now())
    assert text.index("低保") < text.index("防火")
    assert "11月25日 17:00 前" in text
    await town.post("政务群", "甲村书记", "收到")
    assert "防火" not in town.app.tasks.mine("甲村书记", town.clock.now())


async def test_the_calendar_is_standard(town: Harness) -> None:
    await town.post("公告群", "党建办主任", "详见;附件,谢谢，" + DEMAND)
    task = only(town)
    feed = calendar_feed(town.app.tasks.all(), town.app.town.zone)
    assert all(len(line) <= 75 for line in feed.split(b"\r\n"))
    calendar = Calendar.from_ical(feed)
    (event,) = calendar.walk("VEVENT")
    assert event["DTSTART"].dt == at(25, "17:00")
    assert event["UID"] == f"task-{task.number}@qingqun"
    assert "低保核查统计表" in event["SUMMARY"]
    assert calendar.walk("VTIMEZONE")
    work = town.app.pipeline.work
    await work(
        lambda journal: town.app.tasks.cancel(
            journal, task.number, by="党建办主任", now=town.clock.now()
        )
    )
    (event,) = Calendar.from_ical(calendar_feed(town.app.tasks.all(), ZONE)).walk("VEVENT")
    assert event["STATUS"] == "CANCELLED"
    assert event["SEQUENCE"] == 1


async def test_a_correction_by_order(town: Harness) -> None:
    await town.post("公告群", "党建办主任", DEMAND)
    number = only(town).number
    now, tasks = town.clock.now(), town.app.tasks
    answer = await town.app.pipeline.work(
        lambda journal: tasks.correct(
            journal, number, deadline=at(27, "12:00"), by="党建办主任", now=now
        )
    )
    assert "截止改为 11月27日（周五）12:00" in answer
    assert only(town).deadline == at(27, "12:00")
    assert tasks.poster_of(number) == "党建办主任"
    assert tasks.poster_of(99) is None
