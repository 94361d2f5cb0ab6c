"""The connection: tokens, silence, breaks, and being called instead of calling."""

import asyncio
import json

import pytest
from aiohttp import ClientSession, WSServerHandshakeError
from pydantic import ValidationError

from bot.channels.base import Joined, Left, Link, LinkChanged, Order, Posted, Topic, Verb
from bot.channels.onebot import OneBotChannel
from bot.channels.onebot.options import OneBotOptions, token_variable
from bot.core.decision import Outcome
from tests.channels.onebot.conftest import QUICK
from tests.channels.onebot.world import Someone

G = "900001"


async def test_start_returns_with_rooms_and_people(channel, ear) -> None:
    assert [(room.id, room.name) for room in await channel.rooms()] == [
        (G, "镇政府工作群"),
        ("900002", "应急管理群"),
    ]
    link = ear.events[0]
    assert isinstance(link, LinkChanged)
    assert link.detail == "NapCat.Onebot 4.18.19"
    await ear.hears(lambda e: isinstance(e, Joined) and e.room_id == "900002")
    assert {topic.name for topic in ear.of(Topic)} == {"镇政府工作群", "应急管理群"}


@pytest.mark.parametrize("flavour", ["napcat", "llbot"])
async def test_a_wrong_token_is_told_in_clear_words(connect, peer, ear, monkeypatch, flavour):
    monkeypatch.setenv("QINGQUN_ONEBOT_TOKEN", "wrong")
    peer.token, peer.flavour = "right", flavour
    channel = await connect()
    event = await ear.link(Link.DISCONNECTED)
    assert event.detail.startswith("访问令牌不对：请核对环境变量 QINGQUN_ONEBOT_TOKEN ")
    assert "wrong" not in event.detail
    assert await channel.rooms() == ()
    with pytest.raises(ConnectionError):
        await channel.perform(Order(Verb.SEND, "k", G, text="通知"))
    calls = peer.upgrades
    peer.token = "wrong"  # noqa: S105
    await ear.link(Link.CONNECTED)
    assert peer.upgrades > calls
    assert len(ear.of(LinkChanged)) == 2, "one reason is told once"


async def test_the_token_comes_from_the_environment_alone(connect, peer, ear, monkeypatch) -> None:
    monkeypatch.setenv("QINGQUN_ONEBOT_TOKEN", "other")
    monkeypatch.setenv("QINGQUN_ONEBOT_TOKEN_QQ", "mine")
    peer.token = "mine"  # noqa: S105
    await connect()
    await ear.link(Link.CONNECTED)
    assert token_variable("qq") == "QINGQUN_ONEBOT_TOKEN_QQ"
    assert token_variable("onebot") == token_variable("政府") == "QINGQUN_ONEBOT_TOKEN"
    for url in ("ws://127.0.0.1:1/?access_token=x", "ws://a:b@127.0.0.1:1/", "http://127.0.0.1"):
        with pytest.raises(ValidationError) as told:
            OneBotOptions(url=url)
        assert url not in str(told.value)
    with pytest.raises(ValidationError):
        OneBotOptions.model_validate({"token": "x"})


async def test_an_implementation_that_is_not_there_yet(clock, peer, ear) -> None:
    await peer.listen()
    await peer.deaf()
    options = {**QUICK, "url": f"ws://127.0.0.1:{peer.port}/", "start_timeout": 0.05}
    channel = OneBotChannel("qq", options, clock)
    await channel.start(ear)
    assert (await ear.link(Link.DISCONNECTED)).detail.startswith("连不上 ws://127.0.0.1")
    await peer.listen()
    await ear.link(Link.CONNECTED)
    await ear.hears(lambda e: isinstance(e, Topic) and e.name == "应急管理群")
    await channel.stop()


