"""A task, and how it stands with each person it concerns."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

#: Stands in place of the words of a secret assignment, which are never stored in a task.
KEPT_BACK = "（涉密，内容不显示）"
#: The sorts of messages that put a task before people.
POSTINGS = frozenset({"notice", "duplicate"})
#: Until when somebody is excused whom a correction has taken off a task: for good.
FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)


class TaskState(StrEnum):
    """`expired`: long past its deadline or its issue, and kept for the record only."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


#: The states in which a task may still be changed.
LIVE = frozenset({TaskState.OPEN, TaskState.DONE})


class Deed(StrEnum):
    """What can happen to a task; the words of `task_events.event`."""

    ISSUED = "issued"
    POSTED = "posted"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    ADDED = "added"
    DROPPED = "dropped"
    ACKNOWLEDGED = "acknowledged"
    HANDED_IN = "handed_in"
    TAKEN_BACK = "taken_back"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    DONE = "done"
    REOPENED = "reopened"
    EXPIRED = "expired"


class Misread(StrEnum):
    """What comes of a task when one of its messages turns out to have been misread."""

    WITHDRAWN = "withdrawn"
    KEPT = "kept"
    REOPENED = "reopened"
    CORRECTED = "corrected"


@dataclass(slots=True)
class Concern:
    """One person's side of a task. `since` is when it began to concern them.

    `reminded` holds what they were reminded of, so that nothing is said twice.
    """

    person: str
    since: datetime
    acknowledged_at: datetime | None = None
    handed_in_at: datetime | None = None
    result: int | None = None
    confirmed_at: datetime | None = None
    dropped: bool = False
    reminded: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Post:
    """A message that belongs to a task: the notice, a duplicate, a correction, a cancellation."""

    number: int
    sort: str
    room: str
    id: str
    at: datetime


@dataclass(slots=True)
class Task:
    """What an assignment asks, of whom, and by when.

    `issued_at` is when people could first read it: a deferred assignment's lies
    at the opening at which it is published. `made_at` is when the bot took it
    up; nobody is reminded of what was due before that. `hand_in` tells that
    something is to be handed in. `change` is the last correction in words.
    """

    number: int
    message: int
    room: str
    poster: str
    issued_at: datetime
    made_at: datetime
    what: str
    parts: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()
    deadline: datetime | None = None
    state: TaskState = TaskState.OPEN
    closed_at: datetime | None = None
    hand_in: bool = False
    people: dict[str, Concern] = field(default_factory=dict)
    posts: dict[int, Post] = field(default_factory=dict)
    change: str = ""
    changed_at: datetime | None = None
    changes: int = 0

    @property
    def open(self) -> bool:
        """Whether anything may still be owed."""
        return self.state is TaskState.OPEN

    @property
    def secret(self) -> bool:
        """Whether its words are kept back."""
        return self.what == KEPT_BACK

    @property
    def concerned(self) -> Iterator[Concern]:
        """The people it concerns now."""
        return (concern for concern in self.people.values() if not concern.dropped)

    @property
    def rooms(self) -> tuple[str, ...]:
        """The rooms it was posted in, the first one first."""
        rooms = (post.room for post in self.posts.values() if post.sort in POSTINGS)
        return tuple(dict.fromkeys((self.room, *rooms)))

    def concern(self, person: str) -> Concern | None:
        """Somebody's side of it; None for one it does not concern."""
        concern = self.people.get(person)
        return None if concern is None or concern.dropped else concern

    def owes(self, concern: Concern) -> bool:
        """Whether somebody has still to answer, or to hand in."""
        if self.hand_in:
            return concern.handed_in_at is None
        return concern.acknowledged_at is None

    def last_post(self, room: str) -> datetime | None:
        """When it was last spoken of in a room by those who issued it."""
        return max((post.at for post in self.posts.values() if post.room == room), default=None)
