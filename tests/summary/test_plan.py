"""The plan's promises, checked without the solver; small towns against trying everything."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.summary import solve as solving
from bot.summary.plan import (
    Fate,
    KeptRoom,
    NoPlan,
    Plan,
    PlanRoom,
    PlanTown,
    room_cost,
    today,
    tomorrow,
    unwanted_of,
)
from bot.summary.solve import PlanUnavailable, solve
from tests.summary.made_town import impossible_town, made_town


def broken_promises(town: PlanTown, plan: Plan) -> list[str]:
    """Everything that a plan must keep and does not."""
    wrong = [*_fates(town, plan), *_kept(town, plan)]
    for person in town.people:
        wrong += _concerns(town, plan, person)
    return wrong


def _fates(town: PlanTown, plan: Plan) -> Iterator[str]:
    rooms = {room.name for room in plan.rooms}
    if sorted(step.room for step in plan.steps) != sorted(room.name for room in town.rooms):
        yield "not every room has one fate"
    for step in plan.steps:
        if (step.fate is Fate.KEEP) != (step.room in rooms):
            yield f"{step.room} is {step.fate}"
        if step.fate is Fate.MERGE and step.into not in rooms:
            yield f"{step.room} goes into {step.into}, which is gone"


def _kept(town: PlanTown, plan: Plan) -> Iterator[str]:
    rooms = {room.name: room for room in plan.rooms}
    for room in town.rooms:
        if room.protected and rooms[room.name].members != room.members:
            yield f"{room.name} is protected"
        if room.announces and not room.members <= rooms[town.announcing[0].name].members:
            yield f"{room.name} lost members"
    stays = {room.name for room in town.rooms if room.protected or room.announces}
    for one in plan.rooms:
        if one.name not in stays and len(one.members) > town.capacity:
            yield f"{one.name} is too large"


def _concerns(town: PlanTown, plan: Plan, person: str) -> Iterator[str]:
    mine = [room for room in plan.rooms if person in room.members]
    if len(mine) > town.limit:
        yield f"{person} is in {len(mine)}"
    carried = {(subject, room.always_open) for room in mine for subject in room.subjects}
    hears = bool(town.announcing) and town.announcing[0].name in {room.name for room in mine}
    for old in town.rooms:
        if person not in old.members or old.over or old.protected or old.announces:
            continue
        if (old.subject, old.always_open) in carried:
            continue
        if old.subject in town.works.get(person, ()):
            yield f"{person} works in {old.subject}"
        elif old.subject in town.follows.get(person, ()) and not hears:
            yield f"{person} follows {old.subject}"


def test_the_made_town_has_a_plan_of_at_most_eight_rooms_in_less_than_ten_seconds() -> None:
    town = made_town()
    assert (len(town.rooms), len(town.people)) == (34, 200)
    started = time.perf_counter()
    plan = solve(town)
    assert time.perf_counter() - started < 10
    assert isinstance(plan, Plan)
    assert len(plan.rooms) <= 8
    assert plan.proven
    assert broken_promises(town, plan) == []
    before, after = today(town), tomorrow(town, plan)
    assert before.crowded > 100
    assert after.crowded == 0
    assert after.most <= 3
    assert after.unwanted < before.unwanted


def test_the_same_town_always_gets_the_same_plan() -> None:
    town = made_town(2)
    turned = PlanTown(
        tuple(reversed(town.rooms)),
        dict(reversed(list(town.works.items()))),
        dict(reversed(list(town.follows.items()))),
    )
    first, second = solve(town), solve(turned)
    assert isinstance(first, Plan)
    assert isinstance(second, Plan)
    assert (first.rooms, first.cost) == (second.rooms, second.cost)


def test_where_nobody_has_named_offices_a_plan_is_found_all_the_same() -> None:
    town = made_town()
    own = PlanTown(
        tuple(replace(room, subject=room.name) for room in town.rooms),
        _by_room(town, town.works),
        _by_room(town, town.follows),
    )
    plan = solve(own, effort=0.3)
    assert isinstance(plan, Plan)
    assert broken_promises(own, plan) == []
    assert len(plan.rooms) <= 10


def _by_room(town: PlanTown, offices: object) -> dict[str, frozenset[str]]:
    assert isinstance(offices, dict)
    return {
        person: frozenset(
            room.name for room in town.rooms if person in room.members and room.subject in subjects
        )
        for person, subjects in offices.items()
    }


def test_an_impossible_town_is_told_with_the_person_and_the_subject() -> None:
    answer = solve(impossible_town())
    assert isinstance(answer, NoPlan)
    (conflict,) = answer.conflicts
    assert conflict.person == "1村书记"
    assert conflict.subjects == ("应急办",)
    assert (len(conflict.kept), conflict.least) == (3, 4)


def test_too_few_rooms_are_told_with_how_many_it_takes() -> None:
    town = made_town()
    answer = solve(town, most=3)
    assert isinstance(answer, NoPlan)
    assert answer.least == 4
    found = solve(town, most=4)
    assert isinstance(found, Plan)
    assert len(found.rooms) == 4
    assert broken_promises(town, found) == []


def test_a_group_holds_no_more_than_the_platform_allows() -> None:
    town = PlanTown(
        tuple(PlanRoom(f"群{one}", f"事{one}", frozenset({f"甲{one}", "乙"})) for one in range(4)),
        {**{f"甲{one}": frozenset({f"事{one}"}) for one in range(4)},
         "乙": frozenset(f"事{one}" for one in range(4))},
        limit=2,
        capacity=3,
    )  # fmt: skip
    plan = solve(town)
    assert isinstance(plan, Plan)
    assert sorted(len(room.subjects) for room in plan.rooms) == [2, 2]
    small = solve(replace(town, capacity=2))
    assert isinstance(small, NoPlan)
    assert small.too_large


def test_rooms_that_are_always_open_are_merged_with_their_like_only() -> None:
    people = frozenset({"甲", "乙"})
    town = PlanTown(
        (PlanRoom("应急群", "应急", people, 50, 5, always_open=True),
         PlanRoom("抢险群", "抢险", people, 50, 5, always_open=True),
         PlanRoom("统计群", "统计", people, 50, 5)),
        dict.fromkeys(people, frozenset({"应急", "抢险", "统计"})),
    )  # fmt: skip
    plan = solve(town)
    assert isinstance(plan, Plan)
    assert sorted(sorted(room.subjects) for room in plan.rooms) == [["应急", "抢险"], ["统计"]]


def test_a_room_in_which_nobody_works_goes_into_the_announcements() -> None:
    people = frozenset({"甲", "乙"})
    town = PlanTown(
        (PlanRoom("公告群", "公告群", frozenset({"甲"}), announces=True),
         PlanRoom("低保群", "低保", people, 20, 10)),
        {},
        dict.fromkeys(people, frozenset({"低保"})),
    )  # fmt: skip
    plan = solve(town)
    assert isinstance(plan, Plan)
    assert [(room.name, room.members) for room in plan.rooms] == [("公告群", people)]
    step = plan.fate("低保群")
    assert step is not None
    assert (step.fate, step.into) == (Fate.MERGE, "公告群")


def test_an_empty_town_has_an_empty_plan() -> None:
    assert solve(PlanTown((), {})) == Plan((), (), 0, proven=True)


def test_without_the_solver_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> object:
        raise ImportError

    monkeypatch.setattr(solving, "import_module", missing)
    with pytest.raises(PlanUnavailable, match=r"qingqun\[plan\]"):
        solve(made_town())


NAMES = ("甲", "乙", "丙", "丁")


@st.composite
def small_towns(draw: st.DrawFn) -> PlanTown:
    subjects = [f"事{one}" for one in range(draw(st.integers(1, 4)))]
    some = st.frozensets(st.sampled_from(NAMES), max_size=4)
    rooms = [
        PlanRoom(
            f"群{one}", subject, draw(some), weekly := draw(st.integers(0, 40)),
            draw(st.integers(0, weekly)), always_open=draw(st.integers(0, 4)) == 0,
        )
        for one, subject in enumerate(subjects)
    ]  # fmt: skip
    if draw(st.booleans()):
        rooms.append(PlanRoom("公告", "公告", draw(some), announces=True))
    if draw(st.booleans()):
        rooms.append(PlanRoom("纪检", "纪检", draw(some), protected=True))
    if draw(st.integers(0, 3)) == 0:
        rooms.append(PlanRoom("旧群", "旧事", draw(some), over="expired"))
    works: dict[str, set[str]] = {}
    follows: dict[str, set[str]] = {}
    for room in rooms[: len(subjects)]:
        for person in sorted(room.members):
            (works if draw(st.booleans()) else follows).setdefault(person, set()).add(room.subject)
    return PlanTown(
        tuple(rooms),
        {person: frozenset(some) for person, some in works.items()},
        {person: frozenset(some) for person, some in follows.items()},
        limit=draw(st.integers(1, 3)),
        capacity=draw(st.sampled_from([2, 3, 500])),
    )


def partitions(items: Sequence[int]) -> Iterator[list[list[int]]]:
    """All ways to group things."""
    if not items:
        yield []
        return
    first, *rest = items
    for groups in partitions(rest):
        yield [[first], *groups]
        for at in range(len(groups)):
            yield [*groups[:at], [first, *groups[at]], *groups[at + 1 :]]


def best_by_trying(town: PlanTown) -> int | None:
    """The least cost of any plan, found by trying every grouping and everybody's every seat."""
    subjects = town.carried
    costs = []
    for groups in partitions(range(len(subjects))):
        mixed = any(len({subjects[one].always_open for one in group}) > 1 for group in groups)
        if not mixed:
            costs += list(_costs(town, groups))
    return min(costs, default=None)


