"""Rooms and people as the gateway shows them, kept for a while and dropped when they change."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from cachetools import LRUCache, TTLCache
from grpclib.exceptions import GRPCError

from bot.channels.base import Person
from bot.channels.wechaty.puppet import LOST, SturdyPuppet
from bot.core.clock import Clock
from bot.core.message import Role

log = logging.getLogger(__name__)

_MOST_ROOMS, _MOST_PEOPLE = 2_000, 50_000
_AT_ONCE = 16
EVERYONE = "所有人"


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """A room's payload. Without a name of its own its id stands in, as a room must have one."""

    id: str
    name: str
    managers: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Differences:
    """What a fresh look at a room shows to have changed since the last one."""

    name: str = ""
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()


class Directory:
    """Answers from memory when it may, else asks the gateway; never fails for want of a name."""

    def __init__(self, clock: Clock, fresh: float) -> None:
        def now() -> float:
            return clock.now().timestamp()

        self._puppet: SturdyPuppet | None = None
        self._rooms: TTLCache[str, RoomFacts] = TTLCache(_MOST_ROOMS, fresh, now)
        self._names: TTLCache[tuple[str, str], tuple[str, int]] = TTLCache(_MOST_PEOPLE, fresh, now)
        # Puppets report thousands of changes at a login: noting each costs less than searching.
        self._changed: LRUCache[str, int] = LRUCache(_MOST_PEOPLE)
        self._count = 0
        self._last_names: LRUCache[tuple[str, str], str] = LRUCache(_MOST_PEOPLE)
        self._known: LRUCache[str, RoomFacts] = LRUCache(_MOST_ROOMS)

    def use(self, puppet: SturdyPuppet) -> None:
        """Ask this puppet from now on."""
        self._puppet = puppet

    @property
    def _asked(self) -> SturdyPuppet:
        if self._puppet is None:
            raise ConnectionError("not started")
        return self._puppet

    async def rooms(self) -> list[RoomFacts]:
        """Every room the bot is in; raises as the gateway does."""
        ids = await self._asked.room_list()
        gate = asyncio.Semaphore(_AT_ONCE)

        async def look(room_id: str) -> RoomFacts | None:
            async with gate:
                try:
                    return await self.room(room_id)
                except GRPCError as error:
                    log.warning("room %s cannot be read: %s", room_id, error.status.name)
                    return None

        return [facts for facts in await asyncio.gather(*map(look, ids)) if facts is not None]

    async def room(self, room_id: str) -> RoomFacts:
        """One room; raises as the gateway does."""
        facts = self._rooms.get(room_id)
        if facts is None:
            payload = await self._asked.room_payload(room_id)
            facts = RoomFacts(
                room_id,
                payload.topic.strip() or room_id,
                frozenset(filter(None, (payload.owner_id, *payload.admin_ids))),
                frozenset(payload.member_ids),
            )
            self._rooms[room_id] = facts
            self._known.setdefault(room_id, facts)
        return facts

    async def room_or_id(self, room_id: str) -> RoomFacts:
        """As `room`, but what is not known is made up from what was or from the id."""
        try:
            return await self.room(room_id)
        except (GRPCError, *LOST):
            return self._known.get(room_id) or RoomFacts(room_id, room_id)

    def last_seen(self, room_id: str) -> RoomFacts | None:
        """A room as far as is known without asking."""
        return self._rooms.get(room_id) or self._known.get(room_id)

    async def members(self, room_id: str) -> list[Person]:
        """The people of a room with their names in it; raises as the gateway does."""
        facts = await self.room(room_id)
        ids = await self._asked.room_members(room_id)
        return await self.people(facts, ids)

    async def people(self, facts: RoomFacts, ids: Iterable[str]) -> list[Person]:
        """Persons from ids."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def look(person_id: str) -> Person:
            async with gate:
                name = await self.name(facts.id, person_id)
            return Person(person_id, name, role(facts, person_id))

        return list(await asyncio.gather(*map(look, ids)))

    async def name(self, room_id: str, person_id: str) -> str:
        """The name in the room if there is one, else the person's own; the id for want of any."""
        if person_id in {"@all", "notify@all", "all"}:
            return EVERYONE
        key = (room_id, person_id)
        name, count = self._names.get(key, ("", 0))
        if name and count >= max(self._changed.get(room_id, 0), self._changed.get(person_id, 0)):
            return name
        count = self._count
        name = await self._ask_name(room_id, person_id)
        if not name:
            return self._last_names.get(key) or person_id
        self._names[key] = (name, count)
        self._last_names[key] = name
        return name

    async def _ask_name(self, room_id: str, person_id: str) -> str:
        try:
            if room_id:
                member = await self._asked.room_member_payload(room_id, person_id)
                if name := str(member.room_alias or member.name).strip():
                    return name
        except (GRPCError, *LOST) as error:
            log.debug("no member payload: %s", type(error).__name__)
        try:
            contact = await self._asked.contact_payload(person_id)
        except (GRPCError, *LOST) as error:
            log.debug("no contact payload: %s", type(error).__name__)
            return ""
        return str(contact.name or contact.alias).strip()

    async def is_friend(self, person_id: str) -> bool:
        """Asked afresh each time, as a friendship may end without a word."""
        return bool((await self._asked.contact_payload(person_id)).friend)

    def forget_room(self, room_id: str) -> None:
        """Its name, managers or members have changed."""
        self._rooms.pop(room_id, None)

    def forget_names(self, subject: str) -> None:
        """The names in a room, or a person's names, have changed; `subject` is the id of either."""
        self._count += 1
        self._changed[subject] = self._count

    def forget_all(self) -> None:
        """Anything may have changed while the gateway was away."""
        self._rooms.clear()
        self._names.clear()

    def expect(self, room_id: str, *, name: str = "", came: Iterable[str] = (),
               went: Iterable[str] = ()) -> None:  # fmt: skip
        """An event told of a change, so the next fresh look need not tell of it again."""
        known = self._known.get(room_id)
        if known is not None:
            members = (known.members | frozenset(came)) - frozenset(went)
            self._known[room_id] = RoomFacts(room_id, name or known.name, known.managers, members)

    async def differences(self, room_id: str) -> Differences:
        """Look afresh at a room and tell what no event has told."""
        known = self._known.get(room_id)
        facts = await self.room(room_id)
        self._known[room_id] = facts
        if known is None:
            return Differences()
        return Differences(
            facts.name if facts.name != known.name else "",
            tuple(sorted(facts.members - known.members)),
            tuple(sorted(known.members - facts.members)) if facts.members else (),
        )


def role(facts: RoomFacts, person_id: str) -> Role:
    """The owner and the managers of a group count as admins."""
    return Role.ADMIN if person_id in facts.managers else Role.MEMBER
