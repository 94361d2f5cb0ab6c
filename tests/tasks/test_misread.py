"""A statement that was read as an assignment: 误判 withdraws its task, 不是任务 drops it."""

from pathlib import Path

import pytest

from bot.tasks.task import TaskState
from tests.commands.speak import audit, number_of, tell
from tests.support.town import Harness
from tests.tasks.conftest import at, events, mornings, only, received, reminders, restart

ADMIN, POSTER, LEADER = "行政办主任", "党建办主任", "书记"
SAID = "昨天的会大家都到齐了，很好 [as to=各村]"
NOTICE = "请各村周五前报送森林防火台账 [as by=2026-11-27T17:00+08:00 to=各村]"


async def misjudge(town: Harness, message_id: str, kind: str = "") -> str:
    number = await number_of(town, message_id)
    return await tell(town, ADMIN, f"误判 {number}" + (f" 是 {kind}" if kind else ""))


@pytest.mark.parametrize("kind", ["", "工作讨论", "闲聊"])
async def test_a_misread_statement_takes_its_task_along(
    town: Harness, store: Path, kind: str
) -> None:
    said = await town.post("政务群", LEADER, SAID)
    answer = await misjudge(town, said.id, kind)
    assert f"任务 {only(town).number} 已撤回" in answer
    assert only(town).state is TaskState.WITHDRAWN
    assert (await events(town, only(town).number))[-1] == ("withdrawn", ADMIN)
    town = await restart(town, store)
    assert only(town).state is TaskState.WITHDRAWN
    await town.until(at(24, "18:00"))
    assert reminders(town, "甲村书记") == []
    assert not any("都到齐" in text for text in mornings(town, "甲村书记"))
    await town.stop()


async def test_who_had_acknowledged_it_hears_that_it_is_gone(town: Harness) -> None:
    said = await town.post("政务群", LEADER, SAID)
    await town.post("政务群", "甲村书记", "收到")
    await misjudge(town, said.id, "工作讨论")
    await town.until(at(24, "09:00"))
    assert "已撤回" in mornings(town, "甲村书记")[-1]
    assert mornings(town, "乙村书记") == []


async def test_an_assignment_after_all_has_its_task_back(town: Harness, store: Path) -> None:
    said = await town.post("政务群", LEADER, NOTICE)
    await town.post("政务群", "甲村书记", "收到")
    await misjudge(town, said.id)
    assert "已补登任务 1" in await misjudge(town, said.id, "工作安排")
    town = await restart(town, store)
    task = only(town)
    assert (task.state, received(task)) == (TaskState.OPEN, ["甲村书记"])
    assert [deed for deed, _ in await events(town, 1)][-2:] == ["withdrawn", "reopened"]
    await town.post("政务群", "乙村书记", "收到", reply_to=said.id)
    assert received(only(town)) == ["乙村书记", "甲村书记"]
    await town.stop()


async def test_an_assignment_with_another_fault_keeps_its_task(town: Harness) -> None:
    """误判 alone may mean the delete as well as the reading: nothing is missed by it."""
    await town.until(at(23, "20:00"))
    said = await town.post("政务群", LEADER, NOTICE)
    assert (await town.judged(said)).action == "defer"
    answer = await misjudge(town, said.id)
    assert only(town).open
    assert "任务 1 仍在" in answer
    assert "不是任务 1" in answer


async def test_a_second_posting_misread_leaves_the_first_one_s_task(town: Harness) -> None:
    await town.post("政务群", LEADER, NOTICE)
    again = await town.post("应急群", LEADER, NOTICE)
    assert "任务 1 仍在" in await misjudge(town, again.id, "工作讨论")
    assert only(town).open


async def test_a_misread_cancellation_opens_the_task_again(town: Harness) -> None:
    await town.post("政务群", LEADER, NOTICE)
    gone = await town.post("政务群", LEADER, "森林防火台账取消 [as to=各村]")
    assert only(town).state is TaskState.CANCELLED
    assert "任务 1 已恢复" in await misjudge(town, gone.id, "工作讨论")
    assert only(town).open
    await town.until(at(23, "18:00"))
    assert len(reminders(town, "甲村书记")) == 1