def _costs(town: PlanTown, groups: list[list[int]]) -> Iterator[int]:
    carried = [[town.carried[one] for one in group] for group in groups]
    choices = []
    for person in town.people:
        allowed = []
        for seats in product((False, True), repeat=len(groups) + 1):
            heard, inside = seats[0], [one for one, sits in enumerate(seats[1:]) if sits]
            if _suits(town, person, carried, heard, inside):
                allowed.append((heard, inside))
        choices.append(allowed)
    for seating in product(*choices):
        rooms = [
            KeptRoom(
                f"?{number}", tuple(one.name for one in carried[number]),
                frozenset(
                    person for person, (_, inside) in zip(town.people, seating, strict=True)
                    if number in inside
                ),
                carried[number][0].always_open,
            )
            for number in range(len(groups))
        ]  # fmt: skip
        heard = frozenset(
            person for person, (heard, _) in zip(town.people, seating, strict=True) if heard
        )
        if town.announcing:
            rooms.append(KeptRoom(town.announcing[0].name, (), heard))
        sized = len(heard) <= town.hall
        if sized and all(len(room.members) <= town.capacity for room in rooms[: len(groups)]):
            yield room_cost(town) * len(groups) + unwanted_of(town, rooms)


def _suits(
    town: PlanTown, person: str, carried: Sequence[Sequence[object]], heard: bool, inside: list[int]
) -> bool:  # fmt: skip
    announced = any(person in room.members for room in town.announcing)
    if (heard and not town.announcing) or (announced and not heard):
        return False
    kept = sum(person in room.members for room in town.protected)
    if kept + heard + len(inside) > town.limit:
        return False
    mine = [subject for number in inside for subject in carried[number]]
    return all(
        subject in mine or (heard and not subject.needed_by(town, person))
        for subject in town.subjects
        if subject.needed_by(town, person) or subject.followed_by(town, person)
    )


@settings(max_examples=60, deadline=None)
@given(small_towns())
def test_small_towns_get_the_best_plan_there_is(town: PlanTown) -> None:
    best = best_by_trying(town)
    answer = solve(town)
    if isinstance(answer, NoPlan):
        assert best is None
        assert not answer.undecided
        assert answer.conflicts or answer.too_large
    else:
        assert broken_promises(town, answer) == []
        assert answer.proven
        assert answer.cost == best
