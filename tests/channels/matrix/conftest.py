"""A real homeserver with people on it, and bots that remember what they were told."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
import pytest

from bot.channels.base import NO_CAPABILITIES, Event, Order, Posted, Result, Verb
from bot.channels.matrix import MatrixChannel
from bot.core.clock import SystemClock
from bot.core.message import Message
from tests.support.synapse import Homeserver, Resident, synapse_python

T = TypeVar("T")

PATIENCE = 20.0
QUICK = {"poll_seconds": 5, "retry_first": 0.05, "retry_most": 0.2}


async def settled(test: Callable[[], Any]) -> None:
    """Wait for what the bot learns from its sync and tells nobody."""
    async with asyncio.timeout(PATIENCE):
        while not test():
            await asyncio.sleep(0.01)


@dataclass
class Memory:
    """Positions that outlive a bot."""

    values: dict[str, str] = field(default_factory=dict)

    async def load(self, name: str) -> str | None:
        return self.values.get(name)

    async def save(self, name: str, value: str) -> None:
        self.values[name] = value


class Seen:
    """An inbox that remembers, and that a test can wait on."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = asyncio.Condition()

    async def __call__(self, events: Sequence[Event]) -> None:
        async with self._changed:
            self.events.extend(events)
            self._changed.notify_all()

    async def until(self, test: Callable[[], Any]) -> Any:
        """Wait until `test` says something true of what was seen; what it said."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(test)
            return test()

    def of(self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def messages(self) -> list[Message]:
        return [event.message for event in self.of(Posted)]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    async def text(self, words: str) -> Message:
        """The message with these words, once it has come."""
        found = await self.until(lambda: [m for m in self.messages if m.text == words])
        return found[0]


@dataclass
class Bot:
    """A running channel with its inbox, and the account behind it."""

    channel: MatrixChannel
    seen: Seen
    account: Resident
    memory: Memory
    options: dict[str, Any]
    _keys: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def id(self) -> str:
        return self.account.id

    async def do(self, verb: Verb, room: str = "", **fields: Any) -> Result:
        """Give an order; the key is a fresh one unless given."""
        fields.setdefault("key", f"o{next(self._keys)}")
        return await self.channel.perform(Order(verb, room_id=room, **fields))

    async def knows(self, room: str) -> None:
        """Wait until the bot's sync has told of a room."""
        await settled(lambda: self.channel.capabilities(room) is not NO_CAPABILITIES)


class Square:
    """The homeserver as one test uses it: makes people, rooms and bots."""

    def __init__(self, server: Homeserver, session: aiohttp.ClientSession) -> None:
        self.server, self._session = server, session
        self._running: list[MatrixChannel] = []

    async def people(self, *names: str) -> list[Resident]:
        return [await self.server.register(self._session, name) for name in names]

    async def bot(self, account: Resident | None = None, **options: Any) -> Bot:
        """A bot on the air, on a new account unless one is given."""
        account = account or (await self.people("qingqun"))[0]
        return await self.wake(account, Memory(), options)

    async def wake(self, account: Resident, memory: Memory, options: dict[str, Any]) -> Bot:
        """Start a process for an account that may have had one before."""
        table = {"homeserver": self.server.url, "user_id": account.id, **QUICK, **options}
        channel = MatrixChannel(
            "matrix", table, SystemClock(), memory,
            environ={"QINGQUN_MATRIX_TOKEN": account.token},
        )  # fmt: skip
        seen = Seen()
        await channel.start(seen)
        self._running.append(channel)
        return Bot(channel, seen, account, memory, options)

    async def again(self, bot: Bot) -> Bot:
        """The bot's next process, after `bot.channel.stop()`."""
        return await self.wake(bot.account, bot.memory, bot.options)

    async def room(
        self,
        owner: Resident,
        bot: Bot,
        *people: Resident,
        name: str = "镇工作群",
        level: int = 90,
        to_set_levels: int = 90,
        version: str = "10",
        **levels: Any,
    ) -> str:
        """A group of these people in which the bot has `level`; all have joined, the bot knows."""
        override = {
            "users": {bot.id: level, **({owner.id: 100} if version < "12" else {})},
            "events": {"m.room.power_levels": to_set_levels},
            "events_default": 0,
            **levels,
        }
        room = await owner.make_room(
            name,
            [bot.account, *people],
            room_version=version,
            power_level_content_override=override,
        )
        for person in people:
            await person.join(room)
        await bot.knows(room)
        return room

    async def close(self) -> None:
        for channel in self._running:
            await channel.stop()


@pytest.fixture(scope="session")
def homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    server = Homeserver(synapse_python(), tmp_path_factory.mktemp("synapse"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def square(homeserver: Homeserver) -> AsyncIterator[Square]:
    async with aiohttp.ClientSession() as session:
        square = Square(homeserver, session)
        yield square
        await square.close()
