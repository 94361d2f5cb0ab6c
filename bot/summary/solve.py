"""Find the merge plan with OR-Tools' CP-SAT: the same question always gets the same answer."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.summary.greedy import Table, grouping
from bot.summary.plan import (
    Conflict,
    Fate,
    KeptRoom,
    NoPlan,
    Plan,
    PlanTown,
    Step,
    Subject,
    room_cost,
    unwanted_of,
)

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar

#: How much work the search may do, in the solver's own count, which no machine's pace changes.
EFFORT = 1.0
_SEED = 1


class PlanUnavailable(Exception):  # noqa: N818 - it is no fault, only something not installed
    """The solver is not installed."""


@dataclass(frozen=True, slots=True)
class _Class:
    """People whom the same concerns, and who are in the same protected rooms: one unknown for all."""

    people: tuple[str, ...]
    needs: tuple[int, ...]
    follows: tuple[int, ...]
    kept: int
    announced: bool
    must_hear: bool
    unwanted: tuple[int, ...]
    unwanted_announced: int


def solve(town: PlanTown, *, most: int | None = None, effort: float = EFFORT) -> Plan | NoPlan:
    """The best plan, of at most `most` rooms; NoPlan says why there is none.

    PlanUnavailable without OR-Tools (extra `plan`).
    """
    cp_model = _solver()
    if conflicts := _conflicts(town):
        return NoPlan(conflicts=conflicts)
    too_large = tuple(
        subject.name
        for subject in town.carried
        if sum(subject.needed_by(town, person) for person in subject.members) > town.capacity
    )
    if too_large:
        return NoPlan(too_large=too_large)
    problem = _Problem(cp_model, town, most)
    status, answer = problem.solve(effort)
    if status in {cp_model.OPTIMAL, cp_model.FEASIBLE} and answer is not None:
        return _plan(town, answer, proven=status == cp_model.OPTIMAL)
    if status == cp_model.INFEASIBLE and most is not None:
        free = solve(town, effort=effort)
        return free if isinstance(free, NoPlan) else NoPlan(least=_least(cp_model, town, effort))
    if status != cp_model.INFEASIBLE:
        return NoPlan(undecided=True)
    # Only the size of groups is left to stand in the way.
    largest = sorted(town.carried, key=lambda one: (-len(one.members), one.name))
    names = [one.name for one in largest] or [room.name for room in town.announcing]
    return NoPlan(too_large=tuple(names[:3]))


def _solver() -> Any:
    try:
        return import_module("ortools.sat.python.cp_model")
    except ImportError as error:
        raise PlanUnavailable("pip install qingqun[plan]") from error


def _least(cp_model: Any, town: PlanTown, effort: float) -> int:
    """The smallest number of rooms with which any plan exists; 0 if that could not be told."""
    problem = _Problem(cp_model, town, None, count_only=True)
    status, answer = problem.solve(effort)
    if status != cp_model.OPTIMAL or answer is None:
        return 0
    return len(_plan(town, answer, proven=True).rooms)


def _conflicts(town: PlanTown) -> tuple[Conflict, ...]:
    """People for whom the limit cannot be kept even if everything that can be merged were merged."""
    found = []
    for person in town.people:
        kept = town.kept_anyway(person)
        needed = [one for one in town.carried if one.needed_by(town, person)]
        rest = [one for one in town.subjects if one.followed_by(town, person)]
        hours = {one.always_open for one in needed}
        least = len(kept) + len(hours)
        announced = any(person in room.members for room in town.announcing)
        uncovered = {one.always_open for one in rest} - hours
        by_room = not any(town.only_announced(one) for one in rest)
        if not announced and town.announcing and (uncovered or not by_room):
            # One seat in the announcement room serves everything that they only follow.
            least += 1
        elif not announced and not town.announcing:
            least += len(uncovered)
        if least > town.limit:
            names = tuple(dict.fromkeys(one.name for one in needed or rest))
            found.append(Conflict(person, kept, names, least))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Answer:
    """Which subject hosts each subject, and who of the classes joins the announcement room."""

    hosts: tuple[int, ...]
    joined: tuple[tuple[str, ...], ...]
    announced: tuple[str, ...]


class _Problem:
    """The unknowns: which subject goes into whose room, which class of people sits in which room.

    A group of subjects is named by its first one, so that each grouping is described once only.
    """

    def __init__(
        self, cp_model: Any, town: PlanTown, most: int | None, *, count_only: bool = False
    ) -> None:
        self._cp = cp_model
        self._town, self._subjects = town, town.carried
        self._classes = _classes(town)
        self._model: CpModel = cp_model.CpModel()
        self._into = self._groupings()
        self._open = [self._into[one, one] for one in range(len(self._subjects))]
        self._sits: dict[tuple[int, int], IntVar] = {}
        self._announced: list[IntVar] = []
        self._met: dict[tuple[int, int], IntVar] = {}
        self._ways: dict[tuple[int, int, int], IntVar] = {}
        costs = [self._people(number, one) for number, one in enumerate(self._classes)]
        self._capacities()
        if self._subjects and self._classes:
            self._hint()
        fixed = len(town.protected) + bool(town.announcing)
        if most is not None:
            self._model.add(sum(self._open) + fixed <= most)
        rooms = sum(self._open)
        self._model.minimize(
            rooms if count_only else room_cost(town) * rooms + sum(sum(one) for one in costs)
        )

    def _groupings(self) -> "dict[tuple[int, int], IntVar]":
        """`into[s, h]`: subject s goes into the group that h, not after s, gives its name."""
        model, subjects = self._model, self._subjects
        into = {}
        for one, subject in enumerate(subjects):
            for host in range(one + 1):
                if subjects[host].always_open == subject.always_open:
                    into[one, host] = model.new_bool_var(f"into{one}_{host}")
            model.add_exactly_one(into[one, host] for host in range(one + 1) if (one, host) in into)
        for (one, host), chosen in into.items():
            if one != host:
                model.add_implication(chosen, into[host, host])
        return into

    def _people(self, number: int, one: _Class) -> list[Any]:
        """A class's seats and its limit; what its seats cost."""
        model = self._model
        announced = model.new_bool_var(f"announced{number}")
        self._announced.append(announced)
        if one.announced or one.must_hear:
            model.add(announced == 1)
        elif not self._town.announcing:
            model.add(announced == 0)
        seats = []
        if one.needs or one.follows:
            seats = [self._seat(number, host) for host in range(len(self._subjects))]
        for need in one.needs:
            for host in self._hosts(need):
                model.add_implication(self._into[need, host], seats[host])
        for follow in one.follows:
            self._followed(number, follow, announced)
        model.add(sum(seats) + announced + one.kept <= self._town.limit)
        costs = self._unwanted(number, one) if seats else []
        if not one.announced:
            costs.append(len(one.people) * one.unwanted_announced * announced)
        return costs

    def _seat(self, number: int, host: int) -> "IntVar":
        seat = self._model.new_bool_var(f"sits{number}_{host}")
        self._model.add_implication(seat, self._open[host])
        self._sits[number, host] = seat
        return seat

    def _unwanted(self, number: int, one: _Class) -> list[Any]:
        """A class pays for each subject that does not concern it, in whatever room it meets it."""
        costs = []
        for subject, unwanted in enumerate(one.unwanted):
            if unwanted:
                met = self._model.new_bool_var(f"unwanted{number}_{subject}")
                self._met[number, subject] = met
                costs.append(len(one.people) * unwanted * met)
                for host in self._hosts(subject):
                    apart = ~self._into[subject, host], ~self._sits[number, host]
                    self._model.add_bool_or(met, *apart)
        return costs

    def _followed(self, number: int, follow: int, announced: "IntVar") -> None:
        """Its assignments come by the announcement room, or by the room that carries it."""
        ways = [announced]
        for host in self._hosts(follow):
            there = self._model.new_bool_var(f"follows{number}_{follow}_{host}")
            self._model.add_implication(there, self._into[follow, host])
            self._model.add_implication(there, self._sits[number, host])
            self._ways[number, follow, host] = there
            ways.append(there)
        self._model.add_bool_or(ways)

    def _hosts(self, subject: int) -> list[int]:
        return [host for host in range(subject + 1) if (subject, host) in self._into]

    def _capacities(self) -> None:
        """No room holds more people than the platform's groups do."""
        seats: dict[int, list[Any]] = defaultdict(list)
        for (number, host), seat in self._sits.items():
            seats[host].append(len(self._classes[number].people) * seat)
        for there in seats.values():
            self._model.add(sum(there) <= self._town.capacity)
        if self._town.announcing:
            people = zip(self._announced, self._classes, strict=True)
            self._model.add(
                sum(len(one.people) * there for there, one in people) <= self._town.hall
            )

    def _hint(self) -> None:
        """Begin with a grouping that was found step by step."""
        model, classes = self._model, self._classes
        announced = [
            one.announced or one.must_hear or (bool(one.follows) and bool(self._town.announcing))
            for one in classes
        ]
        spare = [
            self._town.limit - one.kept - there
            for one, there in zip(classes, announced, strict=True)
        ]
        hosts = grouping(
            Table(
                np.array([len(one.people) for one in classes], dtype=np.int64),
                np.array(spare, dtype=np.int64),
                np.array([self._row(one.needs) for one in classes], dtype=np.int64),
                np.array([one.unwanted for one in classes], dtype=np.int64),
                np.array([subject.always_open for subject in self._subjects], dtype=np.int64),
                room_cost(self._town),
                self._town.capacity,
            )
        )
        for (one, host), chosen in self._into.items():
            model.add_hint(chosen, hosts[one] == host)
        seated = [{hosts[need] for need in one.needs} for one in classes]
        for (number, host), seat in self._sits.items():
            model.add_hint(seat, host in seated[number])
        for (number, subject), met in self._met.items():
            model.add_hint(met, hosts[subject] in seated[number])
        for (number, follow, host), there in self._ways.items():
            model.add_hint(there, hosts[follow] == host and host in seated[number])
        for variable, heard in zip(self._announced, announced, strict=True):
            model.add_hint(variable, heard)

    def _row(self, chosen: Sequence[int]) -> list[int]:
        return [int(one in chosen) for one in range(len(self._subjects))]

    def solve(self, effort: float) -> tuple[Any, _Answer | None]:
        """Search as long as `effort` allows."""
        solver = self._cp.CpSolver()
        solver.parameters.random_seed = _SEED
        solver.parameters.num_workers = 1
        # Probing costs this kind of problem more than it gains.
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.max_deterministic_time = effort
        status = solver.solve(self._model)
        if status not in {self._cp.OPTIMAL, self._cp.FEASIBLE}:
            return status, None
        hosts = tuple(
            next(host for host in self._hosts(one) if solver.boolean_value(self._into[one, host]))
            for one in range(len(self._subjects))
        )
        joined = tuple(
            tuple(
                person
                for number, some in enumerate(self._classes)
                if (number, host) in self._sits and solver.boolean_value(self._sits[number, host])
                for person in some.people
            )
            for host in range(len(self._subjects))
        )
        announced = tuple(
            person
            for there, some in zip(self._announced, self._classes, strict=True)
            if solver.boolean_value(there)
            for person in some.people
        )
        return status, _Answer(hosts, joined, announced)


