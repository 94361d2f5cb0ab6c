"""The long poll: all since a stored position, handed over before the position moves."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.channels.base import (
    Event,
    Inbox,
    Left,
    Link,
    LinkChanged,
    LoginError,
    Recalled,
    Topic,
)
from bot.channels.matrix.client import Client, MatrixError, path
from bot.channels.matrix.events import Reader, entered, left, original
from bot.channels.matrix.options import MatrixOptions
from bot.channels.matrix.quiet import MEMORY
from bot.channels.matrix.state import Book, RoomState, events_of, table, text
from bot.core.clock import Clock

log = logging.getLogger(__name__)

_PAGE, _MOST_PAGES = 100, 1000
_BAD_REQUEST, _NOT_FOUND = 400, 404
_AUTHORS = 5_000
_FILTER = json.dumps(
    {
        "presence": {"types": []},
        "account_data": {"types": ["m.direct"]},
        "room": {
            "timeline": {"limit": 50},
            "ephemeral": {"types": []},
            "account_data": {"types": [MEMORY]},
        },
    }
)

Raw = Mapping[str, Any]


class Positions(Protocol):
    """Where each channel's reading stands; it outlives the process."""

    def load(self, name: str) -> Awaitable[str | None]:
        """The position last saved under that name."""
        ...

    def save(self, name: str, value: str) -> Awaitable[None]:
        """Keep a position, durably; what lies before it is durably stored."""
        ...


@dataclass(slots=True)
class _Update:
    """What one answer says of one room: state before the events, then the events."""

    room_id: str
    state: Sequence[Raw] = ()
    gap: Sequence[Raw] = ()
    timeline: Sequence[Raw] = ()
    gone: bool = False


@dataclass(slots=True)
class _Batch:
    """One answer of the server, with what was missing in it fetched."""

    position: str
    updates: list[_Update] = field(default_factory=list)


