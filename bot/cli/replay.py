"""qingqun replay: what the bot would do with a transcript."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.base import ALL_CAPABILITIES, NO_CAPABILITIES, Capabilities
from bot.cli.errors import UsageProblem
from bot.cli.lines import Source, open_transcript
from bot.cli.towns import town_from
from bot.cli.words import language, tell
from bot.core.message import Message
from bot.reading import load_reader
from bot.replay import Replay, ReplayOptions
from bot.store import tables
from bot.store.engine import open_engine
from bot.store.migrate import upgrade
from bot.summary.report import weekly_report
from bot.summary.shadow import shadow_report
from bot.summary.weeks import Week
from bot.town import Town
from bot.town.hours import calendar_of
from bot.words.times import day_and_clock
from policies import all_policies

_CHOICES = tuple(
    sorted(
        {"delete", "mute", "mute_room", "kick", "announce", "private", "list_members", "receipts"}
    )
)


def run(options: argparse.Namespace) -> int:
    """Print one line for each message; 1 if some lines were bad."""
    capabilities = capabilities_from(options.capabilities)
    town = town_from(options.town)
    with open_transcript(options.file) as source:
        settings = ReplayOptions(capabilities, options.shadow)
        asyncio.run(_replay(town, source, settings, summary=options.summary))
        return 1 if source.bad else 0


def capabilities_from(text: str) -> Capabilities:
    """What `all`, `none` or a list such as delete,mute stands for; UsageProblem for another word."""
    words = {word.strip().lower() for word in text.split(",") if word.strip()}
    if words == {"all"}:
        return ALL_CAPABILITIES
    if unknown := sorted(words - {"none", *_CHOICES}):
        known = ", ".join(("all", "none", *_CHOICES))
        raise UsageProblem(tell("bad_capability", word=unknown[0], known=known))
    granted = {
        field.name: getattr(ALL_CAPABILITIES, field.name)
        for field in fields(Capabilities)
        if field.name in words
    }
    return replace(NO_CAPABILITIES, **granted)


async def _replay(
    town: Town, source: Source, settings: ReplayOptions, *, summary: bool = False
) -> None:
    lines = iter(source)
    first = next(lines, None)
    if first is None:
        return

    def told(room: str, closed: bool, at: datetime) -> None:
        key = "replay.room_closed" if closed else "replay.room_opened"
        print(tell(key, time=day_and_clock(at, town.zone), room=room), file=sys.stderr)

    with tempfile.TemporaryDirectory(prefix="qingqun-") as folder:
        engine = open_engine(f"sqlite+aiosqlite:///{Path(folder) / 'replay.db'}")
        await upgrade(engine)
        reader = load_reader(calendar_of(town))
        replay = Replay(town, engine, reader, all_policies(), first.message.at, settings, told)
        try:
            async for record in replay.results(_messages(first.message, lines)):
                print(json.dumps(record, ensure_ascii=False))
            if settings.shadow:
                print(await _first_weeks(engine), file=sys.stderr)
            if summary:
                print(await _summary(town, engine), file=sys.stderr)
        finally:
            await engine.dispose()


async def _first_weeks(engine: AsyncEngine) -> str:
    """What the admins of each room that was only observed would be told."""
    rooms, judged = tables.rooms, tables.judgements
    async with engine.connect() as connection:
        last = await connection.scalar(select(func.max(judged.c.at)))
        observed = await connection.execute(
            select(rooms.c.name, rooms.c.first_seen)
            .where(rooms.c.shadow_until.is_not(None))
            .order_by(rooms.c.first_seen, rooms.c.name)
        )
        reports = [
            await shadow_report(connection, name, since, last + timedelta(microseconds=1))
            for name, since in observed.all()
        ]
    return "\n\n".join(report.text(language()) for report in reports)


async def _summary(town: Town, engine: AsyncEngine) -> str:
    """The week of the transcript's last message, as a whole."""
    async with engine.connect() as connection:
        last = await connection.scalar(select(func.max(tables.messages.c.at)))
        if last is None:
            return ""
        week = Week.of(last, town.zone)
        titles = {name: policy.title for name, policy in all_policies().items()}
        report = await weekly_report(
            connection, town, now=week.end(town.zone), week=week, titles=titles, language=language()
        )
    return report.text


def _messages(first: Message, rest: Iterator[Any]) -> Iterator[Message]:
    return chain([first], (line.message for line in rest))
