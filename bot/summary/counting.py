"""The archive's sums behind the weekly figures: each one query over both weeks, on either store.

Nothing here needs the words of messages but `wolves`, so that purged weeks can still be counted.
"""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    distinct,
    func,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.base import Verb
from bot.core.decision import TOOK_EFFECT, Action, Mode, Outcome
from bot.core.reading import Kind, Trait
from bot.delivery.entry import RESTORED
from bot.store import tables
from bot.store.tables import Moment
from bot.summary.weeks import Span, Spans
from bot.tasks.task import Deed, TaskState

#: What an emergency is called in writing; on a table it cries wolf.
ALARMS = ("紧急", "加急", "特急", "十万火急")
_RECEIPTS = "quiet_receipts"
_UNDONE = ("misjudged", "let_pass")
#: How long after a message an order about it is looked for.
_AFTERWARDS = timedelta(days=30)
_SENT = tuple(outcome.value for outcome in TOOK_EFFECT)
IDLE = (TaskState.CANCELLED.value, TaskState.WITHDRAWN.value)

#: One room's figures of one of the two weeks, by the names of `Counts`.
Counted = tuple[str, int, Mapping[str, Any]]


def within(column: ColumnElement[datetime], spans: Spans) -> ColumnElement[bool]:
    """Whether a moment lies in one of the two stretches."""
    return and_(
        column >= spans.last.start,
        column < spans.this.end,
        or_(column < spans.last.end, column >= spans.this.start),
    )


def period(column: ColumnElement[datetime], spans: Spans) -> ColumnElement[int]:
    """1 for this week, 0 for the one before."""
    return case((column >= literal(spans.this.start, Moment), 1), else_=0).label("period")


def has(column: ColumnElement[Any], trait: Trait) -> ColumnElement[bool]:
    """Whether a list of traits, stored as JSON, names one."""
    return cast(column, Text).like(f'%"{trait.value}"%')


async def all_counts(connection: AsyncConnection, spans: Spans) -> AsyncIterator[Counted]:
    """Every figure that is kept by room; the room is empty for what is said privately."""
    queries = (
        _said(spans), _taken_down(spans), _receipts(spans), _corrected(spans), _own(spans),
        _tasks(spans),
    )  # fmt: skip
    for query in queries:
        for row in await connection.execute(query):
            values = dict(row._mapping)  # noqa: SLF001 - the public name of a row's values
            yield values.pop("room"), values.pop("period"), values
    broken: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for row in await connection.execute(_violations(spans)):
        broken[row.room, row.period][row.policy] = row.times
    for (room, when), policies in broken.items():
        yield room, when, {"violations": policies}


def _said(spans: Spans) -> Select[Any]:
    judged = tables.judgements
    assigns = or_(
        judged.c.kind == Kind.ASSIGNMENT.value,
        and_(judged.c.kind == Kind.DOCUMENT.value, has(judged.c.traits, Trait.BRIEFED)),
    )
    when = period(judged.c.at, spans)
    return (
        select(
            judged.c.room,
            when,
            func.count().label("messages"),
            func.count().filter(assigns).label("assignments"),
            func.count().filter(judged.c.working.is_(False)).label("off_hours"),
        )
        .where(within(judged.c.at, spans), judged.c.kind.is_not(None), judged.c.room != "")
        .group_by(judged.c.room, when)
    )


def _taken_down(spans: Spans) -> Select[Any]:
    """Deletions that the platform has confirmed; an edited message may have been deleted twice."""
    judged, orders = tables.judgements, tables.outbox
    noise = and_(
        judged.c.action.in_([Action.DELETE.word, Action.MUTE.word]),
        judged.c.kind != Kind.ACKNOWLEDGEMENT.value,
        judged.c.spared.not_in(_UNDONE),
    )
    when = period(judged.c.at, spans)
    return (
        select(
            judged.c.room,
            when,
            func.count(distinct(judged.c.number)).label("taken_down"),
            func.count(distinct(case((noise, judged.c.number)))).label("noise"),
        )
        .join(orders, orders.c.message == judged.c.number)
        .where(
            within(judged.c.at, spans),
            orders.c.verb == Verb.DELETE.value,
            orders.c.outcome == Outcome.DONE.value,
            # Only to narrow the search: an order follows its message, mostly at once.
            orders.c.due_at >= spans.last.start,
            orders.c.due_at < spans.this.end + _AFTERWARDS,
        )
        .group_by(judged.c.room, when)
    )


