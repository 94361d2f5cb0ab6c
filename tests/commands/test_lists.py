"""帮助 状态 名单 周报 登录 请假 and the tasks' answers; what is not understood."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.commands.desk import COMMANDS
from bot.core.message import Message, MessageType
from bot.store import tables
from bot.store.journal import Journal
from bot.words.en import commands as en
from bot.words.zh import commands as zh
from policies import all_policies
from tests.commands.fake_tasks import FakeTasks
from tests.commands.speak import (
    ADMIN,
    BUSINESS,
    LEADER,
    MEMBER,
    OFFICER,
    POSTER,
    audit,
    order,
    tell,
)
from tests.support.town import MONDAY, Harness, start_town


async def test_help_fits_a_phone_and_shows_what_one_may(town: Harness) -> None:
    for word, width in (("帮助", 24), ("/help", 44)):
        for who in (LEADER, ADMIN, POSTER, OFFICER, MEMBER):
            lines = (await tell(town, who, word)).split("\n")
            assert len(lines) <= 20
            assert all(len(line) <= width for line in lines)
            text = "\n".join(lines)
            assert ("上班时间" in text or "/hours" in text) is (who in {LEADER, ADMIN})
            assert ("查看" in text or "/look" in text) is (who == OFFICER)


async def test_every_command_has_its_help(town: Harness) -> None:
    for command in COMMANDS:
        for word in (command.words[0], command.english[0]):
            answer = await tell(town, ADMIN, f"帮助 {word}")
            assert answer.startswith("用法："), word
            assert len(answer.split("\n")) == 4


async def test_every_policy_is_explained_with_its_settings(town: Harness) -> None:
    for policy in all_policies().values():
        answer = await tell(town, MEMBER, f"帮助 {policy.title}")
        assert policy.rule in answer
        for field in policy.Settings.model_fields.values():
            assert f"{field.description}：{field.default}" in answer
        assert len(answer.split("\n")) <= 20
        assert policy.rule in await tell(town, MEMBER, f"/help {policy.name}")


async def test_help_shows_mode_and_numbers_of_this_room(town: Harness) -> None:
    await order(town, BUSINESS, ADMIN, "轻群 提醒 刷屏 2小时")
    await order(town, BUSINESS, ADMIN, "轻群 帮助 刷屏")
    answer = town.inbox(ADMIN)[-1]
    assert "提醒" in answer
    assert "11:00" in answer
    assert "时间窗内最多几条：8" in answer


async def test_help_for_a_part_of_a_name_and_for_nothing(town: Harness) -> None:
    assert "工作时间以外" in await tell(town, MEMBER, "帮助 工作时间外")
    assert "是不是" in await tell(town, MEMBER, "帮助 不闲料")
    assert "没有“天气预报”" in await tell(town, MEMBER, "帮助 天气预报")


def test_every_answer_is_there_in_both_languages() -> None:
    # What is told to others than the caller is always Chinese.
    others = ("command.told", "command.restored", "command.appeal.raised", "command.appeal.words")
    answers = {key for key in zh.WORDS if not key.startswith(others)}
    assert answers == set(en.WORDS)


async def test_status_shows_what_is_in_force(town: Harness) -> None:
    await town.post(BUSINESS, MEMBER, "[ch] 早")
    await town.post(BUSINESS, MEMBER, "[di] 表怎么填")
    text = await tell(town, ADMIN, "状态")
    assert "08:30-18:00" in text
    assert "消息 2，撤下 1" in text
    assert "执行" in text
    assert "消息 0，撤下 0" in await tell(town, ADMIN, "状态 党员群")
    await town.until(MONDAY + timedelta(hours=12))
    assert "下班时间" in await tell(town, ADMIN, "状态")
    assert len(text.split("\n")) <= 12


async def test_people_are_listed(town: Harness) -> None:
    text = await tell(town, ADMIN, "名单")
    for part in (
        "领导：书记、镇长",
        "管理员：行政办主任",
        "指定发布人：党建办主任",
        "保密员：保密员",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("请假 小王 3天", MONDAY + timedelta(days=3)),
        ("请假 小王 到周五下班", MONDAY + timedelta(days=4, hours=9)),
        ("请假小王到周五", MONDAY + timedelta(days=4, hours=15)),
        ("/leave 小王 until friday", MONDAY + timedelta(days=4, hours=15)),
    ],
)
async def test_leave_is_noted_and_ends(town: Harness, text: str, until: datetime) -> None:
    await tell(town, ADMIN, text)
    leave = town.app.state.leave
    assert leave.on_leave(MEMBER, MONDAY) is not None
    assert leave.on_leave(MEMBER, until - timedelta(seconds=1)) is not None
    assert leave.on_leave(MEMBER, until) is None
    listed = await tell(town, ADMIN, "名单")
    assert "请假：小王" in listed
    assert ("11月27日（周五）24:00" in listed) is (until == MONDAY + timedelta(days=4, hours=15))
    assert "销假" in await tell(town, ADMIN, "销假 小王")
    assert leave.on_leave(MEMBER, MONDAY) is None
    [row] = await town.rows(tables.leave)
    assert (row.person, row.until, row.by, row.ended_at) == (MEMBER, until, ADMIN, MONDAY)


async def test_leave_that_is_unclear(town: Harness) -> None:
    for text, answer in (
        ("请假", "请写上姓名"),
        ("请假 小王", "到什么时候"),
        ("请假 村书记 3天", "是不是"),
        ("请假 没这个人 3天", "不认识"),
        ("销假 小王", "没有在请假"),
    ):
        assert answer in await tell(town, ADMIN, text)
    assert await town.rows(tables.leave) == []


async def test_leave_survives_a_restart(town: Harness, tmp_path: Path) -> None:
    await tell(town, ADMIN, "请假 小王 3天")
    await town.stop()
    again = await start_town(tmp_path / "town.db", clock=town.clock, world=town.world)
    try:
        assert again.app.state.leave.on_leave(MEMBER, MONDAY) is not None
    finally:
        await again.stop()


async def test_tasks_are_asked_about(town: Harness) -> None:
    tasks = FakeTasks.put_into(town)
    assert await tell(town, POSTER, "谁没收到") == "没收到：None"
    assert await tell(town, POSTER, "谁没收到 5") == "没收到：5"
    assert "没有任务 9" in await tell(town, POSTER, "谁没收到 9")
    assert await order(town, BUSINESS, ADMIN, "轻群 谁没交 5") == ""
    assert await order(town, BUSINESS, ADMIN, "轻群 谁没交 5 公开") == "没交：5"
    assert await order(town, BUSINESS, POSTER, "轻群 谁没交 5 公开") == ""
    assert await tell(town, MEMBER, "待办") == "小王的待办"
    assert await tell(town, MEMBER, "收到 5") == "已登记"
    assert await tell(town, MEMBER, "收到") == "已登记"
    assert tasks.asked[-3:] == [
        ("acknowledge", MEMBER, 5), ("heard", "收到", MEMBER), ("acknowledge", MEMBER, None),
    ]  # fmt: skip


async def test_a_poster_changes_tasks_of_their_own(town: Harness) -> None:
    tasks = FakeTasks.put_into(town)
    assert await tell(town, POSTER, "更正 5 到周五下班") == "已更正"
    assert tasks.asked[-1] == ("correct", 5, MONDAY + timedelta(days=4, hours=8.5), "", POSTER)
    assert await tell(town, POSTER, "更正任务5 地点改到三楼") == "已更正"
    assert tasks.asked[-1][3] == "地点改到三楼"
    assert await tell(town, POSTER, "取消 5") == "已取消"
    assert await tell(town, POSTER, "验收 5 甲村书记") == "已验收"
    assert await tell(town, POSTER, "退回 5 甲村书记 缺签字") == "已退回"
    assert tasks.asked[-1] == ("reject", 5, "甲村书记", POSTER, "缺签字")
    asked = len(tasks.asked)
    assert "不是您发的" in await tell(town, POSTER, "取消 6")
    assert "请写任务号" in await tell(town, POSTER, "取消")
    assert "没有任务 9" in await tell(town, POSTER, "取消 9")
    assert "验收 5" in await tell(town, POSTER, "验收 5 没这个人")
    assert len(tasks.asked) == asked
    assert await tell(town, ADMIN, "取消 6") == "已取消"
    assert [row[5] for row in await audit(town, "cancel")] == [True, False, True, True, True]


async def test_the_weekly_summary_and_the_login_link_are_hooks(town: Harness) -> None:
    assert "还没有准备好" in await tell(town, ADMIN, "周报")
    assert "没有开启" in await tell(town, ADMIN, "登录")
    asked: list[str] = []

    def weekly(journal: Journal, message: Message, person: str, now: datetime) -> None:
        asked.append(person)

    def login(journal: Journal, asked: Message, person: str, now: datetime) -> str:
        return "http://127.0.0.1:8080/login/secret-link"

    town.app.commands.services.weekly = weekly
    town.app.commands.services.login = login
    await tell(town, ADMIN, "报表")
    assert asked == [ADMIN]
    await order(town, BUSINESS, ADMIN, "轻群 登录")
    assert "secret-link" in town.inbox(ADMIN)[-1]
    assert not any("secret-link" in str(row) for row in await town.rows(tables.outbox))


async def test_thanks_want_no_answer(town: Harness) -> None:
    for text in ("谢谢", "辛苦了", "谢谢您！", "轻群你好"):
        assert await tell(town, MEMBER, text) == ""


async def test_what_is_not_understood(town: Harness) -> None:
    assert "没听懂" in await tell(town, MEMBER, "明天的天气怎么样呢")
    assert "是不是“帮助”" in await tell(town, MEMBER, "帮住")
    assert await order(town, BUSINESS, ADMIN, "轻群 帮住") == ""
    assert "是不是“帮助”" in town.inbox(ADMIN)[-1]
    # A space left out is forgiven where it can mean nothing else.
    assert "不闲聊" in await tell(town, ADMIN, "关闭闲聊")


async def test_a_file_sent_privately_gets_no_lecture(town: Harness) -> None:
    heard = len(town.inbox(MEMBER))
    await town.world.whisper(MEMBER, type=MessageType.FILE, title="表.xlsx")
    await town.settle()
    assert len(town.inbox(MEMBER)) == heard


async def test_names_of_members_are_data(town: Harness) -> None:
    odd = "{name}%s<b>';--"
    town.world.add_room("怪名群", [odd])
    for text in ("帮助", "为什么", "申诉 {number}", "关闭 {mode}", "收到", "紧急"):
        FakeTasks.put_into(town)
        assert await tell(town, odd, text) != ""
    assert (await audit(town))[-1][0] == odd
