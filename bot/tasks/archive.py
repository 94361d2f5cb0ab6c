"""Read the tasks back from the archive."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.entry import PUBLISHED, RESTORED
from bot.store import tables
from bot.tasks.ledger import REMEMBERED, Ledger
from bot.tasks.task import Concern, Deed, Post, Task, TaskState

#: What the bot itself posts in rooms about tasks; people may quote it.
MENTIONED = "task_mention"


async def read_tasks(connection: AsyncConnection, ledger: Ledger, now: datetime) -> None:
    """Fill the ledger with every open task and those closed lately."""
    table = tables.tasks
    wanted = or_(table.c.state == TaskState.OPEN.value, table.c.closed_at > now - REMEMBERED)
    tasks: dict[int, Task] = {}
    for row in await connection.execute(select(table).where(wanted).order_by(table.c.number)):
        tasks[row.number] = Task(
            row.number, row.message, row.room, row.poster, row.issued_at, row.issued_at, row.what,
            tuple(row.parts), tuple(row.addressees), row.deadline, TaskState(row.state),
            row.closed_at,
        )  # fmt: skip
    await _people(connection, tasks, wanted)
    await _posts(connection, tasks, wanted)
    await _history(connection, tasks, wanted)
    ledger.take_up(tasks.values())
    await _own_posts(connection, ledger, wanted)


async def _people(
    connection: AsyncConnection, tasks: dict[int, Task], wanted: ColumnElement[bool]
) -> None:
    table = tables.task_people
    rows = await connection.execute(
        select(table).join(tables.tasks, tables.tasks.c.number == table.c.task).where(wanted)
    )
    for row in rows:
        task = tasks[row.task]
        task.people[row.person] = Concern(
            row.person, task.issued_at, row.acknowledged_at, row.handed_in_at, row.result,
            row.confirmed_at, dropped=row.excused_until is not None,
        )  # fmt: skip


async def _posts(
    connection: AsyncConnection, tasks: dict[int, Task], wanted: ColumnElement[bool]
) -> None:
    table, messages = tables.task_messages, tables.messages
    rows = await connection.execute(
        select(table.c.task, table.c.part, messages.c.number, messages.c.room, messages.c.id,
               messages.c.at)
        .join(messages, messages.c.number == table.c.message)
        .join(tables.tasks, tables.tasks.c.number == table.c.task)
        .where(wanted)
        .order_by(messages.c.number)
    )  # fmt: skip
    for row in rows:
        task = tasks[row.task]
        at = task.issued_at if row.number == task.message else row.at
        task.posts[row.number] = Post(row.number, row.part, row.room, row.id, at)


async def _history(
    connection: AsyncConnection, tasks: dict[int, Task], wanted: ColumnElement[bool]
) -> None:
    table = tables.task_events
    rows = await connection.execute(
        select(table)
        .join(tables.tasks, tables.tasks.c.number == table.c.task)
        .where(wanted, table.c.event.in_([Deed.ISSUED, Deed.ADDED, Deed.CORRECTED]))
        .order_by(table.c.number)
    )
    for row in rows:
        task = tasks[row.task]
        if row.event == Deed.ISSUED:
            task.made_at, task.hand_in = row.at, row.detail == "hand_in"
        elif row.event == Deed.CORRECTED:
            task.change, task.changed_at, task.changes = row.detail, row.at, task.changes + 1
        elif row.person in task.people:
            task.people[row.person].since = row.at


async def _own_posts(
    connection: AsyncConnection,
    ledger: Ledger,
    wanted: ColumnElement[bool],
) -> None:
    """Which of the bot's posts speak of which tasks: publications of deferred ones, mentions."""
    outbox, rooms, deferrals = tables.outbox, tables.rooms, tables.deferrals
    speaks: dict[tuple[str, str], list[int]] = defaultdict(list)
    posted = (
        select(rooms.c.name, outbox.c.posted_id, tables.tasks.c.number)
        .join(rooms, and_(rooms.c.channel == outbox.c.channel, rooms.c.room_id == outbox.c.room_id))
        .where(outbox.c.posted_id != "", wanted)
    )
    published = posted.join(
        deferrals,
        and_(deferrals.c.published_at == outbox.c.created_at, deferrals.c.room == rooms.c.name),
    ).join(tables.tasks, tables.tasks.c.message == deferrals.c.number)
    mentioned = posted.join(tables.tasks, tables.tasks.c.message == outbox.c.message)
    for query in (
        published.where(outbox.c.purpose == PUBLISHED),
        mentioned.where(outbox.c.purpose.in_([MENTIONED, RESTORED])),
    ):
        for row in await connection.execute(query):
            speaks[row.name, row.posted_id].append(row.number)
    for (room, message_id), numbers in speaks.items():
        ledger.quotable(room, message_id, numbers)
