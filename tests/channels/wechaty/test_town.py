"""The whole product through a real gateway: chatter, receipts, a toggle by chat, closing time, outages."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import QUICK
from sqlalchemy import select
from wechaty_gateway import TOKEN, Gateway

from bot.app import App
from bot.channels.wechaty import WechatyChannel
from bot.core.clock import SystemClock
from bot.store import tables
from bot.store.engine import open_engine
from bot.store.migrate import upgrade
from bot.store.seal import Seal
from policies import all_policies
from tests.support.fake_reader import FakeReader
from tests.support.town import KEY, town_of

TOWN = """
[town]
name = "巴汝镇"
[hours]
open = "00:00"
close = "23:59"
working_days = [{today}]
[roles]
leaders = ["王五"]
admins = ["张三"]
[[rooms]]
name = "巴汝镇政府工作群"
kind = "announcement"
[[rooms]]
name = "镇政务服务工作群"
kind = "business"
"""

Make = Callable[[], Awaitable[App]]


@pytest.fixture
async def make(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Make]:
    """Starts a town on one archive; whatever runs is stopped at the end."""
    monkeypatch.setenv("QINGQUN_WECHATY_TOKEN", TOKEN)
    running: list[App] = []

    async def go() -> App:
        clock = SystemClock()
        engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'town.db'}")
        await upgrade(engine)
        options = {**QUICK, "endpoint": gateway.endpoint, "puppet": "padlocal"}
        app = App(
            town_of(TOWN.format(today=clock.now().astimezone().date())),
            engine=engine,
            channels={"wechaty": WechatyChannel("wechaty", options, clock)},
            reader=FakeReader(),
            policies=all_policies(),
            clock=clock,
            seal=Seal(KEY),
            shadow=False,
        )
        await app.start()
        running.append(app)
        return app

    yield go
    for app in running:
        await app.stop()


async def judged(app: App, message_id: str) -> Any:
    """The judgement of a message, once it is there."""
    statement = (
        select(tables.judgements)
        .join(tables.messages, tables.messages.c.number == tables.judgements.c.number)
        .where(tables.messages.c.id == message_id)
    )
    async with asyncio.timeout(30):
        while True:
            async with app.engine.connect() as connection:
                if row := (await connection.execute(statement)).one_or_none():
                    return row
            await asyncio.sleep(0.02)


async def told(gateway: Gateway, whom: str, words: str, seen: list[Any]) -> str:
    """What the account has sent to a person or a room that holds these words."""
    async with asyncio.timeout(60):
        while True:
            seen += await gateway.do("calls")
            for call in seen:
                if (
                    call["name"] == "messageSendText"
                    and call["args"][0] == whom
                    and words in call["args"][1]
                ):
                    text: str = call["args"][1]
                    return text
            await asyncio.sleep(0.05)


async def test_a_member_chats_in_the_announcement_group_and_is_told_privately(
    make: Make, gateway: Gateway
) -> None:
    app = await make()
    seen: list[Any] = []
    posted = await gateway.do("post", text="[ch] 早上好")
    row = await judged(app, posted)
    # Nobody can take down another's message on WeChat: it is a nudge, and it is private.
    assert (row.action, row.kind) == ("nudge", "chat")
    assert "不闲聊" in await told(gateway, "zhang", "想提醒您", seen)
    assert not [
        c for c in seen if c["name"] == "messageSendText" and c["args"][0] == "gov@chatroom"
    ]


async def test_a_receipt_is_counted_without_a_word(make: Make, gateway: Gateway) -> None:
    app = await make()
    order = await gateway.do("post", text="[as] 请各位周五前报表", talker="wang")
    receipt = await gateway.do("post", text="收到", talker="zhang")
    assert (await judged(app, order)).action == "none"
    assert (await judged(app, receipt)).action == "record"
    async with app.engine.connect() as connection:
        people = await connection.execute(
            select(tables.task_people.c.person).where(
                tables.task_people.c.acknowledged_at.is_not(None)
            )
        )
        assert people.scalars().all() == ["张三"]


async def test_an_admin_toggles_a_policy_by_chat(make: Make, gateway: Gateway) -> None:
    app = await make()
    seen: list[Any] = []
    await gateway.do("post", text="轻群 关闭 不闲聊 本群", room="service@chatroom", talker="zhang")
    await told(gateway, "service@chatroom", "关闭", seen)
    posted = await gateway.do("post", text="[ch] 中午吃啥", room="service@chatroom", talker="wang")
    assert (await judged(app, posted)).action == "none"


async def test_a_gateway_that_dies_and_comes_back_loses_nothing_that_is_said_later(
    make: Make, process: Gateway
) -> None:
    app = await make()
    first = await process.do("post", text="[di] 之前")
    assert (await judged(app, first)).kind == "discussion"
    process.kill()
    process.start()
    await process.do("reset")
    async with asyncio.timeout(30):
        while True:
            later = await process.do("post", text="[di] 之后")
            async with app.engine.connect() as connection:
                found = await connection.scalar(
                    select(tables.messages.c.id).where(tables.messages.c.text == "[di] 之后")
                )
            if found:
                break
            await asyncio.sleep(0.1)
    assert later
    async with app.engine.connect() as connection:
        outage = (await connection.execute(select(tables.outages))).one()
    assert outage.until is not None


async def test_a_restart_judges_nothing_twice(make: Make, gateway: Gateway) -> None:
    first = await make()
    posted = await gateway.do("post", text="[ch] 一")
    await judged(first, posted)
    await first.channels["wechaty"].stop()
    await first.courier.stop()
    await first.pipeline.stop()
    second = await make()
    later = await gateway.do("post", text="[ch] 二")
    await judged(second, later)
    async with second.engine.connect() as connection:
        numbers = (await connection.execute(select(tables.judgements.c.number))).scalars().all()
    assert len(numbers) == len(set(numbers))
