"""The connection: lost, swallowed, refused, encrypted, and let go of in good order."""

import asyncio
import os
import signal
import subprocess
import time

import pytest
from hole import Hole
from wechaty_gateway import TOKEN, Gateway

from bot.channels.base import Link, LinkChanged, Order, Posted, Verb
from bot.channels.wechaty import WechatyChannel
from bot.core.decision import Outcome


@pytest.fixture
def fragile(installed):
    """A gateway that a test may kill."""
    made = []

    def make(**environment) -> Gateway:
        gateway = Gateway(*installed, **environment)
        made.append(gateway)
        gateway.start()
        return gateway

    yield make
    for gateway in made:
        gateway.kill()


def states(inbox) -> list[Link]:
    return [event.state for event in inbox.events if isinstance(event, LinkChanged)]


async def test_a_killed_gateway_comes_back(fragile, connect, inbox):
    gateway = fragile()
    channel = await connect(endpoint=gateway.endpoint)
    await inbox.message(await gateway.do("post", text="前"))
    await asyncio.to_thread(gateway.kill)
    await inbox.link(Link.DISCONNECTED)
    with pytest.raises(ConnectionError):
        await channel.perform(Order(Verb.SEND, "k", room_id="gov@chatroom", text="x"))
    with pytest.raises(ConnectionError):
        await channel.rooms()
    inbox.events.clear()
    await asyncio.to_thread(gateway.start)
    started = time.monotonic()
    await inbox.link(Link.CONNECTED)
    assert time.monotonic() - started < 5
    posted = [await gateway.do("post", text=str(number)) for number in range(20)]
    await inbox.message(posted[-1])
    assert [message.id for message in inbox.messages] == posted
    result = await channel.perform(Order(Verb.SEND, "k", room_id="gov@chatroom", text="x"))
    assert result.outcome is Outcome.DONE
    assert Link.DISCONNECTED not in states(inbox)


async def test_an_outage_is_told_once(fragile, connect, inbox):
    gateway = fragile()
    channel = await connect(endpoint=gateway.endpoint)
    tried = asyncio.Semaphore(0)
    connected = channel._puppet._connect

    async def counted() -> str:
        tried.release()
        return await connected()

    channel._puppet._connect = counted
    await asyncio.to_thread(gateway.kill)
    await inbox.link(Link.DISCONNECTED)
    for _ in range(4):
        await asyncio.wait_for(tried.acquire(), 10)
    assert states(inbox).count(Link.DISCONNECTED) == 1


async def test_an_outage_is_told_at_once_however_much_waits(fragile, connect, inbox):
    gateway = fragile()
    await connect(endpoint=gateway.endpoint)
    emitting = asyncio.create_task(gateway.do("burst", n=3000))
    await inbox.until(lambda e: isinstance(e, Posted))
    await asyncio.to_thread(gateway.kill)
    await asyncio.gather(emitting, return_exceptions=True)
    await inbox.until(
        lambda e: isinstance(e, LinkChanged) and e.state is Link.DISCONNECTED, within=15
    )
    inbox.events.clear()
    await asyncio.to_thread(gateway.start)
    await inbox.link(Link.CONNECTED)
    await inbox.message(await gateway.do("post", text="还在"))


async def test_a_message_whose_gateway_died_is_asked_for_again(fragile, connect, inbox):
    gateway = fragile(LOGIN="no")
    await gateway.do("login")
    await connect(endpoint=gateway.endpoint)
    posted = await gateway.do("post", id="kept", text="要紧", broken=1000)
    await asyncio.to_thread(gateway.kill)
    await inbox.link(Link.DISCONNECTED)
    await asyncio.to_thread(gateway.start)
    await gateway.do("post", id=posted, text="要紧", emit=False)
    await gateway.do("login")
    # Nobody tells of it again: the channel has kept in mind that it owes it.
    assert (await inbox.message(posted)).text == "要紧"


async def test_start_does_not_wait_for_ever_for_a_gateway(connect, inbox, gateway):
    await connect(endpoint="127.0.0.1:1", start_wait=0.2)
    await inbox.link(Link.DISCONNECTED)


async def test_a_black_hole_is_noticed(fragile, connect, inbox):
    gateway = fragile()
    async with Hole(gateway.port) as hole:
        quick = {"keepalive": 0.3, "keepalive_timeout": 0.3, "rpc_deadline": 1}
        channel = await connect(endpoint=hole.endpoint, **quick)
        hole.swallow()
        lost = await inbox.link(Link.DISCONNECTED)
        assert lost.detail
        with pytest.raises(ConnectionError):
            await channel.rooms()
        inbox.events.clear()
        hole.mend()
        await inbox.link(Link.CONNECTED)
        await inbox.message(await gateway.do("post", text="还在"))


