"""What admins taught by 误判: the same words are right at once, and training takes them in.

A message whose label is secret or personal leaves no words here, only a digest of them. One
person cannot teach the bot to pass secrets: to take `secret` or `personal_data` away it takes the
word of two, and what a pattern settles (a card number, a mark) no one can take away.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.message import Message, MessageType, Role
from bot.core.reading import Kind, Reading, Trait
from bot.reading.marks import has_secrecy_mark
from bot.reading.normal import fold, skeleton
from bot.reading.personal import HARD_NUMBERS, personal_numbers
from bot.reading.records import Record
from bot.store import tables

NEAR = 92.0
"""How alike (0 to 100, rapidfuzz ratio of letters and digits) two messages are the same."""
GUARDED = frozenset({Trait.SECRET, Trait.PERSONAL_DATA})
_SURE = 0.99
_LEAST_FOR_NEAR = 8
_TOLD_BY_TWO = 2


@dataclass(frozen=True, slots=True)
class Lesson:
    """One correction: of which words (or only their digest), by whom, and what is right."""

    message: int
    by: str
    type: str
    words: str
    bare: str
    digest: str
    kind: Kind | None
    traits: frozenset[Trait]


def signature(message: Message) -> list[str]:
    """What a correction stores beside the words: the type, and a digest of the words."""
    return [message.type.value, digest_of(message)]


def digest_of(message: Message) -> str:
    """The same for messages that differ only in spaces, marks, width and case."""
    return sha256(f"{message.type.value}\0{_bare(message)}".encode()).hexdigest()


class Corrections:
    """The ledger of lessons that are in force."""

    def __init__(self) -> None:
        self._lessons: list[Lesson] = []
        self._by_digest: dict[str, list[Lesson]] = {}
        self._bare: list[str] = []
        self._near: list[Lesson] = []

    def __len__(self) -> int:
        return len(self._lessons)

    async def load(self, connection: AsyncConnection) -> None:
        """Read back every correction that was not withdrawn."""
        table = tables.corrections
        rows = await connection.execute(
            select(table).where(table.c.withdrawn_at.is_(None)).order_by(table.c.number)
        )
        self._lessons = [_lesson_of(row) for row in rows]
        self._index()

    def teach(
        self,
        message: Message,
        kind: Kind | None,
        traits: Iterable[Trait],
        *,
        by: str,
        secret: bool = False,
    ) -> list[str]:
        """Learn at once; returns what the row's `features` should hold.

        Two people may each say something of one message: the latest verdict stands, but to take a
        secret away both count. A person's newer word replaces the older.
        """
        held = frozenset(traits)
        kept_dark = secret or bool(held & GUARDED)
        lesson = Lesson(
            message.number, by, message.type.value, "" if kept_dark else _words(message),
            "" if kept_dark else _bare(message), digest_of(message), kind, held,
        )  # fmt: skip
        self._lessons = [
            old for old in self._lessons if (old.message, old.by) != (lesson.message, by)
        ]
        self._lessons.append(lesson)
        self._index()
        return signature(message)

    def withdraw(self, message_number: int, by: str | None = None) -> bool:
        """Forget what was said of a message (by one person, or by all); whether anything was."""
        kept = [
            lesson
            for lesson in self._lessons
            if lesson.message != message_number or (by is not None and lesson.by != by)
        ]
        found = len(kept) != len(self._lessons)
        self._lessons = kept
        self._index()
        return found

    def apply(self, message: Message, reading: Reading) -> Reading:
        """The reading, put right where the same words were corrected."""
        if not self._lessons or not (message.text or message.title):
            return reading
        lessons = self._about(message)
        if not lessons:
            return reading
        newest = lessons[-1]
        traits = _allowed(message, reading, lessons)
        chances = dict(reading.traits_at)
        chances.update({trait: _SURE if trait in traits else 1 - _SURE for trait in Trait})
        for trait in GUARDED & traits & reading.traits:
            chances[trait] = reading.traits_at.get(trait, _SURE)
        corrected = replace(
            reading, traits=traits, traits_at=MappingProxyType(chances),
            because=("管理员更正过同样的话", *reading.because),
        )  # fmt: skip
        if newest.kind is None:
            # Only what it is not is known: sure enough for nothing that deletes.
            return replace(
                corrected, confidence=min(corrected.confidence, 0.5), kinds=MappingProxyType({})
            )
        rest = (1 - _SURE) / (len(Kind) - 1)
        kinds = {kind: _SURE if kind is newest.kind else rest for kind in Kind}
        return replace(
            corrected, kind=newest.kind, confidence=_SURE, kinds=MappingProxyType(kinds),
            courtesy=reading.courtesy and newest.kind is Kind.CHAT,
        )  # fmt: skip

    def records(self) -> list[Record]:
        """Lessons to train on: the latest of each message, where it has words and a kind."""
        latest = {lesson.message: lesson for lesson in self._lessons}
        return [
            Record(
                Message(
                    id=f"correction-{lesson.message}-{place}", room="", sender="", role=Role.MEMBER,
                    at=datetime(2026, 1, 1, 2, tzinfo=UTC), type=MessageType(lesson.type),
                    text=lesson.words,
                ),
                lesson.kind, lesson.traits, author="corrections",
            )
            for place, lesson in enumerate(latest.values())
            if lesson.words and lesson.kind is not None
        ]  # fmt: skip

    def _index(self) -> None:
        self._by_digest = {}
        for lesson in self._lessons:
            self._by_digest.setdefault(lesson.digest, []).append(lesson)
        self._near = [one for one in self._lessons if len(one.bare) >= _LEAST_FOR_NEAR]
        self._bare = [one.bare for one in self._near]

    def _about(self, message: Message) -> Sequence[Lesson]:
        """Lessons about the same words, or nearly the same and of the same type; oldest first."""
        same = self._by_digest.get(digest_of(message))
        if same:
            return same
        bare = _bare(message)
        if not self._bare or len(bare) < _LEAST_FOR_NEAR:
            return ()
        found = process.extract(bare, self._bare, scorer=fuzz.ratio, score_cutoff=NEAR, limit=20)
        near = sorted(place for _, _, place in found)
        return [self._near[place] for place in near if self._near[place].type == message.type.value]


def _allowed(message: Message, reading: Reading, lessons: Sequence[Lesson]) -> frozenset[Trait]:
    """The newest lesson's traits, with the guarded ones kept unless two people took them away."""
    traits = lessons[-1].traits
    words = fold("\n".join((message.text, message.title, *message.items)))
    settled = set()
    if has_secrecy_mark(message):
        settled.add(Trait.SECRET)
    if HARD_NUMBERS & set(personal_numbers(words)):
        settled.add(Trait.PERSONAL_DATA)
    for trait in GUARDED & reading.traits:
        against = {lesson.by for lesson in lessons if trait not in lesson.traits}
        if trait in settled or len(against) < _TOLD_BY_TWO:
            traits |= {trait}
    return traits


def _lesson_of(row: Any) -> Lesson:
    kind = Kind(row.kind) if row.kind else None
    form, digest = (*row.features, "", "")[:2]
    return Lesson(
        row.message, row.by, form or MessageType.TEXT.value, row.words, skeleton(row.words),
        digest, kind, frozenset(Trait(trait) for trait in row.traits),
    )  # fmt: skip


def _words(message: Message) -> str:
    return f"{message.title}\n{message.text}".strip()


def _bare(message: Message) -> str:
    return skeleton(_words(message))
