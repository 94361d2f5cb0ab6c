"""How fast the town lives. However fast that is, no message may seem late for it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from bot.core.clock import FastClock

#: The paces that the page offers: seconds of the town for each real second.
SPEEDS = (1, 10, 60, 600)
DEFAULT_SPEED = 60


class Pace:
    """The town's clock, with a hand on it.

    While something is `held` the clock runs as a real one does, so that the
    milliseconds which the machine needs do not count as minutes of the town.
    `changed` is called whenever whoever sleeps by this clock must look again.
    """

    def __init__(self, start: datetime, speed: int = DEFAULT_SPEED) -> None:
        self.clock = FastClock(start, speed)
        self.speed = speed
        self.changed: list[Callable[[], None]] = []
        self._holds = 0

    def set_speed(self, speed: int) -> None:
        """Another pace; ValueError if the page does not offer it."""
        if speed not in SPEEDS:
            raise ValueError(f"no such speed: {speed}")
        self.speed = speed
        self._apply()

    def jump(self, moment: datetime) -> None:
        """Move the clock on to `moment`."""
        self.clock.jump(moment)
        self._apply()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Real time, until the block is left."""
        self._holds += 1
        if self._holds == 1:
            self.clock.set_speed(1)
        try:
            yield
        finally:
            self._holds -= 1
            if not self._holds:
                self._apply()

    def _apply(self) -> None:
        self.clock.set_speed(1 if self._holds else self.speed)
        for tell in self.changed:
            tell()
