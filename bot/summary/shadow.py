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
    """A message that something would have been done about; `sure` is how sure its findings are."""

    number: int
    words: str
    sure: float
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """What would have been done in one room. `actions` counts messages by action word."""

    room: str
    messages: int
    actions: dict[str, int]
    doubtful: tuple[Doubtful, ...]

    def text(self, language: str = "zh") -> str:
        """For an admin's phone."""
        count = self.actions.get
        lines = [
            say(
                "shadow.head",
                language,
                room=self.room,
                messages=self.messages,
                deleted=count("delete", 0) + count("mute", 0),
                deferred=count("defer", 0),
                warned=count("warn", 0),
                nudged=count("nudge", 0),
            )
        ]
        if self.doubtful:
            lines.append(say("shadow.doubtful", language, count=len(self.doubtful)))
        lines += [
            say(
                "shadow.case",
                language,
                number=case.number,
                words=case.words,
                sure=f"{case.sure:.0%}",
            )
            for case in self.doubtful
        ]
        return "\n".join([*lines, say("shadow.tail", language, room=self.room)])


async def shadow_report(
    connection: AsyncConnection, room: str, since: datetime, until: datetime
) -> ShadowReport:
    """What would have been done in `room` from `since` to `until` (end excluded)."""
    judged = tables.judgements
    # What is said to the bot, and what bots say, is not judged.
    here = (
        judged.c.room == room,
        judged.c.at >= since,
        judged.c.at < until,
        judged.c.kind.is_not(None),
    )
    rows = await connection.execute(
        select(judged.c.would, func.count()).where(*here).group_by(judged.c.would)
    )
    actions = {str(would): int(count) for would, count in rows}
    total = sum(actions.values())
    actions.pop("none", None)
    return ShadowReport(room, total, actions, await _doubtful(connection, here))


async def _doubtful(connection: AsyncConnection, here: Sequence[object]) -> tuple[Doubtful, ...]:
    judged, messages, findings = tables.judgements, tables.messages, tables.findings
    # What a decision rests on is its findings: that something is no assignment may be sure though
    # it is not sure what it is.
    sure = func.min(findings.c.sure).label("sure")
    rows = await connection.execute(
        select(judged.c.number, sure, messages.c.text, messages.c.title)
        .join(messages, messages.c.number == judged.c.number)
        .join(findings, findings.c.message == judged.c.number)
        .where(*here, judged.c.would.not_in(["none", "record", ""]), messages.c.sealed.is_(None))  # type: ignore[arg-type]
        .group_by(judged.c.number, messages.c.text, messages.c.title)
        .order_by(sure, judged.c.number)
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
            case.sure,
            tuple(found.get(case.number, ())),
        )
        for case in cases
    )
