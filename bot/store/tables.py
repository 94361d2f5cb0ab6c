"""The tables. Moments are stored as UTC; migrations/ must agree with this file (a test checks)."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept as UTC; SQLite has no zones of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; ValueError for a moment without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs its zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: SQLite counts up only an INTEGER primary key, PostgreSQL wants room to grow.
Number = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _number() -> Column[int]:
    return Column("number", Number, primary_key=True, autoincrement=False)


def _of_message(*, primary: bool = False) -> Column[int]:
    return Column(
        "message" if not primary else "number",
        Number,
        ForeignKey("messages.number", ondelete="CASCADE"),
        primary_key=primary,
        autoincrement=False,
        nullable=False,
    )


def _name(name: str, *, null: bool = False, default: str | None = "") -> Column[str]:
    # No length: a name is data, and PostgreSQL would refuse the whole batch for one that is too long.
    return Column(name, String, nullable=null, default=default)


def _moment(name: str, *, null: bool = False) -> Column[datetime]:
    return Column(name, Moment, nullable=null)


def _json(name: str) -> Column[Any]:
    return Column(name, JSON, nullable=False, default=list)


#: Everything that was said. `sealed` holds a secret message's content, encrypted, in place of its words.
messages = Table(
    "messages",
    metadata,
    _number(),
    _name("channel"),
    _name("id"),
    _name("room"),
    _name("room_id"),
    _name("sender"),
    _name("sender_id"),
    _name("role"),
    _moment("at"),
    _moment("received_at"),
    _name("type"),
    Column("text", Text, nullable=False, default=""),
    Column("title", Text, nullable=False, default=""),
    _json("items"),
    _json("mentions"),
    _name("reply_to", null=True, default=None),
    Column("bot", Boolean, nullable=False, default=False),
    Column("attachment", Text, nullable=False, default=""),
    Column("revision", Integer, nullable=False, default=0),
    Column("sealed", LargeBinary, nullable=True),
    _moment("recalled_at", null=True),
    _moment("purged_at", null=True),
    # One room's id is unique on every platform here, a channel's is not on all of them.
    UniqueConstraint("channel", "room_id", "id"),
    Index(None, "at"),
    Index(None, "room", "at"),
)

#: What a message said before it was edited.
revisions = Table(
    "revisions",
    metadata,
    Column(
        "message",
        Number,
        ForeignKey("messages.number", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False, default=""),
    _moment("at"),
)

#: What was decided about each message (its newest revision). Every message that was handled has a
#: row, so that one without was stored and not yet judged.
judgements = Table(
    "judgements",
    metadata,
    _of_message(primary=True),
    _moment("at"),
    _name("room"),
    _name("person"),
    _name("rank"),
    _moment("decided_at"),
    Column("revision", Integer, nullable=False, default=0),
    _name("kind", null=True, default=None),
    Column("confidence", Float, nullable=False, default=0.0),
    _json("traits"),
    _moment("deadline", null=True),
    _json("addressees"),
    _json("because"),
    Column("working", Boolean, nullable=False, default=True),
    Column("backlog", Boolean, nullable=False, default=False),
    Column("doubtful", Boolean, nullable=False, default=False),
    _name("action"),
    _name("would"),
    _json("also"),
    _name("outcome", null=True, default=None),
    Column("threshold", Float, nullable=False, default=0.0),
    _name("relation", null=True, default=None),
    Column("relation_of", Number, nullable=True),
    Column("took_us", Integer, nullable=False, default=0),
    _name("spared"),
    Index(None, "at"),
    Index(None, "room", "at"),
)

findings = Table(
    "findings",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    _of_message(),
    _name("policy"),
    _name("mode"),
    Column("reason", Text, nullable=False, default=""),
    Column("comply", Text, nullable=False, default=""),
    Column("sure", Float, nullable=False, default=1.0),
    _moment("at"),
    Index(None, "message"),
    Index(None, "policy", "at"),
)

offences = Table(
    "offences",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    _of_message(),
    _name("person"),
    _name("policy"),
    _name("room"),
    _moment("at"),
    _moment("cleared_at", null=True),
    Index(None, "person", "policy", "at"),
)

#: Orders to channels: written with the decision, tried until their outcome is final.
outbox = Table(
    "outbox",
    metadata,
    _number(),
    Column("message", Number, nullable=True),
    _name("purpose"),
    _name("channel"),
    _name("verb"),
    Column("key", String, nullable=False, unique=True),
    _name("room_id"),
    _name("person_id"),
    _name("target_id"),
    _name("about"),
    Column("text", Text, nullable=False, default=""),
    Column("text_else", Text, nullable=False, default=""),
    _json("mentions"),
    _json("files"),
    _moment("until", null=True),
    Column("after", Number, nullable=True),
    _moment("created_at"),
    _moment("due_at"),
    _moment("attempted_at", null=True),
    _moment("finished_at", null=True),
    Column("attempts", Integer, nullable=False, default=0),
    _name("outcome"),
    Column("reason", Text, nullable=False, default=""),
    _name("posted_id"),
    Index(None, "outcome", "due_at"),
    Index(None, "message"),
)

#: Documents whose sender may still add key points and an opinion.
graces = Table(
    "graces",
    metadata,
    _of_message(primary=True),
    _moment("until"),
    Column("added", Text, nullable=False, default=""),
    Column("completed_by", Number, nullable=True),
    _moment("settled_at", null=True),
    Index(None, "settled_at"),
)

#: Assignments to be published at the next opening.
deferrals = Table(
    "deferrals",
    metadata,
    _of_message(primary=True),
    _name("room"),
    _moment("due_at"),
    _moment("published_at", null=True),
    _name("withdrawn"),
    Index(None, "published_at"),
)

#: Modes set by chat or on the page; the newest that has not ended wins. Never deleted: it is the history.
modes = Table(
    "modes",
    metadata,
    _number(),
    _name("scope"),
    _name("policy"),
    _name("mode"),
    _name("before"),
    _name("by"),
    _moment("at"),
    _moment("until", null=True),
    _moment("undone_at", null=True),
    _name("undone_by"),
)

emergencies = Table(
    "emergencies",
    metadata,
    _number(),
    _name("scope"),
    Column("reason", Text, nullable=False, default=""),
    _name("by"),
    _moment("at"),
    _moment("until"),
    _moment("ended_at", null=True),
    _name("ended_by"),
)

#: Who did what to the bot's rules and records.
audit = Table(
    "audit",
    metadata,
    _number(),
    _moment("at"),
    _name("actor"),
    _name("deed"),
    _name("object"),
    Column("before", Text, nullable=False, default=""),
    Column("after", Text, nullable=False, default=""),
    Column("allowed", Boolean, nullable=False, default=True),
    Index(None, "at"),
)

#: What the bot knows of each room of each channel.
rooms = Table(
    "rooms",
    metadata,
    Column("channel", String, primary_key=True),
    Column("room_id", String, primary_key=True),
    _name("name"),
    _moment("first_seen"),
    _moment("shadow_until", null=True),
    Column("closed", Boolean, nullable=False, default=False),
    _json("lost"),
    Index(None, "name"),
)

members = Table(
    "members",
    metadata,
    Column("channel", String, primary_key=True),
    Column("room_id", String, primary_key=True),
    Column("person_id", String, primary_key=True),
    _name("person"),
    _name("role"),
    _moment("since"),
    _moment("left_at", null=True),
    Index(None, "person"),
)

#: Names given to the first account that bore them, so that nobody becomes a leader by renaming.
identities = Table(
    "identities",
    metadata,
    Column("channel", String, primary_key=True),
    Column("name", String, primary_key=True),
    _name("person_id"),
    _moment("since"),
)

mutes = Table(
    "mutes",
    metadata,
    _number(),
    _name("channel"),
    _name("room_id"),
    _name("person_id"),
    _name("person"),
    _moment("at"),
    _moment("until"),
    _moment("ended_at", null=True),
)

#: How far each channel has read.
positions = Table(
    "positions",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False, default=""),
    _moment("at"),
)

#: Small facts that must outlive the process: hours set by chat, what was last sent.
facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False, default=""),
    _moment("at"),
)

#: Doubtful messages and appeals, waiting for an admin.
cases = Table(
    "cases",
    metadata,
    _number(),
    _of_message(),
    _name("sort"),
    _name("person"),
    Column("text", Text, nullable=False, default=""),
    _moment("at"),
    _name("verdict"),
    _name("by"),
    Column("answer", Text, nullable=False, default=""),
    _moment("closed_at", null=True),
    Index(None, "message"),
)

#: What admins said a message really is; the reader learns from it.
corrections = Table(
    "corrections",
    metadata,
    _number(),
    _of_message(),
    _name("by"),
    _moment("at"),
    Column("words", Text, nullable=False, default=""),
    _json("features"),
    _name("kind"),
    _json("traits"),
    _name("was"),
    _moment("withdrawn_at", null=True),
)

tasks = Table(
    "tasks",
    metadata,
    _number(),
    _of_message(),
    _name("room"),
    _name("poster"),
    _moment("issued_at"),
    Column("what", Text, nullable=False, default=""),
    _json("parts"),
    _json("addressees"),
    _moment("deadline", null=True),
    _name("state"),
    _moment("closed_at", null=True),
    Index(None, "state"),
    Index(None, "issued_at"),
)

#: One row for each person a task concerns.
task_people = Table(
    "task_people",
    metadata,
    Column("task", Number, ForeignKey("tasks.number", ondelete="CASCADE"), primary_key=True),
    Column("person", String, primary_key=True),
    _moment("acknowledged_at", null=True),
    _moment("handed_in_at", null=True),
    Column("result", Number, nullable=True),
    _moment("confirmed_at", null=True),
    _moment("excused_until", null=True),
    Index(None, "person"),
)

#: What happened to a task, in order: issued, corrected, cancelled, acknowledged, handed in …
task_events = Table(
    "task_events",
    metadata,
    _number(),
    Column("task", Number, ForeignKey("tasks.number", ondelete="CASCADE"), nullable=False),
    _moment("at"),
    _name("event"),
    _name("person"),
    Column("message", Number, nullable=True),
    Column("detail", Text, nullable=False, default=""),
    Index(None, "task"),
)

#: Where else a task was posted, and what corrected or cancelled it.
task_messages = Table(
    "task_messages",
    metadata,
    Column("message", Number, primary_key=True, autoincrement=False),
    Column("task", Number, ForeignKey("tasks.number", ondelete="CASCADE"), nullable=False),
    _name("part"),
    Index(None, "task"),
)

#: Reminders and lists that were sent, so that none goes out twice.
notices = Table(
    "notices",
    metadata,
    Column("key", String, primary_key=True),
    _moment("at"),
    Column("outbox", Number, nullable=True),
)

leave = Table(
    "leave",
    metadata,
    _number(),
    _name("person"),
    _moment("from_at"),
    _moment("until"),
    _name("by"),
    _moment("at"),
    _moment("ended_at", null=True),
)

outages = Table(
    "outages",
    metadata,
    _number(),
    _name("channel"),
    _moment("from_at"),
    _moment("until", null=True),
    Column("reason", Text, nullable=False, default=""),
    Column("recorded", Integer, nullable=False, default=0),
)

#: Login links and sessions of the local page; only hashes are kept.
sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    _name("sort"),
    _name("person"),
    _name("csrf"),
    _moment("at"),
    _moment("until"),
    _moment("used_at", null=True),
)
