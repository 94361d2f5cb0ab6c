"""The people speak on time, in order, and go on when one of them is refused."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.channels.simulated import Refusal, RefusedError
from bot.core.message import Message, MessageType
from bot.demo.cast import example_town
from bot.demo.pace import Pace
from bot.demo.plan import FIRST_DAY, Planner
from bot.demo.stream import Stream
from bot.town.hours import calendar_of

TOWN = example_town(FIRST_DAY)
PLANNER = Planner(TOWN, calendar_of(TOWN), 1)
FIRST = PLANNER.round(0)


class Stand:
    """Listens to the stream, refuses one person, and moves the clock when it is told to."""

    def __init__(self) -> None:
        self.pace = Pace(FIRST.begins, 1)
        self.said: list[tuple[str, str]] = []
        self.quotes: list[str] = []
        self.leaps: list[datetime] = []
        self.refused = ""
        self._heard = asyncio.Event()
        self.stream = Stream(PLANNER, FIRST, self.pace, self.say, self.leap)

    async def say(
        self,
        room: str,
        sender: str,
        text: str = "",
        *,
        type: MessageType = MessageType.TEXT,  # noqa: A002
        title: str = "",
        reply_to: str | None = None,
    ) -> Message:
        self.said.append((sender, text))
        self._heard.set()
        if sender == self.refused:
            raise RefusedError(Refusal.MUTED)
        if reply_to:
            self.quotes.append(reply_to)
        return Message(f"m{len(self.said)}", room, sender, self.pace.clock.now())

    async def leap(self, moment: datetime) -> None:
        self.leaps.append(moment)
        self.stream.skip(moment)
        self.pace.jump(moment)
        self._heard.set()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():
                self._heard.clear()
                await self._heard.wait()


async def test_everything_is_said_in_order_and_the_next_round_follows() -> None:
    stand = Stand()
    stand.refused = FIRST.posts[3].sender
    stand.stream.start()
    stand.pace.jump(FIRST.morning)
    await stand.until(lambda: len(stand.said) == len(FIRST.posts))
    assert stand.said == [(post.sender, post.text) for post in FIRST.posts]
    assert len(stand.quotes) > 40
    # The morning after has its time, too; then the town goes on to other days.
    stand.pace.jump(FIRST.morning + timedelta(hours=1))
    await stand.until(lambda: bool(stand.leaps))
    await stand.stream.stop()
    assert stand.leaps == [PLANNER.round(1, FIRST.morning.date()).begins]


async def test_the_evening_is_skipped_to_the_morning_after() -> None:
    stand = Stand()
    stand.stream.skip(FIRST.posts[-1].at + timedelta(seconds=1))
    stand.pace.jump(FIRST.posts[-1].at + timedelta(minutes=41))
    stand.stream.start()
    await stand.until(lambda: bool(stand.leaps))
    await stand.stream.stop()
    assert stand.leaps[0] == FIRST.morning
    assert stand.said == []


async def test_a_quiet_town_stays_quiet_and_what_it_missed_is_not_said_later() -> None:
    stand = Stand()
    stand.stream.play(on=False)
    stand.stream.start()
    stand.pace.jump(FIRST.posts[20].at + timedelta(milliseconds=1))
    for _ in range(20):
        await asyncio.sleep(0)
    assert stand.said == []
    stand.stream.play(on=True)
    stand.pace.jump(FIRST.posts[21].at)
    await stand.until(lambda: bool(stand.said))
    await stand.stream.stop()
    later = FIRST.posts[21]
    assert stand.said[0] == (later.sender, later.text)


async def test_while_something_is_held_time_runs_as_it_really_does() -> None:
    pace = Pace(FIRST.begins, 600)
    looked: list[float] = []
    pace.changed.append(lambda: looked.append(pace.clock.speed))
    async with pace.held():
        async with pace.held():
            assert pace.clock.speed == 1
        assert pace.clock.speed == 1
        pace.set_speed(60)
        assert (pace.clock.speed, pace.speed) == (1, 60)
    assert pace.clock.speed == 60
    assert looked[-1] == 60
