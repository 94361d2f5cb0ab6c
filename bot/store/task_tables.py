"""The tables of tasks and of what people were told about them."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from bot.store.columns import Number, listed, metadata, moment, name, number, of_message

tasks = Table(
    "tasks",
    metadata,
    number(),
    of_message(),
    name("room"),
    name("poster"),
    moment("issued_at"),
    Column("what", Text, nullable=False, default=""),
    listed("parts"),
    listed("addressees"),
    moment("deadline", null=True),
    name("state"),
    moment("closed_at", null=True),
    Index(None, "state"),
    Index(None, "issued_at"),
)

task_people = Table(
    "task_people",
    metadata,
    Column("task", Number, ForeignKey("tasks.number", ondelete="CASCADE"), primary_key=True),
    Column("person", String, primary_key=True),
    moment("acknowledged_at", null=True),
    moment("handed_in_at", null=True),
    Column("result", Number, nullable=True),
    moment("confirmed_at", null=True),
    moment("excused_until", null=True),
    Index(None, "person"),
)

task_events = Table(
    "task_events",
    metadata,
    number(),
    Column("task", Number, ForeignKey("tasks.number", ondelete="CASCADE"), nullable=False),
    moment("at"),
    name("event"),
    name("person"),
    Column("message", Number, nullable=True),
    Column("detail", Text, nullable=False, default=""),
    Index(None, "task"),
)

task_messages = Table(
    "task_messages",
    metadata,
    Column("message", Number, primary_key=True, autoincrement=False),
    Column("task", Number, ForeignKey("tasks.number", ondelete="CASCADE"), nullable=False),
    name("part"),
    Index(None, "task"),
)

notices = Table(
    "notices",
    metadata,
    Column("key", String, primary_key=True),
    moment("at"),
    Column("outbox", Number, nullable=True),
)

leave = Table(
    "leave",
    metadata,
    number(),
    name("person"),
    moment("from_at"),
    moment("until"),
    name("by"),
    moment("at"),
    moment("ended_at", null=True),
)
