"""The weekly summary and the leaders' page on a real homeserver, from assignment to login."""

import io
import re
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from bot.app import App
from bot.channels.matrix import MatrixChannel
from bot.core.clock import DrivenClock
from bot.store.engine import open_engine
from bot.store.migrate import upgrade
from bot.store.positions import StoredPositions
from bot.store.seal import Seal
from bot.web.server import LocalServer
from policies import all_policies
from tests.channels.matrix.conftest import QUICK, Bot, Square
from tests.channels.matrix.test_town import until
from tests.support.browser import PHONE, chromium, opened, shoot
from tests.support.fake_reader import FakeReader
from tests.support.synapse import Resident
from tests.support.town import KEY, town_of

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
"小王" = ["{member}"]
[web]
port = 0
[[rooms]]
name = "镇政府工作群"
kind = "announcement"
[[rooms]]
name = "领导群"
kind = "leaders"
"""
#: Friday 09:00, and the Monday after it at opening, in the town.
FRIDAY = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
OPENING = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
_LINK = re.compile(r"http://\S+/login/[\w-]+")


@dataclass
class Place:
    """The town, its people and rooms; the bot can be stopped and started."""

    square: Square
    bot: Bot
    leader: Resident
    admin: Resident
    member: Resident
    room: str
    leaders_room: str
    folder: Path
    clock: DrivenClock

    @asynccontextmanager
    async def running(self) -> AsyncIterator[tuple[App, LocalServer]]:
        """The whole bot and its page on this town's archive, as `qingqun run` puts them together."""
        engine = open_engine(f"sqlite+aiosqlite:///{self.folder / 'town.db'}")
        await upgrade(engine)
        town = town_of(
            TOWN.format(leader=self.leader.id, admin=self.admin.id, member=self.member.id)
        )
        channel = MatrixChannel(
            "matrix",
            {"homeserver": self.square.server.url, "user_id": self.bot.id, **QUICK},
            self.clock,
            StoredPositions(engine, self.clock),
            environ={"QINGQUN_MATRIX_TOKEN": self.bot.account.token},
            moment=lambda _: self.clock.now(),
        )
        app = App(
            town,
            engine=engine,
            channels={"matrix": channel},
            reader=FakeReader(),
            policies=all_policies(),
            clock=self.clock,
            seal=Seal(KEY),
            shadow=False,
            reports=self.folder / "reports",
        )
        server = LocalServer(app)
        await app.start()
        await server.start()
        try:
            yield app, server
        finally:
            await server.stop()
            await app.stop()

    async def at(self, app: App, moment: datetime) -> None:
        """Let the clock come to a moment, doing what falls due on the way."""
        while (due := app.timetable.next_due(self.clock.now())) and due <= moment:
            self.clock.set(max(due, self.clock.now()))
            await app.tick()
            await app.idle()
        self.clock.set(moment)
        await app.tick()
        await app.idle()

    async def said_privately(self, person: Resident, words: str) -> list[dict[str, Any]]:
        """What the bot said to somebody in a room of the two, if it holds those words."""
        sync = await person.ok("GET", "/sync", full_state="true")
        found: list[dict[str, Any]] = []
        for room in [*sync["rooms"].get("invite", {}), *sync["rooms"].get("join", {})]:
            if room in {self.room, self.leaders_room}:
                continue
            await person.join(room)
            found += [
                event["content"]
                for event in await person.messages(room)
                if event["sender"] == self.bot.id and words in event["content"].get("body", "")
            ]
        return found

    async def whisper(self, person: Resident, words: str) -> None:
        """Say something to the bot in a room of the two."""
        room = await person.make_room(
            "", [self.bot.account], is_direct=True, preset="trusted_private_chat"
        )

        async def here() -> bool:
            members = await person.ok("GET", f"/rooms/{quote(room)}/joined_members")
            return self.bot.id in members["joined"]

        await until(here)
        await person.say(room, words)


@pytest.fixture
async def place(square: Square, tmp_path: Path) -> Place:
    leader, admin, member = await square.people("shuji", "zhuren", "xiaowang")
    bot = await square.bot()
    room = await square.room(leader, bot, admin, member, name="镇政府工作群")
    leaders_room = await square.room(leader, bot, admin, name="领导群")
    # The rooms are made; from here on the whole bot has the account.
    await bot.channel.stop()
    return Place(
        square, bot, leader, admin, member, room, leaders_room, tmp_path, DrivenClock(FRIDAY)
    )


