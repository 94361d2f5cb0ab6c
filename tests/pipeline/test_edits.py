"""An edited message is judged as it reads now, and counts once."""

from dataclasses import replace
from datetime import timedelta

from bot.channels.base import Edited, Posted
from bot.core.message import Message
from bot.store import tables
from tests.support.town import MONDAY, Harness, start_town

ROOM = "政务群"


async def test_one_message_is_one_offence_however_often_it_is_edited(town: Harness) -> None:
    town.world.set_capabilities(ROOM, town.world.capabilities.__class__(idempotent=True))
    sent = await town.post(ROOM, "小王", "[ch] 早")
    for index in range(3):
        await town.world.edit(sent.id, f"[ch] 早{index}")
        await town.settle()
    assert (await town.judged(sent)).action == "nudge", "still the first offence"
    assert len(await town.rows(tables.offences)) == 1
    again = await town.post(ROOM, "小王", "[ch] 又")
    assert (await town.judged(again)).action == "warn", "now it is the second"


async def test_an_edit_is_no_post_of_a_flood(town: Harness) -> None:
    sent = [await town.post(ROOM, "小王", f"[di] {index}") for index in range(8)]
    for message in sent:
        await town.world.edit(message.id, message.text + "，补充")
        await town.settle()
    assert {(await town.judged(message)).action for message in sent} == {"none"}


async def test_an_edit_long_after_is_judged_and_not_taken_for_backlog(town: Harness) -> None:
    sent = await town.post(ROOM, "小王", "[di] 这个表要盖章吗")
    await town.until(MONDAY + timedelta(hours=1))
    await town.world.edit(sent.id, "[ch+advertisement] 土鸡蛋")
    await town.settle()
    assert (await town.judged(sent)).action == "delete"
    row = await town.judged(sent)
    assert row.at == MONDAY, "it keeps the moment at which it was posted"


async def test_what_a_notice_said_before_its_edit_is_compared_with_nothing(town: Harness) -> None:
    sent = await town.post(ROOM, "党建办主任", "[as] 请各村周五前报送防火台账及隐患清单")
    await town.world.edit(sent.id, "[as] 请各支部下周一召开组织生活会并上报签到")
    await town.settle()
    other = await town.post(ROOM, "行政办主任", "[as] 请各村周五前报送防火台账及隐患清单")
    assert (await town.judged(other)).relation is None
    again = await town.post(ROOM, "行政办主任", "[as] 请各支部下周一召开组织生活会并上报签到")
    assert (await town.judged(again)).relation == "duplicate"


async def test_an_impostor_s_document_keeps_no_rank_over_a_restart(tmp_path) -> None:
    town = await start_town(tmp_path / "town.db")
    await town.post(ROOM, "书记", "[di] 一")
    town.world.room(ROOM).members["骗子"] = town.world.room(ROOM).members["小王"]
    from bot.channels.base import Posted
    from bot.core.message import Message

    fake = Message(
        "f", ROOM, "书记", town.clock.now(), text="[do] 原文", room_id=ROOM, sender_id="骗子"
    )
    await town.app.pipeline.receive([Posted(fake)])
    await town.settle()
    await town.stop()
    town = await start_town(tmp_path / "town.db", clock=town.clock, world=town.world)
    await town.until(MONDAY + timedelta(minutes=11))
    assert (await town.judged(fake)).rank == "member"
    await town.stop()


async def test_what_waits_for_the_opening_and_is_edited_waits_on_once(town: Harness) -> None:
    """Its first judgement and its edit come in one batch; a bystander is judged all the same."""
    await town.until(MONDAY + timedelta(hours=12))
    first = Message(
        "a1", "政务群", "党建办主任", town.clock.now(), text="[as] 请各村周五前报送防火台账",
        room_id="政务群", sender_id="党建办主任", channel=next(iter(town.app.channels)),
    )  # fmt: skip
    again = replace(first, text="[as] 请各村周五前报送防火台账及清单")
    other = replace(first, id="b1", text="[di] 别的")
    await town.app.pipeline.receive([Posted(first), Posted(other), Edited(again)])
    await town.app.pipeline.idle()
    assert {row.number for row in await town.rows(tables.judgements)} == {1, 2}
    [waiting] = town.app.state.deferrals.waiting()
    assert waiting.text == again.text
    assert len(await town.rows(tables.deferrals)) == 1
    deletes = [row for row in await town.rows(tables.outbox) if row.message == 1]
    assert [row.verb for row in deletes].count("delete") == 1
