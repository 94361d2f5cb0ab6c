"""What the archive knows of one message: how it was read, what was done, what is still open."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.base import Verb
from bot.commands.base import Call
from bot.core.decision import NOT_FAILED, Action
from bot.core.message import Message
from bot.delivery.entry import RESTORED
from bot.judging.judgement import SECRECY
from bot.store import tables
from bot.store.rows import message_of
from bot.store.seal import Seal

_QUIET = (Action.NONE.word, Action.RECORD.word)
_NUMBER = re.compile(r"\s*(?:编号|no\.?|第)?\s*#?\s*(\d{1,9})\s*(?:号|条)?[\s,:;]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """The message a command is about: by number, by quotation, or the caller's own last one."""

    number: int = 0
    quoted: str = ""
    channel: str = ""
    room_id: str = ""
    sender_id: str = ""


@dataclass(frozen=True)
class Dossier:
    """Everything about one message. `judged` is its row of judgements, None while it waits for one."""

    message: Message
    judged: Any
    findings: Sequence[Any] = ()
    orders: Sequence[Any] = ()
    cases: Sequence[Any] = ()
    corrections: Sequence[Any] = ()
    sealed: bytes | None = None
    recalled_at: datetime | None = None
    purged: bool = False

    @property
    def number(self) -> int:
        """The number it is spoken of by."""
        return self.message.number

    @property
    def unjudged(self) -> bool:
        """Whether it is nothing that is judged: private, a command, a bot's."""
        return self.judged is None or self.judged.kind is None

    @property
    def secret(self) -> bool:
        """Whether its content is never to be shown."""
        return self.sealed is not None or any(row.policy == SECRECY for row in self.findings)

    def opened(self, seal: Seal | None) -> Message | None:
        """The message with its words, though they were sealed; None where they cannot be had."""
        if self.purged or (self.sealed is not None and seal is None):
            return None
        if self.sealed is None or seal is None:
            return self.message
        return seal.open(self.message, self.sealed)

    @property
    def taken_down(self) -> Any:
        """The order by which the bot took it down, None if the message still stands."""
        for row in self.orders:
            if row.verb == Verb.DELETE.value and row.outcome in NOT_FAILED:
                return row
        return None

    @property
    def restored(self) -> bool:
        """Whether it was put back already, or will be."""
        return any(row.outcome in NOT_FAILED for row in self.restoring)

    @property
    def restoring(self) -> list[Any]:
        """The orders to put it back, refused ones too."""
        return [row for row in self.orders if row.purpose == RESTORED]

    def mutes(self, now: datetime) -> list[Any]:
        """Mutes that came with it and are not over."""
        return [
            row
            for row in self.orders
            if row.verb == Verb.MUTE.value and row.until and row.until > now
            and row.outcome in NOT_FAILED
        ]  # fmt: skip

    @property
    def open_cases(self) -> list[Any]:
        """Doubts and appeals that nobody has answered."""
        return [row for row in self.cases if row.closed_at is None]

    @property
    def last_findings(self) -> list[Any]:
        """The findings that led to the last decision, one a policy."""
        if self.judged is None or self.judged.action == Action.NONE.word:
            return []
        return list({row.policy: row for row in self.findings}.values())


def target_of(call: Call) -> tuple[Target, str]:
    """Which message a command is about, and what was said after its number."""
    message = call.message
    number, rest, data = 0, call.rest, call.spoken.data
    if found := _NUMBER.match(call.rest):
        number = int(found[1])
        rest, data = call.rest[found.end() :], data[found.end() :]
    return (
        Target(
            number, message.reply_to or "", message.channel, message.room_id,
            message.sender_id or message.sender,
        ),
        data.strip() if rest.strip() else "",
    )  # fmt: skip


