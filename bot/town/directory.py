"""Who is who: ranks, posters, and which people an addressee means."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.message import Message, Role, Room, RoomKind
from bot.town.schema import Town

EVERYONE_WORDS = frozenset({"所有人", "全体", "大家", "各位", "全体人员", "all"})


@dataclass(frozen=True, slots=True)
class Resolved:
    """Addressees turned into people: `people` by name, and `unknown` words that name nobody."""

    people: tuple[str, ...]
    unknown: tuple[str, ...] = ()


class Directory:
    """The town file's people. A person is known by display name or by a channel's user id."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._leaders = frozenset(town.roles.leaders)
        self._admins = frozenset(town.roles.admins)
        self._posters = frozenset(town.roles.posters)
        self._named = self._leaders | self._admins | self._posters
        self._owner = {key: name for name, keys in town.people.items() for key in keys}
        self._rooms = {room.name: (room.room(), room.channel) for room in town.rooms}
        self.officer = town.town.secrecy_officer
        units = (person for people in town.units.values() for person in people)
        #: Every name the town file gives a standing, units included.
        self.listed = self._named | frozenset(units) | ({self.officer} - {""})

    @property
    def leaders(self) -> tuple[str, ...]:
        """The leaders, in the file's order."""
        return self._town.roles.leaders

    @property
    def admins(self) -> tuple[str, ...]:
        """The admins, in the file's order."""
        return self._town.roles.admins

    def room(self, name: str, channel: str = "") -> Room:
        """The room of that name; an unmanaged one where the file does not list it.

        A room that the file puts on one channel is no other channel's room of the same name.
        """
        room, listed = self._rooms.get(name, (Room(name), ""))
        return Room(name) if channel and listed and channel != listed else room

    def person(self, name: str, identity: str = "") -> str:
        """The one name of a person, whatever the channel calls them."""
        return self._owner.get(identity) or self._owner.get(name) or name

    def rank(self, message: Message) -> Role:
        """The sender's rank: the town file's, or the channel's for those it does not list."""
        name, identity = self.person(message.sender, message.sender_id), message.sender_id
        if name in self._leaders or identity in self._leaders:
            return Role.LEADER
        if name in self._admins or identity in self._admins:
            return Role.ADMIN
        if name in self.listed or identity in self.listed:
            return Role.MEMBER
        return message.role

    def is_poster(self, message: Message) -> bool:
        """Whether the file names the sender as one who may post assignments."""
        return bool(
            {self.person(message.sender, message.sender_id), message.sender_id} & self._posters
        )

    def authorised(self, message: Message) -> bool:
        """Whether an assignment of the sender's becomes a task: leaders, admins and posters."""
        return self.rank(message) is not Role.MEMBER or self.is_poster(message)

    def entitled(self, message: Message, room: Room) -> bool:
        """Whether the sender may post assignments in that room."""
        return room.kind is not RoomKind.ANNOUNCEMENT or self.authorised(message)

    def resolve(self, addressees: Sequence[str], members: Iterable[str]) -> Resolved:
        """People of a room meant by the words of a notice; `所有人` means all its members."""
        present = list(dict.fromkeys(members))
        people: list[str] = []
        unknown: list[str] = []
        for word in addressees:
            if word in EVERYONE_WORDS:
                people.extend(present)
            elif found := self._meant(word, present):
                people.extend(found)
            else:
                unknown.append(word)
        return Resolved(tuple(dict.fromkeys(people)), tuple(dict.fromkeys(unknown)))

    def _meant(self, word: str, present: Sequence[str]) -> list[str]:
        """A unit, a person, or the people whose names begin or end with the word."""
        if word in self._town.units:
            return list(self._town.units[word])
        if word in present or word in self.listed:
            return [self.person(word)]
        known = list(dict.fromkeys([*present, *sorted(self.listed)]))
        if word[:1] in "各全" and len(word) > 1:
            tail = re.sub(r"^(全体|各位|各)", "", word)
            units = [people for unit, people in self._town.units.items() if _same_group(unit, tail)]
            if units:
                return [person for people in units for person in people]
            return [name for name in known if tail and name.endswith(tail)]
        if len(word) < 2:  # noqa: PLR2004 - one character names half the town
            return []
        return [name for name in known if name.startswith(word) or name.endswith(word)]


def _same_group(unit: str, tail: str) -> bool:
    bare = re.sub(r"^(全体|各位|各)", "", unit)
    return bare == tail or bare + "书记" == tail or bare + "主任" == tail
