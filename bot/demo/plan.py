"""The stream of posts of a round: the script on real dates, with a seeded jitter. Pure."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.calendar import WorkCalendar
from bot.core.message import MessageType
from bot.demo.cast import SEATS, members
from bot.demo.lines import DAYS, ScriptLine, script
from bot.town import Town

#: A round begins on a Tuesday: what the script says of Thursday and Friday is then right.
_TUESDAY = 1
#: Far enough apart that nobody's earlier notices or offences count any more.
_APART = timedelta(days=8)
#: The rains come in June.
FIRST_DAY = date(2021, 6, 22)
#: How long before the first post a round begins.
_LEAD = timedelta(seconds=20)
#: How much earlier or later a post may come than it is written, in seconds.
_JITTER = (-12.0, 25.0)
#: A flood of receipts is over within this many seconds.
_FLOOD = 260.0

PRIVATE = "私"


@dataclass(frozen=True, slots=True)
class Post:
    """Something a person will say. `room` is empty for what is said to the bot alone.

    `label` names this post within its round, `reply` the post that it quotes.
    """

    at: datetime
    room: str
    sender: str
    type: MessageType = MessageType.TEXT
    text: str = ""
    title: str = ""
    label: str = ""
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """Two working days in a row, and what is said on them; `morning` is when the third one opens."""

    number: int
    begins: datetime
    morning: datetime
    posts: tuple[Post, ...] = field(repr=False)


class Planner:
    """Makes rounds, one after the other; the same seed makes the same rounds."""

    def __init__(self, town: Town, calendar: WorkCalendar, seed: int) -> None:
        self._town, self._calendar, self._seed = town, calendar, seed
        self._rooms = {seat.short: seat.room for seat in SEATS}
        self._people = {seat.short: members(town, seat) for seat in SEATS}
        self._days = tuple(script(name) for name in DAYS)

    def round(self, number: int, after: date | None = None) -> Round:
        """The round with that number (from 0), far enough `after` the day on which the last ended."""
        # Not for secrets: jitter that is the same for the same seed.
        dice = random.Random(f"{self._seed}/{number}")  # noqa: S311
        first = self._first_day(FIRST_DAY if after is None else after + _APART)
        posts = [
            post
            for day, lines in enumerate(self._days)
            for post in self._day(dice, first + timedelta(days=day), lines)
        ]
        posts.sort(key=lambda post: post.at)
        morning = self._calendar.next_opening(posts[-1].at)
        return Round(number, posts[0].at - _LEAD, morning, tuple(posts))

    def _first_day(self, day: date) -> date:
        while day.weekday() != _TUESDAY or not all(
            self._calendar.is_workday(day + timedelta(days=ahead)) for ahead in range(4)
        ):
            day += timedelta(days=1)
        return day

    def _day(self, dice: random.Random, day: date, lines: tuple[ScriptLine, ...]) -> Iterator[Post]:
        midnight = datetime.combine(day, time(), tzinfo=self._calendar.timezone)
        jitter = 0.0
        for line in lines:
            if not line.tight:
                jitter = dice.uniform(*_JITTER)
            at = midnight + line.at + timedelta(seconds=jitter)
            if line.count:
                yield from self._flood(dice, at, line)
            else:
                yield self._post(at, line, line.who[0], line.text)

    def _flood(self, dice: random.Random, at: datetime, line: ScriptLine) -> Iterator[Post]:
        """Some of the people meant say one of the wordings, most of them soon."""
        present = self._people[line.room]
        meant = [name for unit in line.who for name in self._town.units[unit] if name in present]
        people = dice.sample(meant, min(line.count, len(meant)))
        for name in people:
            late = timedelta(seconds=_FLOOD * dice.betavariate(1.2, 3.0))
            yield self._post(at + late, line, name, dice.choice(line.wordings))

    def _post(self, at: datetime, line: ScriptLine, sender: str, text: str) -> Post:
        room = "" if line.room == PRIVATE else self._rooms[line.room]
        return Post(at, room, sender, line.type, text, line.title, line.label, line.reply)
