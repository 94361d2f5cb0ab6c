"""A message's way through the pipeline, on both stores."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.channels.base import Edited, Posted, Recalled
from bot.core.message import Message
from bot.store import tables
from bot.store.writer import Writer
from tests.support.town import MONDAY, Harness, start_town


@pytest.fixture
async def either(store_url: str) -> AsyncIterator[Harness]:
    harness = await start_town(store_url)
    yield harness
    await harness.stop()


def message(id_: str, text: str = "[di] 这个表要盖章吗", **more: object) -> Message:
    values = {
        "room": "政务群",
        "sender": "小王",
        "at": MONDAY,
        "room_id": "政务群",
        "sender_id": "小王",
    }
    return Message(id=id_, text=text, **{**values, **more})  # type: ignore[arg-type]


async def test_a_message_is_stored_read_judged_acted_on_and_explained(either: Harness) -> None:
    sent = await either.post("政务群", "小王", "[ch+soup] 早安")
    row = await either.judged(sent)
    assert (row.kind, row.action, row.also, row.outcome) == ("chat", "delete", ["nudge"], "done")
    assert either.texts("政务群") == []
    [nudge] = either.inbox("小王")
    assert "不闲聊" in nudge
    assert f"申诉 {row.number}" in nudge
    [finding] = await either.rows(tables.findings)
    assert (finding.policy, finding.mode) == ("no_chat", "enforce")


async def test_the_same_message_again_is_not_judged_again(either: Harness) -> None:
    receive = either.app.pipeline.receive
    await receive([Posted(message("a")), Posted(message("a"))])
    await receive([Posted(message("a"), replayed=True)])
    await either.settle()
    assert len(await either.rows(tables.messages)) == 1
    assert len(await either.rows(tables.judgements)) == 1


async def test_one_id_in_two_rooms_is_two_messages(either: Harness) -> None:
    other = message("a", room="党员群", room_id="党员群")
    await either.app.pipeline.receive([Posted(message("a")), Posted(other)])
    await either.settle()
    assert len(await either.rows(tables.messages)) == 2


async def test_order_within_a_room_is_kept_however_many_bring_events(either: Harness) -> None:
    async def bring(room: str) -> None:
        for index in range(40):
            one = message(f"{room}{index}", room=room, room_id=room, sender=f"人{index}")
            await either.app.pipeline.receive([Posted(one)])

    await asyncio.gather(*(bring(room) for room in ("政务群", "党员群", "应急群")))
    await either.settle()
    async with either.engine.connect() as connection:
        rows = await connection.execute(
            select(tables.messages.c.room, tables.messages.c.id).order_by(tables.messages.c.number)
        )
        seen: dict[str, list[str]] = {}
        for room, id_ in rows:
            seen.setdefault(room, []).append(id_)
    assert all(ids == [f"{room}{index}" for index in range(40)] for room, ids in seen.items())
    assert len(seen) == 3


async def test_backlog_is_recorded_and_nobody_is_punished(either: Harness) -> None:
    old = message("old", "[ch] 闲聊", at=MONDAY - timedelta(minutes=2, seconds=1))
    edge = message(
        "edge", "[ch] 闲聊", at=MONDAY - timedelta(minutes=2), sender="小李", sender_id="小李"
    )
    await either.app.pipeline.receive([Posted(old), Posted(edge)])
    await either.settle()
    assert (await either.judged(old)).action == "record"
    assert (await either.judged(old)).backlog
    assert (await either.judged(edge)).action == "delete"
    assert either.inbox("小王") == []


async def test_replayed_history_is_recorded_even_when_it_is_young(either: Harness) -> None:
    await either.app.pipeline.receive([Posted(message("h", "[ch] 闲聊"), replayed=True)])
    await either.settle()
    assert (await either.judged(message("h"))).action == "record"


async def test_an_edited_message_is_judged_again(either: Harness) -> None:
    sent = await either.post("政务群", "小王", "[di] 这个表要盖章吗")
    assert (await either.judged(sent)).action == "none"
    await either.world.edit(sent.id, "[ch+advertisement] 土鸡蛋")
    await either.settle()
    row = await either.judged(sent)
    assert (row.action, row.revision) == ("delete", 1)
    assert either.texts("政务群") == []
    [before] = await either.rows(tables.revisions)
    assert before.text == "[di] 这个表要盖章吗"


async def test_an_edit_of_a_message_never_seen_is_taken_as_new(either: Harness) -> None:
    await either.app.pipeline.receive([Edited(message("never", "[ch] 闲聊"))])
    await either.settle()
    assert (await either.judged(message("never"))).kind == "chat"


async def test_a_recall_by_people_is_noted(either: Harness) -> None:
    sent = await either.post("政务群", "小王", "[di] 发错了")
    await either.world.recall(sent.id)
    await either.settle()
    [row] = await either.rows(tables.messages)
    assert row.recalled_at == MONDAY
    await either.app.pipeline.receive([Recalled("simulated", "政务群", "unknown", MONDAY)])


async def test_hostile_words_are_stored_as_they_are_or_made_sound(either: Harness) -> None:
    texts = [
        "{0.__class__}",
        "%s%n",
        "'; drop table messages;--",
        "<script>",
        "\x00\ud83d",
        "x" * 50_000,
    ]
    for index, text in enumerate(texts):
        one = message(f"h{index}", text, sender=f"{{{index}}}<b>", sender_id=f"人{index}")
        await either.app.pipeline.receive([Posted(one)])
    await either.settle()
    stored = [row.text for row in await either.rows(tables.messages)]
    assert stored == [*texts[:4], "\ufffd\ufffd", texts[5]]


async def test_an_event_that_cannot_be_handled_costs_the_others_nothing(
    town: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = town.app.judge.judge

    def fail(journal: object, one: Message, *rest: object, **more: object) -> object:
        if one.id == "bad":
            raise RuntimeError(one.text)
        return judge(journal, one, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(town.app.judge, "judge", fail)
    events = [Posted(message("good")), Posted(message("bad")), Posted(message("fine"))]
    await town.app.pipeline.receive(events)
    await town.settle()
    assert {row.id for row in await town.rows(tables.messages)} == {"good", "bad", "fine"}
    assert len(await town.rows(tables.judgements)) == 2


async def test_a_store_that_fails_tells_whoever_brought_the_events(
    town: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "run", fail)
        with pytest.raises(ConnectionError):
            await town.app.pipeline.receive([Posted(message("a"))])
    await town.app.pipeline.receive([Posted(message("a"))])
    await town.settle()
    assert len(await town.rows(tables.judgements)) == 1


async def test_who_brings_more_than_the_queue_holds_is_held_back(town: Harness) -> None:
    pipeline = town.app.pipeline
    gate = asyncio.Event()

    async def wait(items: object) -> None:
        await gate.wait()
        await handle(items)  # type: ignore[arg-type]

    handle = pipeline._handle
    pipeline._handle = wait  # type: ignore[method-assign, assignment]
    pipeline._queue._maxsize = 4  # type: ignore[attr-defined]
    brought = [
        asyncio.create_task(pipeline.receive([Posted(message(str(index)))])) for index in range(20)
    ]
    await asyncio.sleep(0)
    for _ in range(5):
        await asyncio.sleep(0)
    assert pipeline.depth <= 4
    gate.set()
    await asyncio.gather(*brought)
    await town.settle()
    assert len(await town.rows(tables.judgements)) == 20


async def test_what_was_stored_and_not_judged_is_judged_at_the_next_start(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await start_town(store_url)

    async def die(*_: object) -> None:
        raise OSError("killed here")

    with monkeypatch.context() as patch:
        patch.setattr(first.app.pipeline, "_judge", die)
        await first.app.pipeline.receive([Posted(message("a", "[ch] 闲聊"))])
        await first.app.pipeline.idle()
    assert await first.rows(tables.judgements) == []
    await first.stop()
    second = await start_town(store_url, clock=first.clock, world=first.world)
    assert (await second.judged(message("a"))).kind == "chat"
    await second.stop()


async def test_bots_and_the_platform_s_lines_are_never_judged(either: Harness) -> None:
    await either.post("公告群", "小王", "[ch] 我是另一个机器人", bot=True)
    [row] = await either.rows(tables.judgements)
    assert (row.action, row.kind, row.spared) == ("none", None, "bot")


async def test_a_name_borne_by_another_account_gives_no_rank(either: Harness) -> None:
    await either.post("公告群", "书记", "[as] 明天开会")
    fake = message(
        "f", "[as] 都去打牌", room="公告群", room_id="公告群", sender="书记", sender_id="骗子"
    )
    await either.app.pipeline.receive([Posted(fake)])
    await either.settle()
    row = await either.judged(fake)
    assert (row.rank, row.action) == ("member", "delete")
    assert any("书记" in text for text in either.inbox("行政办主任"))


async def test_replacing_a_message_s_number_leaves_its_words(either: Harness) -> None:
    one = replace(message("n"), title="标题", items=("一", "二"), mentions=("小李",))
    await either.app.pipeline.receive([Posted(one)])
    await either.settle()
    [row] = await either.rows(tables.messages)
    assert (row.title, row.items, row.mentions) == ("标题", ["一", "二"], ["小李"])
