"""The shelf of notices written in the plainest way: what the quick one must agree with."""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime

from rapidfuzz import fuzz, process

from bot.reading.shelf import SHORT, Notice


class PlainShelf:
    """Every question looks at every notice."""

    def __init__(self, most: int) -> None:
        self._notices: deque[Notice] = deque(maxlen=most)

    def __len__(self) -> int:
        return len(self._notices)

    def __iter__(self) -> Iterator[Notice]:
        return iter(self._notices)

    def add(self, notice: Notice) -> None:
        self._notices.append(notice)
        # Edited, or a document settled late: it stands where it was posted.
        self._notices = deque(sorted(self._notices, key=lambda n: n.number), self._notices.maxlen)

    def prune(self, until: datetime) -> None:
        while self._notices and self._notices[0].at <= until:
            self._notices.popleft()

    def forget(self, room: str, message_id: str) -> None:
        kept = [n for n in self._notices if (n.room, n.id) != (room, message_id)]
        self._notices = deque(kept, self._notices.maxlen)

    def between(self, after: datetime, until: datetime, *, but: tuple[str, str]) -> "PlainView":
        return PlainView(
            [n for n in self._notices if after < n.at <= until and (n.room, n.id) != but]
        )


class PlainView:
    def __init__(self, recent: Sequence[Notice]) -> None:
        self._recent = recent

    def last(self, room: str, message_id: str) -> Notice | None:
        wanted = (room, message_id)
        return next((n for n in reversed(self._recent) if (n.room, n.id) == wanted), None)

    def of_room(self, room: str) -> Sequence[Notice]:
        return [n for n in self._recent if n.room == room]

    def like(self, words: str, *, least: float, most: int) -> list[Notice]:
        if len(words) < SHORT:
            return [n for n in self._recent if n.words == words]
        choices = [n.words for n in self._recent]
        found = process.extract(
            words, choices, scorer=fuzz.ratio, score_cutoff=least, limit=most, processor=None
        )
        found.sort(key=lambda one: (-one[1], one[2]))
        places = [place for _, _, place in found]
        places += [
            i
            for i, old in enumerate(choices)
            if len(old) >= SHORT and old in words and i not in places
        ]
        return [self._recent[place] for place in places]
