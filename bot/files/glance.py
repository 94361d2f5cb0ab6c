"""Looks into files and pictures beside the pipeline, and hands back what their names did not tell."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.channels.base import Channel
from bot.core.decision import TAKES_DOWN, Action
from bot.core.ending import end
from bot.core.message import Message, MessageType
from bot.files.facts import FileFacts, Hint, Reason, Unreadable
from bot.files.pictures import available
from bot.files.sorts import Sort, sort_of
from bot.files.worker import Worker
from bot.judging.judgement import Judgement
from bot.reading.contents import Content

log = logging.getLogger(__name__)

#: Messages that may wait for a look; beyond them the oldest is passed over.
_MOST_WAITING, _REMEMBERED = 200, 2000
_FETCH_SECONDS = 60.0
_SHOWN = 120
_TAKEN_DOWN = TAKES_DOWN | {Action.DEFER}

#: Takes a judgement and the content of its message (or why it was not seen), in turn with
#: everything else.
Tell = Callable[[Judgement, Content | Unreadable], Awaitable[None]]


class Glance:
    """One look at a time. What cannot be seen changes nothing; the bot works without."""

    def __init__(
        self, channels: Mapping[str, Channel], tell: Tell, worker: Worker | None = None
    ) -> None:
        self._channels, self._tell = channels, tell
        self._worker = worker or Worker()
        self._pictures = available()
        self._waiting: OrderedDict[int, Judgement] = OrderedDict()
        self._looked: OrderedDict[int, None] = OrderedDict()
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether anything is being looked into."""
        return self._task is not None and not self._task.done()

    def judged(self, judgement: Judgement, _: Sequence[int] = ()) -> None:
        """Watcher of the desk: a message that brings a file or picture is looked into once."""
        number = judgement.message.number
        if number in self._waiting:
            # Edited or settled meanwhile: the newest judgement is what a look adds to.
            self._waiting[number] = judgement
            if judgement.decision.action in _TAKEN_DOWN:
                self.forget(number)
        elif number not in self._looked and self._worth(judgement):
            self._remember(number)
            self._waiting[number] = judgement
            if len(self._waiting) > _MOST_WAITING:
                passed, _judgement = self._waiting.popitem(last=False)
                log.warning("too many files at once: message %d is not looked into", passed)
            self._wake()

    def forget(self, number: int) -> None:
        """A message is gone: nothing is found in it any more."""
        self._waiting.pop(number, None)

    async def idle(self) -> None:
        """Wait until everything so far has been looked into."""
        while self._task is not None and not self._task.done():
            await asyncio.gather(self._task, return_exceptions=True)

    async def stop(self) -> None:
        """Look no further; what waits stays as it was judged."""
        self._waiting.clear()
        if self._task is not None:
            await end([self._task])
        await self._worker.stop()

    def _worth(self, judgement: Judgement) -> bool:
        message = judgement.message
        if message.type is not MessageType.FILE and not (
            message.type is MessageType.IMAGE and self._pictures
        ):
            return False
        if not message.attachment or judgement.secret or judgement.backlog:
            return False
        return judgement.decision.action not in _TAKEN_DOWN

    def _remember(self, number: int) -> None:
        self._looked[number] = None
        if len(self._looked) > _REMEMBERED:
            self._looked.popitem(last=False)

    def _wake(self) -> None:
        if not self.busy:
            self._task = asyncio.create_task(self._run(), name="glance")

    async def _run(self) -> None:
        while self._waiting:
            number, judgement = next(iter(self._waiting.items()))
            try:
                found = await self._look(judgement.message)
                newest = self._waiting.pop(number, None)
                if newest is not None:
                    if isinstance(found, FileFacts):
                        await self._tell(newest, content_of(found, newest.message))
                    else:
                        await self._tell(newest, found)
            except Exception as error:
                # One file must not cost the others their look, and its words stay out of the log.
                log.warning("message %d: look failed: %s", number, type(error).__name__)
            finally:
                self._waiting.pop(number, None)

    async def _look(self, message: Message) -> FileFacts | Unreadable:
        found = await self._read(message)
        if isinstance(found, Unreadable):
            log.info("message %d cannot be looked into: %s", message.number, found.reason.value)
        return found

    async def _read(self, message: Message) -> FileFacts | Unreadable:
        channel, limit = self._channels.get(message.channel), self._worker.limits.size
        if channel is None:
            return Unreadable(Reason.GONE)
        try:
            async with asyncio.timeout(_FETCH_SECONDS):
                # One byte more than is read tells a file that is too large from one cut off there.
                content = await channel.fetch(message, limit + 1)
        except (OSError, TimeoutError):
            return Unreadable(Reason.GONE)
        if content is None:
            return Unreadable(Reason.GONE)
        sort = sort_of(content, message.title)
        if sort is Sort.OTHER:
            return Unreadable(Reason.FORMAT)
        if sort is Sort.PICTURE and not self._pictures:
            return Unreadable(Reason.NO_OCR)
        return await self._worker.read(content, message.title)


def content_of(facts: FileFacts, message: Message) -> Content:
    """What judging needs of the facts: a telling title where the name has none, and the words."""
    document = facts.hint is Hint.DOCUMENT
    title = telling_title(facts, message.title) if document else message.title
    # The mark first, spelled as documents spell it: a scan may have lost its star.
    lines = (*facts.marks, *facts.text.splitlines(), *facts.codes)
    return Content(title, lines, document, marked=bool(facts.marks))


def telling_title(facts: FileFacts, name: str) -> str:
    """Number and title before the name; a name that says it already stays as it is."""
    bare = name.replace(" ", "")
    told = [part for part in (facts.number, facts.title) if part and part not in bare]
    return " ".join((" ".join(told)[:_SHOWN], name)).strip() if told else name
