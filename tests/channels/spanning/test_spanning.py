"""One town on two platforms, as its file says: what is said on one is known on the other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import App
from bot.channels.make import make_channels
from bot.core.clock import SystemClock
from bot.core.reading import RelationKind
from bot.judging.judgement import Judgement
from bot.store import tables
from bot.store.engine import open_engine
from bot.store.migrate import upgrade
from bot.store.positions import StoredPositions
from bot.store.seal import Seal
from policies import all_policies
from tests.channels.matrix.conftest import Square
from tests.channels.onebot.peer import Peer
from tests.channels.onebot.world import BOT, World
from tests.support.fake_reader import FakeReader
from tests.support.synapse import Resident
from tests.support.town import KEY, town_of

TOWN = """
[town]
name = "巴水镇"
[hours]
open = "00:00"
close = "23:59"
working_days = [{today}]
[roles]
leaders = ["张书记"]
admins = ["李主任"]
[people]
"张书记" = ["1001", "{leader}"]
[[channels]]
name = "qq"
kind = "onebot"
url = "{url}"
[[channels]]
name = "matrix"
kind = "matrix"
homeserver = "{homeserver}"
user_id = "{bot}"
[[rooms]]
name = "镇政府工作群"
kind = "announcement"
channel = "qq"
[[rooms]]
name = "村级工作群"
kind = "announcement"
channel = "matrix"
"""
NOTICE = "[as] 请各村本周五下班前把春耕进度表报到农业办，逾期通报"
QQ = 900001


@dataclass
class Place:
    app: App
    world: World
    leader: Resident
    member: Resident
    room: str
    judged: list[Judgement]
    changed: asyncio.Event

    async def judgement(self, message_id: object) -> Judgement:
        """What was decided of a message, durably."""

        def found() -> list[Judgement]:
            return [one for one in self.judged if one.message.id == str(message_id)]

        async with asyncio.timeout(20):
            while not found():
                self.changed.clear()
                await self.changed.wait()
        await self.app.idle()
        return found()[0]


@pytest.fixture
def world() -> World:
    return World(lambda: datetime.now(UTC).timestamp())


@pytest.fixture
async def place(
    square: Square, peer: Peer, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Place]:
    leader, member = await square.people("老张", "王大力")
    bot = await square.bot()
    room = await square.room(leader, bot, member, name="村级工作群")
    await bot.channel.stop()
    monkeypatch.setenv("QINGQUN_MATRIX_TOKEN", bot.account.token)
    text = TOWN.format(
        today=datetime.now().astimezone().date(), leader=leader.id, url=await peer.listen(),
        homeserver=square.server.url, bot=bot.id,
    )  # fmt: skip
    clock, town = SystemClock(), town_of(text)
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'town.db'}")
    await upgrade(engine)
    app = App(
        town, engine=engine, channels=make_channels(town, clock, StoredPositions(engine, clock)),
        reader=FakeReader(), policies=all_policies(), clock=clock, seal=Seal(KEY), shadow=False,
    )  # fmt: skip
    judged: list[Judgement] = []
    changed = asyncio.Event()

    def watch(judgement: Judgement, _: Sequence[int]) -> None:
        judged.append(judgement)
        changed.set()

    app.desk.watchers.append(watch)
    await app.start()
    yield Place(app, world, leader, member, room, judged, changed)
    await app.stop()


async def until(true: Callable[[], Awaitable[Any]]) -> None:
    """Wait until it is so for those who look at the server."""
    async with asyncio.timeout(20):
        while not await true():
            await asyncio.sleep(0.02)


async def test_a_notice_on_both_is_one_task_and_the_second_a_duplicate(place: Place) -> None:
    first = await place.judgement(place.world.post(QQ, 1001, NOTICE))
    second = await place.judgement(await place.leader.say(place.room, NOTICE))
    assert (first.relation, first.decision.findings) == (None, ())
    assert second.relation is not None
    assert second.relation.kind is RelationKind.DUPLICATE
    assert second.relation.number == first.message.number
    (finding,) = [f for f in second.decision.findings if f.policy == "duplicate_notice"]
    assert "镇政府工作群" in finding.reason
    receipt = await place.judgement(await place.member.say(place.room, "收到"))
    assert receipt.decision.action.word in {"record", "delete"}
    async with place.app.engine.connect() as connection:
        assert len((await connection.execute(select(tables.tasks))).all()) == 1
        people = select(tables.task_people.c.person).where(
            tables.task_people.c.acknowledged_at.is_not(None)
        )
        assert list(await connection.scalars(people)) == ["王大力"]


async def test_a_leader_is_the_same_person_on_both(place: Place) -> None:
    said = [
        await place.judgement(place.world.post(QQ, 1001, "[ch] 早上好")),
        await place.judgement(await place.leader.say(place.room, "[ch] 早上好")),
    ]
    assert {one.person for one in said} == {"张书记"}
    assert {one.rank.value for one in said} == {"leader"}
    assert {one.message.channel for one in said} == {"qq", "matrix"}
    # What they order in one place holds in the other.
    kept = await place.judgement(place.world.post(QQ, 2001, "[di] 这个表怎么填"))
    assert "announcement_only" in {f.policy for f in kept.decision.findings}
    await place.leader.say(place.room, "轻群 关闭 只发工作安排 镇政府工作群")
    await until(lambda: _changed(place.app))
    allowed = await place.judgement(place.world.post(QQ, 2001, "[di] 那个表怎么填"))
    assert "announcement_only" not in {f.policy for f in allowed.decision.findings}


async def _changed(app: App) -> bool:
    return len(app.state.ledgers.modes.history) == 1


async def test_each_room_is_kept_by_its_own_platform(place: Place) -> None:
    here = place.world.post(QQ, 2001, "[ch] 早上好")
    there = await place.member.say(place.room, "[ch] 早上好")
    await place.judgement(here)
    await place.judgement(there)
    await place.app.idle()
    assert place.world.messages[here].recalled_by == BOT
    assert (await place.leader.event(place.room, there))["content"] == {}
    assert {one.person for one in place.judged} == {"村建办王五", "王大力"}