def _receipts(spans: Spans) -> Select[Any]:
    """Receipts that went to the list, whether or not the room could be cleared of them."""
    judged, found = tables.judgements, tables.findings
    when = period(found.c.at, spans)
    return (
        select(judged.c.room, when, func.count(distinct(judged.c.number)).label("receipts"))
        .join(judged, judged.c.number == found.c.message)
        .where(
            found.c.policy == _RECEIPTS,
            within(found.c.at, spans),
            found.c.mode != Mode.OBSERVE.value,
            judged.c.kind == Kind.ACKNOWLEDGEMENT.value,
        )
        .group_by(judged.c.room, when)
    )


def _violations(spans: Spans) -> Select[Any]:
    offences = tables.offences
    when = period(offences.c.at, spans)
    return (
        select(
            offences.c.room,
            when,
            offences.c.policy,
            func.count(distinct(offences.c.message)).label("times"),
        )
        .where(within(offences.c.at, spans), offences.c.cleared_at.is_(None))
        .group_by(offences.c.room, when, offences.c.policy)
    )


def _corrected(spans: Spans) -> Select[Any]:
    """Messages that people put right: taught anew, won on appeal or doubt, or put back."""
    judged, cases = tables.judgements, tables.cases
    taught, orders = tables.corrections, tables.outbox
    right = union(
        select(taught.c.message, taught.c.at.label("at")).where(
            within(taught.c.at, spans), taught.c.withdrawn_at.is_(None)
        ),
        select(cases.c.message, cases.c.closed_at.label("at")).where(
            within(cases.c.closed_at, spans), cases.c.verdict.in_(_UNDONE)
        ),
        select(orders.c.message, orders.c.due_at.label("at")).where(
            orders.c.outcome.in_(_SENT),
            within(orders.c.due_at, spans),
            orders.c.purpose == RESTORED,
        ),
    ).subquery()
    when = period(right.c.at, spans)
    return (
        select(judged.c.room, when, func.count(distinct(judged.c.number)).label("corrected"))
        .join(right, right.c.message == judged.c.number)
        .group_by(judged.c.room, when)
    )


def _own(spans: Spans) -> Select[Any]:
    orders, rooms = tables.outbox, tables.rooms
    public = orders.c.verb.in_([Verb.SEND.value, Verb.ANNOUNCE.value])
    room = case((public, func.coalesce(rooms.c.name, "")), else_="").label("room")
    when = period(orders.c.due_at, spans)
    return (
        select(
            room,
            when,
            func.count().filter(public).label("own"),
            func.count().filter(orders.c.verb == Verb.WHISPER.value).label("own_private"),
        )
        .outerjoin(
            rooms, and_(rooms.c.channel == orders.c.channel, rooms.c.room_id == orders.c.room_id)
        )
        .where(
            orders.c.outcome.in_(_SENT),
            within(orders.c.due_at, spans),
            orders.c.verb.in_([Verb.SEND.value, Verb.ANNOUNCE.value, Verb.WHISPER.value]),
        )
        .group_by(room, when)
    )


