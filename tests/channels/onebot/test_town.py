"""A town on QQ: the whole bot behind a real WebSocket, people who act, and what they see."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import App
from bot.channels.onebot import OneBotChannel
from bot.core.clock import DrivenClock
from bot.core.decision import Outcome
from bot.store import tables
from bot.store.seal import Seal
from policies import all_policies
from tests.channels.onebot.conftest import QUICK
from tests.channels.onebot.peer import Peer
from tests.channels.onebot.world import BOT, RefusedError, World
from tests.support.fake_reader import FakeReader
from tests.support.stores import open_store
from tests.support.town import KEY, MONDAY, town_of

TOWN = """
[town]
name = "巴水镇"
[roles]
leaders = ["张书记"]
admins = ["李主任"]
[[rooms]]
name = "镇政府工作群"
kind = "announcement"
[[rooms]]
name = "应急管理群"
kind = "business"
always_open = true
"""


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock(MONDAY)


@pytest.fixture
async def app(peer: Peer, clock: DrivenClock, tmp_path: Path) -> AsyncIterator[App]:
    engine = await open_store(tmp_path / "town.db")
    channel = OneBotChannel("qq", {**QUICK, "url": await peer.listen(), "catch_up": 20}, clock)
    app = App(
        town_of(TOWN),
        engine=engine,
        channels={"qq": channel},
        reader=FakeReader(),
        policies=all_policies(),
        clock=clock,
        seal=Seal(KEY),
        shadow=False,
    )
    await app.start()
    yield app
    await app.stop()


async def until(true: Callable[[], bool]) -> None:
    """Let the sockets work until it is so."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0)


def told(world: World, person: int) -> list[str]:
    """What the bot has said to somebody privately."""
    return [one.message[0]["data"]["text"] for one in world.messages.values() if one.to == person]


async def test_chatter_leaves_the_announcement_room_and_the_sender_is_told(
    app: App, world: World
) -> None:
    chatter = world.post(900001, 2001, "[ch] 早上好")
    order = world.post(900001, 1001, "[as] 各村周五前报送")
    await until(lambda: bool(told(world, 2001)))
    assert world.messages[chatter].recalled_by == BOT
    assert world.messages[order].recalled_by is None
    assert "已撤下" in told(world, 2001)[0]
    await app.idle()
    async with app.engine.connect() as connection:
        rows = await connection.execute(
            select(tables.judgements.c.outcome)
            .join(tables.messages, tables.messages.c.number == tables.judgements.c.number)
            .where(tables.messages.c.id == str(chatter))
        )
        assert rows.scalar_one() == Outcome.DONE.value


async def test_what_the_bot_may_not_delete_is_only_spoken_about(app: App, world: World) -> None:
    chatter = world.post(900001, 1002, "[ch] 早上好")
    await until(lambda: bool(told(world, 1002)))
    assert world.messages[chatter].recalled_by is None
    assert "想提醒您" in told(world, 1002)[0]


async def test_the_room_is_closed_at_night_and_opened_in_the_morning(
    app: App, world: World, clock: DrivenClock
) -> None:
    await app.idle()
    clock.set(datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    await app.tick()
    await until(lambda: world.groups[900001].all_shut)
    assert not world.groups[900002].all_shut
    with pytest.raises(RefusedError):
        world.post(900001, 2001, "[ch] 睡不着")
    clock.set(datetime(2026, 11, 24, 0, 30, tzinfo=UTC))
    await app.tick()
    await until(lambda: not world.groups[900001].all_shut)


async def test_an_outage_is_made_up_for_but_nobody_is_punished_for_it(
    app: App, peer: Peer, world: World, clock: DrivenClock
) -> None:
    await peer.deaf()
    old = world.post(900001, 2001, "[ch] 断线时说的")
    clock.advance(timedelta(minutes=10))
    fresh = world.post(900001, 2001, "[ch] 刚刚说的")
    await peer.listen()
    await until(lambda: world.messages[fresh].recalled_by == BOT)
    assert world.messages[old].recalled_by is None
    async with app.engine.connect() as connection:
        found = await connection.execute(select(tables.messages.c.id))
        assert {str(old), str(fresh)} <= set(found.scalars())
