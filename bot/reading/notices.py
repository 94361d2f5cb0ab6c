"""How a notice stands to earlier ones of the town: a duplicate, a correction, a cancellation, or new."""

import re
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.message import Message
from bot.core.reading import Kind, Reading, Relation, RelationKind, Trait
from bot.store import tables
from bot.store.rows import message_of

LOOK_BACK = timedelta(days=7)
_MOST = 2000
_ALIKE, _WITHIN = 60.0, 85.0
_CORRECTS = re.compile(r"更正|以(?:这|此)(?:条|个|次)?为准|改(?:到|为|成|在)|推迟|提前到|延期|顺延|发错")
_CANCELS = re.compile(r"取消|不开了|不搞了|作废|不用(?:报|交|来|参加|去)了|撤销通知|停办")
_URGES = re.compile(r"还(?:没|未|差)|尚未|没(?:交|报)的|未(?:交|报)的|抓紧|就差|催")
_NOISE = re.compile(r"[\s，。！？、；：,.!?;:“”\"'（）()【】\[\]—~…]+")


@dataclass(frozen=True, slots=True)
class Notice:
    """An earlier notice, as far as later ones are compared with it."""

    id: str
    number: int
    room: str
    sender: str
    at: datetime
    words: str
    deadline: datetime | None
    addressees: tuple[str, ...]


class Notices:
    """The town's notices of the last seven days."""

    def __init__(self) -> None:
        self._notices: deque[Notice] = deque(maxlen=_MOST)

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Read back what was posted in the last seven days and not taken down."""
        judged = tables.judgements
        rows = await connection.execute(
            select(tables.messages, judged.c.kind, judged.c.deadline, judged.c.addressees)
            .join(judged, judged.c.number == tables.messages.c.number)
            .where(
                judged.c.at > now - LOOK_BACK,
                judged.c.kind.in_([Kind.ASSIGNMENT.value, Kind.DOCUMENT.value]),
                judged.c.action.not_in(["delete", "mute", "remove"]),
                tables.messages.c.recalled_at.is_(None),
                tables.messages.c.sealed.is_(None),
            )
            .order_by(tables.messages.c.number)
        )
        self._notices.clear()
        for row in rows:
            reading = Reading(Kind(row.kind), deadline=row.deadline, addressees=tuple(row.addressees))
            self.note(message_of(row), reading)

    def note(self, message: Message, reading: Reading) -> None:
        """Remember a notice; other messages are passed over."""
        if reading.kind not in {Kind.ASSIGNMENT, Kind.DOCUMENT}:
            return
        while self._notices and self._notices[0].at <= message.at - LOOK_BACK:
            self._notices.popleft()
        self._notices.append(
            Notice(
                message.id, message.number, message.room, message.sender, message.at,
                _bare(message), reading.deadline, reading.addressees,
            )
        )  # fmt: skip

    def forget(self, room: str, message_id: str) -> None:
        """A notice was taken back: nothing is compared with it any more."""
        kept = [n for n in self._notices if (n.room, n.id) != (room, message_id)]
        if len(kept) != len(self._notices):
            self._notices = deque(kept, _MOST)

    def relate(self, message: Message, reading: Reading) -> Relation | None:
        """The relation of a notice to an earlier one; None for a new one and for other messages."""
        if reading.kind not in {Kind.ASSIGNMENT, Kind.DOCUMENT} or not self._notices:
            return None
        words = _bare(message)
        changes = _CANCELS.search(message.text) or _CORRECTS.search(message.text)
        earlier = self._quoted(message) or self._alike(message, words)
        if earlier is None and changes:
            earlier = self._meant(message, words)
        if earlier is None:
            return None
        kind = _kind(message, reading, earlier, words)
        return None if kind is None else Relation(kind, earlier.id, earlier.number, earlier.room)

    def _recent(self, message: Message) -> list[Notice]:
        start = message.at - LOOK_BACK
        return [n for n in self._notices if start < n.at <= message.at and n.number != message.number]

    def _quoted(self, message: Message) -> Notice | None:
        if message.reply_to is None:
            return None
        return next(
            (n for n in self._recent(message) if n.id == message.reply_to and n.room == message.room),
            None,
        )

    def _alike(self, message: Message, words: str) -> Notice | None:
        """The earliest notice that says nearly the same."""
        if len(words) < 8:  # noqa: PLR2004 - too short to be told apart from any other
            return next((n for n in self._recent(message) if n.words == words), None)
        for notice in self._recent(message):
            if (
                fuzz.ratio(words, notice.words) >= _ALIKE
                and fuzz.partial_ratio(words, notice.words) >= _WITHIN
            ):
                return notice
        return None

    def _meant(self, message: Message, words: str) -> Notice | None:
        """What a correction without a quote is about: the room's most alike notice, newest first."""
        here = [n for n in self._recent(message) if n.room == message.room]
        scored = [(fuzz.token_set_ratio(words, n.words) + fuzz.partial_ratio(words, n.words), n) for n in here]
        best = max(scored, key=lambda pair: (pair[0], pair[1].at), default=None)
        return best[1] if best is not None and best[0] > _ALIKE else None


def _kind(message: Message, reading: Reading, earlier: Notice, words: str) -> RelationKind | None:
    if _CANCELS.search(message.text):
        return RelationKind.CANCELLATION
    if _CORRECTS.search(message.text):
        return RelationKind.CORRECTION
    alike = fuzz.ratio(words, earlier.words) >= _ALIKE or fuzz.partial_ratio(words, earlier.words) >= _WITHIN
    if not alike or _URGES.search(message.text):
        return None
    if Trait.BRIEFED in reading.traits and len(words) > 2 * len(earlier.words):
        return None
    if reading.deadline != earlier.deadline or set(reading.addressees) != set(earlier.addressees):
        return RelationKind.CORRECTION
    return RelationKind.DUPLICATE


def _bare(message: Message) -> str:
    return _NOISE.sub("", f"{message.title}{message.text}")[:600]
