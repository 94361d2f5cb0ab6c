"""What people post: messages and the groups they post them in."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self


class MessageType(StrEnum):
    """The form of a message, as in the transcript format."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"
    LINK = "link"
    MINIPROGRAM = "miniprogram"
    FORWARDED = "forwarded"
    STICKER = "sticker"
    CONTACT = "contact"
    LOCATION = "location"
    RED_PACKET = "red_packet"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class Role(StrEnum):
    """A person's standing; the town file wins over what a channel says."""

    LEADER = "leader"
    ADMIN = "admin"
    MEMBER = "member"


class RoomKind(StrEnum):
    """What a group is for."""

    ANNOUNCEMENT = "announcement"
    BUSINESS = "business"
    STANDING = "standing"
    TEMPORARY = "temporary"
    LEADERS = "leaders"


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it reached the bot.

    `number` is the store's own, short enough to be typed after 为什么; it is 0
    until the message has been stored. `id` is unique within `channel`. `at` is
    aware and in UTC. A private message to the bot has an empty `room`.
    """

    id: str
    room: str
    sender: str
    at: datetime
    role: Role = Role.MEMBER
    type: MessageType = MessageType.TEXT
    text: str = ""
    title: str = ""
    items: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    reply_to: str | None = None
    bot: bool = False
    channel: str = "simulated"
    room_id: str = ""
    sender_id: str = ""
    number: int = 0
    attachment: str = ""

    @property
    def private(self) -> bool:
        """Whether it was said to the bot alone."""
        return not self.room

    def blank(self) -> Self:
        """The message without its content."""
        return replace(self, text="", title="", items=())


@dataclass(frozen=True, slots=True)
class Room:
    """A group as the town file describes it; an unmanaged one has no kind."""

    name: str
    kind: RoomKind | None = None
    always_open: bool = False
    results_to: str = ""
    office: str = ""
    ends: date | None = None

    @property
    def managed(self) -> bool:
        """Whether the town file lists the room."""
        return self.kind is not None
