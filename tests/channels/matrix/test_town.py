"""A week of a town on a real homeserver: the whole bot, and people who post as themselves."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import App
from bot.channels.matrix import MatrixChannel
from bot.core.clock import DrivenClock
from bot.store import tables
from bot.store.engine import open_engine
from bot.store.migrate import upgrade
from bot.store.positions import StoredPositions
from bot.store.seal import Seal
from policies import all_policies
from tests.channels.matrix.conftest import QUICK, Bot, Square
from tests.support.fake_reader import FakeReader
from tests.support.synapse import Resident
from tests.support.town import KEY, MONDAY, town_of

TOWN = """
[town]
name = "巴水镇"
leaders_room = "领导群"
[roles]
leaders = ["书记"]
admins = ["主任"]
[people]
"书记" = ["{leader}"]
"主任" = ["{admin}"]
[[rooms]]
name = "镇政府工作群"
kind = "announcement"
[[rooms]]
name = "应急群"
kind = "business"
always_open = true
[[rooms]]
name = "领导群"
kind = "leaders"
"""
CLOSING = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
#: One a working day.
ORDERS = (
    "各村周五前报送春耕进度表",
    "请应急办清点防汛沙袋",
    "党建办收齐党费后交财政所",
    "驻村干部入户核对医保名册",
    "周末值班表请各办自查签字",
)
MORNING = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


@dataclass
class Place:
    """The town, its people and its rooms; the bot can be stopped and started."""

    square: Square
    bot: Bot
    leader: Resident
    admin: Resident
    member: Resident
    room: str
    watch: str
    leaders: str
    store: Path
    clock: DrivenClock

    @asynccontextmanager
    async def running(self) -> AsyncIterator[App]:
        """The whole bot on this town's archive, until the end of the block."""
        engine = open_engine(f"sqlite+aiosqlite:///{self.store}")
        await upgrade(engine)
        table = {"homeserver": self.square.server.url, "user_id": self.bot.id, **QUICK}
        channel = MatrixChannel(
            "matrix",
            table,
            self.clock,
            StoredPositions(engine, self.clock),
            environ={"QINGQUN_MATRIX_TOKEN": self.bot.account.token},
            moment=lambda _: self.clock.now(),
        )
        app = App(
            town_of(TOWN.format(leader=self.leader.id, admin=self.admin.id)),
            engine=engine,
            channels={"matrix": channel},
            reader=FakeReader(),
            policies=all_policies(),
            clock=self.clock,
            seal=Seal(KEY),
            shadow=False,
            reports=self.store.parent / "reports",
        )
        await app.start()
        try:
            # Synapse answers an account's first sync of the last two minutes from its cache.
            await until(lambda: known(app))
            yield app
        finally:
            await app.stop()

    async def at(self, app: App, moment: datetime) -> None:
        """Let the clock come to a moment."""
        while (due := app.timetable.next_due(self.clock.now())) and due <= moment:
            self.clock.set(due)
            await app.tick()
        self.clock.set(moment)
        await app.tick()


async def until(true: Callable[[], Awaitable[Any]]) -> Any:
    """Wait until it is so for those who look at the server."""
    async with asyncio.timeout(20):
        while not (found := await true()):
            await asyncio.sleep(0.02)
        return found


@pytest.fixture
async def place(square: Square, tmp_path: Path) -> Place:
    leader, admin, member = await square.people("shuji", "zhuren", "xiaowang")
    bot = await square.bot()
    everybody = (leader, admin, member)
    room = await square.room(leader, bot, *everybody[1:], name="镇政府工作群")
    watch = await square.room(leader, bot, *everybody[1:], name="应急群")
    leaders = await square.room(leader, bot, admin, name="领导群")
    # The rooms are made; from here on the whole bot has the account.
    await bot.channel.stop()
    return Place(
        square, bot, leader, admin, member, room, watch, leaders,
        tmp_path / "town.db", DrivenClock(MONDAY),
    )  # fmt: skip


async def test_chatter_is_gone_and_members_see_it(
    place: Place, record_testsuite_property: Callable[[str, object], None]
) -> None:
    async with place.running():
        started = time.perf_counter()
        chatter = await place.member.say(place.room, "[ch] 早上好")
        await until(lambda: gone(place.leader, place.room, chatter))
        record_testsuite_property("town_post_to_gone_ms", 1000 * (time.perf_counter() - started))
        order = await place.leader.say(place.room, "[as] 各村周五前报送")
        assert not await gone(place.member, place.room, order)


async def gone(person: Resident, room: str, event: str) -> bool:
    """Whether somebody sees that a message has been taken away."""
    return not (await person.event(room, event))["content"]


async def test_quiet_hours_mute_the_room_and_the_leader_s_emergency_still_passes(
    place: Place,
) -> None:
    async with place.running() as app:
        await place.leader.say(place.room, "[as] 早会")
        await place.at(app, NIGHT)
        await until(lambda: closed(place))
        assert not await place.member.may_speak(place.room)
        assert await place.member.may_speak(place.watch)
        urgent = await place.leader.say(place.room, "[as+urgent] 后山着火，都来")
        await until(lambda: opened(place))
        assert not await gone(place.member, place.room, urgent)
        await place.at(app, NIGHT + timedelta(hours=2))
        await until(lambda: closed(place))
        await place.at(app, MORNING)
        await until(lambda: opened(place))


async def known(app: App) -> bool:
    """Whether the bot has met its three rooms."""
    return len(app.state.rooms) == 3


async def closed(place: Place) -> bool:
    """Whether the room's own level keeps members from posting; asking this posts nothing."""
    levels = await place.leader.levels(place.room)
    return int(levels.get("events_default", 0)) > 0


