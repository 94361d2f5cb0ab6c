"""Tasks made from assignments."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clockwork.timetable import Duty
from bot.core.message import Message
from bot.delivery.planner import Planner
from bot.judging.judge import Judge, Judgement
from bot.state import TownState
from bot.store.journal import Journal
from bot.town import Town


class Tasks:
    """The ledger of tasks."""

    def __init__(self, judge: Judge, state: TownState, planner: Planner) -> None:
        self._judge, self._state, self._planner = judge, state, planner

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Take up what earlier processes knew."""

    def reload(self, town: Town) -> None:
        """Take another town file."""

    def duties(self) -> Sequence[Duty]:
        """What the clock asks of tasks."""
        return ()

    def judged(self, journal: Journal, judgement: Judgement) -> Sequence[int]:
        return ()

    def recalled(self, journal: Journal, number: int, now: datetime) -> None:
        pass

    def heard(self, journal: Journal, message: Message, person: str, now: datetime) -> str | None:
        return None
