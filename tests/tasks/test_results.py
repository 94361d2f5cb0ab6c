"""Reports, files and photos of addressees: linked, taken, sent back."""

from bot.core.message import MessageType
from bot.tasks.task import Task, TaskState
from tests.support.town import Harness
from tests.tasks.conftest import at, events, only

DEMAND = (
    "请各村周三下午5点前报送低保核查统计表 [as+material_demand by=2026-11-25T17:00+08:00 to=各村]"
)


def handed_in(task: Task) -> list[str]:
    return sorted(each.person for each in task.concerned if each.handed_in_at is not None)


async def test_a_result_in_the_business_room_is_linked(town: Harness) -> None:
    await town.post("公告群", "党建办主任", DEMAND)
    await town.post("政务群", "甲村书记", "甲村低保核查已完成，46户 [re]")
    assert handed_in(only(town)) == ["甲村书记"]
    assert only(town).people["甲村书记"].acknowledged_at is not None


async def test_a_photo_without_words_counts_where_results_are_sent(town: Harness) -> None:
    await town.post("公告群", "党建办主任", DEMAND)
    await town.post("党员群", "甲村书记", "[re]", type=MessageType.IMAGE)
    assert handed_in(only(town)) == []
    await town.post("政务群", "甲村书记", "[re]", type=MessageType.IMAGE)
    assert handed_in(only(town)) == ["甲村书记"]


async def test_a_result_deleted_from_the_announcement_room_still_counts(town: Harness) -> None:
    await town.post("公告群", "党建办主任", DEMAND)
    await town.post(
        "公告群", "甲村书记", "低保核查统计表 [re]", type=MessageType.FILE, title="甲.xlsx"
    )
    assert handed_in(only(town)) == ["甲村书记"]


async def test_a_report_about_something_else_is_not_taken_for_it(town: Harness) -> None:
    await town.post("公告群", "党建办主任", DEMAND)
    await town.post("应急群", "甲村书记", "今日巡河未见异常 [re]")
    await town.post("政务群", "小王", "低保核查已完成 [re]")
    assert handed_in(only(town)) == []


async def test_of_several_the_alike_one(town: Harness) -> None:
    await town.post("公告群", "党建办主任", DEMAND)
    await town.until(at(23, "09:20"))
    await town.post(
        "公告群", "党建办主任", "请各村上报森林防火巡查情况 [as+material_demand to=各村]"
    )
    await town.post("政务群", "甲村书记", "低保核查表已填好 [re]")
    first, second = town.app.tasks.all()
    assert (handed_in(first), handed_in(second)) == (["甲村书记"], [])


async def test_a_file_sent_privately_is_filed_and_answered(town: Harness) -> None:
    await town.post("公告群", "党建办主任", DEMAND)
    await town.world.whisper("甲村书记", "", type=MessageType.FILE, title="表.xlsx")
    await town.settle()
    assert handed_in(only(town)) == ["甲村书记"]
    assert "已记到任务" in town.inbox("甲村书记")[-1]


async def test_when_all_have_handed_in_it_is_done(town: Harness) -> None:
    await town.post("公告群", "党建办主任", DEMAND)
    for person in ("甲村书记", "乙村书记"):
        await town.post("政务群", person, "低保核查统计表已报 [re]")
    assert only(town).state is TaskState.DONE
    assert only(town).closed_at == at(23, "09:00")


async def test_the_poster_confirms_or_sends_back(town: Harness) -> None:
    await town.post("公告群", "党建办主任", DEMAND)
    number = only(town).number
    for person in ("甲村书记", "乙村书记"):
        await town.post("政务群", person, "低保核查统计表已报 [re]")
    tasks, now = town.app.tasks, town.clock.now()
    work = town.app.pipeline.work
    answer = await work(
        lambda journal: tasks.confirm(journal, number, "甲村书记", by="党建办主任", now=now)
    )
    assert "已确认" in answer
    answer = await work(
        lambda journal: tasks.reject(
            journal, number, "乙村书记", by="党建办主任", now=now, why="缺公章"
        )
    )
    await town.settle()
    assert "退回" in answer
    assert "缺公章" in town.inbox("乙村书记")[-1]
    task = only(town)
    assert (task.state, handed_in(task)) == (TaskState.OPEN, ["甲村书记"])
    listed = tasks.who_not_handed_in(number, "")
    assert "已交 1/2，其中已确认 1" in listed
    assert "未交 1 人：乙村书记" in listed
    again = await work(
        lambda journal: tasks.reject(journal, number, "小王", by="党建办主任", now=now)
    )
    assert "没有发给" in again
    await town.post("政务群", "乙村书记", "低保核查统计表已补盖公章 [re]")
    assert only(town).state is TaskState.DONE
    deeds = [deed for deed, _ in await events(town, number)]
    assert deeds == [
        "issued", "acknowledged", "handed_in", "acknowledged", "handed_in", "done",
        "confirmed", "rejected", "reopened", "handed_in", "done",
    ]  # fmt: skip


async def test_a_result_taken_back_is_owed_again(town: Harness) -> None:
    await town.post("公告群", "党建办主任", DEMAND)
    message = await town.post("政务群", "甲村书记", "低保核查统计表已报 [re]")
    await town.world.recall(message.id)
    await town.settle()
    assert handed_in(only(town)) == []
