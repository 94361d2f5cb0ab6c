"""How much of the bot a room has heard in the last hour, and how much it is about to hear."""

from collections import defaultdict
from datetime import datetime, timedelta

#: The bot's own posts that a room may see in an hour.
HOURLY_BUDGET = 3
HOUR = timedelta(hours=1)

_Room = tuple[str, str]


class Budget:
    """Posts by room. One that waits for the platform counts until it is final: then from when it was seen.

    So a post that an outage holds up for an hour leaves no more room for others when it comes.
    """

    def __init__(self) -> None:
        self._waiting: dict[_Room, set[int]] = defaultdict(set)
        self._seen: dict[_Room, list[datetime]] = defaultdict(list)

    def wait(self, room: _Room, number: int) -> None:
        """A post was noted and is yet to be carried."""
        self._waiting[room].add(number)

    def drop(self, room: _Room, number: int) -> None:
        """A post will not be seen."""
        self._waiting[room].discard(number)

    def see(self, room: _Room, number: int, at: datetime) -> None:
        """A post was carried at a moment."""
        self._waiting[room].discard(number)
        self._seen[room].append(at)

    def heard(self, room: _Room, now: datetime) -> int:
        """Posts of the hour before `now`, those that wait included."""
        seen = self._seen[room]
        seen[:] = [at for at in seen if at > now - HOUR]
        return len(seen) + len(self._waiting[room])

    def allows(self, room: _Room, now: datetime) -> bool:
        """Whether one more may be said there."""
        return self.heard(room, now) < HOURLY_BUDGET

    def rooms(self) -> tuple[_Room, ...]:
        """Rooms that have heard or may hear something."""
        return tuple(self._waiting.keys() | self._seen.keys())
