"""Rows of the archive as the plain data the rest of the bot uses, and back."""

import re
from datetime import datetime
from typing import Any

from bot.core.message import Message, MessageType, Role

#: Characters that no database takes: NUL, and halves of pairs that some clients send.
_UNSOUND = re.compile("[\x00\ud800-\udfff]")


def sound(text: str) -> str:
    """A text that every archive can hold; what it cannot is shown as the replacement character."""
    return _UNSOUND.sub("\ufffd", text) if _UNSOUND.search(text) else text


def message_of(row: Any) -> Message:
    """The message that a row of `messages` holds."""
    return Message(
        id=row.id,
        room=row.room,
        sender=row.sender,
        at=row.at,
        role=Role(row.role),
        type=MessageType(row.type),
        text=row.text,
        title=row.title,
        items=tuple(row.items),
        mentions=tuple(row.mentions),
        reply_to=row.reply_to,
        bot=row.bot,
        channel=row.channel,
        room_id=row.room_id,
        sender_id=row.sender_id,
        number=row.number,
        attachment=row.attachment,
    )


def row_of(message: Message, received_at: datetime) -> dict[str, Any]:
    """The row of `messages` that holds a message."""
    return {
        "number": message.number,
        "channel": message.channel,
        "id": sound(message.id),
        "room": sound(message.room),
        "room_id": sound(message.room_id),
        "sender": sound(message.sender),
        "sender_id": sound(message.sender_id),
        "role": message.role.value,
        "at": message.at,
        "received_at": received_at,
        "type": message.type.value,
        "text": sound(message.text),
        "title": sound(message.title),
        "items": [sound(item) for item in message.items],
        "mentions": [sound(name) for name in message.mentions],
        "reply_to": sound(message.reply_to) if message.reply_to else None,
        "bot": message.bot,
        "attachment": sound(message.attachment),
    }
