"""What the merge plan is asked, taken from the archive: rooms, and what concerns whom."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.message import RoomKind
from bot.core.reading import Kind
from bot.store import tables
from bot.summary.audit import ALIKE_SUBJECTS, LOOKBACK, WEEKS, Audit, Listed
from bot.summary.plan import PlanRoom, PlanTown, protected_kind
from bot.town import Town

#: From how many messages of work on (in the time looked back on) somebody works in a room.
WORKS = 3
_WORK = (
    Kind.ASSIGNMENT.value, Kind.DISCUSSION.value, Kind.REPORT.value, Kind.DOCUMENT.value,
)  # fmt: skip


async def plan_town(
    connection: AsyncConnection, town: Town, audit: Audit, now: datetime
) -> PlanTown:
    """The town as the audit sees it. Whoever says nothing of work in a room only follows it."""
    subjects = {room.name: _subject(room, audit) for room in audit.rooms}
    always_open = {room.name for room in town.rooms if room.always_open}
    rooms = tuple(
        PlanRoom(
            room.name,
            subjects[room.name],
            frozenset(room.members),
            weekly=round(room.traffic.weekly),
            assignments=round(room.traffic.assignments / WEEKS),
            announces=room.kind == RoomKind.ANNOUNCEMENT.value,
            protected=protected_kind(room.kind) or room.name == town.town.leaders_room,
            always_open=room.name in always_open,
            managed=bool(room.kind),
            over=audit.why_dissolve(room.name),
        )
        for room in audit.rooms
    )
    said = await _said(connection, now)
    works: dict[str, set[str]] = defaultdict(set)
    follows: dict[str, set[str]] = defaultdict(set)
    for room in rooms:
        if room.over or room.protected or room.announces:
            continue
        for person in room.members:
            at_work = said.get((room.name, person), 0) >= WORKS
            (works if at_work else follows)[person].add(room.subject)
    return PlanTown(rooms, _frozen(works), _frozen(follows), limit=audit.limit)


def _subject(room: Listed, audit: Audit) -> str:
    """Its office; of a room nobody has described, the subject of the one that talks most alike."""
    if room.office:
        return room.office
    if room.kind:
        return room.name
    found = [
        (alike, other)
        for other in audit.rooms
        if other.kind in {RoomKind.BUSINESS.value, RoomKind.TEMPORARY.value}
        and (alike := audit.likeness.between(room.name, other.name)) is not None
        and alike >= ALIKE_SUBJECTS
    ]
    if not found:
        return room.name
    _, best = max(found, key=lambda one: (one[0], one[1].name))
    return best.office or best.name


async def _said(connection: AsyncConnection, now: datetime) -> dict[tuple[str, str], int]:
    """How much of work each person has said in each room lately."""
    judged = tables.judgements
    rows = await connection.execute(
        select(judged.c.room, judged.c.person, func.count().label("times"))
        .where(judged.c.at >= now - LOOKBACK, judged.c.at < now, judged.c.kind.in_(_WORK))
        .group_by(judged.c.room, judged.c.person)
    )
    return {(row.room, row.person): row.times for row in rows}


def _frozen(subjects: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {person: frozenset(names) for person, names in subjects.items()}