async def opened(place: Place) -> bool:
    """Whether members may post again."""
    return not await closed(place)


@pytest.mark.parametrize(("back", "silent"), [(NIGHT, True), (MORNING, False)])
async def test_a_bot_stopped_at_closing_time_finds_the_right_state(
    place: Place, back: datetime, silent: bool
) -> None:
    async with place.running() as app:
        await place.at(app, datetime(2026, 11, 23, 9, 59, tzinfo=UTC))
        assert await opened(place)
    place.clock.set(back)
    async with place.running() as app:
        await app.tick()
        if silent:
            await until(lambda: closed(place))
        else:
            assert await opened(place)


@pytest.mark.parametrize(("back", "silent"), [(NIGHT, True), (MORNING, False)])
async def test_a_bot_killed_at_closing_time_itself_finds_the_right_state(
    place: Place, back: datetime, silent: bool
) -> None:
    """What it had decided was written down, and not a word of it had reached the server."""
    async with place.running() as app:
        await app.idle()
        await app.courier.stop()
        place.clock.set(CLOSING)
        await app.pipeline.work(lambda journal: app.timetable.run_due(journal, CLOSING))
        assert len(app.state.outbox) > 0
        assert await opened(place)
    place.clock.set(back)
    async with place.running() as app:
        await app.tick()
        assert await closed(place) is silent
        assert await place.member.may_speak(place.room) is not silent
        assert len(app.state.outbox) == 0


async def test_synapse_is_killed_over_closing_time(place: Place) -> None:
    async with place.running() as app:
        early = await place.member.say(place.room, "[ch] 早上好")
        await until(lambda: gone(place.leader, place.room, early))
        await app.idle()
        place.square.server.kill()
        try:
            await place.at(app, NIGHT)
            assert len(app.state.outbox) > 0
        finally:
            await asyncio.to_thread(place.square.server.start)
        assert await opened(place)
        late = await place.member.say(place.room, "[ch] 趁停电聊两句")

        async def gone_in_time() -> bool:
            # A server that has just come up may refuse once: what is tried again needs the clock.
            await place.at(app, place.clock.now() + timedelta(milliseconds=100))
            return await gone(place.leader, place.room, late)

        await until(gone_in_time)
        await place.at(app, NIGHT + timedelta(minutes=2))
        await until(lambda: closed(place))
        async with app.engine.connect() as connection:
            ids = list(await connection.scalars(select(tables.messages.c.id)))
            outage = (await connection.execute(select(tables.outages))).one()
        assert sorted(i for i in ids if i in {early, late}) == sorted([early, late])
        assert outage.until is not None


async def test_a_week(place: Place) -> None:
    """Monday to Monday: an order a day, nights and a weekend, one order too late, the summary."""
    monday = MONDAY + timedelta(days=7)
    async with place.running() as app:
        for day in range(7):
            nine = MONDAY + timedelta(days=day)
            await place.at(app, nine)
            if day < 5:
                await until(lambda: opened(place))
                order = await place.leader.say(place.room, f"[as] {ORDERS[day]}")
                receipt = await place.member.say(place.room, "收到")
                await until(lambda receipt=receipt: gone(place.leader, place.room, receipt))
                assert not await gone(place.member, place.room, order)
            else:
                assert await closed(place)  # a weekend
            await place.at(app, nine + timedelta(hours=13))
            await until(lambda: closed(place))
            assert not await place.member.may_speak(place.room)
            if day == 1:
                late = await place.leader.say(place.room, "[as] 明天下乡带雨具")
                await until(lambda late=late: gone(place.member, place.room, late))
                await app.idle()
        await place.at(app, monday)
        await until(lambda: opened(place))
        published = [t for t in await place.member.texts(place.room) if "明天下乡带雨具" in t]
        assert len(published) == 1
        summaries = [t for t in await place.admin.texts(place.leaders) if "工作群周报" in t]
        assert len(summaries) == 1
        assert "第48周" in summaries[0]
        async with app.engine.connect() as connection:
            tasks = (await connection.execute(select(tables.tasks))).all()
            judged = list(await connection.scalars(select(tables.judgements.c.number)))
        assert len(tasks) == 6
        assert len(judged) == len(set(judged))


async def test_a_late_order_is_taken_down_and_published_once_in_the_morning(place: Place) -> None:
    async with place.running() as app:
        await place.leader.say(place.room, "[as] 早会")
        await place.at(app, NIGHT)
        await until(lambda: closed(place))
        late = await place.leader.say(place.room, "[as] 明早八点开会")
        await until(lambda: gone(place.leader, place.room, late))
    for moment in (NIGHT + timedelta(hours=3), MORNING, MORNING + timedelta(hours=1)):
        place.clock.set(moment)
        async with place.running() as app:
            await app.tick()
    posts = [text for text in await place.member.texts(place.room) if "明早八点开会" in text]
    assert len(posts) == 1


async def test_commands_and_receipts_work_over_the_homeserver(place: Place) -> None:
    async with place.running() as app:
        await place.leader.say(place.room, "[as] 各村周五前报送")
        receipt = await place.member.say(place.room, "收到")
        await until(lambda: gone(place.leader, place.room, receipt))
        await place.admin.say(place.room, "轻群 关闭 不闲聊 本群")
        await place.admin.say(place.room, "轻群 关闭 只发工作安排 本群")
        await until(lambda: answered(app))
        chatter = await place.member.say(place.room, "[ch] 早上好")
        await place.leader.say(place.room, "[as] 又一件")
        await app.idle()
        assert not await gone(place.leader, place.room, chatter)


async def answered(app: App) -> bool:
    """Whether both changes of mode have been taken."""
    return len(app.state.ledgers.modes.history) == 2
