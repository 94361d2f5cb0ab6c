"""The merge plan, or why there is none, line by line for the leaders."""

from bot.summary.plan import Conflict, Fate, NoPlan, Plan, PlanTown, Step, today, tomorrow
from bot.summary.summary import Summary
from bot.summary.text import Words

#: How many people are shown whose rooms change most.
PEOPLE = 10
#: A name list in one line is cut here.
_ROOMS = 4


def explain(summary: Summary, words: Words) -> list[str]:
    """Every line of the plan. Names are data."""
    town, plan = summary.question, summary.plan
    limit = summary.audit.limit
    if plan is None or town is None:
        return [words("plan.unneeded" if summary.solver else "plan.missing", limit=limit)]
    if isinstance(plan, NoPlan):
        return _impossible(town, plan, words)
    return [*_head(town, plan, words), *_rooms(town, plan, words), *_people(town, plan, words),
            words("plan.best" if plan.proven else "plan.good"), words("plan.tail")]  # fmt: skip


def _head(town: PlanTown, plan: Plan, words: Words) -> list[str]:
    before, after = today(town), tomorrow(town, plan)
    return [
        words(
            "plan.head", before=before.rooms, after=after.rooms, was=f"{before.average:.1f}",
            will=f"{after.average:.1f}", limit=town.limit, crowded=before.crowded,
            left=after.crowded,
        ),
        words("plan.noise", was=before.unwanted, will=after.unwanted),
    ]  # fmt: skip


def _rooms(town: PlanTown, plan: Plan, words: Words) -> list[str]:
    """Each room that stays, with those that go into it; then those that are dissolved."""
    lines = []
    was = {room.name: len(room.members) for room in town.rooms}
    kept = {room.name: room for room in plan.rooms}
    for step in plan.steps:
        if step.fate is not Fate.KEEP:
            continue
        room = kept[step.room]
        lines.append(
            words(
                f"plan.keep.{step.why}", room=room.name, was=was[room.name],
                members=len(room.members), subjects=words.join(dict.fromkeys(room.subjects)),
            )
        )  # fmt: skip
        into = [one for one in plan.steps if one.fate is Fate.MERGE and one.into == room.name]
        lines += [_merge(town, one, words) for one in into]
    gone = [one for one in plan.steps if one.fate is Fate.DISSOLVE]
    return lines + [words(f"plan.dissolve.{one.why}", room=one.room) for one in gone]


def _merge(town: PlanTown, step: Step, words: Words) -> str:
    return words(f"plan.merge.{step.why}", room=step.room, into=step.into, limit=town.limit)


def _people(town: PlanTown, plan: Plan, words: Words) -> list[str]:
    """Whose rooms become fewest."""
    rows = []
    for person in town.people:
        was = sum(person in room.members for room in town.rooms)
        rooms = plan.rooms_of(person)
        if was > town.limit:
            rows.append((len(rooms) - was, person, was, rooms))
    rows.sort(key=lambda row: (row[0], row[1]))
    return [
        words(
            "plan.person", name=person, was=was, will=len(rooms),
            rooms=words.join(rooms[:_ROOMS]) or words("unknown"),
        )
        for _, person, was, rooms in rows[:PEOPLE]
    ]  # fmt: skip


def _impossible(town: PlanTown, plan: NoPlan, words: Words) -> list[str]:
    if plan.undecided:
        return [words("plan.undecided")]
    lines = [words("plan.impossible", limit=town.limit)]
    lines += [_conflict(town, one, words) for one in plan.conflicts]
    lines += [
        words("plan.too_large", subject=name, capacity=town.capacity) for name in plan.too_large
    ]
    if plan.least:
        lines.append(words("plan.too_few", least=plan.least, limit=town.limit))
    return [*lines, words("plan.mend"), words("plan.tail")]


def _conflict(town: PlanTown, conflict: Conflict, words: Words) -> str:
    return words(
        "plan.conflict" if conflict.subjects else "plan.conflict.kept",
        name=conflict.person, kept=words.join(f"“{name}”" for name in conflict.kept),
        subjects=words.join(conflict.subjects), least=conflict.least, limit=town.limit,
    )  # fmt: skip
