"""qingqun doctor: what is wrong, and how to mend it."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Capabilities, Channel, LoginError
from bot.channels.make import ChannelError
from bot.cli.looking import looked_at
from bot.cli.words import tell
from bot.core.errors import StoreError
from bot.files.pictures import available
from bot.store.engine import database_file, open_engine
from bot.store.migrate import pending
from bot.store.seal import Seal
from bot.town import Town, load_town
from bot.town.hours import calendar_of
from policies import all_policies

_PATIENCE = 30.0


def run(options: argparse.Namespace) -> int:
    """Print what was found; 1 if something must be mended."""
    today = datetime.now().astimezone().date()
    loaded = load_town(Path(options.town), all_policies(), today)
    print(tell("doctor.good", text=tell("doctor.file", rooms=len(loaded.town.rooms))))
    for warning in loaded.warnings:
        print(tell("doctor.note", text=warning))
    return asyncio.run(_examine(loaded.town))


async def _examine(town: Town) -> int:
    for note in _notes(town):
        print(tell("doctor.note", text=note))
    ills = 0
    for complaints in (_store(town), _channels(town)):
        async for good, text in complaints:
            print(tell("doctor.good" if good else "doctor.bad", text=text))
            ills += not good
    return 1 if ills else 0


def _notes(town: Town) -> Iterator[str]:
    """What works, but should be known: the key for secret content, pictures, the calendar's end."""
    yield tell("doctor.key" if Seal.from_environment().lasting else "doctor.no_key")
    yield tell("doctor.ocr" if available() else "doctor.no_ocr")
    calendar = calendar_of(town)
    now = datetime.now(UTC)
    for day in (now, now + timedelta(days=60)):
        calendar.is_workday(day.astimezone(town.zone).date())
    for year in sorted(calendar.unknown_years):
        yield tell("doctor.unknown_year", year=year)


async def _store(town: Town) -> AsyncIterator[tuple[bool, str]]:
    """Whether the archive can be opened, and its migrations."""
    file = database_file(town.store.url)
    if file is not None and not file.exists():
        yield True, tell("doctor.new_store", path=file)
        return
    try:
        engine = open_engine(town.store.url)
        missing = await pending(engine)
        await engine.dispose()
    except (StoreError, SQLAlchemyError, OSError) as error:
        yield False, tell("doctor.store", reason=type(error).__name__)
        return
    if missing:
        yield False, tell("doctor.pending", count=len(missing))
    else:
        yield True, tell("doctor.store_good")


async def _channels(town: Town) -> AsyncIterator[tuple[bool, str]]:
    """What each channel shows and can do."""
    for table in town.all_channels:
        try:
            async with asyncio.timeout(_PATIENCE), looked_at(table, town) as channel:
                found = [line async for line in _rooms(town, channel)]
        except (ChannelError, LoginError) as error:
            yield False, str(error)
        except (OSError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            yield False, tell("doctor.channel", name=table.name, reason=reason)
        else:
            for line in found:
                yield line


async def _rooms(town: Town, channel: Channel) -> AsyncIterator[tuple[bool, str]]:
    shown = {room.name: room for room in await channel.rooms()}
    several = len(town.all_channels) > 1
    for room in town.rooms:
        if several and room.channel != channel.name:
            continue
        info = shown.get(room.name)
        if info is None:
            yield False, tell("doctor.absent", channel=channel.name, room=room.name)
            continue
        can, cannot = _abilities(channel.capabilities(info.id))
        text = tell(
            "doctor.room",
            room=room.name,
            can="、".join(can) or "-",
            cannot="、".join(cannot) or "-",
        )
        yield True, text
        advise = getattr(channel, "doctor", None)
        for advice in advise(info.id) if advise else ():
            yield False, advice


def _abilities(capabilities: Capabilities) -> tuple[list[str], list[str]]:
    can: list[str] = []
    cannot: list[str] = []
    for field in fields(Capabilities):
        key = f"doctor.can.{field.name}"
        if field.name in {"delete_max_age", "mute_max", "idempotent"}:
            continue
        (can if getattr(capabilities, field.name) else cannot).append(tell(key))
    return can, cannot
