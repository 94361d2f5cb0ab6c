"""What commands work with; the local page works with the same."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.calendar import WorkCalendar
from bot.channels.base import Channel
from bot.clockwork.duties import KeepHours
from bot.core.message import Message
from bot.delivery.planner import Planner
from bot.judging.judge import Judge
from bot.pipeline.inquiries import Inquiries
from bot.reading.corrections import Corrections
from bot.state import TownState
from bot.store.journal import Journal
from bot.store.seal import Seal
from bot.tasks import Tasks
from bot.town import Town


class Weekly(Protocol):
    """Sends the weekly summary to whoever asks."""

    def __call__(self, journal: Journal, asked: Message, person: str, now: datetime) -> None:
        """Note what is to be sent to the person who sent `asked`."""
        ...


class Login(Protocol):
    """Makes a link to the local page that opens once."""

    def __call__(self, journal: Journal, asked: Message, person: str, now: datetime) -> str:
        """The link; the journal notes only its hash. Empty for one whom the town file gives no rank."""
        ...


class Feed(Protocol):
    """Addresses at which a person's own calendar can be subscribed to."""

    def open(self, journal: Journal, person: str, now: datetime) -> str:
        """A new address; the journal notes only its hash."""
        ...

    def close(self, journal: Journal, person: str) -> int:
        """End all of a person's addresses; how many there were."""
        ...


@dataclass
class Services:
    """The parts of the town that commands use.

    Those with a default are set by whoever has them; without them the commands that need them say
    politely that they are not there.
    """

    judge: Judge
    state: TownState
    planner: Planner
    tasks: Tasks
    hours: KeepHours
    inquiries: Inquiries
    ask: Callable[[Callable[[Journal], None]], Awaitable[None]]
    calendar_for: Callable[[Town], WorkCalendar]
    channels: Mapping[str, Channel] = field(default_factory=dict)
    bot_names: Sequence[str] = ("轻群", "qingqun")
    weekly: Weekly | None = None
    login: Login | None = None
    feed: Feed | None = None
    corrections: Corrections = field(default_factory=Corrections)
    seal: Seal | None = None
