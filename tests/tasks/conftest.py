"""A town at work on SQLite, and short ways to look at its tasks."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import ALL_CAPABILITIES
from bot.core.message import Message
from bot.core.reading import Reading
from bot.reading.base import Seen
from bot.store import tables
from bot.tasks.task import Task
from tests.support.fake_reader import FakeReader
from tests.support.stores import make_empty
from tests.support.town import Harness, start_town

OPEN_AT_NIGHT = replace(ALL_CAPABILITIES, mute_room=False)
ZONE = timezone(timedelta(hours=8))


def at(day: int, clock: str) -> datetime:
    """A moment of November 2026 in the town; the 23rd is a Monday."""
    hour, _, minute = clock.partition(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=ZONE)


def listen(town: Harness) -> Harness:
    """Let the tasks hear how orders turn out, as the app does."""
    if town.app.tasks.delivered not in town.app.desk.listeners:
        town.app.desk.listeners.append(town.app.tasks.delivered)
    return town


class TailReader(FakeReader):
    """Takes the mark from the end of a message, so that its beginning reads as people write."""

    def read(
        self, message: Message, before: Sequence[Seen] = (), quoted: Seen | None = None
    ) -> Reading:
        words, _, mark = message.text.rpartition("[")
        if mark.endswith("]"):
            message = replace(message, text=f"[{mark}{words}")
        return super().read(message, before, quoted)


async def start(store: Path, **more: Any) -> Harness:
    """A town whose rooms stay open at night, as on most platforms."""
    more.setdefault("capabilities", OPEN_AT_NIGHT)
    return listen(await start_town(store, reader=TailReader(), **more))


def only(town: Harness) -> Task:
    """The one task there is."""
    (task,) = town.app.tasks.all()
    return task


def received(task: Task) -> list[str]:
    """Who has acknowledged."""
    return sorted(each.person for each in task.concerned if each.acknowledged_at is not None)


def reminders(town: Harness, person: str) -> list[str]:
    """The reminders somebody got."""
    return [text for text in town.inbox(person) if text.startswith("轻群提醒您")]


def mornings(town: Harness, person: str) -> list[str]:
    """The morning lists somebody got."""
    return [text for text in town.inbox(person) if "与您有关的工作" in text]


async def events(town: Harness, number: int) -> Sequence[tuple[str, str]]:
    """A task's history as (deed, person)."""
    return [
        (str(row.event), str(row.person))
        for row in await town.rows(tables.task_events)
        if row.task == number
    ]


async def restart(town: Harness, store: Path) -> Harness:
    """Stop the bot and start it on the same archive, in the same world."""
    await town.stop()
    return await start(store, clock=town.clock, world=town.world, engine=town.engine)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with its tables, made once: migrations take longer than most tests."""
    path = tmp_path_factory.mktemp("tasks") / "empty.db"
    asyncio.run(make_empty(path))
    return path


@pytest.fixture
def store(tmp_path: Path, empty_store: Path) -> Path:
    return Path(shutil.copy(empty_store, tmp_path / "town.db"))


@pytest.fixture
async def town(store: Path) -> AsyncIterator[Harness]:
    town = await start(store)
    yield town
    await town.stop()