async def media(person: Resident, content: dict[str, Any]) -> bytes:
    """A file that was posted, as a member's client fetches it."""
    where = content["url"].removeprefix("mxc://")
    async with person.session.get(
        f"{person.url}/_matrix/client/v1/media/download/{quote(where)}",
        headers={"Authorization": f"Bearer {person.token}"},
    ) as response:
        assert response.status == 200
        return await response.read()


async def weekly(place: Place) -> list[dict[str, Any]]:
    """What the bot posted in the leaders' room."""
    events = await place.admin.messages(place.leaders_room)
    return [
        event["content"]
        for event in events
        if event["sender"] == place.bot.id and "msgtype" in event["content"]
    ]


async def test_on_monday_the_leaders_room_gets_text_picture_and_sheet_once(place: Place) -> None:
    async with place.running() as (app, _):
        await place.leader.say(place.room, "[as] 请大家周二前报送低保核查情况")
        receipt = await place.member.say(place.room, "收到")
        await until(lambda: gone(place.leader, place.room, receipt))
        chatter = await place.member.say(place.room, "[ch] 早上好")
        await until(lambda: gone(place.leader, place.room, chatter))
        await place.at(app, OPENING - timedelta(seconds=1))
        assert not [each for each in await weekly(place) if "周报" in each["body"]]
        await place.at(app, OPENING)
        await until(lambda: three(place))
        text, picture, sheet = await weekly(place)
        assert text["body"].startswith("【巴水镇工作群周报】第47周（11月16日—11月22日）")
        assert "消息 3 条" in text["body"]
        assert len(text["body"].splitlines()) <= 20
        assert (picture["msgtype"], sheet["msgtype"]) == ("m.image", "m.file")
        assert (await media(place.admin, picture)).startswith(b"\x89PNG")
        with zipfile.ZipFile(io.BytesIO(await media(place.admin, sheet))) as workbook:
            assert "xl/workbook.xml" in workbook.namelist()
        own = await until(lambda: place.said_privately(place.leader, "工作群周报"))
        assert [each["body"] for each in own] == [text["body"]]
    # A restart at the very hour, and an hour later: nobody hears it twice.
    for later in (OPENING, OPENING + timedelta(hours=1)):
        place.clock.set(later)
        async with place.running() as (app, _):
            await place.at(app, later)
            assert len(await weekly(place)) == 3
    assert len(await place.said_privately(place.leader, "工作群周报")) == 1
    assert not await place.said_privately(place.member, "工作群周报")


async def gone(person: Resident, room: str, event: str) -> bool:
    """Whether somebody sees that a message has been taken away."""
    return not (await person.event(room, event))["content"]


async def three(place: Place) -> bool:
    """Whether text, picture and sheet are there."""
    return len(await weekly(place)) == 3


async def test_the_link_is_handed_out_privately_and_opens_the_page(place: Place) -> None:
    async with place.running() as (_, server):
        await place.leader.say(place.room, "[as+material_demand] 请大家周二前报送低保核查名单")
        receipt = await place.member.say(place.room, "收到")
        await until(lambda: gone(place.leader, place.room, receipt))
        await place.whisper(place.admin, "登录")
        (answer,) = await until(lambda: place.said_privately(place.admin, "/login/"))
        found = _LINK.search(answer["body"])
        assert found is not None
        link = found[0]
        assert link.startswith(server.base)
        # A member gets none, and what was whispered stands in no room.
        await place.whisper(place.member, "登录")
        await until(lambda: place.said_privately(place.member, "管理员"))
        assert not await place.said_privately(place.member, "/login/")
        for room in (place.room, place.leaders_room):
            assert not [words for words in await place.leader.texts(room) if "/login/" in words]
        async with chromium() as browser:
            page = await opened(browser, PHONE)
            await page.goto(link)
            await page.click("button.main")
            assert page.url == f"{server.base}/"
            await page.click("nav >> text=任务")
            await page.click("a.task")
            assert "请大家周二前报送低保核查名单" in await page.inner_text("main")
            received = page.locator("h2", has_text="已收到")
            assert await received.locator(".count").inner_text() == "1"
            await shoot(page, "web-on-matrix")
            assert page.complaints == []
            # Handed in on Matrix, taken on the page.
            await place.member.say(place.room, "[re] 低保核查名单已报，共12户")
            await until(lambda: handed_in(page, f"{server.base}/tasks/1"))
            await page.click("button:has-text('验收')")
            assert "已确认 小王 完成任务 1" in await page.inner_text(".notice.done")
        async with aiohttp.ClientSession() as stranger, stranger.get(link) as used:
            assert "链接已失效" in await used.text()


async def handed_in(page: Any, address: str) -> bool:
    """Whether the page of the task shows a result to be judged."""
    await page.goto(address)
    return bool(await page.locator("button:has-text('验收')").count())
