"""Which orders can be carried now: kept with every change, so that nobody has to search for it."""

from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush

from bot.channels.base import Verb
from bot.delivery.entry import WORDS, Entry, Lane

#: Orders of one lane that are shown at a time; the next look shows the next ones.
_SHOWN = 64
#: Moments that mean nothing any more are cleared away once there are so many more of them.
_STALE = 1024


@dataclass(slots=True)
class _Place:
    """Where an order stands: it waits for `due_at`, or is `due` already.

    A post that was tried and waits `holds` back what is behind it: posts keep their order.
    """

    lane: Lane
    due_at: datetime
    word: bool
    holds: bool
    due: bool = False


@dataclass(slots=True)
class _Row:
    """A lane's orders by number: what is due, deeds and words apart, and what holds others back."""

    deeds: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    holding: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.deeds or self.words or self.holding)


class Lanes:
    """Orders by number, each in the lane of its room or person. Only what waits for no other order."""

    def __init__(self) -> None:
        self._places: dict[int, _Place] = {}
        self._rows: dict[Lane, _Row] = defaultdict(_Row)
        #: When each order is due, the next one first. What was moved on or taken away is passed over.
        self._later: list[tuple[datetime, int]] = []
        #: Lanes where there may be something to carry.
        self._stirred: set[Lane] = set()

    def put(self, entry: Entry) -> None:
        """It can be carried from its moment on; what was known of it before is forgotten."""
        self.take(entry.number)
        verb = entry.order.verb
        holds = verb is Verb.SEND and entry.attempts > 0
        place = _Place(entry.lane, entry.due_at, verb in WORDS, holds)
        self._places[entry.number] = place
        heappush(self._later, (entry.due_at, entry.number))
        if len(self._later) > 2 * len(self._places) + _STALE:
            self._later = [(here.due_at, n) for n, here in self._places.items() if not here.due]
            heapify(self._later)
        if holds:
            insort(self._rows[entry.lane].holding, entry.number)

    def take(self, number: int) -> None:
        """It is final, or waits for another order."""
        place = self._places.pop(number, None)
        if place is None:
            return
        row = self._rows[place.lane]
        if place.due:
            _drop(row.words if place.word else row.deeds, number)
        elif place.holds:
            _drop(row.holding, number)
            self._stirred.add(place.lane)
        if not row:
            del self._rows[place.lane]
            self._stirred.discard(place.lane)

    def look(self, now: datetime) -> tuple[dict[Lane, list[int]], datetime | None]:
        """What is to be carried, deeds before words, and when to look again.

        Of each lane the first ones only. What a post holds back may be due at the moment given:
        a look in vain, once.
        """
        self._move_on(now)
        lanes: dict[Lane, list[int]] = {}
        for lane in tuple(self._stirred):
            row = self._rows[lane]
            shown = _before(row.deeds, row.holding)
            shown += _before(row.words, row.holding)[: _SHOWN - len(shown)]
            if shown:
                lanes[lane] = shown
            else:
                self._stirred.discard(lane)
        # A replay must go the same way each time, and a set has no order.
        ordered = dict(sorted(lanes.items(), key=lambda item: min(item[1])))
        return ordered, self._later[0][0] if self._later else None

    def _move_on(self, now: datetime) -> None:
        while self._later:
            due_at, number = self._later[0]
            place = self._places.get(number)
            stale = place is None or place.due or place.due_at != due_at
            if not stale and due_at > now:
                return
            heappop(self._later)
            if place is None or stale:
                continue
            place.due = True
            row = self._rows[place.lane]
            insort(row.words if place.word else row.deeds, number)
            if place.holds:
                _drop(row.holding, number)
            self._stirred.add(place.lane)


def _before(numbers: list[int], holding: list[int]) -> list[int]:
    """The first of the numbers, as far as none is held back."""
    end = bisect_left(numbers, holding[0]) if holding else len(numbers)
    return numbers[: min(end, _SHOWN)]


def _drop(numbers: list[int], number: int) -> None:
    del numbers[bisect_left(numbers, number)]
