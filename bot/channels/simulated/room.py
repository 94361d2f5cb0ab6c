"""A group of the simulated world: who is in it, what was posted, and who may post now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice

from bot.channels.base import Capabilities, Person
from bot.core.message import Message, Role


class Refusal(StrEnum):
    """Why the platform did not do what a person asked of it."""

    NOT_MEMBER = "not_member"
    MUTED = "muted"
    ROOM_CLOSED = "room_closed"
    NOT_YOURS = "not_yours"
    GONE = "gone"


#: The platform's own words, as the person reads them on the phone.
WORDS: Mapping[Refusal, str] = {
    Refusal.NOT_MEMBER: "你不在本群",
    Refusal.MUTED: "你已被禁言",
    Refusal.ROOM_CLOSED: "本群已开启全员禁言",
    Refusal.NOT_YOURS: "无权操作他人的消息",
    Refusal.GONE: "消息已撤回或不存在",
}


class RefusedError(Exception):
    """The platform did not take a post, an edit or a recall; `reason` is what the person reads.

    `until` is when a mute ends: None where it has no end or it is not about a mute.
    """

    def __init__(self, why: Refusal, until: datetime | None = None) -> None:
        self.why, self.until = why, until
        self.reason = WORDS[why]
        super().__init__(self.reason)


@dataclass(frozen=True, slots=True)
class Kept:
    """A message and what became of it.

    Once it is gone (`gone_at`, by the person with the id `gone_by`) its words
    are blank: nobody can read them here any more. `earlier` are the texts
    before each edit.
    """

    message: Message
    gone_at: datetime | None = None
    gone_by: str = ""
    earlier: tuple[str, ...] = ()

    @property
    def gone(self) -> bool:
        """Whether it was recalled or deleted."""
        return self.gone_at is not None

    def edited(self, text: str) -> "Kept":
        """The same with another text."""
        return replace(
            self,
            message=replace(self.message, text=text),
            earlier=(*self.earlier, self.message.text),
        )

    def removed(self, by: str, at: datetime) -> "Kept":
        """The same, gone."""
        blank = replace(
            self.message, text="", title="", items=(), mentions=(), reply_to=None, attachment=""
        )
        return Kept(blank, at, by)


@dataclass(slots=True)
class SimRoom:
    """The state of one group.

    `mutes` holds the end of each mute, None for good; `speakers` may post while it is closed.
    """

    id: str
    name: str
    capabilities: Capabilities
    members: dict[str, Person] = field(default_factory=dict)
    closed: bool = False
    speakers: frozenset[str] = frozenset()
    mutes: dict[str, datetime | None] = field(default_factory=dict)
    board: list[str] = field(default_factory=list)
    kept: dict[str, Kept] = field(default_factory=dict)

    def role(self, person_id: str) -> Role:
        """The person's role here; member for somebody who is not in the room."""
        person = self.members.get(person_id)
        return Role.MEMBER if person is None else person.role

    def muted(self, person_id: str, now: datetime) -> bool:
        """Whether the person is muted at this moment. The end is outside of the mute."""
        if person_id not in self.mutes:
            return False
        until = self.mutes[person_id]
        return until is None or now < until

    def refusal(self, person_id: str, now: datetime) -> Refusal | None:
        """Why the person may not post now; None if they may."""
        person = self.members.get(person_id)
        if person is None:
            return Refusal.NOT_MEMBER
        if self.muted(person_id, now):
            return Refusal.MUTED
        if self.closed and person.role is Role.MEMBER and person_id not in self.speakers:
            return Refusal.ROOM_CLOSED
        return None

    def keep(self, message: Message, limit: int) -> Kept | None:
        """Add a message at the end; the oldest one where that made more than `limit`."""
        self.kept[message.id] = Kept(message)
        if len(self.kept) <= limit:
            return None
        return self.kept.pop(next(iter(self.kept)))

    def last(self, count: int) -> Sequence[Message]:
        """The last messages that are not gone, oldest first."""
        there = (kept.message for kept in reversed(self.kept.values()) if not kept.gone)
        return tuple(islice(there, count))[::-1]
