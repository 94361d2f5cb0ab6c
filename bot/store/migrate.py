"""Bring an archive to the shape that this version of the bot expects."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

import migrations

if TYPE_CHECKING:
    # Imported only where something is to be migrated: 12 MiB that a running bot does not need.
    from alembic.config import Config


def _config(connection: Connection | None = None) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    return config


async def upgrade(engine: AsyncEngine) -> None:
    """Run every migration that has not been run yet."""
    async with engine.begin() as connection:
        if await connection.run_sync(_revision) == migrations.HEAD:
            return
        from alembic import command  # noqa: PLC0415

        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))


async def pending(engine: AsyncEngine) -> list[str]:
    """Revisions that this version knows and the archive has not seen, oldest first."""
    async with engine.connect() as connection:
        current = await connection.run_sync(_revision)
    if current == migrations.HEAD:
        return []
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    script = ScriptDirectory.from_config(_config())
    revisions = script.iterate_revisions("head", current or "base")
    return [revision.revision for revision in reversed(list(revisions))]


def _revision(connection: Connection) -> str | None:
    """The last migration that was run on the archive."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def make_revision(connection: Connection, message: str) -> None:
    """Write a new migration from what differs between the tables and this archive; for developers."""
    from alembic import command  # noqa: PLC0415

    command.revision(_config(connection), message=message, autogenerate=True)
