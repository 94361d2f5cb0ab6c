"""Bring an archive to the shape that this version of the bot expects."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

import migrations


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    return config


async def upgrade(engine: AsyncEngine) -> None:
    """Run every migration that has not been run yet."""
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))


async def pending(engine: AsyncEngine) -> list[str]:
    """Revisions that this version knows and the archive has not seen, oldest first."""
    script = ScriptDirectory.from_config(_config())
    async with engine.connect() as connection:
        current = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    revisions = script.iterate_revisions("head", current or "base")
    return [revision.revision for revision in reversed(list(revisions))]


def make_revision(connection: Connection, message: str) -> None:
    """Write a new migration from what differs between the tables and this archive; for developers."""
    command.revision(_config(connection), message=message, autogenerate=True)
