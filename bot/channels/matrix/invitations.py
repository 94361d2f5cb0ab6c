"""Invitations: which the bot follows, and the rooms that take an old one's place."""

import logging
from collections.abc import Mapping
from typing import Any

from bot.channels.matrix.client import Client, MatrixError, path
from bot.channels.matrix.options import MatrixOptions
from bot.channels.matrix.posting import remember_direct
from bot.channels.matrix.state import Book, events_of, table, text

log = logging.getLogger(__name__)


class Invitations:
    """Follows those that the town file allows; one that fails for want of a connection is kept."""

    def __init__(self, client: Client, book: Book, options: MatrixOptions) -> None:
        self._client, self._book, self._options = client, book, options
        self._open: dict[str, tuple[str, bool]] = {}

    async def answer(self, invites: Mapping[str, Any]) -> None:
        """Take up new invitations and go where the bot may."""
        for room_id, invite in invites.items():
            self._note(room_id, table(invite))
        for room_id, (inviter, private) in tuple(self._open.items()):
            try:
                await self._client.call("POST", path("rooms", room_id, "join"), body={})
                if private:
                    await remember_direct(self._client, self._book, inviter, room_id)
            except MatrixError as error:
                if error.retry_after is not None:
                    raise
                log.warning("an invitation cannot be followed: %s", error)
            del self._open[room_id]

    def _note(self, room_id: str, invite: Mapping[str, Any]) -> None:
        for event in events_of(invite.get("invite_state")):
            mine = event.get("state_key") == self._client.me
            if not mine or event.get("type") != "m.room.member":
                continue
            inviter = text(event.get("sender"))
            if self._options.accepts(inviter):
                private = table(event.get("content")).get("is_direct") is True
                self._open[room_id] = (inviter, private)
            else:
                log.warning("an invitation is left open: the inviter is not in accept_invites_from")
