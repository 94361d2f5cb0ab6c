"""The people of the town, speaking on time. They know nothing of the bot."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from bot.channels.simulated import RefusedError
from bot.core.ending import end
from bot.core.message import Message, MessageType
from bot.demo.pace import Pace
from bot.demo.plan import Planner, Post, Round

log = logging.getLogger(__name__)

#: After the last post of a round the evening goes on for so long, and so does the morning after.
_EVENING, _MORNING = timedelta(minutes=40), timedelta(minutes=20)


class Say(Protocol):
    """Says something in a room, or to the bot; RefusedError where one may not."""

    def __call__(
        self,
        room: str,
        sender: str,
        text: str = "",
        *,
        type: MessageType = MessageType.TEXT,  # noqa: A002 - the transcript's word
        title: str = "",
        reply_to: str | None = None,
    ) -> Awaitable[Message]:
        """The message as posted."""
        ...


class Stream:
    """Plays one round after the other, and moves the clock on between them."""

    def __init__(
        self,
        planner: Planner,
        first: Round,
        pace: Pace,
        say: Say,
        leap: Callable[[datetime], Awaitable[None]],
    ) -> None:
        self._planner, self._round, self._pace = planner, first, pace
        self._say, self._leap = say, leap
        self._next = 0
        self._ids: dict[str, str] = {}
        self._look = asyncio.Event()
        self._playing = asyncio.Event()
        self._playing.set()
        self._rested = first.begins
        self._speaking: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def playing(self) -> bool:
        """Whether people speak by themselves."""
        return self._playing.is_set()

    def play(self, *, on: bool) -> None:
        """Let people speak, or be silent; what they miss meanwhile is not said later."""
        if on:
            self.skip(self._pace.clock.now())
            self._playing.set()
        else:
            self._playing.clear()
        self._look.set()

    def skip(self, moment: datetime) -> None:
        """Leave out what was to be said before `moment`."""
        posts = self._round.posts
        while self._next < len(posts) and posts[self._next].at < moment:
            self._next += 1
        self._rested = moment

    def start(self) -> None:
        """Speak in the background."""
        self._pace.changed.append(self._look.set)
        self._task = asyncio.create_task(self._run(), name="stream")
        self._task.add_done_callback(_report)

    async def stop(self) -> None:
        """Fall silent; a post under way is finished first."""
        task, self._task = self._task, None
        if task is not None:
            await end([task])
        if self._speaking is not None:
            await self._speaking

    async def _run(self) -> None:
        while True:
            await self._playing.wait()
            if self._next == len(self._round.posts):
                await self._turn_over()
                continue
            post = self._round.posts[self._next]
            if await self._arrived(post.at):
                self._next += 1
                self._speaking = asyncio.create_task(self._speak(post), name="speaking")
                await asyncio.shield(self._speaking)

    async def _arrived(self, moment: datetime) -> bool:
        """Sleep towards a moment; False when something has changed on the way."""
        self._look.clear()
        delay = self._pace.clock.real_delay(moment)
        if delay <= 0:
            return self.playing
        try:
            async with asyncio.timeout(delay):
                await self._look.wait()
        except TimeoutError:
            return self._pace.clock.real_delay(moment) <= 0 and self.playing
        return False

    async def _speak(self, post: Post) -> None:
        try:
            message = await self._say(
                post.room,
                post.sender,
                post.text,
                type=post.type,
                title=post.title,
                reply_to=self._ids.get(post.reply),
            )
        except RefusedError:
            # The room is closed or the person muted; everybody watching has seen it.
            return
        if post.label:
            self._ids[post.label] = message.id

    async def _turn_over(self) -> None:
        """Days without a post are skipped: on to the morning after, and then to the next round."""
        last, morning = self._round.posts[-1].at, self._round.morning
        if self._pace.clock.now() < morning:
            if await self._arrived(last + _EVENING):
                await self._leap(morning)
            return
        if not await self._arrived(max(morning, self._rested) + _MORNING):
            return
        self._round = self._planner.round(self._round.number + 1, morning.date())
        self._next = 0
        self._ids.clear()
        await self._leap(self._round.begins)


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("the stream has ended", exc_info=error)
