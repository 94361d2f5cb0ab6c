"""Labelled messages: one JSON object a line, as in the transcript format with a `label`."""

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.core.message import Message, MessageType, Role
from bot.core.reading import Kind, Trait
from bot.reading.base import LOOK_BACK, Seen


@dataclass(frozen=True, slots=True)
class Record:
    """A message with what it truly is. `author` is who wrote it, `hard` their own opinion of it."""

    message: Message
    kind: Kind | None
    traits: frozenset[Trait] = frozenset()
    deadline: datetime | None = None
    addressees: tuple[str, ...] = ()
    author: str = ""
    hard: bool = False


def record_of(fields: Mapping[str, Any]) -> Record:
    """The record in one line's fields; ValueError for one that is not labelled rightly.

    A line without a label has no kind.
    """
    label = fields.get("label") or {}
    deadline = label.get("deadline")
    message = Message(
        id=fields["id"],
        room=fields["room"],
        sender=fields["sender"],
        at=datetime.fromisoformat(fields["at"]),
        role=Role(fields.get("role", "member")),
        type=MessageType(fields.get("type", "text")),
        text=fields.get("text", ""),
        title=fields.get("title", ""),
        items=tuple(fields.get("items", ())),
        mentions=tuple(fields.get("mentions", ())),
        reply_to=fields.get("reply_to"),
    )
    return Record(
        message,
        Kind(label["kind"]) if label else None,
        frozenset(Trait(trait) for trait in label.get("traits", ())),
        datetime.fromisoformat(deadline) if deadline else None,
        tuple(label.get("addressees", ())),
        fields.get("author", ""),
        bool(fields.get("hard", False)),
    )


def load_records(paths: Iterable[Path]) -> list[Record]:
    """Every record of the files, in their order."""
    return [
        record_of(json.loads(line))
        for path in paths
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]


class Surroundings:
    """The room's last messages and the quoted one, as a reader meets them."""

    def __init__(self) -> None:
        self._rooms: dict[str, deque[Seen]] = defaultdict(lambda: deque(maxlen=LOOK_BACK))
        self._by_id: dict[str, Seen] = {}

    def before(self, message: Message) -> Sequence[Seen]:
        """The last messages of its room, oldest first."""
        return tuple(self._rooms[message.room])

    def quoted(self, message: Message) -> Seen | None:
        """The message it answers."""
        return self._by_id.get(message.reply_to) if message.reply_to else None

    def note(self, message: Message, kind: Kind | None) -> None:
        """Remember a message and what it was read as."""
        self._rooms[message.room].append((message, kind))
        self._by_id[message.id] = (message, kind)


def in_context(records: Iterable[Record]) -> Iterator[tuple[Record, Sequence[Seen], Seen | None]]:
    """Each record with its true surroundings; every author's rooms are apart."""
    author, around = None, Surroundings()
    for record in records:
        if record.author != author:
            author, around = record.author, Surroundings()
        message = record.message
        yield record, around.before(message), around.quoted(message)
        around.note(message, record.kind)
