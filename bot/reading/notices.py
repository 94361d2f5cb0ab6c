"""How a notice stands to earlier ones of the town: a duplicate, a correction, a cancellation, or new.

Likeness finds the candidate; deadline, demand and addressees decide. Likeness alone cannot tell a
notice sent again from one whose hour was changed.
"""

from datetime import datetime, timedelta

from rapidfuzz import fuzz
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.decision import TAKES_DOWN, WAITS
from bot.core.message import Message
from bot.core.reading import Kind, Reading, Relation, RelationKind
from bot.reading.relating import (
    CANCELS,
    CORRECTS,
    URGES,
    adds_nothing,
    alike,
    bare,
    common_ground,
    names_nothing,
    other_matter,
    same_days,
    same_period,
)
from bot.reading.shelf import Notice, Shelf, View
from bot.store import tables
from bot.store.rows import message_of

LOOK_BACK = timedelta(days=7)
_MOST = 2000
_ALIKE, _NEARLY = 60.0, 88.0
_SAME_WORDS = 97.0
_CANDIDATES = 8
_LEAST_GROUND = 0.55
_OVER = timedelta(hours=12)
_GONE = tuple(action.word for action in TAKES_DOWN)


class Notices:
    """The town's notices of the last seven days, in the order of their posting."""

    def __init__(self) -> None:
        self._notices = Shelf(_MOST)
        self._related: tuple[str, str, Notice] | None = None

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Read back what was posted in the last seven days and not taken down."""
        judged = tables.judgements
        rows = await connection.execute(
            select(
                tables.messages,
                judged.c.kind,
                judged.c.deadline,
                judged.c.addressees,
                judged.c.relation,
                judged.c.relation_of,
            )
            .join(judged, judged.c.number == tables.messages.c.number)
            .where(
                judged.c.at > now - LOOK_BACK,
                judged.c.kind.in_([Kind.ASSIGNMENT.value, Kind.DOCUMENT.value]),
                judged.c.action.not_in(_GONE),
                # A deferred notice left its room because the bot took it down, not its sender.
                or_(tables.messages.c.recalled_at.is_(None), judged.c.action == "defer"),
                tables.messages.c.sealed.is_(None),
                judged.c.spared != WAITS,  # a document that waits is compared with nothing yet
            )
            .order_by(tables.messages.c.number)
        )
        self._notices = Shelf(_MOST)
        for row in rows:
            addressees = tuple(row.addressees)
            reading = Reading(Kind(row.kind), deadline=row.deadline, addressees=addressees)
            message = message_of(row)
            if row.relation == RelationKind.CORRECTION:
                root = next((n for n in self._notices if n.number == row.relation_of), None)
                self._related = (message.room, message.id, root) if root is not None else None
            self.note(message, reading)

    def note(self, message: Message, reading: Reading) -> None:
        """Remember a notice; other messages are passed over."""
        if reading.kind not in {Kind.ASSIGNMENT, Kind.DOCUMENT}:
            return
        self._notices.prune(message.at - LOOK_BACK)
        where = (message.room, message.id)
        root = self._related[2] if self._related and self._related[:2] == where else None
        # What was edited, or a document settled late, stands where it was posted.
        self._notices.add(
            Notice(
                message.id, message.number, message.room, message.sender, message.at,
                bare(message), reading.deadline, frozenset(reading.addressees), reading.kind,
                URGES.search(message.text) is not None, root,
            )
        )  # fmt: skip

    def forget(self, room: str, message_id: str) -> None:
        """A notice was taken back: nothing is compared with it any more."""
        self._notices.forget(room, message_id)

    def relate(self, message: Message, reading: Reading) -> Relation | None:
        """The relation of a notice to an earlier one; None for a new one and for other messages."""
        if reading.kind not in {Kind.ASSIGNMENT, Kind.DOCUMENT} or not self._notices:
            return None
        found = self._found(message, reading)
        if found is None:
            return None
        kind, notice = found
        # What is changed is the first notice of its chain: the one that made the task.
        notice = notice.root or notice
        if kind is RelationKind.CORRECTION:
            self._related = (message.room, message.id, notice)
        return Relation(kind, notice.id, notice.number, notice.room)

    def _found(self, message: Message, reading: Reading) -> tuple[RelationKind, Notice] | None:
        # An edited message is not compared with itself.
        itself = (message.room, message.id)
        recent = self._notices.between(message.at - LOOK_BACK, message.at, but=itself)
        words = bare(message)
        quoted = _quoted(message, recent)
        change = _change(message) if reading.kind is Kind.ASSIGNMENT else None
        if quoted is not None and change is not None:
            return change, quoted
        candidates = [quoted] if quoted is not None else []
        candidates += recent.like(words, least=_ALIKE, most=_CANDIDATES)
        urges = URGES.search(message.text) is not None
        for notice in candidates:
            kind = _compare(message, reading, words, notice, urges=urges)
            if kind is not None:
                return kind if kind is RelationKind.DUPLICATE else change or kind, notice
        meant = _meant(message, words, recent) if change is not None else None
        return (change, meant) if change is not None and meant is not None else None


def _change(message: Message) -> RelationKind | None:
    """What the words say of an earlier notice. A new time beside a cancellation is a correction."""
    text = message.text
    if CORRECTS.search(text):
        return RelationKind.CORRECTION
    if CANCELS.search(text):
        return RelationKind.CANCELLATION
    return None


def _quoted(message: Message, recent: View) -> Notice | None:
    if message.reply_to is None:
        return None
    return recent.last(message.room, message.reply_to)


def _compare(
    message: Message, reading: Reading, words: str, notice: Notice, *, urges: bool
) -> RelationKind | None:
    """What deadline, demand and addressees say of two notices that are alike, or nearly."""
    if urges and words != notice.words:
        return None
    relayed = adds_nothing(words, notice.words)
    if not relayed and (
        other_matter(words, notice.words) or not same_period(words, notice.words)
    ):  # fmt: skip
        return None
    same_words = relayed or fuzz.ratio(words, notice.words) >= _SAME_WORDS
    same_deadline = reading.deadline == notice.deadline
    same_people = frozenset(reading.addressees) == notice.addressees
    if reading.kind is Kind.DOCUMENT:
        return RelationKind.DUPLICATE if same_words and same_deadline else None
    if same_words and words == notice.words and not same_deadline:
        # 今天下午5点前报 said every day means another day each time.
        return None
    if same_words and same_deadline and _same_figures(words, notice.words):
        return RelationKind.DUPLICATE
    if alike(words, notice.words) < _NEARLY or not same_people:
        return None
    if not same_deadline or not _same_figures(words, notice.words):
        own = message.sender == notice.sender and message.room == notice.room
        return RelationKind.CORRECTION if own else None
    return RelationKind.DUPLICATE


def _same_figures(words: str, earlier: str) -> bool:
    """Whether two texts name the same numbers, a relay's own aside."""
    here, there = [c for c in words if c.isdigit()], [c for c in earlier if c.isdigit()]
    return here == there


def _meant(message: Message, words: str, recent: View) -> Notice | None:
    """What a change without a quote is about: the room's notice that has most in common with it.

    What is over cannot be changed any more; the sender's own notices come first. A change that
    does not say of what is about the sender's last notice there.
    """
    best, best_score, nameless = None, 0.0, names_nothing(words)
    for notice in reversed(recent.of_room(message.room)):
        if notice.kind is not Kind.ASSIGNMENT or notice.urges:
            continue
        if notice.deadline is not None and notice.deadline < message.at - _OVER:
            continue
        lately = message.at - notice.at < timedelta(days=1)
        if nameless and lately and notice.sender == message.sender:
            return notice
        score = common_ground(words, notice.words) + same_days(words, notice.words)
        score += 0.2 if notice.sender == message.sender else 0.0
        score += 0.1 if lately else 0.0
        if score > best_score:
            best, best_score = notice, score
    return best if best_score >= _LEAST_GROUND else None
