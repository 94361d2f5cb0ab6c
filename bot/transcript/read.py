"""Read a transcript line by line; a broken line is reported and the others go on."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.core.message import Message, MessageType, Role

_TYPES = {kind.value: kind for kind in MessageType if kind is not MessageType.UNKNOWN}
_ROLES = {role.value: role for role in Role}


@dataclass(frozen=True, slots=True)
class Line:
    """A good line: the message, and the whole record with the fields this program does not know."""

    number: int
    message: Message
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no message, with its number (from 1) and the reason."""

    number: int
    reason: str


def read_lines(lines: Iterable[str | bytes]) -> Iterator[Line | BadLine]:
    """Parse lines as they come; empty ones are passed over."""
    seen: set[int] = set()
    for number, raw in enumerate(lines, 1):
        try:
            text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
            if number == 1:
                text = text.removeprefix("\ufeff")
            if not text.strip():
                continue
            line = _parse(number, text)
        except UnicodeDecodeError:
            yield BadLine(number, "不是 UTF-8 文本")
        except ValueError as error:
            yield BadLine(number, str(error))
        else:
            # Hashes keep the memory of a long file small; ids are short and few enough for that.
            key = hash(line.message.id)
            if key in seen:
                yield BadLine(number, f"id 重复：{line.message.id}")
            else:
                seen.add(key)
                yield line


def _parse(number: int, text: str) -> Line:
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"不是合法的 JSON：{error.msg}") from error
    except RecursionError as error:
        raise ValueError("JSON 嵌套过深") from error
    if not isinstance(record, dict):
        raise ValueError("不是一条消息：应是一个 JSON 对象")
    return Line(number, message_from(record), record)


def message_from(record: dict[str, Any]) -> Message:
    """The message of a record; ValueError says which field is wrong and how."""
    for name in ("id", "room", "sender", "at"):
        if name not in record:
            raise ValueError(f"缺少字段：{name}")
    kind = _TYPES.get(_text(record, "type") or "text")
    if kind is None:
        raise ValueError(f"type 不认识：{record['type']}")
    role = _ROLES.get(_text(record, "role") or "member")
    if role is None:
        raise ValueError(f"role 不认识：{record['role']}")
    bot = record.get("bot", False)
    if not isinstance(bot, bool):
        raise ValueError("bot 应为 true 或 false")
    room, sender = _needed(record, "room"), _needed(record, "sender")
    return Message(
        id=_needed(record, "id"),
        room=room,
        sender=sender,
        at=_moment(record["at"]),
        role=role,
        type=kind,
        text=_text(record, "text"),
        title=_text(record, "title"),
        items=_texts(record, "items"),
        mentions=_texts(record, "mentions"),
        reply_to=_text(record, "reply_to") or None,
        bot=bot,
        room_id=room,
        sender_id=sender,
    )


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("at 应为带时区的 ISO 8601 时间")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"at 不是 ISO 8601 时间：{value}") from error
    if moment.tzinfo is None:
        raise ValueError(f"at 缺少时区：{value}")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"at 超出范围：{value}") from error


def _text(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name} 应为文字")
    return value


def _needed(record: dict[str, Any], name: str) -> str:
    value = _text(record, name)
    if not value:
        raise ValueError(f"{name} 不能为空")
    return value


def _texts(record: dict[str, Any], name: str) -> tuple[str, ...]:
    value = record.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{name} 应为文字列表")
    return tuple(value)
