"""The rooms as the server shows them: names, members, levels, and which are private talks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.channels.base import Person
from bot.channels.matrix.levels import POWER_LEVELS, Levels, unlimited_creators
from bot.core.message import Role

PRESENT = frozenset({"join", "invite"})
_PAIR = 2


@dataclass(slots=True)
class Member:
    """Somebody who is, was or may come to be in a room."""

    membership: str
    name: str


def text(value: object) -> str:
    """A string of an event; anything else that people put there counts as nothing."""
    return value if isinstance(value, str) else ""


def table(value: object) -> Mapping[str, Any]:
    """An object of an event; anything else counts as an empty one."""
    return value if isinstance(value, Mapping) else {}


def events_of(part: object, key: str = "events") -> list[Mapping[str, Any]]:
    """The events in a part of an answer; what is no event is left out."""
    found = table(part).get(key)
    if not isinstance(found, list):
        return []
    return [event for event in found if isinstance(event, Mapping) and text(event.get("type"))]


@dataclass(slots=True)
class RoomState:
    """One room, kept up to date by state events in their order."""

    id: str
    me: str
    admin_level: int = 50
    title: str = ""
    alias: str = ""
    encrypted: bool = False
    called_direct: bool = False
    levels: Levels = field(default_factory=Levels)
    people: dict[str, Member] = field(default_factory=dict)

    def apply(self, event: Mapping[str, Any]) -> None:
        """Take up a state event."""
        content, kind = table(event.get("content")), event.get("type")
        key = text(event.get("state_key"))
        if kind == "m.room.member":
            self._apply_member(key, content)
        elif kind == POWER_LEVELS:
            self.levels = Levels(content, self.levels.creator, self.levels.unlimited)
        elif kind == "m.room.create":
            creator = text(event.get("sender"))
            unlimited = unlimited_creators(creator, content)
            self.levels = Levels(self.levels.content, creator, unlimited)
        elif kind == "m.room.name":
            self.title = text(content.get("name")).strip()
        elif kind == "m.room.canonical_alias":
            self.alias = text(content.get("alias"))
        elif kind == "m.room.encryption":
            self.encrypted = True

    def _apply_member(self, person_id: str, content: Mapping[str, Any]) -> None:
        membership = text(content.get("membership"))
        name = text(content.get("displayname")).strip()
        known = self.people.get(person_id)
        if known is not None and not name and membership not in PRESENT:
            name = known.name  # who leaves is still called what they were called
        self.people[person_id] = Member(membership, name or person_id)
        if person_id == self.me and content.get("is_direct") is True:
            self.called_direct = True

    @property
    def name(self) -> str:
        """What the room is called."""
        return self.title or self.alias or self.id

    @property
    def unnamed(self) -> bool:
        """Whether nobody gave it a name."""
        return not (self.title or self.alias)

    def present(self) -> frozenset[str]:
        """The ids of those who are in the room or invited to it."""
        return frozenset(id_ for id_, who in self.people.items() if who.membership in PRESENT)

    def joined(self, person_id: str) -> bool:
        """Whether somebody is in the room."""
        who = self.people.get(person_id)
        return who is not None and who.membership == "join"

    def name_of(self, person_id: str) -> str:
        """What somebody is called here; their id if they have no name."""
        who = self.people.get(person_id)
        return who.name if who is not None else person_id

    def role(self, person_id: str) -> Role:
        """Somebody's standing by their level; the town file knows the true ranks."""
        admin = self.levels.of(person_id) >= self.admin_level
        return Role.ADMIN if admin else Role.MEMBER

    def person(self, person_id: str) -> Person:
        """Somebody as the channel shows them."""
        return Person(person_id, self.name_of(person_id), self.role(person_id))

    def members(self) -> list[Person]:
        """Those who are in the room, the bot excepted."""
        return [
            self.person(id_)
            for id_, who in self.people.items()
            if who.membership == "join" and id_ != self.me
        ]


class Book:
    """Every room the bot is in."""

    def __init__(self, me: str, admin_level: int) -> None:
        self.me = me
        self._admin_level = admin_level
        self._rooms: dict[str, RoomState] = {}
        #: Person to private rooms, by the account's own list.
        self.directs: dict[str, list[str]] = {}

    def __contains__(self, room_id: str) -> bool:
        return room_id in self._rooms

    def __iter__(self) -> Iterator[RoomState]:
        return iter(tuple(self._rooms.values()))

    def get(self, room_id: str) -> RoomState | None:
        """The room of that id, if the bot is in it."""
        return self._rooms.get(room_id)

    def enter(self, room_id: str) -> RoomState:
        """The room of that id, opened in the book if it is new."""
        room = self._rooms.get(room_id)
        if room is None:
            room = self._rooms[room_id] = RoomState(room_id, self.me, self._admin_level)
        return room

    def drop(self, room_id: str) -> RoomState | None:
        """The bot is no longer in a room."""
        return self._rooms.pop(room_id, None)

    def learn_directs(self, content: Mapping[str, Any]) -> None:
        """Take up the account's list of private rooms."""
        self.directs = {
            person_id: [text(room_id) for room_id in rooms]
            for person_id, rooms in content.items()
            if isinstance(rooms, list)
        }

    def direct(self, room: RoomState) -> bool:
        """Whether a room is a private talk. With a third person in it, it is not."""
        if len(room.present()) > _PAIR:
            return False
        listed = any(room.id in rooms for rooms in self.directs.values())
        return listed or room.called_direct or room.unnamed
