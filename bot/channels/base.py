"""What every channel offers: capabilities, events, orders and how they turned out."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from bot.core.decision import Outcome
from bot.core.message import Message, Role

EVERYONE: frozenset[Role] = frozenset(Role)
NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the bot can do in one room, as probed and as the platform's refusals have taught.

    `delete` and `mute` hold the channel-side roles of the people it can be done
    to. `delete_max_age` and `mute_max` are None where there is no limit.
    `idempotent` says that sending twice with one key posts once.
    """

    read_all: bool = True
    delete: frozenset[Role] = NOBODY
    delete_max_age: timedelta | None = None
    mute: frozenset[Role] = NOBODY
    mute_max: timedelta | None = None
    mute_room: bool = False
    kick: bool = False
    list_members: bool = True
    private: bool = True
    announce: bool = False
    receipts: bool = False
    idempotent: bool = False


ALL_CAPABILITIES = Capabilities(
    delete=EVERYONE,
    mute=EVERYONE,
    mute_room=True,
    kick=True,
    announce=True,
    receipts=True,
    idempotent=True,
)
NO_CAPABILITIES = Capabilities(idempotent=True)


class Verb(StrEnum):
    """What a channel can be asked to do."""

    SEND = "send"
    WHISPER = "whisper"
    DELETE = "delete"
    MUTE = "mute"
    UNMUTE = "unmute"
    CLOSE_ROOM = "close_room"
    OPEN_ROOM = "open_room"
    REMOVE = "remove"
    ANNOUNCE = "announce"


@dataclass(frozen=True, slots=True)
class Order:
    """One thing a channel is asked to do.

    `key` is unique and stays the same over retries. `room_id` and `person_id`
    are the channel's own; `message_id` is the message to delete or, for SEND,
    to quote. `until` ends a mute (aware). `files` are paths to attach.
    """

    verb: Verb
    key: str
    room_id: str = ""
    person_id: str = ""
    message_id: str = ""
    text: str = ""
    mentions: tuple[str, ...] = ()
    until: datetime | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """How an order turned out.

    `reason` is the platform's own words. `retry_after` (seconds) asks for
    another try; None means that the outcome is final. `message_id` names what
    was posted.
    """

    outcome: Outcome
    reason: str = ""
    retry_after: float | None = None
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class RoomInfo:
    """A group as the channel shows it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a group as the channel shows them."""

    id: str
    name: str
    role: Role = Role.MEMBER


@dataclass(frozen=True, slots=True)
class Posted:
    """A message arrived. `replayed` marks history that the platform sends again."""

    message: Message
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """A message got another text, at its `message.at`.

    The store fills in the number of the message and of the revision, and puts the moment of the
    edit into `at`: the message keeps the one at which it was posted.
    """

    message: Message
    revision: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recalled:
    """A message is gone from the room; `by` is a person's id, empty if unknown.

    The store fills in the message's number.
    """

    channel: str
    room_id: str
    message_id: str
    at: datetime
    by: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Joined:
    """People came into a room."""

    channel: str
    room_id: str
    people: tuple[Person, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """People left a room or were taken out."""

    channel: str
    room_id: str
    people: tuple[Person, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Topic:
    """A room got another name."""

    channel: str
    room_id: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RightsChanged:
    """The bot was given or lost rights in a room: what was refused may work now."""

    channel: str
    room_id: str
    at: datetime


class Link(StrEnum):
    """The state of a channel's connection."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    SCAN = "scan"
    LOGGED_OUT = "logged_out"


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The connection came up or went down. `detail` is a reason, or the link of a login code."""

    channel: str
    state: Link
    at: datetime
    detail: str = ""


class LoginError(Exception):
    """A platform does not accept the bot's token or password; only its owner can mend that.

    The text is for people: which channel, what the platform said, what to look at.
    """


Event = Posted | Edited | Recalled | Joined | Left | Topic | RightsChanged | LinkChanged

#: Takes events in order and returns when they are durably stored.
Inbox = Callable[[Sequence[Event]], Awaitable[None]]


@runtime_checkable
class LetsSpeak(Protocol):
    """A channel on which some people can be let speak while a room is closed."""

    def set_speakers(self, ids: Iterable[str]) -> None:
        """Name them, by the channel's own ids; the town's leaders."""
        ...


class Channel(Protocol):
    """A platform. It never decides; what it is asked it does, and says how that went."""

    name: str

    async def start(self, inbox: Inbox) -> None:
        """Connect and keep connected in the background; return once the rooms are known."""
        ...

    async def stop(self) -> None:
        """Disconnect; no event follows."""
        ...

    async def rooms(self) -> Sequence[RoomInfo]:
        """The groups the bot is in."""
        ...

    async def members(self, room_id: str) -> Sequence[Person]:
        """The people of a group."""
        ...

    def capabilities(self, room_id: str) -> Capabilities:
        """What can be done in a group, as far as is known now; costs nothing."""
        ...

    async def perform(self, order: Order) -> Result:
        """Try once. A refusal is a result; only a lost connection raises ConnectionError."""
        ...

    async def look(self, order: Order) -> Outcome | None:
        """Read back whether an order has taken effect; None where that cannot be seen."""
        ...

    async def fetch(self, message: Message, limit: int) -> bytes | None:
        """The content of a file or picture, up to `limit` bytes; None if it cannot be had."""
        ...
