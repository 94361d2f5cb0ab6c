"""The audit of a town's groups: who is in too many, and which groups overlap, sleep or have decayed."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.message import RoomKind
from bot.core.reading import Kind, RelationKind, Trait
from bot.store import tables
from bot.summary import counting
from bot.summary.likeness import Likeness
from bot.town import Town

#: How far back the audit looks; a room without an assignment for so long is asleep.
LOOKBACK = timedelta(days=30)
WEEKS = LOOKBACK / timedelta(days=7)
#: Members in common, of both together; or of the smaller room, where the subjects are alike too.
ALIKE_MEMBERS, INSIDE, ALIKE_SUBJECTS = 0.6, 0.9, 0.3
_FEWEST = 3
#: From which share of its messages a room counts as decayed, and from how many messages on.
DRIFTS = {"chat": 0.3, "trace": 0.5, "flattery": 0.1}
_TOO_FEW = 20
EXAMPLES = 3
#: How many messages a room's subject is told by.
SAMPLE = 200
_WORKING = (Kind.ASSIGNMENT.value, Kind.DISCUSSION.value)


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a room has carried in the time looked back on, by kind; `flattery` by trait."""

    kinds: Mapping[str, int] = field(default_factory=dict)
    flattery: int = 0

    @property
    def messages(self) -> int:
        """All of it."""
        return sum(self.kinds.values())

    @property
    def weekly(self) -> float:
        """Messages a week."""
        return self.messages / WEEKS

    @property
    def assignments(self) -> int:
        """How many told people what to do."""
        return self.kinds.get(Kind.ASSIGNMENT.value, 0)

    def share(self, sort: str) -> float:
        """Which part of it is chat, trace or flattery, 0 to 1."""
        count = {
            "chat": self.kinds.get(Kind.CHAT.value, 0),
            "trace": self.kinds.get(Kind.REPORT.value, 0),
            "flattery": self.flattery,
        }[sort]
        return count / self.messages if self.messages else 0.0


@dataclass(frozen=True, slots=True)
class Listed:
    """A room as the registry lists it. `kind` is empty for one the town file does not know."""

    name: str
    kind: str
    office: str
    owner: str
    purpose: str
    members: tuple[str, ...]
    traffic: Traffic
    since: datetime | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rooms. `shared` of both rooms' people, `inside` of the smaller one's; `alike` in subject."""

    one: str
    other: str
    shared: float
    inside: float
    alike: float | None


@dataclass(frozen=True, slots=True)
class Drift:
    """A room that has become a 聊天群, 留痕群 or 拍马群, with the numbers of some messages."""

    room: str
    sort: str
    share: float
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found. `crowded` has people above the limit, with their rooms, the worst first.

    `repeated` names two rooms and how many notices of the first were posted again in the second.
    """

    rooms: tuple[Listed, ...]
    limit: int
    crowded: tuple[tuple[str, tuple[str, ...]], ...]
    overlaps: tuple[Overlap, ...]
    zombies: tuple[str, ...]
    expired: tuple[tuple[str, date], ...]
    repeated: tuple[tuple[str, str, int], ...]
    drifts: tuple[Drift, ...]
    likeness: Likeness

    def why_dissolve(self, room: str) -> str:
        """`expired`, `zombie` or nothing."""
        if any(name == room for name, _ in self.expired):
            return "expired"
        return "zombie" if room in self.zombies else ""


async def audit(connection: AsyncConnection, town: Town, now: datetime) -> Audit:
    """Look at all rooms the bot is in, as they are at `now`. Reads only; on either store."""
    since = now - LOOKBACK
    rooms = await _registry(connection, town, since, now)
    members = await counting.memberships(connection)
    limit = town.town.group_limit
    crowded = sorted(
        ((person, tuple(places)) for person, places in members.items() if len(places) > limit),
        key=lambda one: (-len(one[1]), one[0]),
    )
    today = now.astimezone(town.zone).date()
    samples = await _samples(connection, rooms, since, now)
    likeness = await asyncio.to_thread(Likeness, samples)
    return Audit(
        rooms,
        limit,
        tuple(crowded),
        _overlaps(rooms, likeness),
        tuple(room.name for room in rooms if _asleep(room, since)),
        tuple((room.name, room.ends) for room in rooms if room.ends and room.ends < today),
        await _repeated(connection, since, now),
        await _drifts(connection, rooms, since, now),
        likeness,
    )