def _tasks(spans: Spans) -> Select[Any]:
    """Tasks by the week of their issue. Done: handed in, or only answered where nothing is wanted."""
    tasks, people, events = tables.tasks, tables.task_people, tables.task_events
    wanted = (
        select(events.c.number)
        .where(
            events.c.task == tasks.c.number,
            events.c.event == Deed.ISSUED.value,
            events.c.detail == "hand_in",
        )
        .exists()
    )
    done_at = case((wanted, people.c.handed_in_at), else_=people.c.acknowledged_at)
    in_time = and_(
        done_at.is_not(None), or_(tasks.c.deadline.is_(None), done_at <= tasks.c.deadline)
    )
    when = period(tasks.c.issued_at, spans)
    each = (
        select(
            tasks.c.room,
            when,
            func.count(people.c.person).label("concerned"),
            func.count(people.c.acknowledged_at).label("given"),
            func.count().filter(in_time).label("in_time"),
        )
        .outerjoin(people, and_(people.c.task == tasks.c.number, people.c.excused_until.is_(None)))
        .where(within(tasks.c.issued_at, spans), tasks.c.state.not_in(IDLE))
        .group_by(tasks.c.number, tasks.c.room, tasks.c.issued_at)
        .subquery()
    )
    somebody = each.c.concerned > 0
    return select(
        each.c.room,
        each.c.period,
        func.count().label("issued"),
        func.count().filter(somebody, each.c.given == each.c.concerned).label("acknowledged"),
        func.count().filter(somebody, each.c.in_time == each.c.concerned).label("done_on_time"),
        # PostgreSQL sums whole numbers to a decimal.
        cast(func.sum(each.c.concerned), Integer).label("concerned"),
        cast(func.sum(each.c.given), Integer).label("receipts_given"),
    ).group_by(each.c.room, each.c.period)


async def memberships(connection: AsyncConnection) -> dict[str, list[str]]:
    """The rooms of everybody who is in one now."""
    members, rooms = tables.members, tables.rooms
    found: dict[str, list[str]] = defaultdict(list)
    for person, room in await connection.execute(
        select(members.c.person, rooms.c.name)
        .distinct()
        .join(
            rooms, and_(rooms.c.channel == members.c.channel, rooms.c.room_id == members.c.room_id)
        )
        .where(members.c.left_at.is_(None))
        .order_by(members.c.person, rooms.c.name)
    ):
        found[person].append(room)
    return found


async def emergencies(connection: AsyncConnection, spans: Spans) -> tuple[int, int]:
    """How many were declared, the week before first."""
    table = tables.emergencies
    when = period(table.c.at, spans)
    rows = await connection.execute(
        select(when, func.count().label("times")).where(within(table.c.at, spans)).group_by(when)
    )
    counted = {row.period: row.times for row in rows}
    return counted.get(0, 0), counted.get(1, 0)


async def wolves(connection: AsyncConnection, spans: Spans) -> tuple[int | None, int | None]:
    """Demands for material that say 紧急 and are no emergency; None where words are purged."""
    judged, messages = tables.judgements, tables.messages
    when = period(judged.c.at, spans)
    rows = await connection.execute(
        select(
            when,
            func.count()
            .filter(or_(*(messages.c.text.like(f"%{word}%") for word in ALARMS)))
            .label("times"),
            func.count(messages.c.purged_at).label("purged"),
        )
        .join(messages, messages.c.number == judged.c.number)
        .where(
            within(judged.c.at, spans),
            judged.c.kind == Kind.ASSIGNMENT.value,
            has(judged.c.traits, Trait.MATERIAL_DEMAND),
            ~has(judged.c.traits, Trait.URGENT),
        )
        .group_by(when)
    )
    counted = {row.period: None if row.purged else row.times for row in rows}
    return counted.get(0, 0), counted.get(1, 0)


async def outages(connection: AsyncConnection, span: Span) -> Sequence[tuple[datetime, datetime]]:
    """When the bot was away within a stretch, cut to it, in order."""
    table = tables.outages
    rows = await connection.execute(
        select(table.c.from_at, table.c.until)
        .where(
            table.c.from_at < span.end,
            or_(table.c.until.is_(None), table.c.until > span.start),
        )
        .order_by(table.c.from_at)
    )
    return [(max(row.from_at, span.start), min(row.until or span.end, span.end)) for row in rows]


async def remembered(connection: AsyncConnection, week: str) -> int | None:
    """How often 紧急 was cried in a week, as it was noted while the words were there."""
    value = await connection.scalar(
        select(tables.facts.c.value).where(tables.facts.c.name == kept_fact(week))
    )
    found = json.loads(value).get("wolf") if value else None
    return found if isinstance(found, int) else None


def kept_fact(week: str) -> str:
    """The name of the fact that holds what a week's words alone could tell."""
    return f"weekly-kept:{week}"
