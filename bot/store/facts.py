"""Small facts that must outlive the process."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import tables
from bot.store.journal import Journal


class Facts:
    """Names and values: hours set by chat, what was last sent, sync positions."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    async def load(self, connection: AsyncConnection) -> None:
        """Take up what earlier processes noted."""
        rows = await connection.execute(select(tables.facts.c.name, tables.facts.c.value))
        self._values = {row.name: row.value for row in rows}

    def get(self, name: str) -> str:
        """The value, or an empty string."""
        return self._values.get(name, "")

    def set(self, journal: Journal, name: str, value: str, at: datetime) -> None:
        """Note a value; it replaces the one before."""
        self._values[name] = value
        journal.put(tables.facts, {"name": name}, value=value, at=at)
