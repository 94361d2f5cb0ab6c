"""A room's first week: what the bot would have done there, for its admins to decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import tables
from bot.words import say
from bot.words.times import excerpt

#: How many doubtful cases are shown.
CASES = 5


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A message that the reading was least sure about."""

    number: int
    words: str
    confidence: float
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """What would have been done in one room. `actions` counts messages by action word."""

    room: str
    messages: int
    actions: dict[str, int]
    doubtful: tuple[Doubtful, ...]

    def text(self) -> str:
        """For an admin's phone."""
        count = self.actions.get
        lines = [
            say(
                "shadow.head",
                room=self.room,
                messages=self.messages,
                deleted=count("delete", 0) + count("mute", 0),
                deferred=count("defer", 0),
                warned=count("warn", 0),
                nudged=count("nudge", 0),
            )
        ]
        if self.doubtful:
            lines.append(say("shadow.doubtful", count=len(self.doubtful)))
        lines += [
            say("shadow.case", number=case.number, words=case.words, sure=f"{case.confidence:.0%}")
            for case in self.doubtful
        ]
        return "\n".join([*lines, say("shadow.tail", room=self.room)])


async def shadow_report(
    connection: AsyncConnection, room: str, since: datetime, until: datetime
) -> ShadowReport:
    """What would have been done in `room` from `since` to `until` (end excluded)."""
    judged = tables.judgements
    here = (judged.c.room == room, judged.c.at >= since, judged.c.at < until)
    rows = await connection.execute(
        select(judged.c.would, func.count()).where(*here).group_by(judged.c.would)
    )
    actions: dict[str, int] = {would or "none": count for would, count in rows}
    total = sum(actions.values())
    actions.pop("none", None)
    return ShadowReport(room, total, actions, await _doubtful(connection, here))


async def _doubtful(connection: AsyncConnection, here: Sequence[object]) -> tuple[Doubtful, ...]:
    judged, messages, findings = tables.judgements, tables.messages, tables.findings
    rows = await connection.execute(
        select(judged.c.number, judged.c.confidence, messages.c.text, messages.c.title)
        .join(messages, messages.c.number == judged.c.number)
        .where(*here, judged.c.would.not_in(["none", "record", ""]), messages.c.sealed.is_(None))  # type: ignore[arg-type]
        .order_by(judged.c.confidence, judged.c.number)
        .limit(CASES)
    )
    cases = rows.all()
    found: dict[int, list[str]] = {}
    for number, policy in await connection.execute(
        select(findings.c.message, findings.c.policy).where(
            findings.c.message.in_([case.number for case in cases])
        )
    ):
        found.setdefault(number, []).append(policy)
    return tuple(
        Doubtful(
            case.number,
            excerpt(case.text or case.title),
            case.confidence,
            tuple(found.get(case.number, ())),
        )
        for case in cases
    )
