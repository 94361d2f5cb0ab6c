"""What the bot says: in rooms, in private talks, with files and mentions; nothing is said twice."""

import asyncio
import hashlib
import html
import mimetypes
from collections import defaultdict
from pathlib import Path
from typing import Any

from bot.channels.base import Order, Result
from bot.channels.matrix.client import Client, MatrixError, path
from bot.channels.matrix.events import MESSAGE
from bot.channels.matrix.state import Book, RoomState, text
from bot.channels.matrix.sync import recorded_directs
from bot.core.decision import Outcome

PINNED = "m.room.pinned_events"
_NOT_FOUND = 404


def transaction(order: Order, part: str = "") -> str:
    """The id by which the server knows a send again.

    It holds a digest of what is said, since a fresh database may give out keys
    that an earlier one has used.
    """
    what = (order.verb, order.room_id, order.person_id, order.message_id, order.text, *order.files)
    digest = hashlib.sha256("\0".join(what).encode("utf-8", "replace")).hexdigest()[:16]
    return f"{order.key}-{digest}{part}"


class Poster:
    """Sends what orders say."""

    def __init__(self, client: Client, book: Book) -> None:
        self._client, self._book = client, book
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._made: dict[str, str] = {}

    async def send(self, order: Order) -> Result:
        """Post in a room; quoting a message if the order names one."""
        return await self._post(order.room_id, order)

    async def whisper(self, order: Order) -> Result:
        """Say something to one person alone."""
        if not order.person_id:
            return Result(Outcome.REFUSED, "nobody to say it to")
        async with self._locks[order.person_id]:
            room_id, there = await self._private_room(order.person_id)
        result = await self._post(room_id, order)
        return result if there else Result(result.outcome, "invited", None, result.message_id)

    async def announce(self, order: Order) -> Result:
        """Post in a room and pin it there."""
        result = await self._post(order.room_id, order)
        where = path("rooms", order.room_id, "state", PINNED)
        try:
            pinned = (await self._client.call("GET", where)).get("pinned")
        except MatrixError as error:
            if error.status != _NOT_FOUND:
                raise
            pinned = []
        ids = (
            [id_ for id_ in pinned if id_ != result.message_id] if isinstance(pinned, list) else []
        )
        await self._client.call("PUT", where, body={"pinned": [result.message_id, *ids]})
        return result

    async def _post(self, room_id: str, order: Order) -> Result:
        posted = ""
        if order.text or not order.files:
            posted = await self._event(room_id, transaction(order), self._words(room_id, order))
        for number, name in enumerate(order.files):
            content = await self._file(Path(name))
            id_ = await self._event(room_id, transaction(order, f"-f{number}"), content)
            posted = posted or id_
        return Result(Outcome.DONE, message_id=posted)

    async def _event(self, room_id: str, key: str, content: dict[str, Any]) -> str:
        where = path("rooms", room_id, "send", MESSAGE, key)
        return text((await self._client.call("PUT", where, body=content)).get("event_id"))

    def _words(self, room_id: str, order: Order) -> dict[str, Any]:
        content: dict[str, Any] = {"msgtype": "m.text", "body": order.text}
        if order.mentions:
            content["m.mentions"] = {"user_ids": list(order.mentions)}
            linked = _linked(order, self._book.get(room_id))
            if linked:
                content["format"], content["formatted_body"] = "org.matrix.custom.html", linked
        if order.message_id:
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": order.message_id}}
        return content

    async def _file(self, file: Path) -> dict[str, Any]:
        data = await asyncio.to_thread(file.read_bytes)
        mime = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        address = await self._client.upload(data, mime, file.name)
        return {
            "msgtype": "m.image" if mime.startswith("image/") else "m.file",
            "body": file.name,
            "filename": file.name,
            "url": address,
            "info": {"mimetype": mime, "size": len(data)},
        }

    async def _private_room(self, person_id: str) -> tuple[str, bool]:
        """The room for talking to somebody alone, and whether they are in it; made if need be."""
        for room_id in self._candidates(person_id):
            room = self._book.get(room_id)
            if room is None:
                if self._made.get(person_id) == room_id:
                    return room_id, False  # just made; the sync has not told of it yet
                continue
            others = room.present() - {room.me}
            if others == {person_id}:
                return room_id, room.joined(person_id)
            if not others and await self._invite(room_id, person_id):
                return room_id, False
        return await self._make(person_id), False

    def _candidates(self, person_id: str) -> list[str]:
        """Rooms that may be the private one, the likeliest first."""
        listed = self._book.directs.get(person_id, ())
        rooms = [room for room in (self._book.get(id_) for id_ in listed) if room is not None]
        rooms += [
            room
            for room in self._book
            if room.id not in listed and person_id in room.present() and self._book.direct(room)
        ]
        rooms.sort(key=lambda room: not room.joined(person_id))
        made = self._made.get(person_id)
        ids = [room.id for room in rooms]
        return ids if made is None or made in ids else [*ids, made]

    async def _invite(self, room_id: str, person_id: str) -> bool:
        try:
            where = path("rooms", room_id, "invite")
            await self._client.call("POST", where, body={"user_id": person_id})
        except MatrixError as error:
            if error.retry_after is not None:
                raise
            return False
        return True

    async def _make(self, person_id: str) -> str:
        body = {
            "preset": "private_chat",
            "is_direct": True,
            "invite": [person_id],
            # Nobody can bring a third person to listen.
            "power_level_content_override": {"invite": 100},
        }
        answer = await self._client.call("POST", path("createRoom"), body=body)
        room_id = self._made[person_id] = text(answer.get("room_id"))
        await remember_direct(self._client, self._book, person_id, room_id)
        return room_id


async def remember_direct(client: Client, book: Book, person_id: str, room_id: str) -> None:
    """Put a room on the account's list of private ones."""
    directs = dict(await recorded_directs(client))
    rooms = directs.get(person_id)
    directs[person_id] = list(dict.fromkeys([*(rooms if isinstance(rooms, list) else ()), room_id]))
    await client.call("PUT", path("user", client.me, "account_data", "m.direct"), body=directs)
    book.learn_directs(directs)


def _linked(order: Order, room: RoomState | None) -> str:
    """The text as HTML with @names as links; empty if it calls nobody by name."""
    linked = plain = html.escape(order.text)
    for person_id in order.mentions:
        name = room.name_of(person_id) if room is not None else person_id
        shown = html.escape(f"@{name}")
        link = f'<a href="https://matrix.to/#/{html.escape(person_id)}">{shown}</a>'
        linked = linked.replace(shown, link, 1)
    return linked.replace("\n", "<br>") if linked != plain else ""
