"""为什么 误判 放行 驳回 待判 申诉 紧急."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import ALL_CAPABILITIES, NO_CAPABILITIES, Capabilities, Person
from bot.core.message import Message, MessageType, Role
from bot.core.reading import Kind, Reading
from bot.store import tables
from tests.commands.fake_tasks import FakeTasks
from tests.commands.speak import (
    ADMIN,
    BUSINESS,
    LEADER,
    MEMBER,
    NOTICES,
    POSTER,
    audit,
    number_of,
    order,
    tell,
)
from tests.support.town import MONDAY, Harness, start_town

CHAT = "[ch] 各位早上好，祝大家开心"


async def deleted(town: Harness, room: str = BUSINESS, who: str = MEMBER, text: str = CHAT) -> int:
    """A message that was taken down; its number."""
    message = await town.post(room, who, text)
    assert (await town.judged(message)).action == "delete"
    return await number_of(town, message.id)


async def test_why_explains_rule_evidence_mode_threshold_and_way_out(town: Harness) -> None:
    number = await deleted(town)
    for text in (f"为什么 {number}", f"为什么{number}？", "为什么", f"/why {number}"):
        answer = await tell(town, MEMBER, text)
        assert str(number) in answer
        assert "80%" in answer
        assert "99%" in answer
        assert "请发到朋友圈或私人群" in answer
    chinese = await tell(town, MEMBER, f"为什么 {number}")
    for part in ("读作：闲聊", "不闲聊（执行", "这条是闲聊", "撤下", "平台已确认", "申诉"):
        assert part in chinese


async def test_why_by_quoting_the_message_or_the_bots_word_about_it(town: Harness) -> None:
    stays = await town.post(BUSINESS, MEMBER, "[di] 这件事怎么办")
    assert "工作讨论" not in await order(town, BUSINESS, ADMIN, "轻群 为什么", reply_to=stays.id)
    assert "读作：工作讨论" in town.inbox(ADMIN)[-1]
    await deleted(town)
    nudge = town.world.inbox(MEMBER)[-1]
    await town.world.whisper(MEMBER, "为什么", reply_to=nudge.id)
    await town.settle()
    assert "读作：闲聊" in town.inbox(MEMBER)[-1]


async def test_why_is_for_the_sender_and_those_who_govern(town: Harness) -> None:
    number = await deleted(town)
    assert "不是您发的" in await tell(town, "小李", f"为什么 {number}")
    assert "读作" in await tell(town, LEADER, f"为什么 {number}")
    assert [row[5] for row in await audit(town, "why")] == [False, True]


async def test_two_people_of_one_name_are_not_one(town: Harness) -> None:
    number = await deleted(town)
    town.world.take_in(town.world.room(BUSINESS), Person("another", MEMBER))
    message = await town.world.whisper("another", f"为什么 {number}")
    await town.settle()
    assert message.sender == MEMBER
    assert "不是您发的" in town.inbox("another")[-1]


async def test_what_is_not_there_is_said(town: Harness) -> None:
    for text in ("为什么 999", "误判 999", "放行 999", "误判", "驳回 999"):
        assert "没有找到这条消息" in await tell(town, ADMIN, text)


async def test_misjudged_restores_clears_corrects_teaches_and_tells(town: Harness) -> None:
    tasks = FakeTasks.put_into(town)
    number = await deleted(town)
    offences = town.app.state.ledgers.offences
    assert offences.counts(MEMBER, town.clock.now()) == {"no_chat": 1}
    answer = await tell(town, ADMIN, f"误判 {number} 是 工作安排")
    assert "已在群里恢复" in answer
    assert "任务 7" in answer
    [restored] = [text for text in town.texts(BUSINESS) if CHAT in text]
    assert MEMBER in restored
    assert "09:00" in restored
    assert offences.counts(MEMBER, town.clock.now()) == {}
    assert all(row.cleared_at for row in await town.rows(tables.offences))
    [lesson] = await town.rows(tables.corrections)
    assert (lesson.message, lesson.by, lesson.kind, lesson.was) == (
        number, ADMIN, "assignment", "chat",
    )  # fmt: skip
    assert (lesson.words, lesson.withdrawn_at) == (CHAT, None)
    assert lesson.features[0] == "text"
    learnt = town.app.commands.services.corrections
    reading = learnt.apply(Message("x", BUSINESS, MEMBER, MONDAY, text=CHAT), Reading(Kind.CHAT))
    assert reading.kind is Kind.ASSIGNMENT
    [judged] = [row for row in await town.rows(tables.judgements) if row.number == number]
    assert (judged.kind, judged.spared, judged.action) == ("assignment", "misjudged", "delete")
    assert [one.message.number for one in tasks.assigned if one.message.number == number] == [
        number
    ]
    assert tasks.assigned[-1].reading.addressees
    assert "误判" in town.inbox(MEMBER)[-1]
    assert "恢复" in town.inbox(MEMBER)[-1]
    [row] = await audit(town, "misjudged")
    assert row == (
        ADMIN, "misjudged", f"message {number}", "delete chat (no_chat)",
        "restored; kind assignment", True,
    )  # fmt: skip


async def test_a_message_is_put_back_once(town: Harness, tmp_path: Path) -> None:
    number = await deleted(town)
    await tell(town, ADMIN, f"误判 {number}")
    # Two admins at the same moment.
    await town.world.whisper(ADMIN, f"误判 {number}")
    await town.world.whisper(LEADER, f"放行 {number}")
    await town.settle()
    await town.stop()
    again = await start_town(tmp_path / "town.db", clock=town.clock, world=town.world)
    try:
        await tell(again, ADMIN, f"放行 {number}")
        assert len([text for text in again.texts(BUSINESS) if CHAT in text]) == 1
        open_lessons = [
            row for row in await again.rows(tables.corrections) if row.withdrawn_at is None
        ]
        assert len(open_lessons) == 1
    finally:
        await again.stop()


async def test_two_admins_at_once_put_it_back_once(town: Harness) -> None:
    number = await deleted(town)
    await town.world.whisper(ADMIN, f"误判 {number}")
    await town.world.whisper(LEADER, f"误判 {number} 是 讨论")
    await town.settle()
    assert len([text for text in town.texts(BUSINESS) if CHAT in text]) == 1
    await tell(town, LEADER, f"误判 {number} 是 安排")
    lessons = [row for row in await town.rows(tables.corrections) if row.withdrawn_at is None]
    assert sorted((row.by, row.kind) for row in lessons) == [(LEADER, "assignment"), (ADMIN, "")]


async def test_misjudged_by_quoting_and_without_saying_what_it_is(town: Harness) -> None:
    doubtful = await town.post(BUSINESS, MEMBER, "[ch 0.6] 这报表比我还难伺候")
    await order(town, BUSINESS, ADMIN, "轻群 误判", reply_to=doubtful.id)
    assert "原消息一直在群里" in town.inbox(ADMIN)[-1]
    assert "它不是闲聊" in town.inbox(ADMIN)[-1]
    [lesson] = await town.rows(tables.corrections)
    assert (lesson.kind, lesson.was) == ("", "chat")
    assert (await town.judged(doubtful)).doubtful is False
    assert all(row.closed_at for row in await town.rows(tables.cases))


async def test_a_finding_by_a_trait_teaches_the_trait(town: Harness) -> None:
    message = await town.post(BUSINESS, MEMBER, "[as+vote_solicitation] 请各村转发到村民组")
    number = await number_of(town, message.id)
    await tell(town, ADMIN, f"误判 {number}")
    [lesson] = await town.rows(tables.corrections)
    assert (lesson.kind, lesson.traits) == ("assignment", [])


async def test_what_it_is_can_be_said_in_many_words(town: Harness) -> None:
    FakeTasks.put_into(town)
    number = await deleted(town)
    for words, kind, traits in (
        ("是 工作安排", "assignment", []),
        ("其实是任务", "assignment", []),
        ("是紧急的工作安排", "assignment", ["urgent"]),
        ("discussion", "discussion", []),
        ("is a report", "report", []),
        ("这是一条转发文件", "document", []),
        ("闲聊，广告", "chat", ["advertisement"]),
    ):
        await tell(town, ADMIN, f"误判 {number} {words}")
        [lesson] = [r for r in await town.rows(tables.corrections) if r.withdrawn_at is None]
        assert (lesson.kind, lesson.traits) == (kind, traits)


async def test_a_kind_that_is_none_changes_nothing(town: Harness) -> None:
    number = await deleted(town)
    assert "没看懂“是 天气预报”" in await tell(town, ADMIN, f"误判 {number} 是 天气预报")
    assert await town.rows(tables.corrections) == []
    assert not [text for text in town.texts(BUSINESS) if CHAT in text]


async def test_let_pass_puts_back_without_a_lesson(town: Harness) -> None:
    number = await deleted(town)
    assert "已放行" in await tell(town, ADMIN, f"放行 {number}")
    assert [text for text in town.texts(BUSINESS) if CHAT in text]
    assert await town.rows(tables.corrections) == []
    assert "已放行" in town.inbox(MEMBER)[-1]
    assert town.app.state.ledgers.offences.counts(MEMBER, town.clock.now()) == {}


async def test_a_mute_that_came_with_it_is_lifted(town: Harness) -> None:
    for _ in range(2):
        await deleted(town)
        await town.until(town.clock.now() + timedelta(minutes=2))
    message = await town.post(BUSINESS, MEMBER, CHAT)
    assert (await town.judged(message)).action == "mute"
    assert town.world.room(BUSINESS).muted(MEMBER, town.clock.now())
    await tell(town, ADMIN, f"误判 {await number_of(town, message.id)}")
    assert not town.world.room(BUSINESS).muted(MEMBER, town.clock.now())
    [mute] = await town.rows(tables.mutes)
    assert mute.ended_at is not None


async def test_what_its_sender_took_back_stays_away(town: Harness) -> None:
    message = await town.post(BUSINESS, MEMBER, "[ch 0.6] 说错了")
    await town.world.recall(message.id)
    await town.settle()
    answer = await tell(town, ADMIN, f"放行 {await number_of(town, message.id)}")
    assert "本人已撤回" in answer
    assert not [text for text in town.texts(BUSINESS) if "说错了" in text]


async def test_where_nothing_can_be_deleted_nothing_is_posted_again(tmp_path: Path) -> None:
    weak = Capabilities()
    assert weak != ALL_CAPABILITIES
    assert NO_CAPABILITIES.delete == weak.delete
    town = await start_town(tmp_path / "weak.db", capabilities=weak)
    try:
        message = await town.post(BUSINESS, MEMBER, CHAT)
        await tell(town, ADMIN, f"误判 {await number_of(town, message.id)}")
        assert town.texts(BUSINESS) == [CHAT]
    finally:
        await town.stop()


async def test_an_attachment_can_only_be_named(town: Harness) -> None:
    message = await town.post(NOTICES, MEMBER, type=MessageType.FILE, title="统计表.xlsx")
    assert (await town.judged(message)).action == "delete"
    await tell(town, ADMIN, f"放行 {await number_of(town, message.id)}")
    [text] = [text for text in town.texts(NOTICES) if "统计表.xlsx" in text]
    assert "请本人重发" in text


async def test_a_document_let_pass_waits_for_nothing_more(town: Harness) -> None:
    message = await town.post(BUSINESS, MEMBER, "[do] 转发县里的通知")
    await tell(town, ADMIN, f"放行 {await number_of(town, message.id)}")
    await town.until(MONDAY + timedelta(minutes=30))
    assert message.id in {kept.id for kept in town.world.messages(BUSINESS)}


async def test_doubts_and_appeals_are_listed_and_answered(town: Harness) -> None:
    for index in range(12):
        await town.post(BUSINESS, "小李", f"[ch 0.6] 拿不准的第{index}条")
        await town.until(town.clock.now() + timedelta(minutes=1))
    number = await deleted(town)
    await tell(town, MEMBER, f"申诉 {number} 这是工作")
    listed = (await tell(town, ADMIN, "待判")).split("\n")
    assert len(listed) <= 13
    assert "13 条" in listed[0]
    assert listed[1].startswith(f"{number} {MEMBER}申诉")
    assert "还有 3 条" in listed[-2]
    await tell(town, ADMIN, f"驳回 {number} 确实是问候")
    assert "12 wait" in await tell(town, ADMIN, "/pending")
    assert "维持原来的处理：确实是问候" in town.inbox(MEMBER)[-1]


async def test_an_appeal_goes_round(town: Harness) -> None:
    number = await deleted(town)
    assert "已转给管理员" in await tell(town, MEMBER, f"申诉 {number} 我是在安排工作")
    raised = town.inbox(ADMIN)[-1]
    for part in (MEMBER, str(number), BUSINESS, "我是在安排工作", "早上好", f"误判 {number}"):
        assert part in raised
    assert "已在管理员那里" in await tell(town, MEMBER, f"申诉 {number}")
    await tell(town, ADMIN, f"误判 {number}")
    assert "误判" in town.inbox(MEMBER)[-1]
    [case] = await town.rows(tables.cases)
    assert (case.sort, case.person, case.text, case.verdict, case.by) == (
        "appeal", MEMBER, "我是在安排工作", "misjudged", ADMIN,
    )  # fmt: skip
    assert "已认定为误判" in await tell(town, MEMBER, f"申诉 {number}")
    assert "没有等您判断" in await tell(town, ADMIN, "待判")


async def test_an_appeal_without_a_number_means_ones_last(town: Harness) -> None:
    await deleted(town)
    number = await deleted(town)
    assert str(number) in await tell(town, MEMBER, "申诉 不服")


async def test_nobody_appeals_for_another(town: Harness) -> None:
    number = await deleted(town)
    heard = len(town.inbox(ADMIN))
    assert "不是您发的" in await tell(town, "小李", f"申诉 {number}")
    assert "没有找到可以申诉" in await tell(town, "小李", "申诉")
    assert len(town.inbox(ADMIN)) == heard
    assert await town.rows(tables.cases) == []


async def test_an_appeal_in_a_room_is_answered_privately(town: Harness) -> None:
    number = await deleted(town)
    assert await order(town, BUSINESS, MEMBER, f"轻群 申诉 {number}") == ""
    assert "已转给管理员" in town.inbox(MEMBER)[-1]


async def test_reject_without_a_case(town: Harness) -> None:
    number = await deleted(town)
    assert "没有待判" in await tell(town, ADMIN, f"驳回 {number}")


@pytest.fixture
async def night(town: Harness) -> Harness:
    await town.until(MONDAY + timedelta(hours=12))
    # Leaders' and admins' posts get through though the room is closed.
    for room in (BUSINESS, NOTICES):
        town.world.set_role(room, POSTER, Role.ADMIN)
    return town


async def test_a_deferred_assignment_is_published_at_once(night: Harness) -> None:
    message = await night.post(NOTICES, POSTER, "[as] 明天9点开会")
    assert (await night.judged(message)).action == "defer"
    number = await number_of(night, message.id)
    assert "不是您发的" in await tell(night, MEMBER, f"紧急 {number}")
    assert not [text for text in night.texts(NOTICES) if "明天9点开会" in text]
    assert "已发布" in await tell(night, POSTER, "紧急")
    assert len([text for text in night.texts(NOTICES) if "明天9点开会" in text]) == 1
    assert "没有等着顺延" in await tell(night, POSTER, f"紧急 {number}")
    await night.until(MONDAY + timedelta(days=1, hours=1))
    assert len([text for text in night.texts(NOTICES) if "明天9点开会" in text]) == 1
    assert [(row[0], row[4], row[5]) for row in await audit(night, "urgent")] == [
        (MEMBER, "", False), (POSTER, "published", True), (POSTER, "not done", True),
    ]  # fmt: skip


async def test_which_of_several_is_asked(night: Harness) -> None:
    first = await night.post(NOTICES, POSTER, "[as] 第一件")
    second = await night.post(NOTICES, POSTER, "[as] 第二件")
    numbers = [await number_of(night, message.id) for message in (first, second)]
    answer = await tell(night, POSTER, "紧急")
    assert all(str(number) in answer for number in numbers)
    await tell(night, POSTER, f"紧急 {numbers[1]}")
    assert [text for text in night.texts(NOTICES) if "第二件" in text]
    assert not [text for text in night.texts(NOTICES) if "第一件" in text]


@pytest.mark.parametrize("word", ["放行", "误判"])
async def test_an_admin_publishes_a_deferred_one(night: Harness, word: str) -> None:
    message = await night.post(NOTICES, POSTER, "[as] 明天9点开会")
    number = await number_of(night, message.id)
    await tell(night, ADMIN, f"{word} {number}")
    await night.until(MONDAY + timedelta(days=1, hours=1))
    assert len([text for text in night.texts(NOTICES) if "明天9点开会" in text]) == 1
