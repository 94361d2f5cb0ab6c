"""What was said lately: the room's last messages for the reader, and bursts for the flood policy."""

from collections import defaultdict, deque
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.message import Message, MessageType
from bot.core.reading import Kind
from bot.reading.base import LOOK_BACK, Seen
from bot.store import tables
from bot.store.rows import message_of

_LONGEST_BURST = timedelta(hours=1)
#: What is older is nothing that a message is said after.
_KEPT = timedelta(days=2)


class Recent:
    """Bounded memory of each room."""

    def __init__(self) -> None:
        self._rooms: dict[str, deque[Seen]] = defaultdict(lambda: deque(maxlen=LOOK_BACK))
        self._posts: dict[tuple[str, str], deque[datetime]] = {}

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Read back the last hour, and a few messages more of each room."""
        table, judged = tables.messages, tables.judgements
        rows = await connection.execute(
            select(table, judged.c.kind, judged.c.person)
            .join(judged, judged.c.number == table.c.number)
            .where(
                table.c.at > now - _KEPT,
                table.c.room != "",
                table.c.bot.is_(False),
                table.c.type != MessageType.SYSTEM.value,
            )
            .order_by(table.c.number.desc())
            .limit(5000)
        )
        self._rooms.clear()
        self._posts.clear()
        for row in reversed(rows.all()):
            message = message_of(row)
            self.note(message, Kind(row.kind) if row.kind else None)
            if message.at > now - _LONGEST_BURST and row.kind:
                self.burst(message, row.person, _LONGEST_BURST)

    def before(self, message: Message) -> tuple[Seen, ...]:
        """The last messages of its room before this one, oldest first; none where it is private."""
        kept = self._rooms.get(message.room, ())
        seen = tuple(entry for entry in kept if entry[0].at > message.at - _KEPT)
        place = next((i for i, (earlier, _) in enumerate(seen) if earlier.id == message.id), None)
        return seen if place is None else seen[:place]

    def quoted(self, message: Message) -> Seen | None:
        """The message that this one quotes, if it is still remembered."""
        if message.reply_to is None:
            return None
        for seen in reversed(self._rooms.get(message.room, ())):
            if seen[0].id == message.reply_to and seen[0].at > message.at - _KEPT:
                return seen
        return None

    def note(self, message: Message, kind: Kind | None) -> None:
        """Remember a message; what is said privately is nobody else's context."""
        if message.room:
            self._rooms[message.room].append((message, kind))

    def amend(self, message: Message, kind: Kind | None) -> None:
        """Remember otherwise what is remembered already; nothing for what is forgotten."""
        seen = self._rooms.get(message.room, deque())
        for place, (earlier, _) in enumerate(seen):
            if earlier.id == message.id:
                seen[place] = message, kind

    def burst(self, message: Message, person: str, window: timedelta) -> int:
        """Count the person's messages in that room within `window`, this one included."""
        posts = self._posts.setdefault((message.room, person), deque(maxlen=200))
        posts.append(message.at)
        start = message.at - window
        while posts[0] <= start:
            posts.popleft()
        return len(posts)
