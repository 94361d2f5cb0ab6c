"""What the pages are told, numbered, so that one that was away gets what it missed."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

#: News kept for pages that come back.
BACKLOG = 2000
_DIGITS = 15


@dataclass(slots=True)
class Item:
    """One piece of news: what sort it is, and its data as for JSON."""

    number: int
    sort: str
    data: dict[str, Any]


class Feed:
    """A bounded row of news. Readers keep nothing here but a place in it, so a slow one costs nothing.

    `epoch` tells one run of the demo from another: a page of an earlier run must begin afresh.
    """

    def __init__(self, epoch: str, limit: int = BACKLOG) -> None:
        self.epoch = epoch
        self._items: deque[Item] = deque(maxlen=limit)
        self._last = 0
        self._grown = asyncio.Event()
        self._closed = False

    @property
    def cursor(self) -> str:
        """The place after the latest news."""
        return self.place(self._last)

    def place(self, number: int) -> str:
        """The place after the news with that number, as pages send it back."""
        return f"{self.epoch}-{number}"

    def put(self, sort: str, data: dict[str, Any]) -> Item:
        """Tell something."""
        self._last += 1
        item = Item(self._last, sort, data)
        self._items.append(item)
        self._wake()
        return item

    def rewrite(self, change: Callable[[Item], None]) -> None:
        """Let `change` look at all news that is still kept, to blank what must not be told again."""
        for item in self._items:
            change(item)

    def close(self) -> None:
        """No more news: readers end."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()

    def find(self, cursor: str) -> int | None:
        """The number in a place; None where it is of another run, nonsense, or long past."""
        epoch, _, number = cursor.rpartition("-")
        if (
            epoch != self.epoch
            or not (number.isascii() and number.isdigit())
            or len(number) > _DIGITS
        ):
            return None
        place = int(number)
        return place if self._holds(place) else None

    def _holds(self, place: int) -> bool:
        """Whether everything after that place is still there."""
        first = self._items[0].number if self._items else self._last + 1
        return first - 1 <= place <= self._last

    async def after(self, place: int, patience: float) -> AsyncIterator[list[Item]]:
        """Lists of news after a place, as they come; an empty one after `patience` seconds without.

        Ends when the feed is closed, or when the reader has been left behind.
        """
        while not self._closed and self._holds(place):
            if place == self._last:
                grown = self._grown
                try:
                    async with asyncio.timeout(patience):
                        await grown.wait()
                except TimeoutError:
                    yield []
                continue
            skip = len(self._items) - (self._last - place)
            news = [item for index, item in enumerate(self._items) if index >= skip]
            place = news[-1].number
            yield news
