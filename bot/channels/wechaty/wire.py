"""The messages whose fields moved since wechaty-grpc 0.20.19 (2021), as 1.x has them."""

from dataclasses import dataclass

import betterproto

# ruff: noqa: D101, RUF009 - the names are the protocol's own; see wechaty-grpc's puppet/*.proto


@dataclass(eq=False, repr=False)
class Timestamp(betterproto.Message):
    seconds: int = betterproto.int64_field(1)
    nanos: int = betterproto.int32_field(2)


@dataclass(eq=False, repr=False)
class MessagePayload(betterproto.Message):
    """`type` is a plain number: an enum would lose the ones that it does not know."""

    id: str = betterproto.string_field(1)
    filename: str = betterproto.string_field(2)
    text: str = betterproto.string_field(3)
    timestamp: int = betterproto.uint64_field(4)
    type: int = betterproto.int32_field(5)
    talker_id: str = betterproto.string_field(6)
    room_id: str = betterproto.string_field(7)
    listener_id: str = betterproto.string_field(8)
    mention_ids: list[str] = betterproto.string_field(9)
    receive_time: Timestamp = betterproto.message_field(10)


@dataclass(eq=False, repr=False)
class ById(betterproto.Message):
    """Any request or answer of which only field 1, an id, counts."""

    id: str = betterproto.string_field(1)


@dataclass(eq=False, repr=False)
class SetText(betterproto.Message):
    """ContactAlias, RoomTopic, RoomAnnounce: the old field 2 is ignored, 3 is what to set."""

    id: str = betterproto.string_field(1)
    value: str = betterproto.string_field(3)


@dataclass(eq=False, repr=False)
class GotText(betterproto.Message):
    value: str = betterproto.string_field(2)


@dataclass(eq=False, repr=False)
class UrlLink(betterproto.Message):
    description: str = betterproto.string_field(1)
    thumbnail_url: str = betterproto.string_field(2)
    title: str = betterproto.string_field(3)
    url: str = betterproto.string_field(4)


@dataclass(eq=False, repr=False)
class MessageUrl(betterproto.Message):
    json: str = betterproto.string_field(1)
    link: UrlLink = betterproto.message_field(2)


@dataclass(eq=False, repr=False)
class MiniProgram(betterproto.Message):
    appid: str = betterproto.string_field(1)
    description: str = betterproto.string_field(2)
    page_path: str = betterproto.string_field(3)
    title: str = betterproto.string_field(7)
    username: str = betterproto.string_field(8)


@dataclass(eq=False, repr=False)
class MessageMiniProgram(betterproto.Message):
    json: str = betterproto.string_field(1)
    program: MiniProgram = betterproto.message_field(2)


@dataclass(eq=False, repr=False)
class Location(betterproto.Message):
    accuracy: float = betterproto.float_field(1)
    address: str = betterproto.string_field(2)
    latitude: float = betterproto.double_field(3)
    longitude: float = betterproto.double_field(4)
    name: str = betterproto.string_field(5)


@dataclass(eq=False, repr=False)
class MessageLocation(betterproto.Message):
    location: Location = betterproto.message_field(1)


@dataclass(eq=False, repr=False)
class SendText(betterproto.Message):
    conversation_id: str = betterproto.string_field(1)
    text: str = betterproto.string_field(2)
    mention_ids: list[str] = betterproto.string_field(3)


@dataclass(eq=False, repr=False)
class SendFile(betterproto.Message):
    conversation_id: str = betterproto.string_field(1)
    file_box: str = betterproto.string_field(2)


@dataclass(eq=False, repr=False)
class Sent(betterproto.Message):
    """Field 1, a StringValue, is the deprecated form of the id."""

    id: str = betterproto.string_field(2)


@dataclass(eq=False, repr=False)
class Chunk(betterproto.Message):
    """A piece of a file, up (UploadRequest) or down (DownloadResponse)."""

    chunk: bytes = betterproto.bytes_field(1)


@dataclass(eq=False, repr=False)
class Friendship(betterproto.Message):
    id: str = betterproto.string_field(1)
    contact_id: str = betterproto.string_field(2)
    hello: str = betterproto.string_field(3)
    type: int = betterproto.int32_field(4)
