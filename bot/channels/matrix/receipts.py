"""Who has read what. A receipt names the last event that somebody has read."""

import json
from typing import Any

from bot.channels.matrix.client import Client, MatrixError, path
from bot.channels.matrix.state import events_of, table, text


async def readers(client: Client, room_id: str, message_id: str) -> frozenset[str]:
    """The ids of those who have read up to a message or beyond it, and of its sender.

    MatrixError if the message is not known; ConnectionError if the server is not there.
    """
    message = await client.call("GET", path("rooms", room_id, "event", message_id))
    posted = message.get("origin_server_ts", 0)
    found = {text(message.get("sender"))}
    last_read = await _last_read(client, room_id)
    for event_id, people in last_read.items():
        if event_id == message_id or await _stamp(client, room_id, event_id) >= posted:
            found |= people
    return frozenset(found - {client.me, ""})


async def _stamp(client: Client, room_id: str, event_id: str) -> int:
    """When an event was posted (ms); 0 if that cannot be told."""
    try:
        event = await client.call("GET", path("rooms", room_id, "event", event_id))
    except MatrixError as error:
        if error.retry_after is not None:
            raise
        return 0
    stamp = event.get("origin_server_ts")
    return stamp if isinstance(stamp, int) else 0


async def _last_read(client: Client, room_id: str) -> dict[str, set[str]]:
    """The last event that each person has read: event to people.

    A sync from the beginning gives all receipts of a room as they stand now, so
    that nothing of them need be kept here.
    """
    nothing: dict[str, Any] = {"types": []}
    wanted = {
        "presence": nothing,
        "account_data": nothing,
        "room": {
            "rooms": [room_id],
            "timeline": {"limit": 1, "types": []},
            "state": nothing,
            "account_data": nothing,
            "ephemeral": {"types": ["m.receipt"]},
        },
    }
    answer = await client.call(
        "GET", path("sync"), params={"timeout": "0", "filter": json.dumps(wanted)}
    )
    room = table(table(table(answer.get("rooms")).get("join")).get(room_id))
    found: dict[str, set[str]] = {}
    for event in events_of(room.get("ephemeral")):
        for event_id, kinds in table(event.get("content")).items():
            for kind in ("m.read", "m.read.private"):
                found.setdefault(event_id, set()).update(table(table(kinds).get(kind)))
    return found
