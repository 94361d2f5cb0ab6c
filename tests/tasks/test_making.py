"""Assignments become tasks: of whom, by when, corrected, cancelled, in parts, in several rooms."""

from pathlib import Path

from bot.store import tables
from bot.tasks.task import KEPT_BACK, TaskState
from tests.support.town import Harness, town_of
from tests.tasks.conftest import at, events, only, received, restart, start

DUE = "by=2026-11-24T17:00+08:00"
ROLL = f"请各村明天下午5点前把预备党员名单报党建办 [as+material_demand {DUE} to=各村]"


async def test_an_assignment_becomes_a_task(town: Harness) -> None:
    await town.post("公告群", "党建办主任", ROLL)
    task = only(town)
    assert (task.poster, task.room, task.deadline) == ("党建办主任", "公告群", at(24, "17:00"))
    assert {each.person for each in task.concerned} == {"甲村书记", "乙村书记"}
    assert task.hand_in
    assert "预备党员名单" in task.what
    assert await events(town, task.number) == [("issued", "党建办主任")]


async def test_everyone_means_the_room_but_the_poster(town: Harness) -> None:
    await town.post("公告群", "书记", "周五上午全体干部开会 [as]")
    people = {each.person for each in only(town).concerned}
    assert "书记" not in people
    assert "轻群" not in people
    assert {"镇长", "小王", "甲村书记"} <= people


async def test_only_authorised_senders_in_managed_rooms_make_tasks(town: Harness) -> None:
    town.world.add_room("钓鱼群", ["书记", "小王"])
    await town.post("政务群", "小王", "大家明天交表 [as]")
    await town.post("钓鱼群", "书记", "周末都来 [as]")
    await town.post("政务群", "书记", "按去年口径 [di]")
    assert town.app.tasks.all() == ()


async def test_a_deleted_assignment_makes_no_task(town: Harness) -> None:
    await town.post("公告群", "党建办主任", "请全体投票并转发 [as+vote_solicitation]")
    assert town.app.tasks.all() == ()


async def test_unknown_addressees_are_reported_once_in_working_hours(town: Harness) -> None:
    await town.until(at(23, "20:00"))
    await town.post("应急群", "党建办主任", "请做好演练准备 [as to=各村、参演同志]")
    assert not any("认不出" in text for text in town.inbox("党建办主任"))
    await town.until(at(25, "12:00"))
    told = [text for text in town.inbox("党建办主任") if "认不出" in text]
    assert len(told) == 1
    assert "参演同志" in told[0]
    assert "2 人" in told[0]


async def test_the_same_notice_in_two_rooms_is_one_task(town: Harness) -> None:
    await town.world.leave("公告群", "小李")
    text = "请全体人员于本周内完成年度网络安全培训并通过在线测试 [as]"
    await town.post("公告群", "党建办主任", text)
    assert "小李" not in only(town).people
    await town.post("党员群", "党建办主任", text)
    task = only(town)
    assert task.rooms == ("公告群", "党员群")
    assert "小李" in task.people
    message = await town.post("党员群", "小王", "收到 [ac]")
    assert received(task) == ["小王"]
    assert message.id


async def test_a_correction_changes_the_task_it_means(town: Harness, store: Path) -> None:
    await town.post(
        "政务群", "党建办主任", f"请各村明天下午5点前上报党员冬训计划 [as {DUE} to=各村]"
    )
    task = only(town)
    await town.post("政务群", "甲村书记", "收到 [ac]")
    await town.post(
        "政务群",
        "党建办主任",
        "更正：党员冬训计划上报时间改到周四中午12点 [as by=2026-11-26T12:00+08:00]",
    )
    assert only(town) is task
    assert task.deadline == at(26, "12:00")
    assert received(task) == ["甲村书记"]
    assert {each.person for each in task.concerned} == {"甲村书记", "乙村书记"}
    listed = town.app.tasks.who_missing(task.number, "")
    assert "更正：截止改为 11月26日" in listed
    again = await restart(town, store)
    assert only(again).deadline == at(26, "12:00")
    assert again.app.tasks.who_missing(task.number, "") == listed


async def test_a_short_correction_lets_nobody_off(town: Harness) -> None:
    message = await town.post("政务群", "党建办主任", f"请各村明天交党建台账 [as {DUE} to=各村]")
    await town.post(
        "政务群", "党建办主任",
        "更正：改到后天，小王一起参加 [as by=2026-11-25T17:00+08:00 to=小王]", reply_to=message.id,
    )  # fmt: skip
    people = {each.person for each in only(town).concerned}
    assert people == {"甲村书记", "乙村书记", "小王"}


