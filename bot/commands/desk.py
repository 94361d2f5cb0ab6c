"""Commands: heard, checked, obeyed, audited."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.calendar import WorkCalendar
from bot.clockwork.duties import KeepHours
from bot.core.message import Message
from bot.delivery.planner import Planner
from bot.judging.judge import Judge
from bot.pipeline.inquiries import Inquiries
from bot.state import TownState
from bot.store.journal import Journal
from bot.tasks import Tasks
from bot.town import Town


@dataclass(frozen=True)
class Services:
    """What commands work with; the local page works with the same."""

    judge: Judge
    state: TownState
    planner: Planner
    tasks: Tasks
    hours: KeepHours
    inquiries: Inquiries
    ask: Callable[[Callable[[Journal], None]], Awaitable[None]]
    calendar_for: Callable[[Town], WorkCalendar]


class CommandDesk:
    """Hears commands."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Take up what earlier processes knew."""

    def reload(self, town: Town) -> None:
        """Take another town file."""

    def addressed(self, message: Message) -> bool:
        return message.private or message.text.startswith("轻群")

    def obey(self, journal: Journal, message: Message, person: str, now: datetime) -> None:
        pass
