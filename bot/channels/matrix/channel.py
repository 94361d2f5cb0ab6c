"""The Matrix channel: one bot account at one homeserver."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.channels.base import (
    NO_CAPABILITIES,
    Capabilities,
    Inbox,
    Order,
    Person,
    Result,
    RoomInfo,
    Verb,
)
from bot.channels.matrix import doctor
from bot.channels.matrix.client import CLIENT_V1, Client, MatrixError, path
from bot.channels.matrix.events import Reader, server_moment
from bot.channels.matrix.invitations import Invitations
from bot.channels.matrix.options import MatrixOptions, Secrets
from bot.channels.matrix.posting import Poster, transaction
from bot.channels.matrix.quiet import Quiet
from bot.channels.matrix.receipts import readers
from bot.channels.matrix.state import Book, events_of, table, text
from bot.channels.matrix.sync import Positions, Syncer
from bot.core.clock import Clock
from bot.core.decision import Outcome
from bot.core.ending import end
from bot.core.message import Message
from bot.words import say

log = logging.getLogger(__name__)

_NOT_FOUND = 404
#: Seconds for what is being stored when the channel stops.
_STORING = 10.0


class MatrixChannel:
    """Reads by long poll, acts by the client-server API.

    `options` are the keys of the town file's table (see MatrixOptions); the
    token or password comes from `environ`. `positions` keeps the sync position
    under the channel's name. `moment` turns the server's time stamps
    (milliseconds) into the town's time, for clocks that are driven. ValueError
    for options or secrets that cannot be used.
    """

    def __init__(
        self,
        name: str,
        options: Mapping[str, Any],
        clock: Clock,
        positions: Positions,
        *,
        environ: Mapping[str, str] = os.environ,
        moment: Callable[[int], datetime] = server_moment,
    ) -> None:
        self.name = name
        self._options = MatrixOptions.model_validate(dict(options))
        self._clock, self._positions = clock, positions
        self._speakers = frozenset(self._options.leaders)
        self._client = Client(name, self._options, Secrets.read(name, environ), clock)
        self._book = Book(self._options.user_id, self._options.admin_level)
        self._reader = Reader(name, self._book, clock.now, moment)
        self._poster = Poster(self._client, self._book)
        self._quiet = Quiet(
            self._client, self._book, self._options.quiet_level, lambda: self._speakers
        )
        self._task: asyncio.Task[None] | None = None
        self._acts: Mapping[Verb, Callable[[Order], Awaitable[Result]]] = {
            Verb.SEND: self._poster.send,
            Verb.WHISPER: self._poster.whisper,
            Verb.ANNOUNCE: self._poster.announce,
            Verb.DELETE: self._delete,
            Verb.MUTE: lambda order: self._quiet.mute(order.room_id, order.person_id),
            Verb.UNMUTE: lambda order: self._quiet.unmute(order.room_id, order.person_id),
            Verb.CLOSE_ROOM: lambda order: self._quiet.close(order.room_id),
            Verb.OPEN_ROOM: lambda order: self._quiet.open(order.room_id),
            Verb.REMOVE: self._remove,
        }
        self._looks: Mapping[Verb, Callable[[Order], Awaitable[bool]]] = {
            Verb.DELETE: lambda order: self._is_gone(order.room_id, order.message_id),
            Verb.MUTE: lambda order: self._quiet.muted(order.room_id, order.person_id),
            Verb.UNMUTE: self._has_voice,
            Verb.CLOSE_ROOM: lambda order: self._quiet.closed(order.room_id),
            Verb.OPEN_ROOM: lambda order: self._quiet.restored(order.room_id),
            Verb.REMOVE: lambda order: self._is_out(order.room_id, order.person_id),
        }

    def set_speakers(self, person_ids: Iterable[str]) -> None:
        """Name the leaders, by user id, who still post in rooms closed from now on.

        Adds to the town file's `leaders`. In a closed room those below the
        room's level are raised to it, and set back when it opens.
        """
        self._speakers = frozenset((*self._options.leaders, *person_ids))

    async def start(self, inbox: Inbox) -> None:
        """Connect and keep connected; LoginError if the server rejects the token or password."""
        await self._client.open()
        invitations = Invitations(self._client, self._book, self._options)
        syncer = Syncer(
            self.name,
            client=self._client,
            options=self._options,
            clock=self._clock,
            positions=self._positions,
            book=self._book,
            reader=self._reader,
            inbox=inbox,
            invited=invitations.answer,
        )
        self._task = asyncio.create_task(syncer.run(), name=f"matrix sync of {self.name}")
        try:
            await syncer.ready
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Disconnect; no event follows. What is being stored is stored first."""
        if self._task is not None:
            await end([self._task], patience=_STORING)
            self._task = None
        await self._client.close()

    async def rooms(self) -> Sequence[RoomInfo]:
        """The groups the bot is in; private talks are none."""
        return [RoomInfo(room.id, room.name) for room in self._book if not self._book.direct(room)]

    async def members(self, room_id: str) -> Sequence[Person]:
        """The people of a group, the bot excepted."""
        room = self._book.get(room_id)
        return room.members() if room is not None else ()

    def capabilities(self, room_id: str) -> Capabilities:
        """What the bot's power level allows in a room now."""
        room = self._book.get(room_id)
        return NO_CAPABILITIES if room is None else doctor.capabilities(room, self._options)

    def doctor(self, room_id: str) -> list[str]:
        """What the bot lacks in a room, a line each; empty if nothing."""
        room = self._book.get(room_id)
        return doctor.findings(room, room_id, self._options, self._client.ahead)

    async def readers(self, room_id: str, message_id: str) -> frozenset[str]:
        """The ids of those whose read receipts have reached a message; the sender counts."""
        return await readers(self._client, room_id, message_id)

    async def perform(self, order: Order) -> Result:
        """Try once. A refusal is a result; only a lost connection raises ConnectionError."""
        try:
            return await self._acts[order.verb](order)
        except MatrixError as error:
            if error.retry_after is not None:
                return Result(Outcome.PENDING, str(error), error.retry_after)
            return Result(Outcome.REFUSED, str(error))
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise
            return Result(Outcome.REFUSED, f"{type(error).__name__}: {error.filename}")

    async def look(self, order: Order) -> Outcome | None:
        """Read back whether an order has taken effect; None where it has not or cannot be seen."""
        looks = self._looks.get(order.verb)
        if looks is None:
            return None  # a send is known again by its transaction, not by looking
        try:
            return Outcome.DONE if await looks(order) else None
        except MatrixError as error:
            log.info("cannot look: %s", error)
            return None

    async def _has_voice(self, order: Order) -> bool:
        return not await self._quiet.muted(order.room_id, order.person_id)

    async def fetch(self, message: Message, limit: int) -> bytes | None:
        """The content of a file or picture; None if it is not to be had or longer than `limit`."""
        if not message.attachment.startswith("mxc://"):
            return None
        return await self._client.download(message.attachment, limit)

    async def _delete(self, order: Order) -> Result:
        reason = order.text or say("matrix.redacted")
        # The texts of an edited message are events of their own. They go first: the server
        # no longer tells which they are when the message is gone.
        for edit in await self._edits(order.room_id, order.message_id):
            await self._redact(order, edit, reason)
        await self._redact(order, order.message_id, reason)
        if await self._is_gone(order.room_id, order.message_id):
            return Result(Outcome.DONE)
        return Result(Outcome.UNCONFIRMED, "accepted, but the message can still be read")

    async def _edits(self, room_id: str, message_id: str) -> list[str]:
        where = path("rooms", room_id, "relations", message_id, "m.replace", base=CLIENT_V1)
        found: list[str] = []
        params = {"limit": "100"}
        while True:
            page = await self._client.call("GET", where, params=params)
            found += [text(event.get("event_id")) for event in events_of(page, "chunk")]
            params["from"] = text(page.get("next_batch"))
            if not params["from"]:
                return found

    async def _redact(self, order: Order, message_id: str, reason: str) -> None:
        key = transaction(order, "" if message_id == order.message_id else message_id)
        where = path("rooms", order.room_id, "redact", message_id, key)
        await self._client.call("PUT", where, body={"reason": reason})

    async def _is_gone(self, room_id: str, message_id: str) -> bool:
        event = await self._client.call("GET", path("rooms", room_id, "event", message_id))
        return "redacted_because" in table(event.get("unsigned"))

    async def _remove(self, order: Order) -> Result:
        body = {"user_id": order.person_id, "reason": order.text}
        try:
            await self._client.call("POST", path("rooms", order.room_id, "kick"), body=body)
        except MatrixError as error:
            if error.retry_after is None and await self._is_out(order.room_id, order.person_id):
                return Result(Outcome.DONE, "had left already")
            raise
        if await self._is_out(order.room_id, order.person_id):
            return Result(Outcome.DONE)
        return Result(Outcome.UNCONFIRMED, "accepted, but still in the room")

    async def _is_out(self, room_id: str, person_id: str) -> bool:
        where = path("rooms", room_id, "state", "m.room.member", person_id)
        try:
            state = await self._client.call("GET", where)
        except MatrixError as error:
            if error.status == _NOT_FOUND:
                return True
            raise
        return state.get("membership") not in {"join", "invite"}
