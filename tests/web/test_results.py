"""验收 and 退回 by button do what the commands do, and show what is judged."""

import pytest

from bot.core.message import MessageType
from tests.commands.speak import audit
from tests.support.town import Harness
from tests.web.conftest import Visit

DEMAND = "[as+material_demand to=各村] 请报低保核查名单"
REPORT = "[re] 甲村低保核查已完成，共46户<b>"


def group(page: str, name: str) -> str:
    """What stands under a heading of the page of a task."""
    return page.partition(f"<h2>{name}")[2].partition("<h2>")[0]


async def reported(town: Harness, *people: str) -> None:
    await town.post("政务群", "党建办主任", DEMAND)
    for person in people:
        await town.post("政务群", person, REPORT)


async def test_a_result_is_taken_by_button_once(admin: Visit) -> None:
    town = admin.town
    await reported(town, "甲村书记")
    waiting = group(await admin.text("/tasks/1"), "已交，待验收")
    assert "甲村低保核查已完成，共46户&lt;b&gt;" in waiting
    for _ in range(2):
        answer = await admin.post("/tasks/1/accept", person="甲村书记")
        assert (answer.status, answer.headers["Location"]) == (303, "/tasks/1")
    page = await admin.text("/tasks/1")
    assert "已确认 甲村书记 完成任务 1" in page
    assert "甲村书记" in group(page, "已验收")
    assert 'action="/tasks/1/accept"' not in page
    assert page.count("验收 甲村书记") == 1, "its history tells it once"
    assert [row[:3] for row in await audit(town, "accept")] == 2 * [
        ("行政办主任", "accept", "task 1")
    ]


async def test_a_result_sent_back_by_button_is_told_privately_with_the_reason(admin: Visit) -> None:
    town = admin.town
    await reported(town, "甲村书记", "乙村书记")
    assert "已办完" in await admin.text("/tasks/1")
    await admin.post("/tasks/1/return", person="乙村书记", words="缺公章 请 补盖")
    page = await admin.text("/tasks/1")
    assert "已把 乙村书记 的任务 1 退回" in page
    assert "乙村书记" in group(page, "还没交")
    assert "被 行政办主任 退回：缺公章 请 补盖" in town.inbox("乙村书记")[-1]
    assert not any("退回" in text for text in town.inbox("甲村书记"))


@pytest.mark.parametrize("name", ["甲 村 书记", "甲村", "O'Brien Lee"])
async def test_any_name_means_its_bearer(admin: Visit, name: str) -> None:
    """A name with a space in it, and one that others' names begin with."""
    town = admin.town
    await town.world.join("政务群", name)
    await town.post("政务群", name, "在吗")
    await town.post("政务群", "党建办主任", "[as+material_demand] 请报低保核查名单")
    await town.post("政务群", name, REPORT)
    task = town.app.tasks.get(1)
    assert task is not None
    await admin.post("/tasks/1/accept", person=name)
    assert [one.person for one in task.concerned if one.confirmed_at] == [name]


async def test_what_is_secret_is_not_shown_and_what_has_no_words_is_named(admin: Visit) -> None:
    town = admin.town
    await reported(town)
    await town.post("政务群", "甲村书记", "[re+secret] 低保核查名单 张三举报")
    await town.post("政务群", "乙村书记", "[re]", type=MessageType.FILE, title="低保名单.xlsx")
    page = await admin.text("/tasks/1")
    assert "张三" not in page
    assert "低保名单.xlsx" in group(page, "已交，待验收")


async def test_what_is_no_task_is_dropped_by_button(admin: Visit) -> None:
    town = admin.town
    await town.post("政务群", "书记", "[as to=各村] 昨天大家都到齐了")
    assert "不是任务" in await admin.text("/tasks/1")
    answer = await admin.post("/tasks/1/drop")
    assert answer.headers["Location"] == "/tasks/1"
    page = await admin.text("/tasks/1")
    assert "已撤回，不再提醒任何人" in page
    assert 'action="/tasks/1/drop"' not in page
    assert "没有任务" in await admin.text("/tasks")
    assert [row[:3] for row in await audit(town, "drop")] == [("行政办主任", "drop", "task 1")]


@pytest.mark.parametrize(
    ("address", "person", "status"),
    [
        ("/tasks/1/accept", "小王", 400),
        ("/tasks/1/accept", "乙村书记", 303),
        ("/tasks/9/accept", "甲村书记", 404),
        ("/tasks/1/accept", "", 400),
        ("/tasks/1/praise", "甲村书记", 404),
    ],
)
async def test_odd_orders_change_nothing(
    admin: Visit, address: str, person: str, status: int
) -> None:
    await reported(admin.town, "甲村书记")
    before = [(one.person, one.confirmed_at) for one in admin.town.app.tasks.all()[0].concerned]
    assert (await admin.post(address, person=person)).status == status
    assert before == [
        (one.person, one.confirmed_at) for one in admin.town.app.tasks.all()[0].concerned
    ]
