"""The merge plan: which groups to keep, merge or dissolve. What is asked for, and what is proposed.

A subject is what a room is about: its office, or the room itself where it has none. All rooms of one
subject (with the same hours) become one. Whoever works in a subject must be in the room that carries
it; whoever only follows it gets its assignments, in the announcement room or in that room. Protected
rooms (leaders, discipline, announcement) stay as they are, with everybody who is in them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from bot.core.message import RoomKind

#: How many unwanted messages a week, for each person of the town, one room more is worth.
ROOM_WORTH = 10
#: Most members that a platform's group holds.
CAPACITY = 500


class Fate(StrEnum):
    """What becomes of a room."""

    KEEP = "keep"
    MERGE = "merge"
    DISSOLVE = "dissolve"


@dataclass(frozen=True, slots=True)
class PlanRoom:
    """A room as it is. `weekly` and `assignments` are messages a week.

    `over` says why it can be dissolved (`expired`, `zombie`); its subject then concerns nobody.
    """

    name: str
    subject: str
    members: frozenset[str]
    weekly: int = 0
    assignments: int = 0
    announces: bool = False
    protected: bool = False
    always_open: bool = False
    managed: bool = True
    over: str = ""


@dataclass(frozen=True)
class PlanTown:
    """The question. `works` and `follows` name the subjects that concern each person."""

    rooms: tuple[PlanRoom, ...]
    works: Mapping[str, frozenset[str]]
    follows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    limit: int = 3
    capacity: int = CAPACITY

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Everybody, in the order of names."""
        named = {person for room in self.rooms for person in room.members}
        return tuple(sorted(named | set(self.works) | set(self.follows)))

    @cached_property
    def protected(self) -> tuple[PlanRoom, ...]:
        """Rooms that stay as they are; not the announcement room."""
        return tuple(
            sorted(
                (room for room in self.rooms if room.protected and not room.announces),
                key=lambda room: room.name,
            )
        )

    @cached_property
    def announcing(self) -> tuple[PlanRoom, ...]:
        """The rooms for announcements, the largest first: the first one stays."""
        return tuple(
            sorted(
                (room for room in self.rooms if room.announces),
                key=lambda room: (-len(room.members), room.name),
            )
        )

    @property
    def hall(self) -> int:
        """How many the announcement room holds: at least those who are in it now."""
        return max([self.capacity, *(len(room.members) for room in self.announcing[:1])])

    @cached_property
    def carried(self) -> tuple["Subject", ...]:
        """Subjects that need a room of their own or a shared one, in a fixed order."""
        return tuple(one for one in self.subjects if not self.only_announced(one))

    def only_announced(self, subject: "Subject") -> bool:
        """Whether nobody works in a subject, so that announcements are all there is to it."""
        return bool(self.announcing) and not any(
            subject.needed_by(self, person) for person in subject.members
        )

    @cached_property
    def subjects(self) -> tuple["Subject", ...]:
        """Everything that goes on, in a fixed order."""
        groups: dict[tuple[str, bool], list[PlanRoom]] = defaultdict(list)
        for room in self.rooms:
            if not (room.protected or room.announces or room.over):
                groups[room.subject, room.always_open].append(room)
        return tuple(
            Subject(name, open_, tuple(sorted(rooms, key=_host_order)))
            for (name, open_), rooms in sorted(groups.items())
        )

    def kept_anyway(self, person: str) -> tuple[str, ...]:
        """The protected rooms somebody is in, and the announcement room if they are in one now."""
        names = [room.name for room in self.protected if person in room.members]
        if any(person in room.members for room in self.announcing):
            names.append(self.announcing[0].name)
        return tuple(names)

    def working(self, person: str) -> frozenset[str]:
        """Subjects that somebody works in."""
        return self.works.get(person, frozenset())

    def following(self, person: str) -> frozenset[str]:
        """Subjects whose assignments concern somebody who does not work in them."""
        return self.follows.get(person, frozenset()) - self.working(person)

    def unwanted(self, person: str, subjects: Iterable["Subject"]) -> int:
        """Messages a week that do not concern somebody who is in a room with these subjects."""
        return sum(subject.unwanted(self, person) for subject in subjects)

    def unwanted_announced(self, person: str) -> int:
        """Assignments a week, of subjects that do not concern them, in the announcement room."""
        mine = self.working(person) | self.following(person)
        return sum(one.assignments for one in self.subjects if one.name not in mine)


