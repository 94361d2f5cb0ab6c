"""The demo put together: a simulated town, the real bot in it, and the people's posts."""

import asyncio
import re
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import App
from bot.channels.simulated import SimulatedChannel, World
from bot.core.message import Message, MessageType
from bot.demo.board import Board
from bot.demo.cast import example_town, furnish
from bot.demo.feed import Feed
from bot.demo.pace import DEFAULT_SPEED, Pace
from bot.demo.plan import FIRST_DAY, Planner
from bot.demo.stream import Stream
from bot.reading.base import Reader
from bot.store.engine import open_engine
from bot.store.migrate import upgrade
from bot.town.hours import calendar_of
from policies import all_policies

#: Messages that each simulated room keeps.
_KEEP = 300
#: Past a boundary of the hours by this much, so that what is due there is done.
_PAST = timedelta(seconds=1)
#: How often, in real seconds, it is seen whether somebody's mute is over.
_BEAT = 1.0
_MENTION = re.compile(r"@\s?([^\s@,，。:：]+)")


class Stage:
    """Everything the page's server needs. `folder` holds the archive."""

    def __init__(
        self, folder: Path, reader: Reader, *, seed: int = 1, speed: int = DEFAULT_SPEED
    ) -> None:
        self.town = example_town(FIRST_DAY)
        calendar = calendar_of(self.town)
        planner = Planner(self.town, calendar, seed)
        first = planner.round(0)
        self.pace = Pace(first.begins, speed)
        self.world = World(self.pace.clock, keep=_KEEP)
        furnish(self.world, self.town)
        self.channel = SimulatedChannel(self.world)
        self.app = App(
            self.town,
            engine=open_engine(f"sqlite+aiosqlite:///{folder / 'demo.db'}"),
            channels={self.channel.name: self.channel},
            reader=reader,
            policies=all_policies(),
            clock=self.pace.clock,
            shadow=False,
            reports=folder / "reports",
        )
        self.feed = Feed(secrets.token_hex(4))
        self.board = Board(self.world, self.app, self.feed)
        self._beating: asyncio.Task[None] | None = None
        self.stream = Stream(planner, first, self.pace, self.say, self._go)

    async def start(self) -> None:
        """Make the archive, start the bot, raise the curtain."""
        await upgrade(self.app.engine)
        await self.app.start()
        self.pace.changed += [self.app.alarm.reset, self.app.courier.wake, self.world.tick]
        self.stream.start()
        self._beating = asyncio.create_task(self._beat(), name="beat")

    async def stop(self) -> None:
        """Nobody speaks any more; what was said is still dealt with."""
        if self._beating is not None:
            self._beating.cancel()
        await self.stream.stop()
        self.pace.changed.clear()
        await self.app.stop()
        self.feed.close()

    async def say(
        self,
        room: str,
        sender: str,
        text: str = "",
        *,
        type: MessageType = MessageType.TEXT,  # noqa: A002 - the transcript's word
        title: str = "",
        reply_to: str | None = None,
    ) -> Message:
        """Somebody says something; `room` is empty for the bot alone. RefusedError where they may not.

        Returns once it has been judged.
        """
        async with self.pace.held():
            if room:
                message = await self.world.post(
                    room,
                    sender,
                    text,
                    type=type,
                    title=title,
                    reply_to=reply_to,
                    mentions=self._mentions(room, text),
                )
            else:
                message = await self.world.whisper(sender, text, type=type, title=title)
            await self._judged()
        return message

    async def leap(self, to: str) -> None:
        """Go to the next `opening` or `closing`; ValueError for another word.

        What would have been said in between is not said.
        """
        calendar, now = self.app.judge.calendar, self.pace.clock.now()
        if to == "opening":
            closing = now if not calendar.is_open(now) else calendar.next_closing(now)
            moment = calendar.next_opening(closing)
        elif to == "closing":
            moment = calendar.next_closing(now)
        else:
            raise ValueError(f"no such moment: {to}")
        await self._go(moment)

    async def _go(self, moment: datetime) -> None:
        async with self.pace.held():
            await self._judged()
            self.stream.skip(moment)
            self.pace.jump(moment + _PAST)

    def clock_data(self) -> dict[str, Any]:
        """The time, its pace, and the day's figures."""
        now = self.pace.clock.now()
        return {
            "now": now.astimezone(self.town.zone).isoformat(),
            "speed": self.pace.speed,
            "working": self.app.judge.calendar.is_open(now),
            "playing": self.stream.playing,
            "counts": dict(self.board.counts),
        }

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_BEAT)
            self.world.tick()

    async def _judged(self) -> None:
        """Whatever was said so far has been stored and decided."""
        await self.channel.settled()
        await self.app.pipeline.idle()

    def _mentions(self, room: str, text: str) -> tuple[str, ...]:
        """Those named after @: members of the room, the bot, or everybody."""
        known = {person.name for person in self.world.room(room).members.values()} | {"所有人"}
        return tuple(name for name in _MENTION.findall(text) if name in known)
