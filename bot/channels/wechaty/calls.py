"""What is asked of the puppet: the stock puppet's calls, mended where the wire has changed."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any, TypeVar

import betterproto
from grpclib.const import Cardinality
from grpclib.exceptions import GRPCError
from wechaty_puppet_service import PuppetService

from bot.channels.wechaty import wire

_Answer = TypeVar("_Answer", bound=betterproto.Message)

_ARTWORK = 3
_BOX_BASE64, _BOX_URL, _BOX_QRCODE, _BOX_UUID = 1, 2, 3, 7
_FILE_DEADLINE = 120.0


class TooLarge(Exception):  # noqa: N818 - a state of things, not a mistake
    """A file is larger than asked for."""


class Calls(PuppetService):
    """Every call has the stub's deadline; a lost connection raises what `puppet.lost` knows."""

    async def _ask(self, name: str, request: betterproto.Message, answer: type[_Answer]) -> _Answer:
        route = f"/wechaty.Puppet/{name}"
        return await self.puppet_stub._unary_unary(route, request, answer)  # type: ignore[no-any-return]  # noqa: SLF001

    async def message_payload(self, message_id: str) -> wire.MessagePayload:
        """Any type of message, also one that wechaty-grpc 0.20 has no number for."""
        return await self._ask("MessagePayload", wire.ById(message_id), wire.MessagePayload)

    async def message_url(self, message_id: str) -> wire.UrlLink:
        """Title, words and address of a link."""
        found = await self._ask("MessageUrl", wire.ById(message_id), wire.MessageUrl)
        if found.link.title or found.link.url:
            return found.link
        data = _object(found.json)
        return wire.UrlLink(
            title=str(data.get("title") or ""),
            description=str(data.get("description") or ""),
            url=str(data.get("url") or ""),
        )

    async def message_mini_program(self, message_id: str) -> wire.MiniProgram:
        """Title and words of a mini program."""
        found = await self._ask(
            "MessageMiniProgram", wire.ById(message_id), wire.MessageMiniProgram
        )
        if found.program.title or found.program.appid:
            return found.program
        data = _object(found.json)
        return wire.MiniProgram(
            title=str(data.get("title") or ""), description=str(data.get("description") or "")
        )

    async def message_location(self, message_id: str) -> wire.Location:
        """A place on the map; the stock SDK has no such call."""
        found = await self._ask("MessageLocation", wire.ById(message_id), wire.MessageLocation)
        return found.location

    async def message_send_text(
        self, conversation_id: str, message: str, mention_ids: list[str] | None = None
    ) -> str:
        """The id of what was posted; empty where the puppet does not know it."""
        request = wire.SendText(conversation_id, message, mention_ids or [])
        return (await self._ask("MessageSendText", request, wire.Sent)).id

    async def contact_alias(self, contact_id: str, alias: str | None = None) -> str:
        """The bot's own remark for somebody, or set it."""
        return await self._get_or_set("ContactAlias", contact_id, alias)

    async def room_topic(  # type: ignore[override]  # the stock one returns nothing
        self, room_id: str, new_topic: str | None = None
    ) -> str:
        """A room's name, or set it; never an empty one, which padlocal would obey."""
        if new_topic is not None and not new_topic.strip():
            raise ValueError("a room needs a name")
        return await self._get_or_set("RoomTopic", room_id, new_topic)

    async def room_announce(self, room_id: str, announcement: str | None = None) -> str:
        """A room's notice, or set it."""
        return await self._get_or_set("RoomAnnounce", room_id, announcement)

    async def _get_or_set(self, name: str, subject: str, value: str | None) -> str:
        if value is None:
            return (await self._ask(name, wire.ById(subject), wire.GotText)).value
        if value == "":
            # proto3 leaves an empty field out, and the gateway would read that as a question.
            raise ValueError("an empty text cannot be set")
        await self._ask(name, wire.SetText(subject, value), wire.GotText)
        return value

    async def friendship(self, friendship_id: str) -> wire.Friendship:
        """Who wants to be a friend."""
        return await self._ask("FriendshipPayload", wire.ById(friendship_id), wire.Friendship)

    async def file_box(self, message_id: str, *, image: bool) -> dict[str, Any]:
        """Where a message's file is to be had: the JSON of a FileBox of any type."""
        if image:
            try:
                answer = await self.puppet_stub.message_image(id=message_id, type=_ARTWORK)
                return _object(answer.filebox)
            except GRPCError:
                # Some puppets have pictures as files only.
                pass
        return _object((await self.puppet_stub.message_file(id=message_id)).filebox)

    async def content(self, box: dict[str, Any], limit: int) -> bytes | str | None:
        """The bytes of a box, the address of one that lies elsewhere; TooLarge beyond `limit`."""
        kind = box.get("boxType", box.get("type"))
        if kind == _BOX_UUID:
            return await self._download(str(box.get("uuid", "")), limit)
        if kind == _BOX_BASE64:
            text = str(box.get("base64", ""))
            if len(text) * 3 // 4 > limit + 2:
                raise TooLarge
            return _within(base64.b64decode(text), limit)
        if kind == _BOX_URL:
            return str(box.get("remoteUrl", ""))
        if kind == _BOX_QRCODE:
            return _within(str(box.get("qrCode", "")).encode(), limit)
        return None

    async def _download(self, uuid: str, limit: int) -> bytes:
        content = bytearray()
        stream = self.puppet_stub._unary_stream(  # noqa: SLF001
            "/wechaty.Puppet/Download", wire.ById(uuid), wire.Chunk, timeout=_FILE_DEADLINE
        )
        try:
            async for piece in stream:
                content += piece.chunk
                if len(content) > limit:
                    raise TooLarge
        finally:
            await stream.aclose()
        return bytes(content)

    async def send_bytes(
        self, conversation_id: str, name: str, pieces: AsyncIterator[bytes], size: int
    ) -> str:
        """Send a file in a stream, as a gateway takes no message over 4 MiB; the message's id."""
        stub = self.puppet_stub
        async with stub.channel.request(
            "/wechaty.Puppet/Upload", Cardinality.STREAM_UNARY, wire.Chunk, wire.ById,
            timeout=_FILE_DEADLINE, metadata=stub.metadata,
        ) as stream:  # fmt: skip
            async for piece in pieces:
                await stream.send_message(wire.Chunk(piece))
            await stream.end()
            uuid = (await stream.recv_message()).id
        box = {"boxType": _BOX_UUID, "type": _BOX_UUID, "name": name, "size": size, "uuid": uuid,
               "metadata": {}}  # fmt: skip
        request = wire.SendFile(conversation_id, json.dumps(box))
        return (await self._ask("MessageSendFile", request, wire.Sent)).id


def _object(text: str) -> dict[str, Any]:
    """A JSON object; an empty one for anything else."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _within(content: bytes, limit: int) -> bytes:
    if len(content) > limit:
        raise TooLarge
    return content
