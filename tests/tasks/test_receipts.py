"""收到 in the room, quoted, elsewhere or privately; what it means, and what it does not."""

from pathlib import Path

import pytest

from bot.store import tables
from tests.support.town import Harness
from tests.tasks.conftest import at, events, only, received, restart

FIRST = "请各村做好防火值班 [as to=各村]"
SECOND = "请各村清理河道垃圾 [as to=各村]"


async def two(town: Harness) -> tuple[str, str]:
    """Two open tasks of one room; the ids of their notices."""
    first = await town.post("政务群", "党建办主任", FIRST)
    await town.until(at(23, "09:30"))
    second = await town.post("政务群", "党建办主任", SECOND)
    return first.id, second.id


async def test_a_bare_receipt_means_the_newest_in_that_room(town: Harness) -> None:
    await two(town)
    await town.post("政务群", "甲村书记", "收到")
    first, second = town.app.tasks.all()
    assert (received(first), received(second)) == ([], ["甲村书记"])
    # Said again it is the same receipt: guessing could hide that the other was never read.
    await town.post("政务群", "甲村书记", "收到")
    assert received(first) == []


async def test_a_quoted_receipt_means_what_it_quotes(town: Harness) -> None:
    first_id, _ = await two(town)
    await town.post("政务群", "甲村书记", "收到，马上落实 [ac]", reply_to=first_id)
    first, second = town.app.tasks.all()
    assert (received(first), received(second)) == (["甲村书记"], [])


async def test_quoting_something_else_acknowledges_nothing(town: Harness) -> None:
    await two(town)
    said = await town.post("政务群", "小王", "表要盖章吗 [di]")
    await town.post("政务群", "甲村书记", "收到", reply_to=said.id)
    assert [received(task) for task in town.app.tasks.all()] == [[], []]


async def test_the_number_may_be_named(town: Harness) -> None:
    await two(town)
    first, _ = town.app.tasks.all()
    await town.post("政务群", "甲村书记", f"收到{first.number} [ac]")
    assert received(first) == ["甲村书记"]


async def test_in_another_room_it_means_the_newest_that_waits(town: Harness) -> None:
    await two(town)
    await town.post("应急群", "甲村书记", "收到")
    await town.post("应急群", "甲村书记", "收到")
    assert [received(task) for task in town.app.tasks.all()] == [["甲村书记"], ["甲村书记"]]


async def test_somebody_else_s_receipt_counts_for_nothing(town: Harness) -> None:
    await two(town)
    await town.post("政务群", "小王", "收到")
    assert [received(task) for task in town.app.tasks.all()] == [[], []]


async def test_privately_with_and_without_a_number(town: Harness) -> None:
    await two(town)
    first, second = town.app.tasks.all()
    await town.whisper("甲村书记", "收到")
    assert received(second) == ["甲村书记"]
    answer = town.inbox("甲村书记")[-1]
    assert "清理河道" in answer
    assert f"还有 1 项待回执：{first.number}" in answer
    await town.whisper("乙村书记", f"收到 {first.number}")
    assert received(first) == ["乙村书记"]


async def test_the_private_answers(town: Harness) -> None:
    await two(town)
    first, _ = town.app.tasks.all()
    answers: list[str] = []

    def ask(person: str, number: int | None) -> None:
        async_work.append((person, number))

    async_work: list[tuple[str, int | None]] = []
    for person, number in (("甲村书记", first.number), ("甲村书记", first.number), ("小王", None),
                           ("小王", first.number), ("甲村书记", 999)):  # fmt: skip
        ask(person, number)
    for person, number in async_work:
        answers.append(
            await town.app.pipeline.work(
                lambda journal, who=person, which=number: town.app.tasks.acknowledge(
                    journal, who, which, town.clock.now()
                )
            )
        )
    assert "已记收到" in answers[0]
    assert "此前已记下" in answers[1]
    assert "没有待回执" in answers[2]
    assert "没有找到" in answers[3]
    assert "没有找到" in answers[4]


async def test_receipts_count_even_where_they_are_left_in_the_room(town: Harness) -> None:
    await town.post("政务群", "书记", "轻群 关闭 回执不刷屏 全部")
    await town.post("政务群", "党建办主任", FIRST)
    await town.post("政务群", "甲村书记", "收到")
    assert received(only(town)) == ["甲村书记"]


@pytest.mark.parametrize("fresh", [False, True])
async def test_receipts_survive_a_restart_once(town: Harness, store: Path, *, fresh: bool) -> None:
    await two(town)
    await town.post("政务群", "甲村书记", "收到")
    if fresh:
        town = await restart(town, store)
    await town.whisper("甲村书记", "收到")
    await town.whisper("乙村书记", "收到")
    first, second = town.app.tasks.all()
    assert (received(first), received(second)) == (["甲村书记"], ["乙村书记", "甲村书记"])
    assert (await events(town, second.number)).count(("acknowledged", "甲村书记")) == 1


async def test_a_quoted_publication_is_every_task_in_it(town: Harness, store: Path) -> None:
    await town.until(at(23, "20:00"))
    await town.post("公告群", "书记", FIRST)
    await town.post("公告群", "书记", SECOND)
    assert town.app.tasks.mine("甲村书记", town.clock.now()) == "您目前没有待办"
    await town.until(at(24, "08:35"))
    (post,) = [message for message in town.world.messages("公告群") if "顺延" in message.text]
    await town.post("公告群", "甲村书记", "收到", reply_to=post.id)
    assert [received(task) for task in town.app.tasks.all()] == [["甲村书记"], ["甲村书记"]]
    again = await restart(town, store)
    await again.post("公告群", "乙村书记", "收到", reply_to=post.id)
    assert [received(task) for task in again.app.tasks.all()] == [["乙村书记", "甲村书记"]] * 2


async def test_history_adds_up(town: Harness) -> None:
    await two(town)
    await town.post("政务群", "甲村书记", "收到")
    await town.whisper("甲村书记", "收到")
    people = await town.rows(tables.task_people)
    noted = [row for row in await town.rows(tables.task_events) if row.event == "acknowledged"]
    assert {(row.task, row.person) for row in noted} == {
        (row.task, row.person) for row in people if row.acknowledged_at is not None
    }
