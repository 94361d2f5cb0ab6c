"""A world of two groups, an implementation that speaks for it, and a channel connected to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.base import Event, Link, LinkChanged, Posted
from bot.channels.onebot import OneBotChannel
from bot.core.clock import DrivenClock
from bot.core.message import Message
from tests.channels.onebot.peer import Peer
from tests.channels.onebot.world import World

QUICK: dict[str, Any] = {
    "timeout": 2.0,
    "start_timeout": 5.0,
    "confirm_timeout": 0.05,
    "upload_grace": 0.02,
    "retry_first": 0.01,
    "retry_longest": 0.02,
    "catch_up": 0,
}


class Ear:
    """Stands where the pipeline stands."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Condition()
        self.trouble: Exception | None = None

    async def __call__(self, events: Sequence[Event]) -> None:
        if self.trouble is not None:
            trouble, self.trouble = self.trouble, None
            raise trouble
        async with self._news:
            self.events.extend(events)
            self._news.notify_all()

    async def hears(self, wanted: Callable[[Event], bool]) -> Event:
        """The first event of that kind, waited for."""
        async with asyncio.timeout(5), self._news:
            while True:
                for event in self.events:
                    if wanted(event):
                        return event
                await self._news.wait()

    async def message(self, number: object) -> Message:
        event = await self.hears(lambda e: isinstance(e, Posted) and e.message.id == str(number))
        assert isinstance(event, Posted)
        return event.message

    async def link(self, state: Link) -> LinkChanged:
        """The newest change of the connection, once it is of that state."""
        event = await self.hears(lambda e: isinstance(e, LinkChanged) and e.state is state)
        assert isinstance(event, LinkChanged)
        return event

    def of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def forget(self) -> None:
        self.events.clear()


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock(datetime(2026, 3, 20, 2, tzinfo=UTC))


@pytest.fixture
def world(clock: DrivenClock) -> World:
    return World(lambda: clock.now().timestamp())


@pytest.fixture
async def peer(world: World) -> AsyncIterator[Peer]:
    peer = Peer(world)
    yield peer
    await peer.close()


@pytest.fixture
def ear() -> Ear:
    return Ear()


Connect = Callable[..., Awaitable[OneBotChannel]]


@pytest.fixture
async def connect(peer: Peer, clock: DrivenClock, ear: Ear) -> AsyncIterator[Connect]:
    """Start a channel that calls the peer."""
    channels: list[OneBotChannel] = []

    async def start(**options: Any) -> OneBotChannel:
        url = await peer.listen() if not peer.port else f"ws://127.0.0.1:{peer.port}/"
        channel = OneBotChannel("qq", {**QUICK, "url": url, **options}, clock)
        channels.append(channel)
        await channel.start(ear)
        return channel

    yield start
    for channel in channels:
        await channel.stop()


@pytest.fixture
async def channel(connect: Connect, ear: Ear) -> OneBotChannel:
    channel = await connect()
    await ear.link(Link.CONNECTED)
    return channel
