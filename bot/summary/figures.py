"""The figures of a week: per room, for the town and per person, this week beside the one before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.message import Role
from bot.summary import counting
from bot.summary.weeks import Span, Spans
from bot.town import Directory, Town

#: Index of the two stretches in everything that is counted.
LAST, THIS = 0, 1


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened in one stretch of time, in one room or in several.

    `noise` was taken down and stayed down, receipts and deferred assignments not among it;
    `taken_down` is everything that was. `concerned` counts people of tasks, `receipts_given` how
    many of them answered. `own` are the bot's posts in rooms, `own_private` its private words.
    """

    messages: int = 0
    assignments: int = 0
    noise: int = 0
    taken_down: int = 0
    off_hours: int = 0
    receipts: int = 0
    violations: Mapping[str, int] = field(default_factory=dict)
    corrected: int = 0
    issued: int = 0
    acknowledged: int = 0
    done_on_time: int = 0
    concerned: int = 0
    receipts_given: int = 0
    own: int = 0
    own_private: int = 0

    @property
    def share(self) -> float:
        """Which part of the messages assigned work, 0 to 1; 0 without messages."""
        return self.assignments / self.messages if self.messages else 0.0

    @property
    def reached(self) -> int:
        """Messages that stayed in the room, the bot's own included."""
        return max(0, self.messages - self.taken_down) + self.own

    @property
    def broken(self) -> int:
        """Violations of all policies together."""
        return sum(self.violations.values())

    def __add__(self, other: "Counts") -> "Counts":
        values: dict[str, object] = {}
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, int):
                values[one.name] = mine + theirs
            else:
                names = sorted({*mine, *theirs})
                values[one.name] = {name: mine.get(name, 0) + theirs.get(name, 0) for name in names}
        return Counts(**values)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class RoomFigures:
    """One room. `kind` is empty for a room that the town file does not list."""

    name: str
    kind: str
    this: Counts
    last: Counts


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """One person: the rooms they are in now, and the messages that reached them there."""

    name: str
    rank: Role
    rooms: tuple[str, ...]
    this: int
    last: int


@dataclass(frozen=True, slots=True)
class Outages:
    """How often the bot was away, and for how long in all."""

    times: int = 0
    length: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that was counted. Pairs hold the week before first, then this week.

    `wolf` counts demands for material that say 紧急 and are not; None where the words are purged.
    """

    spans: Spans
    rooms: tuple[RoomFigures, ...]
    people: tuple[PersonFigures, ...]
    this: Counts
    last: Counts
    emergencies: tuple[int, int]
    wolf: tuple[int | None, int | None]
    outages: tuple[Outages, Outages]

    @property
    def empty(self) -> bool:
        """Whether nothing was said in the week."""
        return not self.this.messages


async def figures(connection: AsyncConnection, town: Town, spans: Spans) -> Figures:
    """Count everything for a week. Reads only; on either store."""
    rooms: dict[str, list[dict[str, object]]] = defaultdict(lambda: [{}, {}])
    async for name, period, values in counting.all_counts(connection, spans):
        slot = rooms[name][period]
        for key, value in values.items():
            if isinstance(value, Mapping):
                slot[key] = {**slot.get(key, {}), **value}  # type: ignore[dict-item]
            else:
                slot[key] = value
    kinds = {room.name: room.kind.value for room in town.rooms}
    names = [*kinds, *sorted(name for name in rooms if name and name not in kinds)]
    counted = {
        name: [Counts(**slot) for slot in rooms[name]]  # type: ignore[arg-type]
        for name in [*names, ""]
    }
    told = tuple(
        RoomFigures(name, kinds.get(name, ""), counted[name][THIS], counted[name][LAST])
        for name in names
    )
    return Figures(
        spans,
        told,
        await _people(connection, town, told),
        _sum(room[THIS] for room in counted.values()),
        _sum(room[LAST] for room in counted.values()),
        await counting.emergencies(connection, spans),
        await _wolves(connection, spans),
        (
            await _outages(connection, spans.last),
            await _outages(connection, spans.this),
        ),
    )


async def _wolves(connection: AsyncConnection, spans: Spans) -> tuple[int | None, int | None]:
    """Counted while the words are there, else what was noted then."""
    last, this = await counting.wolves(connection, spans)
    if last is None and spans.whole:
        last = await counting.remembered(connection, spans.week.before.name)
    if this is None and spans.whole:
        this = await counting.remembered(connection, spans.week.name)
    return last, this


def _sum(counts: Iterable[Counts]) -> Counts:
    total = Counts()
    for one in counts:
        total += one
    return total


async def _people(
    connection: AsyncConnection, town: Town, rooms: Iterable[RoomFigures]
) -> tuple[PersonFigures, ...]:
    """Everybody who is in a room now, those reached most first."""
    reached = {room.name: (room.last.reached, room.this.reached) for room in rooms}
    nothing = (0, 0)
    directory = Directory(town)
    people = [
        PersonFigures(
            person,
            _rank(directory, person),
            tuple(places),
            sum(reached.get(place, nothing)[THIS] for place in places),
            sum(reached.get(place, nothing)[LAST] for place in places),
        )
        for person, places in (await counting.memberships(connection)).items()
    ]
    return tuple(sorted(people, key=lambda one: (-one.this, -len(one.rooms), one.name)))


def _rank(directory: Directory, person: str) -> Role:
    if person in directory.leaders:
        return Role.LEADER
    return Role.ADMIN if person in directory.admins else Role.MEMBER


async def _outages(connection: AsyncConnection, span: Span) -> Outages:
    """Each channel's absences within a stretch; those that overlap are one time away."""
    merged: list[list[object]] = []
    length = timedelta()
    end = span.start
    for since, until in await counting.outages(connection, span):
        if not merged or since > end:
            merged.append([since, until])
        length += max(timedelta(), until - max(since, end))
        end = max(end, until)
    return Outages(len(merged), length)
