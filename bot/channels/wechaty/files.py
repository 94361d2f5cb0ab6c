"""Bytes in and out: what people post, and what the bot attaches."""

import asyncio
import ipaddress
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from grpclib.exceptions import GRPCError

from bot.channels.wechaty.calls import TooLarge
from bot.channels.wechaty.puppet import SturdyPuppet, lost
from bot.core.message import Message, MessageType

log = logging.getLogger(__name__)

_PIECE = 64 * 1024
_DEADLINE = aiohttp.ClientTimeout(total=60)


async def fetch(puppet: SturdyPuppet, message: Message, limit: int) -> bytes | None:
    """A message's file; None if it is larger than `limit` bytes or cannot be had."""
    try:
        box = await puppet.file_box(message.id, image=message.type is MessageType.IMAGE)
        content = await puppet.content(box, limit)
        if isinstance(content, str):
            return await _get(content, limit, puppet.options.end_point)
    except TooLarge:
        log.info("the file of message %s is larger than %d bytes", message.id, limit)
        return None
    except GRPCError as error:
        if lost(error):
            raise ConnectionError(error.status.name) from error
        log.info("the file of message %s cannot be had: %s", message.id, error.status.name)
        return None
    except (aiohttp.ClientError, ValueError) as error:
        log.info("the file of message %s cannot be had: %s", message.id, type(error).__name__)
        return None
    return content


async def _get(address: str, limit: int, gateway: str) -> bytes | None:
    """Fetch from the web, but from nowhere inside the town's own network save the gateway."""
    split = urlsplit(address)
    if split.scheme not in {"http", "https"} or not split.hostname:
        return None
    if split.hostname != urlsplit(f"//{gateway}").hostname and not await _public(split.hostname):
        log.warning("a file's address lies inside this network and was not asked for")
        return None
    async with (
        aiohttp.ClientSession(timeout=_DEADLINE) as session,
        session.get(address, allow_redirects=False) as response,
    ):
        response.raise_for_status()
        content = bytearray()
        async for piece in response.content.iter_chunked(_PIECE):
            content += piece
            if len(content) > limit:
                raise TooLarge
    return bytes(content)


async def _public(host: str) -> bool:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None)
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(item[4][0]).is_global for item in found)


async def pieces(path: Path) -> AsyncIterator[bytes]:
    """The content of a file, read off the loop."""
    with await asyncio.to_thread(path.open, "rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