async def _registry(
    connection: AsyncConnection, town: Town, since: datetime, now: datetime
) -> tuple[Listed, ...]:
    """The town file's rooms in its order, then those it does not list."""
    table = tables.rooms
    seen: dict[str, datetime] = {
        row.name: row.first_seen
        for row in await connection.execute(
            select(table.c.name, func.min(table.c.first_seen).label("first_seen"))
            .group_by(table.c.name)
            .order_by(table.c.name)
        )
    }
    people: dict[str, list[str]] = defaultdict(list)
    for person, places in (await counting.memberships(connection)).items():
        for place in places:
            people[place].append(person)
    traffic = await _traffic(connection, since, now)
    owners = await _owners(connection)
    known = {room.name: room for room in town.rooms}
    found = []
    for name in [*known, *(name for name in seen if name not in known)]:
        room = known.get(name)
        found.append(
            Listed(
                name,
                room.kind.value if room else "",
                room.office if room else "",
                (room.owner if room else "") or owners.get(name, ""),
                room.purpose if room else "",
                tuple(people[name]),
                traffic.get(name, Traffic()),
                seen.get(name),
                room.ends if room else None,
            )
        )
    return tuple(found)


async def _traffic(
    connection: AsyncConnection, since: datetime, now: datetime
) -> dict[str, Traffic]:
    judged = tables.judgements
    flattering = func.count().filter(counting.has(judged.c.traits, Trait.FLATTERY))
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    flattery: Counter[str] = Counter()
    for room, kind, count, praise in await connection.execute(
        select(judged.c.room, judged.c.kind, func.count(), flattering)
        .where(_lately(since, now), judged.c.kind.is_not(None), judged.c.room != "")
        .group_by(judged.c.room, judged.c.kind)
    ):
        kinds[room][kind] += count
        flattery[room] += praise
    return {room: Traffic(dict(counts), flattery[room]) for room, counts in kinds.items()}


def _lately(since: datetime, now: datetime) -> ColumnElement[bool]:
    judged = tables.judgements
    return and_(judged.c.at >= since, judged.c.at < now)


async def _owners(connection: AsyncConnection) -> dict[str, str]:
    """Whoever the platform names first among those who run a room."""
    members, rooms = tables.members, tables.rooms
    rows = await connection.execute(
        select(rooms.c.name, members.c.person)
        .join(
            rooms, and_(rooms.c.channel == members.c.channel, rooms.c.room_id == members.c.room_id)
        )
        .where(members.c.left_at.is_(None), members.c.role == "admin")
        .order_by(rooms.c.name, members.c.since, members.c.person)
    )
    owners: dict[str, str] = {}
    for room, person in rows:
        owners.setdefault(room, person)
    return owners


def _asleep(room: Listed, since: datetime) -> bool:
    """A room that has long been there and has assigned nothing; leaders talk as they like."""
    if room.kind == RoomKind.LEADERS.value or room.since is None:
        return False
    return room.since <= since and not room.traffic.assignments


async def _samples(
    connection: AsyncConnection, rooms: Iterable[Listed], since: datetime, now: datetime
) -> dict[str, Sequence[str]]:
    """The newest words of each room's work; nothing that may be secret."""
    judged, messages = tables.judgements, tables.messages
    samples: dict[str, Sequence[str]] = {}
    for room in rooms:
        rows = await connection.scalars(
            select(messages.c.text)
            .join(judged, judged.c.number == messages.c.number)
            .where(
                judged.c.room == room.name,
                _lately(since, now),
                judged.c.kind.in_(_WORKING),
                _harmless(),
                messages.c.sealed.is_(None),
                messages.c.text != "",
            )
            .order_by(judged.c.at.desc())
            .limit(SAMPLE)
        )
        samples[room.name] = rows.all()
    return samples