async def test_a_broken_connection_is_mended_and_nothing_is_missed(
    connect, peer, world, ear
) -> None:
    channel = await connect(catch_up=20)
    await ear.message(world.post(900001, 2001, "断线之前"))
    await peer.deaf()
    await ear.link(Link.DISCONNECTED)
    with pytest.raises(ConnectionError):
        await channel.perform(Order(Verb.SEND, "k", G, text="通知"))
    missed = world.post(900001, 2002, "断线期间")
    world.join(900001, 3001, Someone("新人"))
    world.leave(900001, 2001)
    world.rename(900001, "新名")
    ear.forget()
    await peer.listen()
    assert (await ear.message(missed)).text == "断线期间"
    states = [event.state for event in ear.of(LinkChanged)]
    assert states == [Link.CONNECTED]
    assert [topic.name for topic in ear.of(Topic)] == ["新名"]
    assert [p.id for event in ear.of(Joined) for p in event.people] == ["3001"]
    assert [p.id for event in ear.of(Left) for p in event.people] == ["2001"]
    assert isinstance(ear.events[0], LinkChanged)
    assert (await channel.perform(Order(Verb.SEND, "k", G, text="通知"))).outcome is Outcome.DONE


async def test_what_happens_while_catching_up_comes_after_what_was_missed(
    connect, peer, world, ear
) -> None:
    missed = world.post(900001, 2001, "先")
    peer.held["get_group_msg_history"] = asyncio.Event()
    starting = asyncio.create_task(connect(catch_up=20))
    await ear.link(Link.CONNECTED)
    later = world.post(900001, 2002, "后")
    peer.held["get_group_msg_history"].set()
    await starting
    await ear.message(later)
    order = list(dict.fromkeys(posted.message.id for posted in ear.of(Posted)))
    assert order == [str(missed), str(later)]


async def test_missing_heartbeats_lead_to_a_new_connection(connect, peer, ear) -> None:
    peer.heartbeat = 0.03
    await connect()
    await ear.link(Link.CONNECTED)
    await peer.beat()
    peer.silence()
    event = await ear.link(Link.DISCONNECTED)
    assert event.detail == "0.09 秒没有动静，连接视为已断"
    ear.forget()
    await ear.link(Link.CONNECTED)
    assert peer.upgrades >= 2


async def test_without_heartbeats_silence_is_questioned(connect, peer, ear, monkeypatch) -> None:
    monkeypatch.setattr("bot.channels.onebot.wire._QUIET", 0.02)
    await connect(timeout=0.05)
    async with asyncio.timeout(5):
        while sum(action == "get_status" for action, _ in peer.calls) < 2:
            await asyncio.sleep(0)
    assert ear.of(LinkChanged)[-1].state is Link.CONNECTED
    peer.hush.add("get_status")
    assert "没有动静" in (await ear.link(Link.DISCONNECTED)).detail


async def test_an_account_that_goes_offline_and_comes_back(channel, peer, ear) -> None:
    peer.online = False
    await peer.beat()
    await ear.link(Link.LOGGED_OUT)
    with pytest.raises(ConnectionError):
        await channel.perform(Order(Verb.SEND, "k", G, text="通知"))
    ear.forget()
    peer.online = True
    await peer.beat()
    await ear.link(Link.CONNECTED)


async def test_answers_that_come_twice_or_too_late_confuse_nobody(connect, peer, world) -> None:
    channel = await connect(timeout=0.05)
    peer.twice = True
    peer.held["set_group_whole_ban"] = asyncio.Event()
    with pytest.raises(ConnectionError, match="没有回音"):
        await channel.perform(Order(Verb.CLOSE_ROOM, "c", G))
    peer.held["set_group_whole_ban"].set()
    for n in range(3):
        result = await channel.perform(Order(Verb.SEND, f"s{n}", G, text=f"第{n}条"))
        said = world.messages[int(result.message_id)].message
        assert said[0]["data"]["text"] == f"第{n}条"


async def test_a_store_in_trouble_gets_the_events_again(channel, world, ear, monkeypatch) -> None:
    monkeypatch.setattr("bot.channels.onebot.channel._PAUSE", 0.01)
    ear.trouble = OSError("disk full")
    message = await ear.message(world.post(900001, 2001, "不能丢"))
    assert message.text == "不能丢"


