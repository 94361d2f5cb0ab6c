"""The latest messages of each conversation, to find again what people quote and what came back."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from cachetools import LRUCache

#: An older message that a puppet tells of again costs a question; the archive knows it.
_MOST_ROOMS, _MOST_EACH, _MOST_IDS = 2_000, 200, 10_000
_SHORTENED = ("…", "...")


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as far as it matters here.

    `conversation` is a room's id or a person's; `at` is when it came, by this machine's clock.
    """

    id: str
    conversation: str
    sender_id: str
    sender: str
    text: str
    at: datetime


class Memory:
    """Bounded, and lost with the process."""

    def __init__(self) -> None:
        self._rooms: LRUCache[str, deque[Seen]] = LRUCache(_MOST_ROOMS)
        self._by_id: LRUCache[str, Seen] = LRUCache(_MOST_IDS)
        self._ids: LRUCache[str, None] = LRUCache(_MOST_IDS)
        self._recalled: LRUCache[str, None] = LRUCache(_MOST_IDS)

    def first_time(self, message_id: str) -> bool:
        """Whether this id is new; it is known from now on. Ask only once its payload is at hand."""
        if message_id in self._ids:
            return False
        self._ids[message_id] = None
        return True

    def known(self, message_id: str) -> bool:
        """Whether `first_time` has been asked for this id."""
        return message_id in self._ids

    def add(self, seen: Seen) -> None:
        """Keep a message in mind."""
        room = self._rooms.get(seen.conversation)
        if room is None:
            room = self._rooms[seen.conversation] = deque(maxlen=_MOST_EACH)
        room.append(seen)
        self._by_id[seen.id] = seen

    def find(self, message_id: str) -> Seen | None:
        """A message by its id."""
        return self._by_id.get(message_id)

    def quoted(self, conversation: str, name: str, words: str) -> str:
        """The id of the latest message with these words, said by `name`; empty if there is none."""
        start = words
        for tail in _SHORTENED:
            start = start.removesuffix(tail)
        for seen in reversed(self._rooms.get(conversation, ())):
            text = seen.text.strip()
            same = text == words or (start != words and start and text.startswith(start))
            if same and (not name or name == seen.sender):
                return seen.id
        return ""

    def echoed(self, conversation: str, sender_id: str, text: str, since: datetime) -> str:
        """The id of what `sender_id` posted with this text since then; empty if there is none."""
        for seen in reversed(self._rooms.get(conversation, ())):
            if seen.at < since:
                break
            if seen.sender_id == sender_id and seen.text.strip() == text.strip():
                return seen.id
        return ""

    def recall(self, message_id: str) -> None:
        """The platform told that a message is gone."""
        self._recalled[message_id] = None

    def recalled(self, message_id: str) -> bool:
        """Whether the platform told that a message is gone."""
        return message_id in self._recalled
