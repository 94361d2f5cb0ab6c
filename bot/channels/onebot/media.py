"""The content of files and pictures that people have sent."""

import base64
import binascii
import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.channels.onebot.roster import Call, wire_id
from bot.channels.onebot.wire import ActionError
from bot.core.message import Message

log = logging.getLogger(__name__)

_PATIENCE = ClientTimeout(total=60, sock_connect=10)
_CHUNK = 64 * 1024


async def fetch(call: Call, message: Message, limit: int) -> bytes | None:
    """The content of a message's attachment, up to `limit` bytes; None if it cannot be had.

    Links expire after an hour or two, so a dead one is asked for again. Only
    http and https are followed: a path would be one on somebody's machine.
    """
    try:
        attachment = json.loads(message.attachment)
    except ValueError:
        return None
    if not isinstance(attachment, dict):
        return None
    content = await _download(str(attachment.get("url") or ""), limit)
    if content is not None:
        return content
    for action, params in _questions(attachment, message.room_id):
        try:
            data = await call(action, **params)
        except (ActionError, ConnectionError) as error:
            log.info("%s: %s", action, type(error).__name__)
            continue
        if not isinstance(data, Mapping):
            continue
        content = _inline(data.get("base64"), limit)
        if content is None:
            content = await _download(str(data.get("url") or ""), limit)
        if content is not None:
            return content
    return None


def _questions(attachment: Mapping[str, Any], room_id: str) -> list[tuple[str, dict[str, Any]]]:
    file = str(attachment.get("file") or "")
    file_id = str(attachment.get("file_id") or "")
    questions: list[tuple[str, dict[str, Any]]] = []
    if attachment.get("kind") == "image" and file:
        questions.append(("get_image", {"file": file}))
    if attachment.get("kind") == "file" and file_id and room_id:
        params = {"group_id": wire_id(room_id), "file_id": file_id}
        questions.append(
            ("get_group_file_url", {**params, "busid": attachment.get("busid") or 102})
        )
    if file_id or file:
        questions.append(("get_file", {"file": file_id or file, "file_id": file_id or file}))
    return questions


async def _download(url: str, limit: int) -> bytes | None:
    if urlsplit(url).scheme not in {"http", "https"}:
        return None
    content = bytearray()
    try:
        async with ClientSession(timeout=_PATIENCE) as session, session.get(url) as response:
            response.raise_for_status()
            async for chunk in response.content.iter_chunked(_CHUNK):
                content += chunk
                if len(content) > limit:
                    return None
    except (ClientError, OSError, TimeoutError, ValueError) as error:
        log.info("an attachment could not be fetched: %s", type(error).__name__)
        return None
    return bytes(content)


def _inline(source: object, limit: int) -> bytes | None:
    if not isinstance(source, str) or not source or len(source) > limit * 2 + 4:
        return None
    try:
        content = base64.b64decode(source, validate=True)
    except binascii.Error:
        return None
    return content if len(content) <= limit else None