def _harmless() -> ColumnElement[bool]:
    judged = tables.judgements
    return and_(
        ~counting.has(judged.c.traits, Trait.SECRET),
        ~counting.has(judged.c.traits, Trait.PERSONAL_DATA),
    )


def _overlaps(rooms: Sequence[Listed], likeness: Likeness) -> tuple[Overlap, ...]:
    """Pairs of rooms with the same people, or one within the other on the same subjects."""
    found = []
    for one, other in combinations(rooms, 2):
        if RoomKind.LEADERS.value in {one.kind, other.kind}:
            continue
        mine, theirs = set(one.members), set(other.members)
        fewest = min(len(mine), len(theirs))
        if fewest < _FEWEST:
            continue
        common = len(mine & theirs)
        shared, inside = common / len(mine | theirs), common / fewest
        if shared < ALIKE_MEMBERS and inside < INSIDE:
            continue
        alike = likeness.between(one.name, other.name)
        same_work = alike is not None and alike >= ALIKE_SUBJECTS
        if shared >= ALIKE_MEMBERS or (inside >= INSIDE and same_work):
            found.append(Overlap(one.name, other.name, shared, inside, alike))
    return tuple(sorted(found, key=lambda pair: (-pair.shared, pair.one, pair.other)))


async def _repeated(
    connection: AsyncConnection, since: datetime, now: datetime
) -> tuple[tuple[str, str, int], ...]:
    """Rooms between which notices were posted again, with how many, most first."""
    judged = tables.judgements
    first = judged.alias("first")
    times = func.count().label("times")
    query: Select[Any] = (
        select(first.c.room.label("one"), judged.c.room.label("other"), times)
        .join(first, first.c.number == judged.c.relation_of)
        .where(
            _lately(since, now),
            judged.c.relation == RelationKind.DUPLICATE.value,
            first.c.room != judged.c.room,
        )
        .group_by(first.c.room, judged.c.room)
        .order_by(times.desc(), first.c.room, judged.c.room)
    )
    return tuple((row.one, row.other, row.times) for row in await connection.execute(query))


async def _drifts(
    connection: AsyncConnection, rooms: Iterable[Listed], since: datetime, now: datetime
) -> tuple[Drift, ...]:
    found = []
    for room in rooms:
        if room.traffic.messages < _TOO_FEW:
            continue
        for sort, least in DRIFTS.items():
            share = room.traffic.share(sort)
            if share >= least:
                examples = await _examples(connection, room.name, sort, since, now)
                found.append(Drift(room.name, sort, share, examples))
    return tuple(sorted(found, key=lambda one: (-one.share, one.room)))


async def _examples(
    connection: AsyncConnection, room: str, sort: str, since: datetime, now: datetime
) -> tuple[int, ...]:
    """Numbers only: whoever may see the words can ask 为什么; none of what may be secret."""
    judged, messages = tables.judgements, tables.messages
    such = {
        "chat": judged.c.kind == Kind.CHAT.value,
        "trace": judged.c.kind == Kind.REPORT.value,
        "flattery": counting.has(judged.c.traits, Trait.FLATTERY),
    }[sort]
    rows = await connection.scalars(
        select(judged.c.number)
        .join(messages, messages.c.number == judged.c.number)
        .where(
            judged.c.room == room, _lately(since, now), such, _harmless(),
            messages.c.sealed.is_(None),
        )
        .order_by(judged.c.at.desc(), judged.c.number.desc())
        .limit(EXAMPLES)
    )  # fmt: skip
    return tuple(rows)
