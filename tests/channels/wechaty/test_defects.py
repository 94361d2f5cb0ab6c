"""What the stock SDK of 2022 gets wrong before a current gateway, and this channel gets right."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import wechaty
from hole import Hole
from odd import ODD
from wechaty import Contact, Room, Wechaty, WechatyOptions
from wechaty_gateway import TOKEN, Gateway
from wechaty_puppet import PuppetOptions
from wechaty_puppet_service import PuppetService

from bot.channels.base import Joined, Left, Link, LinkChanged, Topic
from bot.channels.wechaty.puppet import SturdyPuppet

ROOM = "gov@chatroom"


class Stock(Wechaty):
    """The stock SDK, with its stock puppet."""

    def __init__(self, endpoint: str) -> None:
        puppet = PuppetService(PuppetOptions(token=TOKEN, end_point=endpoint))
        super().__init__(WechatyOptions(puppet=puppet, host="127.0.0.1", port=0))
        self.seen: list[str] = []
        self.logins = self.heartbeats = self.joins = 0
        self.ready = asyncio.Event()
        self.got = asyncio.Event()
        self.ended: asyncio.Task[None] | None = None

    async def on_login(self, contact):
        self.logins += 1
        self.ready.set()

    async def on_heartbeat(self, payload):
        self.heartbeats += 1

    async def on_message(self, msg):
        self.seen.append(msg.text())
        self.got.set()

    async def on_room_join(self, room, invitees, inviter, date):
        self.joins += 1


async def started(endpoint: str) -> Stock:
    # They hold on to the first bot of a process and its closed channel.
    for pooled in (Contact, Room):
        pooled._pool.clear()
    bot = Stock(endpoint)
    bot.ended = asyncio.create_task(bot.start())
    await asyncio.wait_for(bot.ready.wait(), 20)
    return bot


async def dismiss(bot: Stock) -> None:
    bot.ended.cancel()
    await asyncio.gather(bot.ended, return_exceptions=True)
    channel = getattr(bot._puppet, "channel", None)
    if channel is not None:
        channel.close()


@pytest.fixture
async def stock(gateway) -> AsyncIterator[Stock]:
    bot = await started(gateway.endpoint)
    yield bot
    await dismiss(bot)


async def settle(gateway, stock) -> None:
    """Everything sent before has been handled: a message has made the whole way."""
    stock.got.clear()
    await gateway.do("post", text="末")
    await asyncio.wait_for(stock.got.wait(), 10)


@pytest.mark.parametrize(
    ("event", "payload"), [(event, payload) for event, payload, fatal in ODD if fatal]
)
async def test_odd_events_end_the_stock_bot(gateway, stock, event, payload):
    await gateway.do("raw", event=event, payload=payload)
    await asyncio.wait_for(stock.ended, 10)  # start() just returns; nothing is said


async def test_a_puppets_error_ends_the_stock_bot(gateway, stock):
    await gateway.do("error", text="WatchDog: no heartbeat for 60 s")
    await asyncio.wait_for(stock.ended, 10)


async def test_an_error_event_without_a_handler_raises_inside_the_stock_bot(gateway, stock):
    with pytest.raises(RuntimeError, match="odd"):
        stock.emit("error", RuntimeError("odd"))


async def test_odd_events_of_all_kinds_are_harmless(gateway, channel, inbox):
    for event, payload, _ in ODD * 20:
        if event != "logout":
            await gateway.do("raw", event=event, payload=payload)
    for plain in ("a text", None, {"message": "an object"}):
        await gateway.do("error", plain=plain)
    message = await inbox.message(await gateway.do("post", text="还在"))
    assert message.text == "还在"
    assert Link.DISCONNECTED not in [e.state for e in inbox.events if isinstance(e, LinkChanged)]


async def test_a_logout_without_words_is_told(gateway, channel, inbox):
    await gateway.do("raw", event="logout", payload={})
    await inbox.link(Link.LOGGED_OUT)
    await gateway.do("raw", event="login", payload={"contactId": "bot"})
    assert (await inbox.message(await gateway.do("post", text="还在"))).text == "还在"


async def test_stock_setters_silently_do_nothing(gateway, stock):
    puppet = stock.puppet
    await puppet.room_announce(ROOM, "新公告")
    await puppet.contact_alias("zhang", "老张")
    await puppet.room_topic(ROOM, "新群名")
    state = await gateway.do("state")
    assert (state["announced"], state["remarks"]) == ("", {})
    assert state["topic"] == "巴汝镇政府工作群"


async def test_setters_set(gateway, channel):
    puppet = channel._puppet
    await puppet.room_announce(ROOM, "新公告")
    await puppet.contact_alias("zhang", "老张")
    await puppet.room_topic(ROOM, "新群名")
    state = await gateway.do("state")
    assert (state["announced"], state["remarks"]) == ("新公告", {"zhang": "老张"})
    assert state["topic"] == "新群名"
    assert await puppet.room_announce(ROOM) == "新公告"
    assert await puppet.contact_alias("zhang") == "老张"
    assert await puppet.room_topic(ROOM) == "新群名"


@pytest.mark.parametrize("name", ["", "  "])
async def test_a_room_never_loses_its_name(gateway, channel, name):
    with pytest.raises(ValueError, match="name"):
        await channel._puppet.room_topic(ROOM, name)
    assert (await gateway.do("state"))["topic"] == "巴汝镇政府工作群"


async def test_files_over_20_kib(gateway, stock, connect, inbox):
    posted = await gateway.do("post", type=1, filename="b", file={"name": "b", "kib": 21})
    with pytest.raises(ValueError, match="unknown file_box"):
        await stock.puppet.message_file(posted)
    # The stock client must go first: a gateway serves one.
    stock.ended.cancel()
    await asyncio.gather(stock.ended, return_exceptions=True)
    stock._puppet.channel.close()
    channel = await connect()
    posted = await gateway.do("post", type=1, filename="b", file={"name": "b", "kib": 21})
    assert len(await channel.fetch(await inbox.message(posted), 2**20)) == 21 * 1024


async def test_stock_loses_new_types(gateway, stock):
    posted = await gateway.do("post", type=16, emit=False)
    with pytest.raises(IndexError):
        await stock.puppet.message_payload(posted)


async def test_stock_rooms_are_stale_for_ever(gateway, stock):
    room = stock.Room.load(ROOM)
    await room.ready()
    await gateway.do("topic", text="改名后")
    await settle(gateway, stock)
    await room.ready(force_sync=True)
    assert await room.topic() == "巴汝镇政府工作群"
    await gateway.do("quiet", fields={"memberIdList": ["bot", "zhang", "zhao"]})
    await settle(gateway, stock)
    await room.ready(force_sync=True)
    assert room.payload.member_ids == ["bot", "zhang", "li", "wang"]


async def test_names_stay_fresh(gateway, channel, inbox):
    message = await inbox.message(await gateway.do("post"))
    assert (message.room, message.sender) == ("巴汝镇政府工作群", "张三")
    await gateway.do("topic", text="改名后")
    event = await inbox.until(lambda e: isinstance(e, Topic))
    assert (event.room_id, event.name) == (ROOM, "改名后")
    await gateway.do("alias", who="zhang", name="应急办-张三")
    message = await inbox.message(await gateway.do("post"))
    assert (message.room, message.sender) == ("改名后", "应急办-张三")
    await gateway.do("alias", who="zhang", name="")
    await gateway.do("rename", who="zhang", name="张叁")
    # The gateway, too, keeps members in mind until it hears that the room's have changed.
    await gateway.do("alias", who="li", name="")
    assert (await inbox.message(await gateway.do("post"))).sender == "张叁"
    assert [room.name for room in await channel.rooms() if room.id == ROOM] == ["改名后"]


async def test_members_stay_fresh(gateway, channel, inbox):
    assert [person.id for person in await channel.members(ROOM)] == ["bot", "zhang", "li", "wang"]
    await gateway.do("join", who=["zhao"])
    joined = await inbox.until(lambda e: isinstance(e, Joined))
    assert [(person.id, person.name) for person in joined.people] == [("zhao", "赵六")]
    await gateway.do("leave", who=["li"])
    left = await inbox.until(lambda e: isinstance(e, Left))
    assert [(person.id, person.name) for person in left.people] == [("li", "李四")]
    assert [person.id for person in await channel.members(ROOM)] == ["bot", "zhang", "wang", "zhao"]


async def test_changes_that_only_dirty_tells(gateway, channel, inbox):
    fields = {"topic": "悄悄改名", "memberIdList": ["bot", "zhang", "zhao"]}
    await gateway.do("quiet", fields=fields)
    assert (await inbox.until(lambda e: isinstance(e, Topic))).name == "悄悄改名"
    joined = await inbox.until(lambda e: isinstance(e, Joined))
    assert [person.id for person in joined.people] == ["zhao"]
    left = await inbox.until(lambda e: isinstance(e, Left))
    assert sorted(person.id for person in left.people) == ["li", "wang"]
    before = len(inbox.events)
    await gateway.do("quiet", fields=fields)
    await inbox.message(await gateway.do("post"))
    assert len(inbox.events) == before + 1  # nothing new, nothing told


async def test_stock_tells_the_first_login_and_no_heartbeat(gateway, stock):
    await gateway.do("raw", event="heartbeat", payload={"data": "x"})
    await gateway.do("raw", event="login", payload={"contactId": "bot"})
    await settle(gateway, stock)
    assert (stock.logins, stock.heartbeats) == (1, 0)


async def test_every_login_is_told(gateway, channel, inbox):
    await inbox.link(Link.CONNECTED)
    await gateway.do("logout")
    assert (await inbox.link(Link.LOGGED_OUT)).detail
    inbox.events.clear()
    await gateway.do("scan", code="http://weixin.qq.com/x/abc")
    assert (await inbox.link(Link.SCAN)).detail == "http://weixin.qq.com/x/abc"
    await gateway.do("login")
    await inbox.link(Link.CONNECTED)


async def test_stock_loses_a_message_whose_payload_failed_once(gateway, stock):
    posted = await gateway.do("post", text="要紧", broken=1)
    await settle(gateway, stock)
    await gateway.do("emit", event="message", payload={"messageId": posted})
    await settle(gateway, stock)
    assert "要紧" not in stock.seen


async def test_a_payload_that_failed_once_is_asked_again(gateway, channel, inbox):
    posted = await gateway.do("post", text="要紧", broken=2)
    assert (await inbox.message(posted)).text == "要紧"


async def test_stock_waits_a_minute_for_a_killed_gateway_and_then_gives_up(installed, monkeypatch):
    slept = []

    class Impatient:
        """asyncio as wechaty sees it, with naps that are noted and not taken."""

        def __getattr__(self, name):
            return getattr(asyncio, name)

        async def sleep(self, seconds):
            slept.append(seconds)

    gateway = Gateway(*installed)
    gateway.start()
    try:
        bot = await started(gateway.endpoint)
        monkeypatch.setattr(wechaty.wechaty, "asyncio", Impatient())
    finally:
        await asyncio.to_thread(gateway.kill)
    await asyncio.wait([bot.ended], timeout=20)
    assert bot.ended.done()
    assert slept == [60]


async def test_a_call_of_the_stock_bot_hangs_in_a_black_hole(gateway):
    async with Hole(gateway.port) as hole:
        bot = await started(hole.endpoint)
        hole.swallow()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(bot.puppet.contact_list(), 2)
        hole.mend()
        await dismiss(bot)


async def test_one_clients_manners(gateway, stock, connect, monkeypatch):
    # The first throws out whoever is there, the second leaks listeners in the gateway.
    assert {"Stop", "Start"} <= set(await gateway.do("rpcs"))
    stock.ended.cancel()
    with suppress(asyncio.CancelledError):
        await stock.ended
    stock._puppet.channel.close()
    await gateway.do("rpcs")
    waited, patience = asyncio.Event(), SturdyPuppet._start_if_idle

    async def idle(puppet) -> None:
        await patience(puppet)
        waited.set()

    monkeypatch.setattr(SturdyPuppet, "_start_if_idle", idle)
    channel = await connect()
    await asyncio.wait_for(waited.wait(), 10)
    rpcs = await gateway.do("rpcs")
    assert "Stop" not in rpcs
    assert "Start" not in rpcs
    assert channel._bot._options.host == "127.0.0.1"


def python(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False
    )


def test_stock_cannot_be_imported_on_this_python():
    assert "Error" in python("import wechaty").stderr


def test_the_shims_let_it_be_imported_and_hush_it():
    code = (
        "import bot.channels.wechaty, wechaty, os, pyee, urllib3\n"
        "bot.channels.wechaty.compat.prepare()\n"
        "from wechaty_puppet_service import PuppetService\n"
        "from wechaty_puppet import PuppetOptions\n"
        "PuppetService(PuppetOptions(token='very-secret', end_point='127.0.0.1:1'))\n"
        "assert os.environ['CACHE_DIR']\n"
        "assert urllib3.get_host('https://a.example:1/x') == ('https', 'a.example', 1)\n"
    )
    done = python(code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_rest_of_the_bot_does_not_import_it():
    code = "import sys, bot.channels.base, bot.town.load\nassert 'wechaty' not in sys.modules"
    assert python(code).returncode == 0
