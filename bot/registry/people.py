"""People as the bot has met them: who is in which room, and under which account."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.base import Person
from bot.core.message import Message
from bot.store import tables
from bot.store.journal import Journal

#: Appended to the name of an account that bears a name belonging to another account.
UNVERIFIED = "（未核实）"


@dataclass(frozen=True, slots=True)
class Account:
    """Where a person can be reached."""

    channel: str
    person_id: str
    room_id: str


class People:
    """A ledger of memberships and accounts in memory, written through the journal."""

    def __init__(self) -> None:
        self._rooms: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self._accounts: dict[str, dict[str, Account]] = defaultdict(dict)
        self._owners: dict[tuple[str, str], str] = {}

    async def load(self, connection: AsyncConnection) -> None:
        """Take up what earlier processes knew."""
        self._rooms.clear()
        self._accounts.clear()
        table = tables.members
        for row in await connection.execute(select(table).where(table.c.left_at.is_(None))):
            self._enter(row.channel, row.room_id, row.person_id, row.person)
        self._owners = {
            (row.channel, row.name): row.person_id
            for row in await connection.execute(select(tables.identities))
        }

    def _enter(self, channel: str, room_id: str, person_id: str, person: str) -> None:
        self._rooms[channel, room_id][person_id] = person
        self._accounts[person].setdefault(channel, Account(channel, person_id, room_id))

    def verify(self, journal: Journal, message: Message, listed: frozenset[str]) -> bool:
        """Whether the sender may bear their name: a listed one belongs to the first account seen with it."""
        if message.sender not in listed or not message.sender_id:
            return True
        key = (message.channel, message.sender)
        owner = self._owners.get(key)
        if owner is None:
            self._owners[key] = message.sender_id
            journal.add(
                tables.identities,
                channel=message.channel,
                name=message.sender,
                person_id=message.sender_id,
                since=message.at,
            )
            return True
        return owner == message.sender_id

    def meet(
        self, journal: Journal, channel: str, room_id: str, person: Person, name: str, now: datetime
    ) -> None:
        """Note that somebody is in a room; `name` is the town's name for them."""
        known = self._rooms[channel, room_id].get(person.id)
        if known == name:
            return
        key = {"channel": channel, "room_id": room_id, "person_id": person.id}
        if known is None:
            # The row may be there from an earlier stay.
            journal.put(
                tables.members, key, person=name, role=person.role.value, since=now, left_at=None
            )
        else:
            journal.change(tables.members, key, person=name)
        self._enter(channel, room_id, person.id, name)

    def leave(
        self, journal: Journal, channel: str, room_id: str, person_id: str, now: datetime
    ) -> None:
        """Note that somebody left a room."""
        if self._rooms[channel, room_id].pop(person_id, None) is not None:
            key = {"channel": channel, "room_id": room_id, "person_id": person_id}
            journal.change(tables.members, key, left_at=now)

    def members(self, channel: str, room_id: str) -> tuple[str, ...]:
        """The names of the people in a room."""
        return tuple(dict.fromkeys(self._rooms.get((channel, room_id), {}).values()))

    def everyone(self) -> Iterable[str]:
        """Everybody who is in any room."""
        return tuple(dict.fromkeys(name for room in self._rooms.values() for name in room.values()))

    def rooms_of(self, person: str) -> tuple[tuple[str, str], ...]:
        """The rooms, as (channel, room id), somebody is in."""
        return tuple(key for key, room in self._rooms.items() if person in room.values())

    def account(self, person: str, channel: str = "") -> Account | None:
        """Where to reach somebody, on `channel` if they are there."""
        accounts = self._accounts.get(person, {})
        return accounts.get(channel) or next(iter(accounts.values()), None)