def test_by_default_a_black_hole_is_noticed_within_a_minute(monkeypatch, clock):
    monkeypatch.setenv("QINGQUN_WECHATY_TOKEN", TOKEN)
    settings = WechatyChannel("wechaty", {}, clock)._settings
    assert settings.keepalive + settings.keepalive_timeout < 60
    assert settings.backoff_most <= 30


async def test_a_call_to_a_frozen_gateway_has_a_deadline(fragile, connect, inbox):
    gateway = fragile()
    channel = await connect(endpoint=gateway.endpoint, rpc_deadline=0.5, keepalive=30)
    os.kill(gateway.pid, signal.SIGSTOP)
    try:
        with pytest.raises((ConnectionError, TimeoutError)):
            await channel.perform(
                Order(Verb.WHISPER, "k", person_id="zhang", text="x"),
            )
    finally:
        os.kill(gateway.pid, signal.SIGCONT)


async def test_a_second_client_does_not_throw_the_first_out(fragile, connect, inbox, installed):
    gateway = fragile()
    first = await connect(endpoint=gateway.endpoint)
    with pytest.raises(ValueError, match="一个网关只能接一个通道"):
        await connect(endpoint=gateway.endpoint)
    second_heard = type(inbox)()
    # The same gateway under another name, as another process would reach it.
    await connect(endpoint=f"localhost:{gateway.port}", into=second_heard, start_wait=0.2)
    told = await second_heard.link(Link.DISCONNECTED)
    assert told.detail == "another client holds this gateway"
    await inbox.message(await gateway.do("post", text="还在"))
    assert states(inbox) == [Link.CONNECTED]
    await first.stop()
    await second_heard.link(Link.CONNECTED)


async def test_stop_lets_go_and_leaves_the_login(fragile, connect, inbox):
    gateway = fragile()
    channel = await connect(endpoint=gateway.endpoint)
    await channel.stop()
    before = len(inbox.events)
    await gateway.do("post", text="无人听")
    assert "Stop" not in await gateway.do("rpcs")
    again = await connect(endpoint=gateway.endpoint)
    await inbox.link(Link.CONNECTED)
    assert [message.text for message in inbox.messages[before:]] == []
    await again.stop()
    assert not [task for task in asyncio.all_tasks() if "wechaty" in task.get_name()]


async def test_a_code_to_scan_is_told_and_does_not_hold_the_start_up(fragile, connect, inbox):
    gateway = fragile(LOGIN="no")
    await gateway.do("scan", code="http://weixin.qq.com/x/abc")
    started = time.monotonic()
    await connect(endpoint=gateway.endpoint, start_wait=30)
    assert time.monotonic() - started < 10
    assert (await inbox.link(Link.SCAN)).detail == "http://weixin.qq.com/x/abc"
    await gateway.do("login")
    await inbox.link(Link.CONNECTED)


async def test_a_wrong_token_is_refused_and_never_repeated(
    fragile, connect, inbox, monkeypatch, caplog
):
    gateway = fragile(TOKEN="quite-another")  # noqa: S106
    await connect(endpoint=gateway.endpoint, start_wait=0.5)
    told = await inbox.link(Link.DISCONNECTED)
    assert "UNAUTHENTICATED" in told.detail
    assert TOKEN not in told.detail + caplog.text


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    """A town's CA and the gateway's certificate signed by it; and a stranger's CA."""
    place = tmp_path_factory.mktemp("ca")
    openssl = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    for name in ("town", "stranger"):
        subject = ["-subj", f"/CN={name}", "-keyout", place / f"{name}.key"]
        extensions = ["-addext", "subjectAltName=DNS:gateway.town"]
        subprocess.run(
            [*openssl, *subject, "-out", place / f"{name}.pem", *extensions],
            check=True, capture_output=True,
        )  # fmt: skip
    return place


async def test_tls_with_the_towns_own_ca(fragile, connect, inbox, ca):
    gateway = fragile(TLS_CERT=str(ca / "town.pem"), TLS_KEY=str(ca / "town.key"))
    options = {"endpoint": gateway.endpoint, "tls_name": "gateway.town", "start_wait": 5}
    stranger = await connect(**options, tls_ca=str(ca / "stranger.pem"))
    assert (await inbox.link(Link.DISCONNECTED)).detail.startswith("SSL")
    await stranger.stop()
    await connect(**options, tls_ca=str(ca / "town.pem"))
    await inbox.message(await gateway.do("post", text="密"))


async def test_another_name_in_the_certificate_is_refused(fragile, connect, inbox, ca):
    gateway = fragile(TLS_CERT=str(ca / "town.pem"), TLS_KEY=str(ca / "town.key"))
    await connect(endpoint=gateway.endpoint, tls_ca=str(ca / "town.pem"), start_wait=1)
    assert (await inbox.link(Link.DISCONNECTED)).detail.startswith("SSL")
