"""What a QQ message says: its segments, or CQ codes, as the parts of a message of ours."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.channels.onebot.cards import Card, read_card, read_xml
from bot.core.message import MessageType

EVERYBODY = "所有人"

_CQ = re.compile(r"\[CQ:([\w.-]+)((?:,[^,=\]]+=[^,\]]*)*)\]")
_UNESCAPE = (("&#91;", "["), ("&#93;", "]"), ("&#44;", ","), ("&amp;", "&"))
#: Which type names the whole message where several kinds of segments stand together.
_RANKING = (
    MessageType.FORWARDED,
    MessageType.FILE,
    MessageType.RED_PACKET,
    MessageType.MINIPROGRAM,
    MessageType.LINK,
    MessageType.CONTACT,
    MessageType.LOCATION,
    MessageType.VIDEO,
    MessageType.AUDIO,
    MessageType.IMAGE,
    MessageType.TEXT,
    MessageType.STICKER,
    MessageType.UNKNOWN,
)

Segment = Mapping[str, Any]
#: From a QQ number to the name it bears in the group.
Naming = Callable[[str], str]


@dataclass(slots=True)
class Content:
    """The parts of a message. `forward` is the id under which a chat record can be asked for."""

    types: set[MessageType] = field(default_factory=set)
    text: str = ""
    title: str = ""
    items: list[str] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    reply_to: str | None = None
    forward: str = ""
    attachment: str = ""
    files: list[str] = field(default_factory=list)

    @property
    def type(self) -> MessageType:
        """The one type that tells most."""
        return next((kind for kind in _RANKING if kind in self.types), MessageType.UNKNOWN)


def segments_of(message: object) -> list[Segment]:
    """The segments of an array, of a single one, or of a text with CQ codes."""
    if isinstance(message, str):
        return _decode(message)
    if isinstance(message, Mapping):
        return [message]
    if isinstance(message, Sequence):
        return [
            part if isinstance(part, Mapping) else {"type": "text", "data": {"text": str(part)}}
            for part in message
        ]
    return []


def read(message: object, naming: Naming) -> Content:
    """Take a message apart. What is not known is kept as UNKNOWN with its kind in the text."""
    content = Content()
    for segment in segments_of(message):
        kind, data = str(segment.get("type") or ""), segment.get("data")
        _read_one(content, kind, data if isinstance(data, Mapping) else {}, naming)
    content.text = content.text.strip()
    return content


def plain(message: object) -> str:
    """Only the words, without spaces: what two copies of one message have in common."""
    words = (
        str((part.get("data") or {}).get("text", ""))
        for part in segments_of(message)
        if part.get("type") == "text"
    )
    return "".join("".join(words).split())


def record_lines(messages: object, naming: Naming, most: int = 200) -> list[str]:
    """The lines of a merged chat record, "name：words", at most `most` of them."""
    lines: list[str] = []
    for node in messages if isinstance(messages, list) else []:
        if not isinstance(node, Mapping):
            continue
        data = node.get("data") if node.get("type") == "node" else node
        if not isinstance(data, Mapping):
            continue
        said_by = data.get("sender")
        sender = said_by if isinstance(said_by, Mapping) else data
        name = str(sender.get("card") or sender.get("nickname") or sender.get("name") or "")
        # NapCat puts the words into `message`, LLBot into `content`.
        content = read(data.get("message") or data.get("content"), naming)
        words = " ".join(part for part in (content.title, content.text) if part)
        words = words or _STAND_INS.get(content.type, "")
        lines.append(f"{name}：{words}" if name else words)
        if len(lines) == most:
            break
    return lines


_STAND_INS = {
    MessageType.IMAGE: "[图片]",
    MessageType.VIDEO: "[视频]",
    MessageType.AUDIO: "[语音]",
    MessageType.STICKER: "[表情]",
    MessageType.FORWARDED: "[聊天记录]",
}


def _decode(source: str) -> list[Segment]:
    """CQ codes, as implementations set to the message format "string" send them."""
    parts: list[Segment] = []
    position = 0
    for match in _CQ.finditer(source):
        if match.start() > position:
            parts.append(_text(source[position : match.start()]))
        data = {}
        for pair in match[2].split(",")[1:]:
            key, _, value = pair.partition("=")
            data[key] = _unescaped(value)
        parts.append({"type": match[1], "data": data})
        position = match.end()
    if position < len(source):
        parts.append(_text(source[position:]))
    return parts


def _text(source: str) -> Segment:
    return {"type": "text", "data": {"text": _unescaped(source)}}


def _unescaped(source: str) -> str:
    for code, character in _UNESCAPE:
        source = source.replace(code, character)
    return source


def _read_one(content: Content, kind: str, data: Mapping[str, Any], naming: Naming) -> None:
    if kind == "at":
        _read_at(content, data, naming)
    elif kind == "forward":
        content.types.add(MessageType.FORWARDED)
        content.forward = str(data.get("id") or "")
        content.items.extend(record_lines(data.get("content"), naming))
    elif kind in _WORDED:
        message_type, title, text = _WORDED[kind]
        content.types.add(message_type)
        content.title = content.title or _first(data, title)
        content.text += _first(data, text)
    elif kind in _READERS:
        _READERS[kind](content, kind, data)
    elif kind != "keyboard":
        content.types.add(MessageType.UNKNOWN)
        content.text += f"[{kind}]"


#: The type, and the keys that may hold the title and the words.
_WORDED: dict[str, tuple[MessageType, tuple[str, ...], tuple[str, ...]]] = {
    "text": (MessageType.TEXT, (), ("text",)),
    "markdown": (MessageType.TEXT, (), ("content",)),
    "share": (MessageType.LINK, ("title",), ("content",)),
    "music": (MessageType.LINK, ("title",), ("content",)),
    "node": (MessageType.FORWARDED, (), ()),
    "contact": (MessageType.CONTACT, ("name", "id"), ()),
    "location": (MessageType.LOCATION, ("title",), ("content",)),
    "onlinefile": (MessageType.FILE, ("fileName",), ()),
    "flashtransfer": (MessageType.FILE, ("title", "fileSetId"), ()),
    "flash_file": (MessageType.FILE, ("title", "file_set_id"), ()),
    "redbag": (MessageType.RED_PACKET, ("title",), ()),
    "mface": (MessageType.STICKER, ("summary",), ()),
    "bface": (MessageType.STICKER, ("text",), ()),
    "dice": (MessageType.STICKER, (), ()),
    "rps": (MessageType.STICKER, (), ()),
    "poke": (MessageType.STICKER, ("name",), ()),
    "shake": (MessageType.STICKER, (), ()),
}
_MEDIA = {
    "image": MessageType.IMAGE,
    "file": MessageType.FILE,
    "record": MessageType.AUDIO,
    "video": MessageType.VIDEO,
}


def _first(data: Mapping[str, Any], keys: Iterable[str]) -> str:
    return next((str(data[key]) for key in keys if data.get(key)), "")


def _read_at(content: Content, data: Mapping[str, Any], naming: Naming) -> None:
    content.types.add(MessageType.TEXT)
    number = str(data.get("qq") or "")
    name = EVERYBODY if number == "all" else naming(number) or str(data.get("name") or number)
    if name not in content.mentions:
        content.mentions.append(name)
    content.text += f"@{name} "


def _read_reply(content: Content, _: str, data: Mapping[str, Any]) -> None:
    content.reply_to = str(data.get("id") or "") or content.reply_to


def _read_face(content: Content, _: str, data: Mapping[str, Any]) -> None:
    """A small face in the text; alone it is a sticker."""
    content.types.add(MessageType.STICKER)
    raw = data.get("raw")
    words = raw.get("faceText") if isinstance(raw, Mapping) else ""
    content.text += f"[{str(words).lstrip('/')}]" if words else ""


def _read_media(content: Content, kind: str, data: Mapping[str, Any]) -> None:
    message_type = _MEDIA[kind]
    name = str(data.get("name") or data.get("file") or "")
    if kind == "image":
        style = str(data.get("sub_type") or data.get("subType") or "0")
        if style == "1" or data.get("emoji_id") or "动画表情" in str(data.get("summary") or ""):
            message_type = MessageType.STICKER
    elif kind == "file":
        content.title = content.title or name
        content.files.append(str(data.get("file_id") or name))
        content.files.append(name)
    content.types.add(message_type)
    if not content.attachment and message_type is not MessageType.STICKER:
        keep = {key: data[key] for key in ("url", "file", "file_id", "busid") if data.get(key)}
        content.attachment = json.dumps({"kind": kind, **keep}, ensure_ascii=False)


def _read_json(content: Content, _: str, data: Mapping[str, Any]) -> None:
    _merge_card(content, read_card(data.get("data")))


def _read_xml(content: Content, _: str, data: Mapping[str, Any]) -> None:
    _merge_card(content, read_xml(data.get("data")))


def _merge_card(content: Content, card: Card) -> None:
    content.types.add(card.type)
    content.title = content.title or card.title
    content.text += card.text
    content.items.extend(card.items)
    content.forward = content.forward or card.forward


_READERS = {
    **dict.fromkeys(_MEDIA, _read_media),
    "reply": _read_reply,
    "face": _read_face,
    "json": _read_json,
    "miniapp": _read_json,
    "xml": _read_xml,
}
