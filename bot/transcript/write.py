"""Write messages as transcript lines."""

import json
from datetime import tzinfo
from typing import Any

from bot.core.message import Message, MessageType, Role


def line_of(message: Message, zone: tzinfo) -> str:
    """One line, without its line break; moments in the town's zone."""
    record: dict[str, Any] = {"id": message.id, "room": message.room, "sender": message.sender}
    if message.role is not Role.MEMBER:
        record["role"] = message.role.value
    if message.bot:
        record["bot"] = True
    record["at"] = message.at.astimezone(zone).isoformat()
    if message.type is MessageType.UNKNOWN:
        # The format knows no such type; what words there are stay readable.
        record["type"] = MessageType.TEXT.value
    elif message.type is not MessageType.TEXT:
        record["type"] = message.type.value
    for name in ("text", "title", "reply_to"):
        if value := getattr(message, name):
            record[name] = value
    for name in ("items", "mentions"):
        if values := getattr(message, name):
            record[name] = list(values)
    return json.dumps(record, ensure_ascii=False)