class Syncer:
    """Follows the account's events. `ready` is done when the rooms are known for the first time."""

    def __init__(
        self,
        name: str,
        *,
        client: Client,
        options: MatrixOptions,
        clock: Clock,
        positions: Positions,
        book: Book,
        reader: Reader,
        inbox: Inbox,
        invited: Callable[[Raw], Awaitable[None]],
    ) -> None:
        self._name, self._client, self._options, self._clock = name, client, options, clock
        self._positions, self._book, self._reader = positions, book, reader
        self._inbox, self._invited = inbox, invited
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._since: str | None = None
        self._first = True
        self._link: Link | None = None
        self._failures = 0
        self._authors: dict[str, str] = {}

    async def run(self) -> None:
        """Keep connected until cancelled."""
        while True:
            try:
                if self._first and self._since is None:
                    self._since = await self._positions.load(self._name)
                if not self._client.logged_in:
                    await self._client.log_in()
                await self._round()
                self._failures = 0
            except LoginError as error:
                if not self.ready.done():
                    self.ready.set_exception(error)
                    return
                log.error("not logged in: %s", error)  # noqa: TRY400 - the words say it all
                await self._link_is(Link.LOGGED_OUT, str(error))
                await asyncio.sleep(self._options.retry_most)
            except (ConnectionError, MatrixError) as error:
                await self._lost(error)
            except Exception:
                # One odd answer must not end the listening; the position has not moved.
                log.exception("a sync could not be read")
                await self._wait()

    async def _lost(self, error: ConnectionError | MatrixError) -> None:
        waits = None
        if isinstance(error, MatrixError):
            waits = error.retry_after
            if error.status == _BAD_REQUEST and self._since is not None and self._first:
                log.error("the server does not know the stored position: %s", error)
                self._since = None
        if waits is None:
            log.warning("no connection: %s", error)
            await self._link_is(Link.DISCONNECTED, str(error))
        await self._wait(waits)

    async def _wait(self, seconds: float | None = None) -> None:
        if seconds is None:
            seconds = self._options.retry_first * 2 ** min(self._failures, 16)
            self._failures += 1
        await asyncio.sleep(min(seconds, self._options.retry_most))

    async def _round(self) -> None:
        """Ask once, and hand over what there is."""
        answer = await self._poll()
        new_account = self._first and self._since is None
        batch = await self._completed(answer)
        if self._first:
            self._book.learn_directs(await recorded_directs(self._client))
        events = self._taken(answer, batch, history=new_account)
        self._first, since = False, self._since
        if not self.ready.done():
            self.ready.set_result(None)
        await self._link_is(Link.CONNECTED)
        self._since = batch.position
        if events or batch.position != since:
            await self._hand_over(events, batch.position)
        await self._invited(table(table(answer.get("rooms")).get("invite")))

    async def _poll(self) -> Raw:
        params = {"filter": _FILTER, "timeout": "0"}
        if self._since is not None:
            params["since"] = self._since
        if self._first:
            params["full_state"] = "true"
            return await self._client.call("GET", path("sync"), params=params, patience=60.0)
        seconds = self._options.poll_seconds
        params["timeout"] = str(int(seconds * 1000))
        return await self._client.call("GET", path("sync"), params=params, patience=seconds)

    async def _completed(self, answer: Raw) -> _Batch:
        """Fetch what the answer leaves out. Nothing is changed yet: this may fail half-way."""
        batch = _Batch(text(answer.get("next_batch")))
        rooms = table(answer.get("rooms"))
        for gone, group in ((False, "join"), (True, "leave")):
            for room_id, part in table(rooms.get(group)).items():
                timeline = table(table(part).get("timeline"))
                update = _Update(
                    room_id, events_of(part.get("state")), (), events_of(timeline), gone
                )
                if not any(entered(event, self._client.me) for event in update.timeline):
                    before = text(timeline.get("prev_batch"))
                    if timeline.get("limited") is True and self._since and before:
                        update.gap = await self._gap(room_id, before, self._since)
                batch.updates.append(update)
        for update in batch.updates:
            for event in (*update.gap, *update.timeline):
                await self._note_author(update.room_id, event)
        return batch

    async def _gap(self, room_id: str, before: str, since: str) -> list[Raw]:
        """The events between the last position and the answer's first one, oldest first."""
        found: list[Raw] = []
        for _ in range(_MOST_PAGES):
            params = {"dir": "b", "from": before, "to": since, "limit": str(_PAGE)}
            where = path("rooms", room_id, "messages")
            try:
                page = await self._client.call("GET", where, params=params)
            except MatrixError as error:
                if error.retry_after is not None:
                    raise
                log.warning("a room's missed messages cannot be had: %s", error)
                break
            for event in events_of(page, "chunk"):
                found.append(event)
                if entered(event, self._client.me):
                    return found[::-1]  # what was said before the bot came is not its business
            before = text(page.get("end"))
            if not before or before == since:
                break
        else:
            log.warning("a room had more missed messages than are fetched")
        return found[::-1]

    async def _note_author(self, room_id: str, event: Raw) -> None:
        """Know who wrote what, so that nobody's message is edited by another.

        A message that is gone has no author: what claims to edit it stands for itself.
        """
        id_, edited = text(event.get("event_id")), original(event)
        self._authors[id_] = text(event.get("sender"))
        if edited and edited not in self._authors:
            try:
                found = await self._client.call("GET", path("rooms", room_id, "event", edited))
                gone = "redacted_because" in table(found.get("unsigned"))
                self._authors[edited] = "" if gone else text(found.get("sender"))
            except MatrixError as error:
                if error.retry_after is not None:
                    raise
                log.info("an edit of an unknown message: %s", error)
        while len(self._authors) > _AUTHORS:
            del self._authors[next(iter(self._authors))]

    def _taken(self, answer: Raw, batch: _Batch, *, history: bool) -> list[Event]:
        """Bring the book up to date; the town's events in order, none where all is `history`."""
        for event in events_of(answer.get("account_data")):
            if event["type"] == "m.direct":
                self._book.learn_directs(table(event.get("content")))
        events: list[Event] = []
        for update in batch.updates:
            if update.gone and update.room_id not in self._book and not self._was_in(update):
                continue  # an invitation that came to nothing
            found = self._read(update)
            events += () if history else found
        return events

    def _was_in(self, update: _Update) -> bool:
        return any(left(event, self._client.me) for event in (*update.gap, *update.timeline))

    def _read(self, update: _Update) -> list[Event]:
        known, me = update.room_id in self._book, self._client.me
        room = self._book.enter(update.room_id)
        before = room.name
        for event in update.state:
            self._apply(room, event)
        entry = max(
            (i for i, event in enumerate(update.timeline) if entered(event, me)), default=-1
        )
        found = [self._read_one(room, event) for event in update.gap]
        for i, event in enumerate(update.timeline):
            if i >= entry:
                found.append(self._read_one(room, event))
            if "state_key" in event:
                self._apply(room, event)
        events = [event for event in found if event is not None]
        if not self._first and not self._book.direct(room) and (not known or room.name != before):
            events = self._named(room, events, new=not known)
        if update.gone:
            self._book.drop(room.id)
            events.append(Left(self._name, room.id, (room.person(me),), self._clock.now()))
        return events

    def _named(self, room: RoomState, events: list[Event], *, new: bool) -> list[Event]:
        """Tell the name of a room that is new to the bot, or that was renamed without an event."""
        told = any(isinstance(event, Topic) and event.name == room.name for event in events)
        if told and not new:
            return events
        return [Topic(self._name, room.id, room.name, self._clock.now()), *events]

    def _read_one(self, room: RoomState, event: Raw) -> Event | None:
        try:
            found = self._reader.read(room, event, self._authors)
        except Exception:
            log.exception("an event could not be read", extra={"event": event.get("event_id")})
            return None
        if isinstance(found, Recalled):
            self._authors[found.message_id] = ""
        return found

    def _apply(self, room: RoomState, event: Raw) -> None:
        try:
            room.apply(event)
        except Exception:
            log.exception("a state could not be read", extra={"event": event.get("event_id")})

    async def _link_is(self, link: Link, detail: str = "") -> None:
        if link is self._link:
            return
        self._link = link
        await self._hand_over([LinkChanged(self._name, link, self._clock.now(), detail)], None)

    async def _hand_over(self, events: Sequence[Event], position: str | None) -> None:
        """Give the events to the inbox until it takes them; then, and only then, move on."""
        while True:
            attempt = asyncio.ensure_future(self._store(events, position))
            try:
                await asyncio.shield(attempt)
            except asyncio.CancelledError:
                # Stopping: what is being stored gets stored, and its position with it.
                await asyncio.gather(attempt, return_exceptions=True)
                raise
            except Exception:
                log.exception("the inbox did not take the events; they are kept")
                await self._wait()
            else:
                return

    async def _store(self, events: Sequence[Event], position: str | None) -> None:
        if events:
            await self._inbox(events)
        if position is not None:
            await self._positions.save(self._name, position)


async def recorded_directs(client: Client) -> Raw:
    """The account's list of private rooms: person to room ids."""
    try:
        return await client.call("GET", path("user", client.me, "account_data", "m.direct"))
    except MatrixError as error:
        if error.status == _NOT_FOUND:
            return {}
        raise
