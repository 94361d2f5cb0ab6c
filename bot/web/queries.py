"""What the pages ask the archive. Secret content does not leave here, whatever a page would show."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.base import Verb
from bot.core.decision import NOT_FAILED, Action
from bot.delivery.entry import RESTORED
from bot.judging.judgement import SECRECY
from bot.store import tables

_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which decisions are wanted; what is empty chooses nothing."""

    room: str = ""
    policy: str = ""
    action: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision as it is shown. `words` are empty where they are secret or purged."""

    number: int
    room: str
    person: str
    at: datetime
    kind: str
    confidence: float
    threshold: float
    action: str
    would: str
    also: tuple[str, ...]
    outcome: str
    spared: str
    doubtful: bool
    secret: bool
    purged: bool
    recalled: bool
    words: str
    type: str
    findings: Sequence[Any] = ()
    deleted: bool = False
    restored: bool = False
    cases: list[Any] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether somebody has put it right already."""
        return self.spared in {"misjudged", "let_pass"}


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says. `words` are empty where they are secret or purged."""

    secret: bool
    purged: bool
    words: str
    type: str


def page_number(text: str) -> int:
    """A number that an address may hold; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0


async def decisions(
    connection: AsyncConnection, chosen: Chosen, before: int, size: int
) -> tuple[list[Decided], bool]:
    """Decisions with number below `before` (0: the newest), and whether there are more."""
    judged, findings = tables.judgements, tables.findings
    wanted: list[ColumnElement[bool]] = [judged.c.kind.is_not(None)]
    if chosen.action:
        wanted.append(judged.c.action == chosen.action)
    elif not chosen.doubtful:
        wanted.append(judged.c.action != Action.NONE.word)
    if chosen.room:
        wanted.append(judged.c.room == chosen.room)
    if chosen.doubtful:
        wanted.append(judged.c.doubtful)
    if chosen.policy:
        of_policy = select(findings.c.message).where(findings.c.policy == chosen.policy)
        wanted.append(judged.c.number.in_(of_policy))
    if before:
        wanted.append(judged.c.number < before)
    numbers = (
        await connection.scalars(
            select(judged.c.number).where(*wanted).order_by(judged.c.number.desc()).limit(size + 1)
        )
    ).all()
    return await _decided(connection, numbers[:size]), len(numbers) > size


async def cases(connection: AsyncConnection, sort: str, size: int) -> list[Decided]:
    """Messages for which a doubt or an appeal waits, the oldest first."""
    table = tables.cases
    rows = (
        await connection.execute(
            select(table)
            .where(table.c.sort == sort, table.c.closed_at.is_(None))
            .order_by(table.c.number)
            .limit(size)
        )
    ).all()
    found = {one.number: one for one in await _decided(connection, [row.message for row in rows])}
    for row in rows:
        if row.message in found:
            found[row.message].cases.append(row)
    return [
        found[number] for number in dict.fromkeys(row.message for row in rows) if number in found
    ]


async def events_of(connection: AsyncConnection, task: int) -> Sequence[Any]:
    """What happened to a task, in order."""
    table = tables.task_events
    query = select(table).where(table.c.task == task).order_by(table.c.number)
    return (await connection.execute(query)).all()


async def said(connection: AsyncConnection, numbers: Sequence[int]) -> dict[int, Said]:
    """What some messages say, by number; nothing of those that are secret."""
    table = tables.messages
    rows = await connection.execute(select(table).where(table.c.number.in_(numbers)))
    findings = await _by_message(connection, tables.findings, numbers)
    return {
        row.number: Said(
            secret := _is_secret(row.sealed, findings[row.number]),
            row.purged_at is not None,
            "" if secret or row.purged_at else _words(row.title, row.text, row.items),
            row.type,
        )
        for row in rows
    }


async def _decided(connection: AsyncConnection, numbers: Sequence[int]) -> list[Decided]:
    """Everything about some messages, the newest first."""
    said, judged = tables.messages, tables.judgements
    rows = (
        await connection.execute(
            select(said, judged)
            .join(judged, judged.c.number == said.c.number)
            .where(said.c.number.in_(numbers))
            .order_by(said.c.number.desc())
            .set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)
        )
    ).all()
    findings = await _by_message(connection, tables.findings, numbers)
    orders = await _by_message(connection, tables.outbox, numbers)
    return [_one(row, findings[row.messages_number], orders[row.messages_number]) for row in rows]


def _one(row: Any, findings: Sequence[Any], orders: Sequence[Any]) -> Decided:
    last = list({finding.policy: finding for finding in findings}.values())
    secret = _is_secret(row.messages_sealed, last)
    purged = row.messages_purged_at is not None
    words = _words(row.messages_title, row.messages_text, row.messages_items)
    return Decided(
        row.messages_number, row.messages_room, row.messages_sender, row.messages_at,
        row.judgements_kind or "", row.judgements_confidence, row.judgements_threshold,
        row.judgements_action, row.judgements_would, tuple(row.judgements_also), row.judgements_outcome or "",
        row.judgements_spared, row.judgements_doubtful, secret, purged,
        row.messages_recalled_at is not None,
        "" if secret or purged else words,
        row.messages_type,
        # What other policies say of a secret message might quote it.
        [one for one in last if not secret or one.policy == SECRECY],
        any(one.verb == Verb.DELETE.value for one in orders),
        any(one.purpose == RESTORED and one.outcome in NOT_FAILED for one in orders),
    )  # fmt: skip


def _is_secret(sealed: bytes | None, findings: Sequence[Any]) -> bool:
    return sealed is not None or any(one.policy == SECRECY for one in findings)


def _words(title: str, text: str, items: Sequence[str]) -> str:
    return "\n".join(word for word in (title, text, *items) if word)


async def _by_message(
    connection: AsyncConnection, table: Any, numbers: Sequence[int]
) -> dict[int, list[Any]]:
    order = next(iter(table.primary_key.columns))
    query = select(table).where(table.c.message.in_(numbers)).order_by(order)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in await connection.execute(query):
        found[row.message].append(row)
    return found
