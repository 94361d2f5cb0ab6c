"""Keys to the local page: login links, sessions, calendar addresses. Only their hashes are kept."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import tables
from bot.store.journal import Journal

LINK_LIFE = timedelta(minutes=10)
SESSION_LIFE, IDLE_LIFE = timedelta(hours=12), timedelta(hours=1)
#: The last use of a session is noted this often, so that not every page costs a write.
_NOTED = timedelta(minutes=1)
_FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)
#: Calendar addresses one person may hold: a telephone, a computer, a wall.
CALENDARS = 3
_BYTES = 32


class Sort(StrEnum):
    """What a pass opens."""

    LINK = "link"
    SESSION = "session"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass. `salt` makes a session's form key, `used_at` is its last noted use."""

    hash: str
    sort: Sort
    person: str
    salt: str
    at: datetime
    until: datetime
    used_at: datetime | None = None

    def good(self, now: datetime) -> bool:
        """Whether it still opens anything: neither too old nor unused for too long."""
        idle = self.sort is Sort.SESSION and now - (self.used_at or self.at) >= IDLE_LIFE
        return now < self.until and not idle

    def form_key(self, token: str) -> str:
        """What forms of a session must carry; it cannot be told from what is stored."""
        return hmac.new(token.encode(), self.salt.encode(), hashlib.sha256).hexdigest()


class Passes:
    """A ledger of passes in memory, written through the journal."""

    def __init__(self) -> None:
        self._known: dict[str, Pass] = {}

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Take up what earlier processes handed out and is still good."""
        table = tables.sessions
        rows = await connection.execute(select(table).where(table.c.until > now))
        self._known = {
            row.hash: Pass(
                row.hash, Sort(row.sort), row.person, row.csrf, row.at, row.until, row.used_at
            )
            for row in rows
            if row.sort != Sort.LINK or row.used_at is None
        }

    # Login links.

    def link(self, journal: Journal, person: str, now: datetime) -> str:
        """A token that logs somebody in once, within ten minutes; an earlier one ends."""
        self._tidy(journal, now)
        for old in self._of(person, Sort.LINK):
            self._drop(journal, old)
        return self._issue(journal, Sort.LINK, person, now, now + LINK_LIFE)

    def redeem(self, journal: Journal, token: str, now: datetime) -> tuple[str, Pass] | None:
        """Trade a link for a session: its token and pass; None for a link that is not good."""
        link = self.find(Sort.LINK, token, now)
        if link is None:
            return None
        del self._known[link.hash]
        journal.change(tables.sessions, {"hash": link.hash}, used_at=now)
        session = self._issue(journal, Sort.SESSION, link.person, now, now + SESSION_LIFE)
        return session, self._known[_hash(session)]

    # Sessions.

    def find(self, sort: Sort, token: str, now: datetime) -> Pass | None:
        """The pass of that token, if it is good; the look-up by hash gives away no timing."""
        found = self._known.get(_hash(token))
        return found if found is not None and found.sort is sort and found.good(now) else None

    def wants_note(self, session: Pass, now: datetime) -> bool:
        """Whether the use of a session is to be noted again."""
        return now - (session.used_at or session.at) >= _NOTED

    def use(self, journal: Journal, session: Pass, now: datetime) -> None:
        """Note that a session was used now."""
        if session.hash in self._known:
            self._known[session.hash] = replace(session, used_at=now)
            journal.change(tables.sessions, {"hash": session.hash}, used_at=now)

    def end(self, journal: Journal, person: str, session: Pass | None = None) -> None:
        """End one session, or all sessions and links of somebody; calendars stay."""
        ended = [session] if session else [
            *self._of(person, Sort.SESSION), *self._of(person, Sort.LINK)
        ]  # fmt: skip
        for one in ended:
            self._drop(journal, one)

    # Calendars.

    def calendar(self, journal: Journal, person: str, now: datetime) -> str:
        """A token for somebody's calendar; beyond three the oldest ends."""
        held = sorted(self._of(person, Sort.CALENDAR), key=lambda one: one.at)
        for old in held[: max(0, len(held) - CALENDARS + 1)]:
            self._drop(journal, old)
        return self._issue(journal, Sort.CALENDAR, person, now, _FOR_GOOD)

    def end_calendars(self, journal: Journal, person: str) -> int:
        """End all calendar addresses of somebody; how many there were."""
        held = self._of(person, Sort.CALENDAR)
        for one in held:
            self._drop(journal, one)
        return len(held)

    # Keeping.

    def _issue(
        self, journal: Journal, sort: Sort, person: str, now: datetime, until: datetime
    ) -> str:
        token = secrets.token_urlsafe(_BYTES)
        made = Pass(_hash(token), sort, person, secrets.token_hex(16), now, until)
        self._known[made.hash] = made
        journal.add(
            tables.sessions, hash=made.hash, sort=sort.value, person=person, csrf=made.salt,
            at=now, until=until, used_at=None,
        )  # fmt: skip
        return token

    def _of(self, person: str, sort: Sort) -> list[Pass]:
        return [one for one in self._known.values() if one.person == person and one.sort is sort]

    def _drop(self, journal: Journal, gone: Pass) -> None:
        self._known.pop(gone.hash, None)
        table = tables.sessions
        journal.execute(delete(table).where(table.c.hash == gone.hash))

    def _tidy(self, journal: Journal, now: datetime) -> None:
        """Forget what is over; once a login is often enough."""
        self._known = {key: one for key, one in self._known.items() if one.good(now)}
        table = tables.sessions
        journal.execute(delete(table).where(table.c.until <= now))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
