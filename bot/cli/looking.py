"""Look at a channel without keeping anything of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.channels.base import Channel, Event
from bot.channels.make import make_channel
from bot.core.clock import SystemClock
from bot.town import Town
from bot.town.schema import ChannelTable


@asynccontextmanager
async def looked_at(table: ChannelTable, town: Town) -> AsyncIterator[Channel]:
    """A channel that is connected for a look only; ChannelError or OSError if it cannot be."""
    channel = make_channel(table, town, SystemClock(), _Forgetful())
    try:
        await channel.start(_ignore)
        yield channel
    finally:
        await channel.stop()


async def _ignore(_: Sequence[Event]) -> None:
    """Nothing is kept."""


class _Forgetful:
    """Positions for a look that must not move the real ones."""

    async def load(self, name: str) -> str | None:
        """None: from now on."""
        return None

    async def save(self, name: str, value: str) -> None:
        """Keep nothing."""
