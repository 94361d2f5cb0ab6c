"""An order with its history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.base import Order, Verb
from bot.core.decision import Outcome

#: Verbs that say something, as against those that do something.
WORDS = frozenset({Verb.SEND, Verb.WHISPER})

#: What is posted in a room for somebody else: at the opening, or put back after a mistake.
PUBLISHED, RESTORED = "publish", "restore"
OWED = frozenset({PUBLISHED, RESTORED})

#: Channel, and room or else person: orders to one of them are carried one after the other.
Lane = tuple[str, str]
#: A channel, a room on it, a message in it.
Target = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """An order with its history.

    `purpose` says what it is for (nudge, warn, delete, reminder …). `after` is
    the number of the entry that must be final first; where that one failed,
    `text_else` is said in place of the text. `about` is the channel-side role of
    the person it is done to. `attempted` tells that a try began
    whose outcome is not known: the process may have died in the middle of it.
    `said_with` is the number of the entry in whose post this one is said.
    """

    number: int
    purpose: str
    channel: str
    order: Order
    due_at: datetime
    created_at: datetime
    message: int | None = None
    after: int | None = None
    text_else: str = ""
    about: str = ""
    attempts: int = 0
    attempted: bool = False
    outcome: Outcome = Outcome.PENDING
    reason: str = ""
    said_with: int | None = None

    @property
    def lane(self) -> Lane:
        """Where it goes to."""
        return self.channel, self.order.room_id or self.order.person_id

    @property
    def target(self) -> Target:
        """The message it is done to."""
        return self.channel, self.order.room_id, self.order.message_id


def entry_of(row: Any) -> Entry:
    """The entry that a row of `outbox` holds."""
    order = Order(
        Verb(row.verb),
        row.key,
        row.room_id,
        row.person_id,
        row.target_id,
        row.text,
        tuple(row.mentions),
        row.until,
        tuple(row.files),
    )
    return Entry(
        row.number,
        row.purpose,
        row.channel,
        order,
        row.due_at,
        row.created_at,
        row.message,
        row.after,
        row.text_else,
        row.about,
        row.attempts,
        row.attempted_at is not None,
        Outcome(row.outcome),
        row.reason,
        row.said_with,
    )
