"""A real gateway for a module's tests, and channels before it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from wechaty_gateway import TOKEN, Gateway, NoGateway, install

pytest.importorskip("wechaty_puppet", reason="the extra `wechaty` is not installed")

from town import QUICK

from bot.channels.base import Event, Link, LinkChanged, Posted
from bot.channels.wechaty import WechatyChannel
from bot.core.clock import Clock, DrivenClock
from bot.core.message import Message


@pytest.fixture(scope="session")
def installed() -> tuple[list[str], Path]:
    try:
        return install()
    except NoGateway as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no Wechaty gateway here: {error}")


@pytest.fixture(scope="module")
def process(installed: tuple[list[str], Path]) -> Iterator[Gateway]:
    gateway = Gateway(*installed)
    gateway.start()
    yield gateway
    gateway.kill()


@pytest.fixture
async def gateway(process: Gateway) -> Gateway:
    await process.do("reset")
    return process


@pytest.fixture
def clock() -> DrivenClock:
    """Starts a little ahead, so that nothing that the gateway dates is from the future."""
    return DrivenClock(datetime.now(UTC) + timedelta(minutes=1))


class Inbox:
    """Keeps what comes, and waits for what is expected."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = asyncio.Event()

    async def __call__(self, events: Sequence[Event]) -> None:
        self.events.extend(events)
        self._changed.set()

    async def until(self, fits: Callable[[Event], bool], *, within: float = 20) -> Any:
        """The first event that fits, also among those that are here already."""

        async def look() -> Event:
            seen = 0
            while True:
                for event in self.events[seen:]:
                    if fits(event):
                        return event
                seen = len(self.events)
                self._changed.clear()
                await self._changed.wait()

        return await asyncio.wait_for(look(), within)

    async def message(self, message_id: str) -> Message:
        found = await self.until(lambda e: isinstance(e, Posted) and e.message.id == message_id)
        return found.message

    async def link(self, state: Link) -> LinkChanged:
        return await self.until(lambda e: isinstance(e, LinkChanged) and e.state is state)

    @property
    def messages(self) -> list[Message]:
        return [event.message for event in self.events if isinstance(event, Posted)]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


Connect = Callable[..., Awaitable[WechatyChannel]]


@pytest.fixture
async def connect(
    gateway: Gateway, inbox: Inbox, clock: DrivenClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Connect]:
    """Make a channel, started; it is stopped at the end."""
    monkeypatch.setenv("QINGQUN_WECHATY_TOKEN", TOKEN)
    made: list[WechatyChannel] = []

    async def go(
        *, endpoint: str = "", use: Clock | None = None, into: Any = None, **options: Any
    ) -> WechatyChannel:
        settings = {**QUICK, "endpoint": endpoint or gateway.endpoint, **options}
        channel = WechatyChannel("wechaty", settings, use or clock, random=Random(7))  # noqa: S311
        made.append(channel)
        await channel.start(into or inbox)
        return channel

    yield go
    for channel in made:
        await channel.stop()


@pytest.fixture
async def channel(connect: Connect) -> WechatyChannel:
    return await connect()
