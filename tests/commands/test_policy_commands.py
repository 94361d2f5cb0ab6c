"""开启 关闭 观察 提醒 执行 撤销 确认 政策, and the first week."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.decision import Mode
from bot.store import tables
from tests.commands.speak import ADMIN, BUSINESS, LEADER, MEMBER, NOTICES, audit, order, tell
from tests.support.town import MONDAY, Harness, start_town

CHAT = "[ch] 早上好"


def mode(town: Harness, room: str, policy: str = "no_chat") -> Mode:
    judge = town.app.judge
    modes = town.app.state.ledgers.modes
    return modes.mode(judge.policies[policy], judge.directory.room(room), town.clock.now())


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("轻群 关闭 不闲聊", Mode.OFF),
        ("轻群关闭不闲聊", Mode.OFF),
        ("轻群 关闭 闲聊", Mode.OFF),
        ("@轻群 提醒 不闲聊 本群", Mode.REMIND),
        ("轻群，请观察一下　“不闲聊”，谢谢", Mode.OBSERVE),
        ("轻群，请把“不闲聊”关闭一下", Mode.OFF),
        ("轻群 把不闲聊改成提醒 2小时", Mode.REMIND),
        ("/policy off no_chat", Mode.OFF),
        ("/policy off no chat", Mode.OFF),
        ("/policy remind no-chat here", Mode.REMIND),
        ("/policy enforce chat", Mode.ENFORCE),
        ("轻群 关闭 no_chat 政务群", Mode.OFF),
    ],
)
async def test_a_change_said_in_a_room_holds_there(town: Harness, text: str, after: Mode) -> None:
    answer = await order(town, BUSINESS, ADMIN, text)
    assert mode(town, BUSINESS) is after
    assert mode(town, NOTICES) is Mode.ENFORCE
    assert answer.count("\n") < 4
    [row] = await audit(town, "set")
    assert row[:4] == (ADMIN, "set", f"no_chat@{BUSINESS}", "enforce")
    assert row[4].split(" until ")[0] == after.value


async def test_another_room_is_named_in_whole_or_in_part(town: Harness) -> None:
    await tell(town, ADMIN, "关闭 不闲聊 政务群")
    assert mode(town, BUSINESS) is Mode.OFF
    await tell(town, ADMIN, "关闭 不闲聊 应急")
    assert mode(town, "应急群") is Mode.OFF
    assert mode(town, NOTICES) is Mode.ENFORCE


async def test_what_is_unclear_is_asked_back_and_changes_nothing(town: Harness) -> None:
    for text, asked_back in (
        ("关闭 不闲料", "是不是：不闲聊"),
        ("关闭 no_chatt 政务群", "是不是：不闲聊"),
        ("关闭 不", "是不是"),
        ("关闭", "关闭 不闲聊"),
        ("关闭 天气预报政策", "没有叫"),
        ("关闭 不闲聊 不存在的大群", "没看懂"),
        ("关闭 不闲聊 本群", "没看懂"),
        ("关闭 不闲聊 政务群 到昨天", "没看懂"),
    ):
        assert asked_back in await tell(town, ADMIN, text), text
    assert town.app.state.ledgers.modes.history == ()
    assert {row[4] for row in await audit(town, "set")} == {"not done"}


async def test_a_length_ends_exactly(town: Harness) -> None:
    await order(town, BUSINESS, ADMIN, "轻群 关闭 不闲聊 2小时")
    await town.until(MONDAY + timedelta(hours=2) - timedelta(seconds=1))
    spared = await town.post(BUSINESS, MEMBER, CHAT)
    await town.until(MONDAY + timedelta(hours=2))
    gone = await town.post(BUSINESS, MEMBER, CHAT)
    assert (await town.judged(spared)).action == "none"
    assert (await town.judged(gone)).action == "delete"


async def test_a_change_for_all_waits_for_its_giver(town: Harness) -> None:
    asked = await tell(town, ADMIN, "关闭 不闲聊 全部")
    assert "确认" in asked
    assert mode(town, BUSINESS) is Mode.ENFORCE
    assert "没有等您确认" in await tell(town, LEADER, "确认")
    assert mode(town, BUSINESS) is Mode.ENFORCE
    await town.until(MONDAY + timedelta(minutes=5) - timedelta(seconds=1))
    await tell(town, ADMIN, "确认")
    assert mode(town, BUSINESS) is mode(town, NOTICES) is Mode.OFF
    assert "没有等您确认" in await tell(town, ADMIN, "确认")
    assert ("confirm", "confirmed") in [(row[1], row[4]) for row in await audit(town)]


async def test_a_change_for_all_lapses_after_five_minutes(town: Harness) -> None:
    await tell(town, ADMIN, "/policy off no_chat all")
    await town.until(MONDAY + timedelta(minutes=5))
    assert "Nothing waits" in await tell(town, ADMIN, "/confirm")
    assert mode(town, BUSINESS) is Mode.ENFORCE


async def test_said_privately_the_town_is_meant(town: Harness) -> None:
    await tell(town, ADMIN, "提醒 不闲聊")
    assert mode(town, BUSINESS) is Mode.ENFORCE
    await tell(town, ADMIN, "确认")
    assert mode(town, BUSINESS) is mode(town, NOTICES) is Mode.REMIND


async def test_a_later_order_takes_the_place_of_one_that_waits(town: Harness) -> None:
    await tell(town, ADMIN, "关闭 不闲聊 全部")
    await tell(town, ADMIN, "提醒 刷屏 全部")
    await tell(town, ADMIN, "确认")
    assert mode(town, BUSINESS) is Mode.ENFORCE
    assert mode(town, BUSINESS, "flood") is Mode.REMIND


async def test_to_loosen_secrecy_is_confirmed_even_for_one_room(town: Harness) -> None:
    assert "确认" in await tell(town, ADMIN, "关闭 涉密 政务群")
    assert mode(town, BUSINESS, "secrecy") is Mode.ENFORCE


async def test_what_waits_is_gone_after_a_restart_and_that_is_said(
    town: Harness, tmp_path: Path
) -> None:
    await tell(town, ADMIN, "关闭 不闲聊 全部")
    await town.stop()
    again = await start_town(tmp_path / "town.db", clock=town.clock, world=town.world)
    try:
        assert "重启" in await tell(again, ADMIN, "确认")
        assert mode(again, BUSINESS) is Mode.ENFORCE
    finally:
        await again.stop()


async def test_rolling_back_step_by_step(town: Harness) -> None:
    for word in ("提醒", "观察", "关闭"):
        await order(town, BUSINESS, ADMIN, f"轻群 {word} 不闲聊")
    seen = []
    for _ in range(4):
        await tell(town, ADMIN, "撤销 政务群")
        seen.append(mode(town, BUSINESS))
    assert seen == [Mode.OBSERVE, Mode.REMIND, Mode.ENFORCE, Mode.ENFORCE]
    rows = await audit(town, "undo")
    assert [(row[3], row[4]) for row in rows] == [
        ("off", "observe"), ("observe", "remind"), ("remind", "enforce"), ("", "not done"),
    ]  # fmt: skip


async def test_rolling_back_keeps_to_its_scope(town: Harness) -> None:
    await tell(town, ADMIN, "提醒 不闲聊 全部")
    await tell(town, ADMIN, "确认")
    await tell(town, ADMIN, "关闭 不闲聊 政务群")
    await tell(town, LEADER, "撤销")
    assert mode(town, BUSINESS) is Mode.OFF
    assert mode(town, NOTICES) is Mode.ENFORCE
    await order(town, BUSINESS, LEADER, "轻群 撤销")
    assert mode(town, BUSINESS) is Mode.ENFORCE


async def test_what_has_ended_by_itself_is_not_rolled_back(town: Harness) -> None:
    await tell(town, ADMIN, "提醒 不闲聊 政务群")
    await tell(town, ADMIN, "关闭 不闲聊 政务群 1小时")
    await town.until(MONDAY + timedelta(hours=1))
    assert mode(town, BUSINESS) is Mode.REMIND
    await tell(town, ADMIN, "撤销 政务群")
    assert mode(town, BUSINESS) is Mode.ENFORCE


async def test_changes_history_and_rollback_survive_a_restart(
    town: Harness, tmp_path: Path
) -> None:
    await order(town, BUSINESS, ADMIN, "轻群 提醒 不闲聊")
    await order(town, BUSINESS, ADMIN, "轻群 关闭 不闲聊 3天")
    history = await tell(town, ADMIN, "政策 历史")
    await town.stop()
    again = await start_town(tmp_path / "town.db", clock=town.clock, world=town.world)
    try:
        assert await tell(again, ADMIN, "政策 历史") == history
        assert mode(again, BUSINESS) is Mode.OFF
        await tell(again, ADMIN, "撤销 政务群")
        assert mode(again, BUSINESS) is Mode.REMIND
    finally:
        await again.stop()


async def test_switching_on_is_what_the_town_file_says(town: Harness) -> None:
    await tell(town, ADMIN, "关闭 不强求即时回复 政务群")
    await tell(town, ADMIN, "开启 不强求即时回复 政务群")
    assert mode(town, BUSINESS, "no_reply_demand") is Mode.REMIND
    await tell(town, ADMIN, "开启 不闲聊 政务群")
    assert mode(town, BUSINESS) is Mode.ENFORCE


async def test_the_table_of_policies_fits_a_phone(town: Harness) -> None:
    await order(town, BUSINESS, ADMIN, "轻群 关闭 不闲聊 3天")
    table = (await tell(town, ADMIN, "政策 政务群")).split("\n")
    assert len(table) <= 20
    assert any("不闲聊" in line and "关闭" in line and "到" in line for line in table)
    english = await tell(town, ADMIN, "/policies 政务群")
    assert "off no_chat, until Thu 2026-11-26 09:00" in english


async def test_an_unmanaged_room_has_nothing_to_change(town: Harness) -> None:
    town.world.add_room("老乡群", [ADMIN])
    await town.post("老乡群", ADMIN, "轻群 关闭 不闲聊")
    assert "不在本镇的群名单里" in town.inbox(ADMIN)[-1]
    assert town.app.state.ledgers.modes.history == ()


async def test_the_room_hears_short_answers_within_the_hours_budget(town: Harness) -> None:
    for _ in range(5):
        await order(town, BUSINESS, ADMIN, "轻群 关闭 不闲聊")
    said = [message for message in town.world.messages(BUSINESS) if message.bot]
    assert len(said) == 3
    assert len(town.inbox(ADMIN)) == 2


@pytest.fixture
async def new_town(tmp_path: Path) -> AsyncIterator[Harness]:
    harness = await start_town(tmp_path / "new.db", shadow=True)
    yield harness
    await harness.stop()


async def test_the_first_week_can_be_ended_early(new_town: Harness) -> None:
    seen = await new_town.post(BUSINESS, MEMBER, CHAT)
    assert "观察周" in await order(new_town, BUSINESS, ADMIN, "轻群 执行 不闲聊")
    still = await new_town.post(BUSINESS, MEMBER, CHAT)
    assert "观察周已结束" in await order(new_town, BUSINESS, ADMIN, "轻群 执行")
    gone = await new_town.post(BUSINESS, MEMBER, CHAT)
    elsewhere = await new_town.post("党员群", MEMBER, CHAT)
    actions = [(await new_town.judged(m)).action for m in (seen, still, gone, elsewhere)]
    assert actions == ["record", "record", "delete", "record"]
    await tell(new_town, ADMIN, "执行 全部")
    await tell(new_town, ADMIN, "确认")
    assert new_town.app.state.ledgers.shadow_until["党员群"] <= new_town.clock.now()


async def test_every_change_is_in_the_history_table(town: Harness) -> None:
    await order(town, BUSINESS, ADMIN, "轻群 关闭 不闲聊 1小时")
    [row] = await town.rows(tables.modes)
    assert (row.scope, row.policy, row.before, row.mode, row.by) == (
        BUSINESS, "no_chat", "enforce", "off", ADMIN,
    )  # fmt: skip
    assert row.until == MONDAY + timedelta(hours=1)
