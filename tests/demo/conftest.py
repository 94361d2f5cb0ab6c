"""The demo on a quiet stage: the real bot, with nobody speaking by themselves unless told to."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.demo.cast import SEATS, example_town, members
from bot.demo.guard import HEADER, VALUE
from bot.demo.plan import FIRST_DAY
from bot.demo.server import make_app
from bot.demo.stage import Stage
from bot.reading import load_reader
from bot.reading.base import Reader
from bot.town.hours import calendar_of

GOVERNMENT, SERVICES, POVERTY = "巴汝镇政府工作群", "镇政务服务工作群", "镇脱贫攻坚工作群"
ASKING = {HEADER: VALUE}


@pytest.fixture(scope="session")
def reader() -> Reader:
    town = example_town(FIRST_DAY)
    names = dict.fromkeys(name for seat in SEATS for name in members(town, seat))
    return load_reader(calendar_of(town), names)


@pytest.fixture
async def stage(tmp_path: Path, reader: Reader) -> AsyncIterator[Stage]:
    """A town on a working day at half past eight, in which nobody speaks."""
    stage = Stage(tmp_path, reader, seed=1, speed=1)
    await stage.start()
    stage.stream.play(on=False)
    await stage.leap("opening")
    await stage.app.tick()
    yield stage
    await stage.stop()


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(stage), host="127.0.0.1")) as client:
        yield client