def _classes(town: PlanTown) -> list[_Class]:
    subjects, groups = town.carried, defaultdict(list)
    announcements = [one for one in town.subjects if town.only_announced(one)]
    together = len(town.people) <= town.capacity
    for person in town.people:
        needs = tuple(i for i, one in enumerate(subjects) if one.needed_by(town, person))
        follows = tuple(i for i, one in enumerate(subjects) if one.followed_by(town, person))
        announced = any(person in room.members for room in town.announcing)
        kept = sum(person in room.members for room in town.protected)
        unwanted = tuple(one.unwanted(town, person) for one in subjects)
        must_hear = any(one.followed_by(town, person) for one in announcements)
        spam = town.unwanted_announced(person)
        key = (needs, follows, kept, announced, must_hear, unwanted, spam)
        # Where a group may be full, people of one kind may have to part.
        groups[key, "" if together else person].append(person)
    return [_Class(tuple(people), *key) for (key, _), people in sorted(groups.items())]


def _plan(town: PlanTown, answer: _Answer, *, proven: bool) -> Plan:
    """The answer in rooms and people; nobody sits where nothing concerns them."""
    groups: dict[int, list[Subject]] = defaultdict(list)
    for subject, number in zip(town.carried, answer.hosts, strict=True):
        groups[number].append(subject)
    announced = frozenset(answer.announced)
    rooms: list[KeptRoom] = []
    steps: list[Step] = []
    for room in town.protected:
        rooms.append(KeptRoom(room.name, (), room.members, room.always_open))
        steps.append(Step(room.name, Fate.KEEP, why="protected"))
    if town.announcing:
        first, *others = town.announcing
        rooms.append(KeptRoom(first.name, (), announced, first.always_open))
        steps.append(Step(first.name, Fate.KEEP, why="announcement"))
        steps += [Step(room.name, Fate.MERGE, first.name, "announcement") for room in others]
        steps += [
            Step(room.name, Fate.MERGE, first.name, "only_assignments")
            for subject in town.subjects
            if town.only_announced(subject)
            for room in subject.rooms
        ]
    for number, subjects in sorted(groups.items()):
        host = _host(subjects)
        needed = _needed(town, subjects, frozenset(answer.joined[number]), announced)
        names = tuple(subject.name for subject in subjects)
        rooms.append(KeptRoom(host, names, needed, subjects[0].always_open))
        steps += _steps(subjects, host)
    steps += [
        Step(gone.name, Fate.DISSOLVE, why=gone.over)
        for gone in town.rooms
        if gone.over and not (gone.protected or gone.announces)
    ]
    plan = Plan(tuple(rooms), tuple(steps), 0, proven)
    return replace(plan, cost=room_cost(town) * len(groups) + unwanted_of(town, plan.rooms))


def _needed(
    town: PlanTown,
    subjects: Sequence[Subject],
    joined: frozenset[str],
    announced: frozenset[str],
) -> frozenset[str]:
    """Those of the seated who work there, or follow what reaches them by no other room."""
    return frozenset(
        person
        for person in joined
        if any(one.needed_by(town, person) for one in subjects)
        or (person not in announced and any(one.followed_by(town, person) for one in subjects))
    )


def _host(subjects: Sequence[Subject]) -> str:
    """Of the rooms that come together the one that most people are in already."""
    rooms = [room for subject in subjects for room in subject.rooms]
    best = min(rooms, key=lambda room: (not room.managed, -len(room.members), room.name))
    return best.name


def _steps(subjects: Sequence[Subject], host: str) -> list[Step]:
    steps = []
    home = next(one.name for one in subjects for room in one.rooms if room.name == host)
    for subject in subjects:
        for room in subject.rooms:
            if room.name == host:
                steps.append(Step(host, Fate.KEEP, why="carries"))
            else:
                why = "same_subject" if subject.name == home else "fewer_rooms"
                steps.append(Step(room.name, Fate.MERGE, host, why))
    return steps
