"""An archive of five weeks of the made town, and its summary."""

import asyncio
from pathlib import Path

import pytest

from bot.summary.summary import Summary, gather
from bot.summary.text import Words
from bot.summary.weeks import Spans, Week
from policies import all_policies
from tests.summary.archive import NOW, fill, town_file
from tests.summary.made_town import made_town
from tests.support.stores import open_store


@pytest.fixture(scope="session")
def summary(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """The last whole week of it; nothing in it can be changed."""
    return asyncio.run(_gathered(tmp_path_factory.mktemp("made") / "made.db"))


async def _gathered(path: Path) -> Summary:
    engine = await open_store(path)
    await fill(engine, made_town())
    town = town_file(made_town())
    spans = Spans.of(Week.of(NOW, town.zone).before, NOW, town.zone)
    async with engine.connect() as connection:
        found = await gather(connection, town, spans, NOW)
    await engine.dispose()
    return found


@pytest.fixture
def words() -> Words:
    """Chinese, with the policies' titles."""
    return Words("zh", {name: policy.title for name, policy in all_policies().items()})
