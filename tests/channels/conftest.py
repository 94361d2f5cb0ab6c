"""A driven clock, a small world on it, and an inbox that remembers."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from bot.channels.base import Event, LinkChanged, Posted
from bot.channels.simulated import SimulatedChannel, World
from bot.core.clock import DrivenClock
from bot.core.message import Message, Role

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@dataclass
class Seen:
    """What an inbox was given."""

    events: list[Event] = field(default_factory=list)

    async def __call__(self, events: Sequence[Event]) -> None:
        self.events.extend(events)

    @property
    def plain(self) -> list[Event]:
        """Everything but the state of the line."""
        return [event for event in self.events if not isinstance(event, LinkChanged)]

    @property
    def messages(self) -> list[Message]:
        return [event.message for event in self.events if isinstance(event, Posted)]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock(START)


@pytest.fixture
def world(clock: DrivenClock) -> World:
    world = World(clock)
    world.add_room(
        "镇工作群",
        {"镇长": Role.LEADER, "主任": Role.ADMIN, "小王": Role.MEMBER, "小李": Role.MEMBER},
    )
    world.add_room("应急群", ["小王"])
    return world


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
async def channel(world: World, seen: Seen) -> AsyncIterator[SimulatedChannel]:
    channel = SimulatedChannel(world)
    await channel.start(seen)
    yield channel
    await channel.stop()