async def find(connection: AsyncConnection, target: Target) -> Dossier | None:
    """The dossier of a target; None if there is no such message."""
    number = target.number or await _meant(connection, target)
    row = None
    if number:
        query = select(tables.messages).where(tables.messages.c.number == number)
        row = (await connection.execute(query)).first()
    if row is None:
        return None
    judged = tables.judgements
    return Dossier(
        message_of(row),
        (await connection.execute(select(judged).where(judged.c.number == number))).first(),
        await _of(connection, tables.findings, number),
        await _of(connection, tables.outbox, number),
        await _of(connection, tables.cases, number),
        await _of(connection, tables.corrections, number),
        row.sealed,
        row.recalled_at,
        row.purged_at is not None,
    )


async def _of(connection: AsyncConnection, table: Any, number: int) -> Sequence[Any]:
    order = next(iter(table.primary_key.columns))
    query = select(table).where(table.c.message == number).order_by(order)
    return (await connection.execute(query)).all()


async def _meant(connection: AsyncConnection, target: Target) -> int:
    """The number of what was quoted: a message, or the bot's own word about one."""
    messages, outbox, judged = tables.messages, tables.outbox, tables.judgements
    if target.quoted:
        quoted = await connection.scalar(
            select(messages.c.number).where(
                messages.c.channel == target.channel,
                messages.c.room_id == target.room_id,
                messages.c.id == target.quoted,
                messages.c.bot.is_(False),
            )
        )
        about = quoted or await connection.scalar(
            select(outbox.c.message)
            .where(outbox.c.channel == target.channel, outbox.c.posted_id == target.quoted)
            .order_by(outbox.c.number.desc())
            .limit(1)
        )
        return about or 0
    last = await connection.scalar(
        select(func.max(messages.c.number))
        .join(judged, judged.c.number == messages.c.number)
        .where(
            messages.c.channel == target.channel,
            messages.c.sender_id == target.sender_id,
            messages.c.room != "",
            or_(judged.c.action.not_in(_QUIET), judged.c.doubtful),
        )
    )
    return last or 0


async def open_cases(connection: AsyncConnection, limit: int) -> tuple[Sequence[Any], int]:
    """Doubts and appeals that wait, appeals first, then the newest; and how many there are."""
    cases, messages, findings = tables.cases, tables.messages, tables.findings
    secret = (
        select(findings.c.id)
        .where(findings.c.message == messages.c.number, findings.c.policy == SECRECY)
        .exists()
    )
    query = (
        select(
            cases.c.sort, cases.c.text.label("words"), messages, tables.judgements.c.kind,
            secret.label("secret"),
        )
        .join(messages, messages.c.number == cases.c.message)
        .join(tables.judgements, tables.judgements.c.number == cases.c.message)
        .where(cases.c.closed_at.is_(None))
        .order_by((cases.c.sort == "appeal").desc(), cases.c.number.desc())
    )  # fmt: skip
    rows = (await connection.execute(query.limit(limit))).all()
    total = await connection.scalar(
        select(func.count()).select_from(cases).where(cases.c.closed_at.is_(None))
    )
    return rows, total or 0


@dataclass(frozen=True, slots=True)
class Today:
    """Figures since a moment."""

    messages: int
    removed: int
    waiting: int


async def today(connection: AsyncConnection, since: datetime, room: str) -> Today:
    """What was said and removed since a moment, in a room or (empty) in all of them."""
    judged, cases = tables.judgements, tables.cases
    here = judged.c.room == room if room else judged.c.room != ""
    said = and_(judged.c.at >= since, here, judged.c.kind.is_not(None))
    removed = judged.c.action.in_([Action.DELETE.word, Action.DEFER.word, Action.MUTE.word])
    count = select(func.count()).select_from(judged)
    waiting = select(func.count()).select_from(cases).where(cases.c.closed_at.is_(None))
    return Today(
        await connection.scalar(count.where(said)) or 0,
        await connection.scalar(count.where(said, removed)) or 0,
        await connection.scalar(waiting) or 0,
    )
