"""What the judge asks of a reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.calendar import WorkCalendar
from bot.core.message import Message
from bot.core.reading import Kind, Reading

#: How many messages of a room a reader may look back at.
LOOK_BACK = 12

#: A message and the kind it was read as; None where it was not judged.
Seen = tuple[Message, Kind | None]


@dataclass(frozen=True, slots=True)
class Briefing:
    """What a text adds to a document: its key points, and the town's own handling opinion."""

    points: bool = False
    opinion: bool = False

    @property
    def whole(self) -> bool:
        """Whether it carries both."""
        return self.points and self.opinion


class Reader(Protocol):
    """Reads one message at a time; pure but for the calendar, and what corrections taught it."""

    def reload(self, calendar: WorkCalendar) -> None:
        """Read 下班前 and the like by this calendar from now on."""
        ...

    def read(
        self, message: Message, before: Sequence[Seen] = (), quoted: Seen | None = None
    ) -> Reading:
        """What `message` is. `before` are the room's last messages, oldest first."""
        ...

    def briefing(self, text: str) -> Briefing:
        """Which parts of a briefing a text carries."""
        ...
