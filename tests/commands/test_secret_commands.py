"""查看, and what commands do with secret content: nothing of it may lie about."""

from pathlib import Path

import pytest

from bot.store import tables
from tests.commands.speak import (
    ADMIN,
    BUSINESS,
    LEADER,
    MEMBER,
    OFFICER,
    audit,
    number_of,
    order,
    tell,
)
from tests.support.town import Harness

CONFIDENTIAL = "[di] 低保户张三 身份证11010519491231002X 请核对"
CARD = "11010519491231002X"


async def secret(town: Harness) -> int:
    message = await town.post(BUSINESS, MEMBER, CONFIDENTIAL)
    assert (await town.judged(message)).action == "delete"
    return await number_of(town, message.id)


async def everything_written(town: Harness) -> str:
    rows = [str(row) for table in tables.metadata.sorted_tables for row in await town.rows(table)]
    return "\n".join(rows)


async def test_only_the_officer_sees_it_and_only_privately(town: Harness) -> None:
    number = await secret(town)
    for who in (LEADER, ADMIN, MEMBER):
        assert CARD not in await tell(town, who, f"查看 {number}")
    assert await order(town, BUSINESS, OFFICER, f"轻群 查看 {number}") == ""
    assert CARD in town.inbox(OFFICER)[-1]
    assert CARD not in await everything_written(town)
    rows = await audit(town, "look")
    assert [(row[0], row[5]) for row in rows] == [
        (LEADER, False), (ADMIN, False), (MEMBER, False), (OFFICER, True),
    ]  # fmt: skip
    assert rows[-1][2:5] == (f"message {number}", "", "shown")


async def test_the_officer_sees_nothing_else(town: Harness) -> None:
    message = await town.post(BUSINESS, MEMBER, "[di] 平常的讨论")
    answer = await tell(town, OFFICER, f"查看 {await number_of(town, message.id)}")
    assert "没有这样的封存内容" in answer


async def test_why_and_appeals_never_show_it(town: Harness) -> None:
    number = await secret(town)
    answer = await tell(town, ADMIN, f"为什么 {number}")
    assert "涉密，不再显示" in answer
    assert "张三" not in answer
    await tell(town, MEMBER, f"申诉 {number} 我有权发")
    assert "申诉" in town.inbox(OFFICER)[-1]
    assert "张三" not in town.inbox(OFFICER)[-1]
    assert not any("提出申诉" in text for text in town.inbox(ADMIN))
    assert "张三" not in await tell(town, ADMIN, "待判")


async def test_only_the_officer_brings_it_back(town: Harness) -> None:
    number = await secret(town)
    for word in ("误判", "放行", "驳回"):
        assert "保密员" in await tell(town, ADMIN, f"{word} {number}")
    assert not [text for text in town.texts(BUSINESS) if CARD in text]
    await tell(town, OFFICER, f"放行 {number}")
    assert [text for text in town.texts(BUSINESS) if CARD in text]


async def test_the_officer_judges_nothing_else(town: Harness) -> None:
    message = await town.post(BUSINESS, MEMBER, "[ch] 早上好")
    number = await number_of(town, message.id)
    assert "抱歉" in await tell(town, OFFICER, f"误判 {number}")
    assert [row[5] for row in await audit(town, "misjudged")] == [False]


async def test_the_lesson_of_a_secret_message_keeps_no_words(town: Harness) -> None:
    number = await secret(town)
    await tell(town, OFFICER, f"误判 {number}")
    [lesson] = await town.rows(tables.corrections)
    assert lesson.words == ""
    assert CARD not in str(lesson)


@pytest.mark.parametrize("text", [f"申诉 1 {CARD}", f"应急 开启 {CARD}", f"驳回 1 {CARD}"])
async def test_words_of_a_command_that_are_secret_are_not_kept(town: Harness, text: str) -> None:
    await town.post(BUSINESS, ADMIN, "[ch] 早上好")
    assert "没有照办" in await tell(town, ADMIN, text)
    assert CARD not in await everything_written(town)


async def test_a_secret_in_a_rooms_command_is_deleted_like_any_other(town: Harness) -> None:
    said = await town.post(BUSINESS, MEMBER, f"轻群 申诉 1 {CARD}")
    assert (await town.judged(said)).action == "delete"
    assert CARD not in "".join(town.texts(BUSINESS))


async def test_without_the_key_it_cannot_be_shown(town: Harness, tmp_path: Path) -> None:
    number = await secret(town)
    town.app.commands.services.seal = None
    assert "打不开" in await tell(town, OFFICER, f"查看 {number}")
