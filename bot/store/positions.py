"""How far each channel has read, kept durably beside the ledgers."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.clock import Clock
from bot.store import tables


class StoredPositions:
    """Sync positions. Written by the channel itself, after the store has taken what came before."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    async def load(self, name: str) -> str | None:
        """The position kept under that name; None if there is none."""
        async with self._engine.connect() as connection:
            table = tables.positions
            value: str | None = await connection.scalar(
                select(table.c.value).where(table.c.name == name)
            )
            return value

    async def save(self, name: str, value: str) -> None:
        """Keep a position; durable on return."""
        table = tables.positions
        async with self._engine.begin() as connection:
            changed = await connection.execute(
                table.update().where(table.c.name == name).values(value=value, at=self._clock.now())
            )
            if changed.rowcount == 0:
                await connection.execute(
                    table.insert().values(name=name, value=value, at=self._clock.now())
                )
