"""下班前 and 上班前 are read by the hours the town has now, not by those it started with."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.reading import load_reader
from tests.support.town import TOWN, Harness, start_town, town_of

BUSINESS, BOSS, ADMIN = "政务群", "书记", "行政办主任"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Harness]:
    town = await start_town(tmp_path / "town.db", reader=load_reader())
    yield town
    await town.app.stop()


async def deadline(town: Harness, text: str) -> datetime:
    posted = await town.post(BUSINESS, BOSS, text)
    found: datetime | None = (await town.judged(posted)).deadline
    assert found is not None
    return found


async def test_another_town_file(town: Harness) -> None:
    words = "请各村今天下班前把防汛值班表报党政办"
    assert await deadline(town, words) == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    file = TOWN.replace("[roles]", '[hours]\nworkday_end = "16:30"\n[roles]')
    await town.app.reload(town_of(file))
    assert await deadline(town, words) == datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


async def test_hours_set_by_chat_hold_after_a_restart_too(town: Harness, tmp_path: Path) -> None:
    words = "请各村明天上班前把防汛值班表报党政办"
    assert await deadline(town, words) == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    await town.whisper(ADMIN, "上班时间 09:15-18:30")
    set_by_chat = datetime(2026, 11, 24, 1, 15, tzinfo=UTC)
    assert await deadline(town, words) == set_by_chat
    await town.stop()
    again = await start_town(
        tmp_path / "town.db", clock=town.clock, world=town.world, reader=load_reader()
    )
    assert await deadline(again, words) == set_by_chat
    await again.stop()
