"""Archives for tests: migrated once in each process, then copied."""

from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.engine import open_engine
from bot.store.migrate import upgrade

_migrated: list[bytes] = []


async def open_store(store: Path | str) -> AsyncEngine:
    """The archive at a path or URL, with every table that the bot expects."""
    if isinstance(store, str):
        url = store
    else:
        url = f"sqlite+aiosqlite:///{store}"
        if not store.exists():
            await make_empty(store)
    engine = open_engine(url)
    await upgrade(engine)
    return engine


async def make_empty(path: Path) -> None:
    """Write an empty archive: migrations take a third of a second, a copy next to nothing."""
    if not _migrated:
        with TemporaryDirectory() as folder:
            first = Path(folder) / "empty.db"
            engine = open_engine(f"sqlite+aiosqlite:///{first}")
            await upgrade(engine)
            # The last connection to go writes what the log holds into the file.
            await engine.dispose()
            _migrated.append(first.read_bytes())
    path.write_bytes(_migrated[0])