async def test_nothing_follows_a_stop(connect, peer, world, ear) -> None:
    channel = await connect()
    await ear.link(Link.CONNECTED)
    await channel.stop()
    ear.forget()
    world.post(900001, 2001, "还有人吗")
    await peer.close()
    assert ear.events == []


# -- reverse


@pytest.fixture
async def listening(clock, ear, monkeypatch):
    monkeypatch.setenv("QINGQUN_ONEBOT_TOKEN", "秘密")
    options = {**QUICK, "mode": "reverse", "port": 0, "start_timeout": 0.02}
    options.pop("retry_first")
    channel = OneBotChannel("qq", options, clock)
    await channel.start(ear)
    yield channel, f"ws://127.0.0.1:{channel.port}/onebot/v11/ws"
    await channel.stop()


async def test_being_called(listening, peer, world, ear) -> None:
    channel, address = listening
    assert "还没有" in (await ear.link(Link.DISCONNECTED)).detail
    peer.call(address, "秘密")
    await ear.link(Link.CONNECTED)
    number = world.post(900001, 2001, "早")
    await ear.message(number)
    result = await channel.perform(Order(Verb.DELETE, "k", G, "2001", str(number)))
    assert result.outcome is Outcome.DONE
    await peer.drop()
    ear.forget()
    peer.call(address, "秘密")
    await ear.link(Link.CONNECTED)


async def test_callers_without_the_token_are_turned_away(listening, peer, ear) -> None:
    _, address = listening
    assert await peer.call(address, "falsch") == 403
    event = await ear.hears(lambda e: isinstance(e, LinkChanged) and "错误的访问令牌" in e.detail)
    assert "QINGQUN_ONEBOT_TOKEN" in event.detail
    assert "秘密" not in event.detail
    async with ClientSession() as session:
        with pytest.raises(WSServerHandshakeError):
            await session.ws_connect(address)
        async with session.ws_connect(address + "?access_token=秘密") as socket:
            greeting = json.loads(await socket.receive_str())
            assert greeting["action"] == "get_login_info"


async def test_a_stranger_does_not_disturb_a_good_connection(listening, peer, ear) -> None:
    channel, address = listening
    peer.call(address, "秘密")
    await ear.link(Link.CONNECTED)
    ear.forget()
    assert await peer.call(address, "falsch") == 403
    assert await peer.call(address, "秘密", self_id=777) == 409
    sent = await channel.perform(Order(Verb.SEND, "k", G, text="通知"))
    assert sent.outcome is Outcome.DONE
    assert ear.of(LinkChanged) == []


async def test_the_same_account_calling_again_takes_over(listening, peer, world, ear) -> None:
    _, address = listening
    first = peer.call(address, "秘密")
    await ear.link(Link.CONNECTED)
    ear.forget()
    peer.call(address, "秘密")
    assert await first == 101
    await ear.link(Link.CONNECTED)
    message = await ear.message(world.post(900001, 2001, "早"))
    assert message.text == "早"


async def test_pages_may_not_call_a_port_without_a_token(clock, peer, ear, monkeypatch) -> None:
    monkeypatch.delenv("QINGQUN_ONEBOT_TOKEN", raising=False)
    options = {**QUICK, "mode": "reverse", "port": 0, "start_timeout": 0.02}
    with pytest.raises(ValueError, match="QINGQUN_ONEBOT_TOKEN"):
        OneBotChannel("qq", {**options, "host": "192.0.2.1"}, clock)
    channel = OneBotChannel("qq", options, clock)
    await channel.start(ear)
    address = f"ws://127.0.0.1:{channel.port}/onebot/v11/ws"
    async with ClientSession() as session:
        with pytest.raises(WSServerHandshakeError):
            await session.ws_connect(address, origin="https://evil.example")
    peer.call(address)
    await ear.link(Link.CONNECTED)
    await channel.stop()
