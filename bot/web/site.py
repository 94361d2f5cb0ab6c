"""What the pages share: the town, the keys to it, and who may come in."""

from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from aiohttp import web

from bot.app import App
from bot.core.message import Message, Role
from bot.store import tables
from bot.store.journal import Journal
from bot.web.clerk import PageClerk
from bot.web.limits import Limits
from bot.web.passes import Pass, Passes

#: Notes to visitors that have not been shown yet, at most.
_NOTES = 200
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ANYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared with, not bound to


@dataclass(frozen=True, slots=True)
class Note:
    """What is told at the head of the next page. `done` tells that what was asked for was done."""

    text: str
    done: bool = True


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a good session and, at this moment, the rank to be here."""

    person: str
    rank: Role
    session: Pass
    form_key: str


class Site:
    """One for each town; the pages find it in their application."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.passes, self.limits = Passes(), Limits()
        self.clerk = PageClerk(app.commands.clerk)
        #: The port that is listened on, known for sure once the server has started.
        self.port = app.town.web.port
        self._notes: OrderedDict[str, Note] = OrderedDict()

    async def life(self, _: web.Application) -> AsyncIterator[None]:
        """Take up the passes of earlier processes and hand out new ones while the server is there."""
        async with self.app.engine.connect() as connection:
            await self.passes.load(connection, self.app.clock.now())
        services = self.app.commands.services
        services.login, services.feed = self._login, _Feed(self)
        yield
        services.login, services.feed = None, None

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.app.clock.now()

    # Where the page is.

    @property
    def base(self) -> str:
        """What every link begins with, without a stroke at the end."""
        table = self.app.town.web
        if table.url:
            return table.url.rstrip("/")
        host = _LOOPBACK[0] if table.host in _ANYWHERE else table.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether browsers come over TLS."""
        return self.app.town.web.url.lower().startswith("https://")

    def answers_to(self, name: str) -> bool:
        """Whether the page goes by that host name; any other was made to point here by somebody."""
        table = self.app.town.web
        names = {table.host.lower(), (urlsplit(table.url).hostname or "").lower()} - {""}
        if table.host in {*_ANYWHERE, *_LOOPBACK}:
            names |= set(_LOOPBACK)
        return name.lower() in names

    # Who may come in.

    def rank(self, person: str) -> Role:
        """The rank that the town file gives a person, or an account id, now; a channel's word is nothing."""
        return self.app.judge.directory.rank(Message("", "", person, self.now, sender_id=person))

    def _login(self, journal: Journal, asked: Message, person: str, now: datetime) -> str:
        # One whom the file lists by account id keeps that id: others may bear the same name.
        by_name = self.app.judge.directory.rank(Message("", "", person, now))
        bearer = person if by_name is not Role.MEMBER else asked.sender_id
        if not bearer or self.rank(bearer) is Role.MEMBER:
            return ""
        return f"{self.base}/login/{self.passes.link(journal, bearer, now)}"

    def audit(self, journal: Journal, person: str, deed: str, *, allowed: bool = True) -> None:
        """Note a coming or going."""
        journal.add(
            tables.audit, at=self.now, actor=person, deed=deed, object="page", allowed=allowed
        )

    # What visitors are told next.

    def leave_note(self, session: Pass, note: Note) -> None:
        """Keep a note for the next page of a session."""
        self._notes[session.hash] = note
        if len(self._notes) > _NOTES:
            self._notes.popitem(last=False)

    def take_note(self, session: Pass) -> Note | None:
        """The note for a session, once."""
        return self._notes.pop(session.hash, None)


class _Feed:
    """Calendar addresses for the command 日历."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def open(self, journal: Journal, person: str, now: datetime) -> str:
        """A new address."""
        token = self._site.passes.calendar(journal, person, now)
        return f"{self._site.base}/calendar/{token}.ics"

    def close(self, journal: Journal, person: str) -> int:
        """End all of a person's addresses; how many there were."""
        return self._site.passes.end_calendars(journal, person)


SITE = web.AppKey("site", Site)
#: Who is at the door; there is one on every page that needs a login.
VISITOR = web.RequestKey("visitor", Visitor)
