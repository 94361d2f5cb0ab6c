"""Everything a week's summary tells, gathered once for text, picture and spreadsheet."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import tables
from bot.summary.audit import Audit, audit
from bot.summary.concerns import plan_town
from bot.summary.counting import IDLE, within
from bot.summary.figures import Figures, figures
from bot.summary.plan import NoPlan, Plan, PlanTown
from bot.summary.solve import PlanUnavailable, solve
from bot.summary.weeks import Spans
from bot.town import Town

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task of the week as the spreadsheet lists it. `what` is empty once it is purged."""

    number: int
    what: str
    room: str
    poster: str
    issued_at: datetime
    deadline: datetime | None
    state: str
    people: int
    acknowledged: int
    handed_in: int
    late: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A week. `plan` is None where nothing wants merging, or where no solver is installed."""

    town: str
    figures: Figures
    audit: Audit
    tasks: tuple[TaskLine, ...]
    question: PlanTown | None = None
    plan: Plan | NoPlan | None = None
    solver: bool = True


async def gather(connection: AsyncConnection, town: Town, spans: Spans, now: datetime) -> Summary:
    """Count, audit and plan. Reads only; the plan is sought beside the event loop."""
    counted = await figures(connection, town, spans)
    audited = await audit(connection, town, min(now, spans.this.end))
    tasks = await _tasks(connection, spans)
    question = await plan_town(connection, town, audited, min(now, spans.this.end))
    if not (audited.crowded or audited.overlaps or audited.zombies or audited.expired):
        return Summary(town.town.name, counted, audited, tasks, question)
    try:
        plan = await asyncio.to_thread(solve, question)
    except PlanUnavailable as missing:
        log.warning("no merge plan: %s", missing)
        return Summary(town.town.name, counted, audited, tasks, question, solver=False)
    return Summary(town.town.name, counted, audited, tasks, question, plan)


async def _tasks(connection: AsyncConnection, spans: Spans) -> tuple[TaskLine, ...]:
    tasks, people = tables.tasks, tables.task_people
    late = and_(people.c.handed_in_at.is_not(None), people.c.handed_in_at > tasks.c.deadline)
    rows: Any = await connection.execute(
        select(
            tasks.c.number, tasks.c.what, tasks.c.room, tasks.c.poster, tasks.c.issued_at,
            tasks.c.deadline, tasks.c.state,
            func.count(people.c.person).label("people"),
            func.count(people.c.acknowledged_at).label("acknowledged"),
            func.count(people.c.handed_in_at).label("handed_in"),
            func.count().filter(late).label("late"),
        )
        .outerjoin(people, and_(people.c.task == tasks.c.number, people.c.excused_until.is_(None)))
        .where(
            within(tasks.c.issued_at, spans), tasks.c.issued_at >= spans.this.start,
            tasks.c.state.not_in(IDLE),
        )
        .group_by(*(tasks.c[name] for name in _SHOWN))
        .order_by(tasks.c.number)
    )  # fmt: skip
    return tuple(TaskLine(**row) for row in rows.mappings())


_SHOWN = ("number", "what", "room", "poster", "issued_at", "deadline", "state")
