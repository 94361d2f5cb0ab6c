"""Migrations run from empty on both stores, and agree with the tables."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

import migrations
from bot.store.engine import open_engine
from bot.store.migrate import pending, upgrade
from bot.store.tables import metadata


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, metadata)


async def test_from_empty_to_what_the_tables_say(store_url: str) -> None:
    engine = open_engine(store_url)
    assert await pending(engine), "an empty store has everything before it"
    await upgrade(engine)
    assert await pending(engine) == []
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await engine.dispose()


def test_the_newest_migration_is_named() -> None:
    folder = Path(migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_current_head() == migrations.HEAD


async def test_upgrading_twice_changes_nothing(store_url: str) -> None:
    engine = open_engine(store_url)
    await upgrade(engine)
    await upgrade(engine)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert set(metadata.tables) <= set(names)
    await engine.dispose()
