"""The notices that later ones are compared with, laid out so that few of them need be looked at."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.core.reading import Kind
from bot.reading.bags import Bags

_Key = TypeVar("_Key")

SHORT = 8
"""Letters below which a text is too short to be told apart by likeness."""
_FEW, _ROUNDING = 4, 1e-6


@dataclass(frozen=True, slots=True)
class Notice:
    """An earlier notice, as far as later ones are compared with it.

    `words` are its bare letters and digits; `urges` marks a reminder; `root` is the first notice
    of a chain of corrections.
    """

    id: str
    number: int
    room: str
    sender: str
    at: datetime
    words: str
    deadline: datetime | None
    addressees: frozenset[str]
    kind: Kind
    urges: bool
    root: "Notice | None" = None


class Shelf:
    """Notices in the order of their numbers, at most `most`: the first then makes room.

    Each has a ticket, which is its own for good, and a place among the others, which moves. Of
    equal numbers the one that came first stands first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._notices: list[Notice] = []
        self._words: list[str] = []
        #: Number and ticket of each, in the order of their places.
        self._order: list[tuple[int, int]] = []
        self._numbers: dict[int, int] = {}
        self._times: list[tuple[datetime, int]] = []
        self._by_words: dict[str, list[int]] = {}
        # How long the texts are that begin so, and how many of them are so long.
        self._lengths: dict[str, Counter[int]] = {}
        self._by_id: dict[tuple[str, str], list[int]] = {}
        self._by_room: dict[str, list[int]] = {}
        self._bags = Bags(most)
        self._next = 0

    def __len__(self) -> int:
        return len(self._notices)

    def __iter__(self) -> Iterator[Notice]:
        return iter(self._notices)

    def add(self, notice: Notice) -> None:
        """Put a notice where its number belongs: most often behind the others."""
        if len(self._notices) == self._most:
            self._take_out(0)
        ticket = self._next
        self._next += 1
        place = bisect_left(self._order, (notice.number, ticket))
        self._notices.insert(place, notice)
        self._words.insert(place, notice.words)
        self._order.insert(place, (notice.number, ticket))
        self._numbers[ticket] = notice.number
        insort(self._times, (notice.at, ticket))
        self._by_id.setdefault((notice.room, notice.id), []).append(ticket)
        self._by_room.setdefault(notice.room, []).append(ticket)
        self._by_words.setdefault(notice.words, []).append(ticket)
        self._bags.add(ticket, notice.words)
        if len(notice.words) >= SHORT:
            self._lengths.setdefault(notice.words[:SHORT], Counter())[len(notice.words)] += 1

    def prune(self, until: datetime) -> None:
        """Take out the first notices as far as none was posted after `until`."""
        while self._notices and self._notices[0].at <= until:
            self._take_out(0)

    def forget(self, room: str, message_id: str) -> None:
        """Take out what is known of a message."""
        for ticket in tuple(self._by_id.get((room, message_id), ())):
            self._take_out(self._place(ticket))

    def between(self, after: datetime, until: datetime, *, but: tuple[str, str]) -> "View":
        """What was posted after one moment and not after another, but for one message."""
        first = bisect_right(self._times, (after, self._next))
        last = bisect_right(self._times, (until, self._next))
        hidden = {self._place(ticket) for ticket in self._by_id.get(but, ())}
        if first or last < len(self._times):
            outside = self._times[:first] + self._times[max(first, last) :]
            hidden.update(self._place(ticket) for _, ticket in outside)
        return View(self, hidden)

    def _place(self, ticket: int) -> int:
        return bisect_left(self._order, (self._numbers[ticket], ticket))

    def _take_out(self, place: int) -> None:
        notice, (_, ticket) = self._notices.pop(place), self._order.pop(place)
        del self._words[place], self._numbers[ticket]
        del self._times[bisect_left(self._times, (notice.at, ticket))]
        _drop(self._by_id, (notice.room, notice.id), ticket)
        _drop(self._by_room, notice.room, ticket)
        _drop(self._by_words, notice.words, ticket)
        self._bags.drop(ticket)
        if len(notice.words) >= SHORT:
            start = notice.words[:SHORT]
            self._lengths[start] -= Counter((len(notice.words),))
            if not self._lengths[start]:
                del self._lengths[start]


class View:
    """The notices of a shelf without some; of no use once the shelf has changed."""

    # It is of one piece with the shelf, whose lists it reads.
    # ruff: noqa: SLF001

    def __init__(self, shelf: Shelf, hidden: Collection[int]) -> None:
        self._shelf, self._hidden = shelf, hidden

    def last(self, room: str, message_id: str) -> Notice | None:
        """The message's own notice, the latest if there are several."""
        places = self._places(self._shelf._by_id.get((room, message_id), ()))
        return self._shelf._notices[places[-1]] if places else None

    def of_room(self, room: str) -> Sequence[Notice]:
        """The notices of one room, in the order of their numbers."""
        notices = self._shelf._notices
        return [notices[place] for place in self._places(self._shelf._by_room.get(room, ()))]

    def like(self, words: str, *, least: float, most: int) -> list[Notice]:
        """Those most like these words, and those that they contain; of a short text, its equals.

        At least `least` of 100 alike, at most `most` of them, the best first, the earlier of
        equals first.
        """
        shelf = self._shelf
        notices = shelf._notices
        if len(words) < SHORT:
            return [notices[place] for place in self._places(shelf._by_words.get(words, ()))]
        places = self._likest(words, least, most)
        # A relay may put much around the words of the original.
        places += [place for place in self._within(words) if place not in places]
        return [notices[place] for place in places]

    def _likest(self, words: str, least: float, most: int) -> list[int]:
        """Places of the notices most like these words, the best first."""
        tickets, bounds = self._shelf._bags.bounds(words, least - _ROUNDING)
        if len(tickets) > _FEW * most:
            # How like the likest are is soon known; most others cannot come up to that.
            first = np.argpartition(bounds, -_FEW * most)[-_FEW * most :]
            found = self._extract(words, tickets[first], least, most)
            if len(found) == most:
                tickets = tickets[bounds >= found[-1][0] - _ROUNDING]
        return [place for _, place in self._extract(words, tickets, least, most)]

    def _extract(
        self, words: str, tickets: NDArray[np.int64], least: float, most: int
    ) -> list[tuple[float, int]]:
        """Likeness and place of those among `tickets` that are most like these words."""
        places, every = self._places(tickets.tolist()), self._shelf._words
        found = process.extract(
            words,
            [every[place] for place in places],
            scorer=fuzz.ratio,
            score_cutoff=least,
            limit=most,
            processor=None,
        )
        found.sort(key=lambda one: (-one[1], one[2]))
        return [(score, places[index]) for _, score, index in found]

    def _within(self, words: str) -> list[int]:
        """Places of the notices whose words stand in these."""
        lengths, by_words = self._shelf._lengths, self._shelf._by_words
        found: set[int] = set()
        for start in range(len(words) - SHORT + 1):
            for length in lengths.get(words[start : start + SHORT], ()):
                tickets = by_words.get(words[start : start + length])
                if tickets:
                    found.update(self._places(tickets))
        return sorted(found)

    def _places(self, tickets: Sequence[int]) -> list[int]:
        """Where the notices of these tickets stand, the first first."""
        if not tickets:
            return []
        place, hidden = self._shelf._place, self._hidden
        return sorted(at for ticket in tickets if (at := place(ticket)) not in hidden)


def _drop(index: dict[_Key, list[int]], key: _Key, ticket: int) -> None:
    tickets = index[key]
    tickets.remove(ticket)
    if not tickets:
        del index[key]