async def test_a_cancellation_closes_it_and_is_in_its_history(town: Harness) -> None:
    await town.post(
        "政务群", "党建办主任", f"明天下午全镇党务工作会议，各村参加 [as {DUE} to=各村]"
    )
    await town.post("政务群", "党建办主任", "明天下午全镇党务工作会议取消 [as to=各村]")
    task = only(town)
    assert task.state is TaskState.CANCELLED
    assert "已取消" in town.app.tasks.who_missing(task.number, "")
    assert await events(town, task.number) == [
        ("issued", "党建办主任"), ("cancelled", "党建办主任"),
    ]  # fmt: skip


async def test_numbered_items_are_parts_of_one_task(town: Harness) -> None:
    text = "各村本周工作：\n1.上报低保台账\n2、完成防火宣传\n3. 报送11.9消防日总结 [as to=各村]"
    await town.post("公告群", "党建办主任", text)
    *parts, last = only(town).parts
    assert parts == ["上报低保台账", "完成防火宣传"]
    assert last.startswith("报送11.9消防日总结")


async def test_urging_makes_no_task_of_its_own(town: Harness) -> None:
    await town.post("政务群", "党建办主任", "请各村报送低保核查台账 [as+material_demand to=各村]")
    await town.post("政务群", "党建办主任", "低保核查台账还没交的抓紧 [as]")
    assert len(town.app.tasks.all()) == 1


async def test_an_edit_changes_its_own_task(town: Harness) -> None:
    message = await town.post("政务群", "书记", f"各村报防汛物资 [as {DUE} to=各村]")
    text = "各村报防汛物资 [as by=2026-11-25T17:00+08:00 to=各村]"
    await town.world.edit(message.id, text)
    await town.settle()
    assert only(town).deadline == at(25, "17:00")
    await town.world.edit(message.id, text)
    await town.settle()
    assert only(town).changes == 1


async def test_a_recalled_notice_takes_its_task_along(town: Harness, store: Path) -> None:
    message = await town.post("政务群", "书记", "各村报防汛物资 [as to=各村]")
    await town.world.recall(message.id)
    await town.settle()
    assert only(town).state is TaskState.WITHDRAWN
    again = await restart(town, store)
    assert only(again).state is TaskState.WITHDRAWN
    assert again.app.tasks.mine("甲村书记", again.clock.now()) == "您目前没有待办"


async def test_of_two_posts_one_may_be_recalled(town: Harness, store: Path) -> None:
    text = "请全体人员于本周内完成年度网络安全培训并通过在线测试 [as]"
    first = await town.post("公告群", "党建办主任", text)
    await town.post("党员群", "党建办主任", text)
    await town.world.recall(first.id)
    await town.settle()
    assert only(town).state is TaskState.OPEN
    again = await restart(town, store)
    (second,) = [post for post in again.world.messages("党员群") if not post.bot]
    await again.world.recall(second.id)
    await again.settle()
    assert only(again).state is TaskState.WITHDRAWN


async def test_a_document_and_what_completes_it_are_one_task(town: Harness) -> None:
    document = await town.post("政务群", "书记", "县安委办通知 [do]", title="安委办〔2026〕9号.pdf")
    assert town.app.tasks.all() == ()
    await town.post(
        "政务群",
        "书记",
        "要点：排查隐患。拟办：请各村周五前上报台账 [as to=各村]",
        reply_to=document.id,
    )
    task = only(town)
    assert "安委办" in task.what
    assert "上报台账" in task.what or task.hand_in
    await town.post("政务群", "甲村书记", "收到 [ac]", reply_to=document.id)
    assert received(task) == ["甲村书记"]


async def test_secret_words_are_not_kept_in_a_task(store: Path) -> None:
    file = (
        '[town]\nname="镇"\n[roles]\nleaders=["书记"]\n[[rooms]]\nname="政务群"\nkind="business"\n'
    )
    observed = town_of(file + '[policies.business]\nsecrecy="observe"\n')
    town = await start(store, town=observed)
    await town.post("政务群", "书记", "机密★ 一号行动名单于周五交 [as+secret to=小王]")
    task = only(town)
    assert task.what == KEPT_BACK
    stored = f"{await town.rows(tables.tasks)}{await town.rows(tables.task_events)}"
    assert "一号行动" not in stored
    await town.until(at(24, "18:00"))
    assert not any("一号行动" in text for text in town.inbox("小王"))
    await town.stop()


async def test_a_room_in_its_first_week_makes_tasks(store: Path) -> None:
    town = await start(store, shadow=True)
    await town.post("公告群", "党建办主任", ROLL)
    assert len(town.app.tasks.all()) == 1
    await town.stop()
