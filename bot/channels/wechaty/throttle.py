"""Speaks at a person's pace, since WeChat bans accounts that do not."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.core.clock import Clock

_MOST_SLOTS = 20_000


@dataclass(slots=True)
class _Bucket:
    """A token bucket told by one moment: when it will be full again."""

    every: timedelta
    burst: int
    full_at: datetime

    def free_at(self, now: datetime) -> datetime:
        """When the next token is there."""
        return max(now, self.full_at - self.every * (self.burst - 1))

    def take(self, at: datetime) -> None:
        self.full_at = max(self.full_at, at) + self.every


class Throttle:
    """A token bucket for each conversation and one for all, whose tokens can be kept for later.

    An order that must wait gets a slot of its own, so it waits once and is not pushed back for
    ever by those that come after it. Intervals are seconds; each wait is lengthened at random by
    up to `jitter` of the interval.
    """

    def __init__(
        self,
        clock: Clock,
        random: Random,
        *,
        room: tuple[float, int],
        total: tuple[float, int],
        jitter: float = 0.5,
    ) -> None:
        self._clock, self._random, self._jitter = clock, random, jitter
        self._room_every, self._room_burst = timedelta(seconds=room[0]), room[1]
        started = clock.now()
        self._total = _Bucket(timedelta(seconds=total[0]), total[1], started)
        self._rooms: OrderedDict[str, _Bucket] = OrderedDict()
        self._slots: OrderedDict[str, datetime] = OrderedDict()

    def wait(self, key: str, conversation: str) -> float | None:
        """Seconds until the order may go; None if it may go now. `key` is the order's."""
        now = self._clock.now()
        slot = self._slots.get(key)
        if slot is not None:
            if slot > now:
                return (slot - now).total_seconds()
            del self._slots[key]
            return None
        bucket = self._bucket(conversation, now)
        at = max(bucket.free_at(now), self._total.free_at(now))
        if at > now:
            every = max(bucket.every, self._total.every)
            at += every * (self._random.random() * self._jitter)
        bucket.take(at)
        self._total.take(at)
        if at <= now:
            return None
        self._slots[key] = at
        if len(self._slots) > _MOST_SLOTS:
            self._slots.popitem(last=False)
        return (at - now).total_seconds()

    def _bucket(self, conversation: str, now: datetime) -> _Bucket:
        bucket = self._rooms.pop(conversation, None)
        if bucket is None:
            bucket = _Bucket(self._room_every, self._room_burst, now)
        self._rooms[conversation] = bucket
        while len(self._rooms) > _MOST_SLOTS:
            self._rooms.popitem(last=False)
        return bucket
