"""A whole town for tests: the real pipeline on a real archive, a simulated channel, a driven clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Row, Table, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import App
from bot.channels.base import ALL_CAPABILITIES, Capabilities
from bot.channels.simulated import Faults, SimulatedChannel, World
from bot.core.clock import DrivenClock
from bot.core.message import Message, Role
from bot.files.worker import Worker
from bot.reading.base import Reader
from bot.store.seal import Seal
from bot.town import Town, parse_town
from policies import all_policies
from tests.support.fake_reader import FakeReader
from tests.support.stores import open_store

#: A Monday, 09:00 in the town.
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
KEY = "dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktMTIzNDU="

TOWN = """
[town]
name = "巴水镇"
leaders_room = "领导群"
secrecy_officer = "保密员"
[roles]
leaders = ["书记", "镇长"]
admins = ["行政办主任"]
posters = ["党建办主任"]
[units]
"各村" = ["甲村书记", "乙村书记"]
[[rooms]]
name = "公告群"
kind = "announcement"
results_to = "政务群"
[[rooms]]
name = "政务群"
kind = "business"
office = "行政办"
[[rooms]]
name = "应急群"
kind = "business"
always_open = true
[[rooms]]
name = "党员群"
kind = "standing"
[[rooms]]
name = "领导群"
kind = "leaders"
"""

PEOPLE = {
    "书记": Role.MEMBER,
    "镇长": Role.MEMBER,
    "行政办主任": Role.MEMBER,
    "党建办主任": Role.MEMBER,
    "保密员": Role.MEMBER,
    "甲村书记": Role.MEMBER,
    "乙村书记": Role.MEMBER,
    "小王": Role.MEMBER,
    "小李": Role.MEMBER,
}


def town_of(text: str = TOWN) -> Town:
    """The town of that file's text."""
    return parse_town(text, all_policies(), date(2026, 11, 23)).town


@dataclass
class Harness:
    """A running town and the world it lives in."""

    app: App
    world: World
    channel: SimulatedChannel
    clock: DrivenClock
    engine: AsyncEngine

    async def post(self, room: str, sender: str, text: str = "", **more: object) -> Message:
        """Somebody posts; everything that follows from it has happened on return."""
        message = await self.world.post(room, sender, text, **more)  # type: ignore[arg-type]
        await self.settle()
        return message

    async def whisper(self, sender: str, text: str) -> Message:
        """Somebody speaks to the bot privately; everything that follows has happened on return."""
        message = await self.world.whisper(sender, text)
        await self.settle()
        return message

    async def settle(self) -> None:
        """Let everything that is under way come to its end."""
        await self.channel.settled()
        await self.app.idle()
        await self.channel.settled()
        await self.app.idle()

    async def until(self, moment: datetime) -> None:
        """Move the clock on, doing what falls due on the way."""
        while (due := self.app.timetable.next_due(self.clock.now())) and due <= moment:
            self.clock.set(due)
            self.world.tick()
            await self.app.tick()
            await self.settle()
        self.clock.set(moment)
        self.world.tick()
        await self.app.tick()
        await self.settle()

    def texts(self, room: str) -> list[str]:
        """What can be read in a room now."""
        return [message.text for message in self.world.messages(room)]

    def inbox(self, person: str) -> list[str]:
        """What the bot told somebody privately."""
        return [message.text for message in self.world.inbox(person)]

    async def rows(self, table: Table) -> Sequence[Row[tuple[object, ...]]]:
        """All rows of a table."""
        async with self.engine.connect() as connection:
            return (await connection.execute(select(table))).all()

    async def judged(self, message: Message) -> Row[tuple[object, ...]]:
        """The judgement of a message, by the channel's id."""
        from bot.store import tables

        async with self.engine.connect() as connection:
            rows = await connection.execute(
                select(tables.judgements)
                .join(tables.messages, tables.messages.c.number == tables.judgements.c.number)
                .where(tables.messages.c.id == message.id)
            )
            return rows.one()

    async def stop(self) -> None:
        """Stop the bot; the world goes on."""
        await self.app.stop()


async def start_town(
    store: Path | str,
    *,
    clock: DrivenClock | None = None,
    world: World | None = None,
    town: Town | None = None,
    reader: Reader | None = None,
    faults: Faults | None = None,
    capabilities: Capabilities = ALL_CAPABILITIES,
    shadow: bool = False,
    worker: Worker | None = None,
    engine: AsyncEngine | None = None,
) -> Harness:
    """Start a town on the archive at `store`; with a `world` of an earlier run it is a restart.

    An `engine` of an earlier run on that archive has its statements compiled; its tables are there.
    """
    town = town or town_of()
    clock = clock or DrivenClock(MONDAY)
    if world is None:
        world = World(clock, capabilities=capabilities)
        for room in town.rooms:
            world.add_room(room.name, PEOPLE, capabilities=capabilities)
    channel = SimulatedChannel(world, faults=faults)
    if engine is None:
        engine = await open_store(store)
    app = App(
        town,
        engine=engine,
        channels={channel.name: channel},
        reader=reader or FakeReader(),
        policies=all_policies(),
        clock=clock,
        seal=Seal(KEY),
        shadow=shadow,
        worker=worker,
    )
    await app.start(background=False)
    harness = Harness(app, world, channel, clock, engine)
    await harness.settle()
    return harness
