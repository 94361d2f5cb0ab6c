"""Rooms as the bot knows them: names, first week, closed or open, and what a platform has refused."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.base import NOBODY, Capabilities
from bot.core.message import Role
from bot.store import tables
from bot.store.journal import Journal

#: A new room is only observed until an admin says 执行; there is no other end to it.
UNTIL_TOLD = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class KnownRoom:
    """A room of a channel.

    `lost` names what the platform has refused: delete:admin, mute:member, mute_room and so on.
    """

    channel: str
    room_id: str
    name: str
    first_seen: datetime
    shadow_until: datetime | None = None
    closed: bool = False
    lost: frozenset[str] = field(default_factory=frozenset)


class Rooms:
    """A ledger of rooms in memory, written through the journal."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], KnownRoom] = {}
        self._by_name: dict[str, KnownRoom] = {}

    async def load(self, connection: AsyncConnection) -> None:
        """Take up what earlier processes knew."""
        rows = await connection.execute(select(tables.rooms))
        self._known.clear()
        self._by_name.clear()
        for row in rows:
            self._keep(
                KnownRoom(
                    row.channel,
                    row.room_id,
                    row.name,
                    row.first_seen,
                    row.shadow_until,
                    row.closed,
                    frozenset(row.lost),
                )
            )

    def _keep(self, room: KnownRoom) -> KnownRoom:
        self._known[room.channel, room.room_id] = room
        self._by_name[room.name] = room
        return room

    def get(self, channel: str, room_id: str) -> KnownRoom | None:
        """The room of that id."""
        return self._known.get((channel, room_id))

    def named(self, name: str) -> KnownRoom | None:
        """The room of that name."""
        return self._by_name.get(name)

    def __len__(self) -> int:
        return len(self._known)

    def all(self) -> Iterable[KnownRoom]:
        """Every room ever met."""
        return tuple(self._known.values())

    def meet(
        self,
        journal: Journal,
        *,
        channel: str,
        room_id: str,
        name: str,
        now: datetime,
        shadow_until: datetime | None = None,
    ) -> KnownRoom:
        """Note a room, or its new name."""
        known = self._known.get((channel, room_id))
        if known is not None and known.name == name:
            return known
        if known is not None:
            journal.change(tables.rooms, {"channel": channel, "room_id": room_id}, name=name)
            self._by_name.pop(known.name, None)
            return self._keep(replace(known, name=name))
        journal.add(
            tables.rooms,
            channel=channel,
            room_id=room_id,
            name=name,
            first_seen=now,
            shadow_until=shadow_until,
            closed=False,
            lost=[],
        )
        return self._keep(KnownRoom(channel, room_id, name, now, shadow_until))

    def set_closed(self, journal: Journal, room: KnownRoom, *, closed: bool) -> None:
        """Note that the whole room has been muted, or opened again."""
        self._change(journal, room, closed=closed)

    def end_shadow(self, journal: Journal, room: KnownRoom, at: datetime) -> None:
        """The first week is over."""
        self._change(journal, room, shadow_until=at)

    def lose(self, journal: Journal, room: KnownRoom, what: str) -> bool:
        """Note that the platform refused `what`; True the first time."""
        if what in room.lost:
            return False
        self._change(journal, room, lost=room.lost | {what})
        return True

    def regain(self, journal: Journal, room: KnownRoom) -> None:
        """Forget the refusals: rights were given, or are to be probed anew."""
        if room.lost:
            self._change(journal, room, lost=frozenset())

    def _change(self, journal: Journal, room: KnownRoom, **values: object) -> None:
        current = self._known[room.channel, room.room_id]
        self._keep(replace(current, **values))  # type: ignore[arg-type]
        stored = {
            key: sorted(item) if isinstance(item, frozenset) else item
            for key, item in values.items()
        }
        journal.change(tables.rooms, {"channel": room.channel, "room_id": room.room_id}, **stored)


def less(capabilities: Capabilities, lost: frozenset[str]) -> Capabilities:
    """What is left of a room's capabilities after the platform's refusals."""
    if not lost:
        return capabilities
    gone = {what for what in lost if ":" not in what}
    return replace(
        capabilities,
        delete=NOBODY if "delete" in gone else capabilities.delete - _roles(lost, "delete"),
        mute=NOBODY if "mute" in gone else capabilities.mute - _roles(lost, "mute"),
        mute_room=capabilities.mute_room and "mute_room" not in gone,
        kick=capabilities.kick and "kick" not in gone,
        announce=capabilities.announce and "announce" not in gone,
        private=capabilities.private and "private" not in gone,
    )


def _roles(lost: frozenset[str], what: str) -> frozenset[Role]:
    return frozenset(
        Role(entry.partition(":")[2]) for entry in lost if entry.startswith(what + ":")
    )
