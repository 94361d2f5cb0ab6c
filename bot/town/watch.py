"""Take the town file again when it changes or on SIGHUP; a bad one is refused and the old one stays."""

import asyncio
import contextlib
import logging
import signal
from pathlib import Path
from typing import Protocol

from watchfiles import awatch

from bot.core.clock import Clock
from bot.core.ending import end
from bot.core.errors import TownError
from bot.town.load import load_town
from bot.town.schema import Town
from policies import all_policies

log = logging.getLogger(__name__)


class Reloads(Protocol):
    """Whoever lives by the town file."""

    clock: Clock
    town: Town

    async def reload(self, town: Town) -> None:
        """Live by another file from now on."""
        ...


class TownWatch:
    """Watches one file for one town."""

    def __init__(self, path: Path, app: Reloads) -> None:
        self._path, self._app = path, app
        self._tasks: list[asyncio.Task[None]] = []
        self._asked = asyncio.Event()

    def start(self) -> None:
        """Watch in the background until `stop`."""
        with contextlib.suppress(NotImplementedError, AttributeError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._asked.set)
        self._tasks = [asyncio.create_task(self._changes()), asyncio.create_task(self._hangups())]

    async def stop(self) -> None:
        """Watch no longer."""
        await end(self._tasks)

    async def _changes(self) -> None:
        # The folder is watched, since editors write a new file and move it into place.
        async for changes in awatch(self._path.parent):
            if any(Path(name).name == self._path.name for _, name in changes):
                await self.take()

    async def _hangups(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            await self.take()

    async def take(self) -> bool:
        """Read the file now; False if it is refused."""
        today = self._app.clock.now().astimezone(self._app.town.zone).date()
        try:
            loaded = load_town(self._path, all_policies(), today)
        except TownError as error:
            for problem in error.problems:
                log.error("town file refused, the old one stays: %s", problem)  # noqa: TRY400
            return False
        if loaded.town == self._app.town:
            return True
        for warning in loaded.warnings:
            log.warning("town file: %s", warning)
        if (loaded.town.store, loaded.town.all_channels) != (
            self._app.town.store,
            self._app.town.all_channels,
        ):
            log.warning("store and channels change at the next start only")
        await self._app.reload(loaded.town)
        log.info("town file taken", extra={"rooms": len(loaded.town.rooms)})
        return True
