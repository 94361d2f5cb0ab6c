"""qingqun export: a room's messages from the store, as a transcript."""

import argparse
import asyncio
from datetime import datetime, time, timedelta

from sqlalchemy import select

from bot.cli.errors import UsageProblem
from bot.cli.towns import town_from
from bot.cli.words import tell
from bot.store import tables
from bot.store.engine import open_engine
from bot.store.rows import message_of
from bot.town import Town
from bot.transcript import line_of


def run(options: argparse.Namespace) -> int:
    """Print one line for each message; what is secret or purged is left out."""
    town = town_from(options.town)
    begin = _moment("--from", options.begin, town, end=False)
    end = _moment("--to", options.end, town, end=True)
    asyncio.run(_export(town, options.room, begin, end))
    return 0


def _moment(option: str, text: str, town: Town, *, end: bool) -> datetime:
    """A moment, or a day: its beginning, or with `end` the beginning of the next."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageProblem(tell("export.bad_day", option=option, value=text)) from error
    if end and len(text) == len("2026-11-21"):
        moment = datetime.combine(moment.date() + timedelta(days=1), time())
    return moment if moment.tzinfo else moment.replace(tzinfo=town.zone)


async def _export(town: Town, room: str, begin: datetime, end: datetime) -> None:
    engine = open_engine(town.store.url)
    table = tables.messages
    wanted = (
        select(table)
        .where(
            table.c.room == room,
            table.c.at >= begin,
            table.c.at < end,
            table.c.sealed.is_(None),
            table.c.purged_at.is_(None),
        )
        .order_by(table.c.at, table.c.number)
    )
    found = False
    try:
        async with engine.connect() as connection:
            stored = select(table.c.number).where(table.c.room == room).limit(1)
            listed = any(one.name == room for one in town.rooms)
            found = listed or (await connection.scalar(stored)) is not None
            async for row in await connection.stream(wanted):
                print(line_of(message_of(row), town.zone))
    finally:
        await engine.dispose()
    if not found:
        raise UsageProblem(tell("export.no_room", room=room))