@dataclass(frozen=True, slots=True)
class Subject:
    """Work that one room has to carry: all rooms there are for it now, the best host first.

    Rooms that are always open have subjects of their own: their hours cannot be merged.
    """

    name: str
    always_open: bool
    rooms: tuple[PlanRoom, ...]

    @property
    def weekly(self) -> int:
        """Messages a week."""
        return sum(room.weekly for room in self.rooms)

    @property
    def assignments(self) -> int:
        """Assignments a week."""
        return sum(room.assignments for room in self.rooms)

    @property
    def members(self) -> frozenset[str]:
        """Everybody who is in one of its rooms."""
        return frozenset().union(*(room.members for room in self.rooms))

    def needed_by(self, town: PlanTown, person: str) -> bool:
        """Whether somebody must be in the room that carries it."""
        return self.name in town.working(person) and person in self.members

    def followed_by(self, town: PlanTown, person: str) -> bool:
        """Whether its assignments must reach somebody."""
        return self.name in town.following(person) and person in self.members

    def unwanted(self, town: PlanTown, person: str) -> int:
        """What of its traffic does not concern somebody."""
        if self.name in town.working(person):
            return 0
        followed = self.name in town.following(person)
        return self.weekly - self.assignments if followed else self.weekly


def _host_order(room: PlanRoom) -> tuple[bool, int, str]:
    """Managed rooms first, then the largest: the fewest people have to move."""
    return not room.managed, -len(room.members), room.name


@dataclass(frozen=True, slots=True)
class KeptRoom:
    """A room of the plan, with the subjects it carries and everybody who is to be in it."""

    name: str
    subjects: tuple[str, ...]
    members: frozenset[str]
    always_open: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one room of today; `into` names the room it goes into, `why` a reason."""

    room: str
    fate: Fate
    into: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer. `cost` is what was made as small as possible, `proven` that nothing is smaller."""

    rooms: tuple[KeptRoom, ...]
    steps: tuple[Step, ...]
    cost: int
    proven: bool

    def rooms_of(self, person: str) -> tuple[str, ...]:
        """The rooms somebody would be in."""
        return tuple(room.name for room in self.rooms if person in room.members)

    def fate(self, room: str) -> Step | None:
        """What becomes of a room of today; None for one the plan does not know."""
        return next((step for step in self.steps if step.room == room), None)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody for whom no plan exists: the rooms they keep anyway and the subjects that need more."""

    person: str
    kept: tuple[str, ...]
    subjects: tuple[str, ...]
    least: int


@dataclass(frozen=True, slots=True)
class NoPlan:
    """There is no plan: because of people, of subjects too large for one group, or of too few rooms.

    `least` is the smallest number of rooms that would do, where a most was asked for; 0 if unknown.
    """

    conflicts: tuple[Conflict, ...] = ()
    too_large: tuple[str, ...] = ()
    least: int = 0
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """How it is today, to be compared with a plan."""

    rooms: int
    most: int
    average: float
    crowded: int
    unwanted: int


def today(town: PlanTown) -> Before:
    """Rooms, rooms a person, people above the limit and unwanted messages a week, as they are."""
    counts = {person: sum(person in room.members for room in town.rooms) for person in town.people}
    unwanted = 0
    for person in town.people:
        for room in town.rooms:
            if person in room.members and not (room.protected or room.announces):
                unwanted += _not_theirs(town, person, room)
    return _summary(len(town.rooms), counts, town.limit, unwanted)


def _not_theirs(town: PlanTown, person: str, room: PlanRoom) -> int:
    if room.subject in town.working(person):
        return 0
    followed = room.subject in town.following(person)
    return room.weekly - room.assignments if followed else room.weekly


def tomorrow(town: PlanTown, plan: Plan) -> Before:
    """The same of a plan."""
    counts = {person: len(plan.rooms_of(person)) for person in town.people}
    return _summary(len(plan.rooms), counts, town.limit, unwanted_of(town, plan.rooms))


def unwanted_of(town: PlanTown, rooms: Sequence[KeptRoom]) -> int:
    """Messages a week that would reach people whom they do not concern, summed over people."""
    subjects = {(one.name, one.always_open): one for one in town.subjects}
    total = 0
    announced = town.announcing[0] if town.announcing else None
    known = frozenset().union(*(room.members for room in town.announcing))
    for room in rooms:
        carried = [subjects[name, room.always_open] for name in room.subjects]
        for person in room.members:
            total += town.unwanted(person, carried)
            if announced is not None and room.name == announced.name and person not in known:
                total += town.unwanted_announced(person)
    return total


def room_cost(town: PlanTown) -> int:
    """What one room more costs, in unwanted messages a week."""
    return ROOM_WORTH * max(1, len(town.people))


def _summary(rooms: int, counts: Mapping[str, int], limit: int, unwanted: int) -> Before:
    people = max(1, len(counts))
    return Before(
        rooms,
        max(counts.values(), default=0),
        sum(counts.values()) / people,
        sum(count > limit for count in counts.values()),
        unwanted,
    )


def protected_kind(kind: str) -> bool:
    """Rooms that are nobody's to merge: the leaders', party education and discipline."""
    return kind in {RoomKind.LEADERS.value, RoomKind.STANDING.value}