async def test_of_a_misread_correction_it_is_said_how_to_put_it_right(town: Harness) -> None:
    await town.post("政务群", LEADER, NOTICE)
    said = await town.post(
        "政务群", LEADER, "更正：森林防火台账推迟到下周一 [as by=2026-11-30T17:00+08:00]"
    )
    assert only(town).changes == 1
    answer = await misjudge(town, said.id, "工作讨论")
    assert "更正 1" in answer
    assert only(town).open


async def test_an_assignment_wrongly_deleted_is_restored_with_its_task(town: Harness) -> None:
    """What 误判 or 放行 puts back is to be done like any other, and may be quoted."""
    for word, room in (("误判", "政务群"), ("放行", "应急群")):
        said = await town.post(
            room, POSTER, f"请各村{room}宣传点赞活动上报名单 [as+vote_solicitation to=各村]"
        )
        assert (await town.judged(said)).action == "delete"
        assert town.app.tasks.all() == () or len(town.app.tasks.all()) == 1
        made = len(town.app.tasks.all())
        number = await number_of(town, said.id)
        answer = await tell(town, ADMIN, f"{word} {number}")
        assert len(town.app.tasks.all()) == made + 1, word
        task = town.app.tasks.all()[-1]
        assert f"已补登任务 {task.number}" in answer
        back = town.world.messages(room)[-1]
        assert back.bot
        await town.post(room, "甲村书记", "收到", reply_to=back.id)
        assert received(task) == ["甲村书记"]


@pytest.mark.parametrize("who", [LEADER, ADMIN])
async def test_one_word_drops_a_task_that_is_none(town: Harness, who: str) -> None:
    await town.post("政务群", LEADER, SAID)
    answer = await tell(town, who, "不是任务 1")
    assert "任务 1“昨天的会大家都到齐了" in answer
    assert "已撤回" in answer
    assert only(town).state is TaskState.WITHDRAWN
    assert [row[:5] for row in await audit(town, "drop")] == [(who, "drop", "task 1", "", "drop")]
    await town.until(at(24, "18:00"))
    assert reminders(town, "甲村书记") == []
    assert "已经结束" in await tell(town, who, "不是任务 1")


async def test_quoting_it_no_number_is_needed(town: Harness) -> None:
    said = await town.post("政务群", LEADER, SAID)
    await town.post("政务群", LEADER, NOTICE)
    await town.post("政务群", LEADER, "轻群 不是任务", reply_to=said.id)
    first, second = town.app.tasks.all()
    assert (first.state, second.open) == (TaskState.WITHDRAWN, True)


async def test_the_word_alone_means_ones_only_task_or_asks_which(town: Harness) -> None:
    await town.post("政务群", POSTER, SAID)
    await town.post("政务群", LEADER, NOTICE)
    assert "已撤回" in await tell(town, POSTER, "不是任务")
    first, second = town.app.tasks.all()
    assert (first.state, second.open) == (TaskState.WITHDRAWN, True)
    assert "请写任务号" in await tell(town, POSTER, "不是任务")
    await town.post("政务群", LEADER, "请各村明天报送低保名单 [as to=各村]")
    answer = await tell(town, LEADER, "不是任务")
    assert "请写任务号" in answer
    assert "2“" in answer
    assert "3“" in answer
    assert all(task.open for task in town.app.tasks.all()[1:])


async def test_only_its_poster_and_admins_drop_a_task(town: Harness) -> None:
    await town.post("政务群", LEADER, SAID)
    assert "抱歉" in await tell(town, POSTER, "不是任务 1")
    assert "抱歉" in await tell(town, "小王", "不是任务 1")
    assert only(town).open


async def test_what_is_said_of_a_document_after_its_task_was_dropped_is_judged(
    town: Harness,
) -> None:
    document = await town.post("政务群", LEADER, "[do] 关于防火的通知")
    await town.post("政务群", LEADER, "[as] 请各村周五前报", reply_to=document.id)
    await tell(town, LEADER, "不是任务 1")
    again = await town.post("政务群", LEADER, "[as] 请各村周五前报防火台账", reply_to=document.id)
    assert (await town.judged(again)).kind == "assignment"
