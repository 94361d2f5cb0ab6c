"""What anybody looking at the simulated world sees change, as plain data for a page or a test."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from bot.channels.base import Link, Person
from bot.core.message import Message


@dataclass(frozen=True, slots=True)
class Shown:
    """A message appeared in a room."""

    message: Message


@dataclass(frozen=True, slots=True)
class Changed:
    """A message got another text."""

    message: Message


@dataclass(frozen=True, slots=True)
class Gone:
    """A message was taken out of a room, for everybody."""

    room_id: str
    message_id: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Whispered:
    """A private message; `message.bot` tells whether the bot said it to the person or heard it."""

    person_id: str
    message: Message


@dataclass(frozen=True, slots=True)
class Stopped:
    """A post that the room did not take; `reason` is what the poster reads."""

    room_id: str
    person_id: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Muted:
    """A person may not post; `until` is None for good."""

    room_id: str
    person_id: str
    until: datetime | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Unmuted:
    """A person may post again."""

    room_id: str
    person_id: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """A whole room was muted."""

    room_id: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A whole room may post again."""

    room_id: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Announced:
    """A room got a notice on its board."""

    room_id: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Came:
    """People came into a room."""

    room_id: str
    people: tuple[Person, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Went:
    """People left a room, or `by` took them out."""

    room_id: str
    people: tuple[Person, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Renamed:
    """A room got another name."""

    room_id: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Linked:
    """The bot's connection came up or went down."""

    channel: str
    state: Link
    at: datetime


@dataclass(frozen=True, slots=True)
class Missed:
    """The watcher was too slow and must look at the world afresh."""


Change = (
    Shown
    | Changed
    | Gone
    | Whispered
    | Stopped
    | Muted
    | Unmuted
    | Closed
    | Opened
    | Announced
    | Came
    | Went
    | Renamed
    | Linked
    | Missed
)

Callback = Callable[[Change], None]


class Watch:
    """A bounded queue of changes. What does not fit is dropped as a whole and told by one `Missed`.

    Iterate over it, and close it (or use it in a `with`) when nobody looks any more.
    """

    def __init__(self, limit: int, close: Callable[[Callback], None]) -> None:
        self._limit, self._close = limit, close
        self._waiting: deque[Change] = deque()
        self._arrived = asyncio.Event()
        self._closed = False

    def put(self, change: Change) -> None:
        """Take a change; never waits."""
        if len(self._waiting) >= self._limit:
            self._waiting.clear()
            self._waiting.append(Missed())
        self._waiting.append(change)
        self._arrived.set()

    def taken(self) -> list[Change]:
        """Everything that waits, oldest first; it is taken out."""
        taken = list(self._waiting)
        self._waiting.clear()
        return taken

    def close(self) -> None:
        """Watch no longer; an iteration under way ends after what it has left."""
        if not self._closed:
            self._close(self.put)
        self._closed = True
        self._arrived.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.popleft()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
