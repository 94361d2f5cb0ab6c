"""The tables; migrations/ must agree with them (a test checks)."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.store.columns import Moment, Number, listed, metadata, moment, name, number, of_message
from bot.store.task_tables import leave, notices, task_events, task_messages, task_people, tasks

__all__ = [
    "Moment",
    "audit",
    "cases",
    "corrections",
    "deferrals",
    "emergencies",
    "facts",
    "findings",
    "graces",
    "identities",
    "judgements",
    "leave",
    "members",
    "messages",
    "metadata",
    "modes",
    "mutes",
    "notices",
    "offences",
    "outages",
    "outbox",
    "positions",
    "revisions",
    "rooms",
    "sessions",
    "task_events",
    "task_messages",
    "task_people",
    "tasks",
]

#: Everything that was said. `sealed` holds a secret message's content, encrypted, in place of its words.
messages = Table(
    "messages",
    metadata,
    number(),
    name("channel"),
    name("id"),
    name("room"),
    name("room_id"),
    name("sender"),
    name("sender_id"),
    name("role"),
    moment("at"),
    moment("received_at"),
    name("type"),
    Column("text", Text, nullable=False, default=""),
    Column("title", Text, nullable=False, default=""),
    listed("items"),
    listed("mentions"),
    name("reply_to", null=True, default=None),
    Column("bot", Boolean, nullable=False, default=False),
    Column("attachment", Text, nullable=False, default=""),
    Column("revision", Integer, nullable=False, default=0),
    Column("sealed", LargeBinary, nullable=True),
    moment("recalled_at", null=True),
    moment("purged_at", null=True),
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
    moment("at"),
)

#: What was decided about each message (its newest revision). Every message that was handled has a
#: row, so that one without was stored and not yet judged.
judgements = Table(
    "judgements",
    metadata,
    of_message(primary=True),
    moment("at"),
    name("room"),
    name("person"),
    name("rank"),
    moment("decided_at"),
    Column("revision", Integer, nullable=False, default=0),
    name("kind", null=True, default=None),
    Column("confidence", Float, nullable=False, default=0.0),
    listed("traits"),
    moment("deadline", null=True),
    listed("addressees"),
    listed("because"),
    Column("working", Boolean, nullable=False, default=True),
    Column("backlog", Boolean, nullable=False, default=False),
    Column("doubtful", Boolean, nullable=False, default=False),
    name("action"),
    name("would"),
    listed("also"),
    name("outcome", null=True, default=None),
    Column("threshold", Float, nullable=False, default=0.0),
    name("relation", null=True, default=None),
    Column("relation_of", Number, nullable=True),
    Column("took_us", Integer, nullable=False, default=0),
    name("spared"),
    Index(None, "at"),
    Index(None, "room", "at"),
)

findings = Table(
    "findings",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    of_message(),
    name("policy"),
    name("mode"),
    Column("reason", Text, nullable=False, default=""),
    Column("comply", Text, nullable=False, default=""),
    Column("sure", Float, nullable=False, default=1.0),
    moment("at"),
    Index(None, "message"),
    Index(None, "policy", "at"),
)

offences = Table(
    "offences",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    of_message(),
    name("person"),
    name("policy"),
    name("room"),
    moment("at"),
    moment("cleared_at", null=True),
    Index(None, "person", "policy", "at"),
)

#: Orders to channels: written with the decision, tried until their outcome is final.
outbox = Table(
    "outbox",
    metadata,
    number(),
    Column("message", Number, nullable=True),
    name("purpose"),
    name("channel"),
    name("verb"),
    Column("key", String, nullable=False, unique=True),
    name("room_id"),
    name("person_id"),
    name("target_id"),
    name("about"),
    Column("text", Text, nullable=False, default=""),
    Column("text_else", Text, nullable=False, default=""),
    listed("mentions"),
    listed("files"),
    moment("until", null=True),
    Column("after", Number, nullable=True),
    Column("said_with", Number, nullable=True),
    moment("created_at"),
    moment("due_at"),
    moment("attempted_at", null=True),
    moment("finished_at", null=True),
    Column("attempts", Integer, nullable=False, default=0),
    name("outcome"),
    Column("reason", Text, nullable=False, default=""),
    name("posted_id"),
    Index(None, "outcome", "due_at"),
    Index(None, "message"),
)

#: Documents whose sender may still add key points and an opinion.
graces = Table(
    "graces",
    metadata,
    of_message(primary=True),
    moment("until"),
    Column("added", Text, nullable=False, default=""),
    Column("completed_by", Number, nullable=True),
    moment("settled_at", null=True),
    Index(None, "settled_at"),
)

#: Assignments to be published at the next opening.
deferrals = Table(
    "deferrals",
    metadata,
    of_message(primary=True),
    name("room"),
    moment("due_at"),
    moment("published_at", null=True),
    name("withdrawn"),
    Index(None, "published_at"),
)

#: Modes set by chat or on the page; the newest that has not ended wins. Never deleted: it is the history.
modes = Table(
    "modes",
    metadata,
    number(),
    name("scope"),
    name("policy"),
    name("mode"),
    name("before"),
    name("by"),
    moment("at"),
    moment("until", null=True),
    moment("undone_at", null=True),
    name("undone_by"),
)

emergencies = Table(
    "emergencies",
    metadata,
    number(),
    name("scope"),
    Column("reason", Text, nullable=False, default=""),
    name("by"),
    moment("at"),
    moment("until"),
    moment("ended_at", null=True),
    name("ended_by"),
)

#: Who did what to the bot's rules and records.
audit = Table(
    "audit",
    metadata,
    number(),
    moment("at"),
    name("actor"),
    name("deed"),
    name("object"),
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
    name("name"),
    moment("first_seen"),
    moment("shadow_until", null=True),
    Column("closed", Boolean, nullable=False, default=False),
    listed("lost"),
    Index(None, "name"),
)

members = Table(
    "members",
    metadata,
    Column("channel", String, primary_key=True),
    Column("room_id", String, primary_key=True),
    Column("person_id", String, primary_key=True),
    name("person"),
    name("role"),
    moment("since"),
    moment("left_at", null=True),
    Index(None, "person"),
)

#: Names given to the first account that bore them, so that nobody becomes a leader by renaming.
identities = Table(
    "identities",
    metadata,
    Column("channel", String, primary_key=True),
    Column("name", String, primary_key=True),
    name("person_id"),
    moment("since"),
)

mutes = Table(
    "mutes",
    metadata,
    number(),
    name("channel"),
    name("room_id"),
    name("person_id"),
    name("person"),
    moment("at"),
    moment("until"),
    moment("ended_at", null=True),
)

#: How far each channel has read.
positions = Table(
    "positions",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False, default=""),
    moment("at"),
)

#: Small facts that must outlive the process: hours set by chat, what was last sent.
facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False, default=""),
    moment("at"),
)

#: Doubtful messages and appeals, waiting for an admin.
cases = Table(
    "cases",
    metadata,
    number(),
    of_message(),
    name("sort"),
    name("person"),
    Column("text", Text, nullable=False, default=""),
    moment("at"),
    name("verdict"),
    name("by"),
    Column("answer", Text, nullable=False, default=""),
    moment("closed_at", null=True),
    Index(None, "message"),
)

#: What admins said a message really is; the reader learns from it.
corrections = Table(
    "corrections",
    metadata,
    number(),
    of_message(),
    name("by"),
    moment("at"),
    Column("words", Text, nullable=False, default=""),
    listed("features"),
    name("kind"),
    listed("traits"),
    name("was"),
    moment("withdrawn_at", null=True),
)

#: One row for each person a task concerns.
#: What happened to a task, in order: issued, corrected, cancelled, acknowledged, handed in …
#: Where else a task was posted, and what corrected or cancelled it.
#: Reminders and lists that were sent, so that none goes out twice.
outages = Table(
    "outages",
    metadata,
    number(),
    name("channel"),
    moment("from_at"),
    moment("until", null=True),
    Column("reason", Text, nullable=False, default=""),
    Column("recorded", Integer, nullable=False, default=0),
)

#: Login links and sessions of the local page; only hashes are kept.
sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    name("sort"),
    name("person"),
    name("csrf"),
    moment("at"),
    moment("until"),
    moment("used_at", null=True),
)
