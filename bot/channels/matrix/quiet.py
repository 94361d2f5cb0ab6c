"""Closing rooms and muting people: levels changed for a while, then restored."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.channels.base import Result
from bot.channels.matrix.client import Client, MatrixError, path
from bot.channels.matrix.levels import (
    POWER_LEVELS,
    Change,
    Levels,
    applied,
    closing,
    muting,
    reverted,
)
from bot.channels.matrix.state import Book, table
from bot.core.decision import Outcome

log = logging.getLogger(__name__)

#: The bot's account data of each room: what it changed there, kept at the server.
MEMORY = "town.qingqun.quiet"
_NOT_FOUND = 404
#: Writings of levels where somebody else writes at the same time.
_TRIES = 3
_DONE = Result(Outcome.DONE)


@dataclass(frozen=True, slots=True)
class Memory:
    """The changes that the bot has made in a room and will take back."""

    room: tuple[Change, ...] = ()
    people: Mapping[str, Change] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """For the server to keep."""
        return {
            "room": [change.to_json() for change in self.room],
            "people": {who: change.to_json() for who, change in self.people.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Memory":
        """Back from the server; what is not ours in it is left out."""
        return cls(
            tuple(_changes(value.get("room") or ())),
            {change.person_id: change for change in _changes(table(value.get("people")).values())},
        )

    def without(self, person_id: str) -> "Memory":
        """The memory with one mute forgotten."""
        left = {who: change for who, change in self.people.items() if who != person_id}
        return replace(self, people=left)


def _changes(values: Iterable[Any]) -> Iterable[Change]:
    for value in values:
        try:
            yield Change.from_json(value)
        except (KeyError, TypeError, ValueError):
            log.warning("a remembered level cannot be read and will not be restored")


class Quiet:
    """Changes levels. The old ones are remembered at the server before anything is changed."""

    def __init__(
        self, client: Client, book: Book, level: int, speakers: Callable[[], frozenset[str]]
    ) -> None:
        self._client, self._book, self._level, self._speakers = client, book, level, speakers
        # Levels are one document that is read, changed and written back.
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def close(self, room_id: str) -> Result:
        """Let only moderators and the town's leaders speak."""
        async with self._locks[room_id]:
            memory, levels = await self._memory(room_id), await self._levels(room_id)
            content = levels.content or {}
            # What an earlier closing did and still holds keeps the value from before it.
            held = [change for change in memory.room if change.in_force(content)]
            fresh = closing(levels, self._level, self._present_speakers(room_id, memory))
            if not fresh:
                return _DONE
            places = {change.where for change in held}
            changes = (*held, *(change for change in fresh if change.where not in places))
            await self._remember(room_id, replace(memory, room=changes))
            return await self._edit(
                room_id, content, lambda levels: applied(levels, changes), undo=memory
            )

    def _present_speakers(self, room_id: str, memory: Memory) -> list[str]:
        room = self._book.get(room_id)
        if room is None:
            return []
        return sorted(
            who for who in self._speakers() if room.joined(who) and who not in memory.people
        )

    async def open(self, room_id: str) -> Result:
        """Give every level back that closing changed, unless somebody else has changed it since."""
        async with self._locks[room_id]:
            memory, levels = await self._memory(room_id), await self._levels(room_id)
            content = levels.content or {}
            result = await self._edit(
                room_id, content, lambda levels: reverted(levels, memory.room)
            )
            if result.outcome is not Outcome.DONE:
                return result
            await self._remember(room_id, Memory((), _unraised(memory)))
            kept = [
                ".".join(change.where)
                for change in memory.room
                if not change.in_force(content) and change.person_id not in memory.people
            ]
            if kept:
                return replace(result, reason=f"changed by others meanwhile: {', '.join(kept)}")
            return result

    async def mute(self, room_id: str, person_id: str) -> Result:
        """Take one person's voice until `unmute`."""
        async with self._locks[room_id]:
            memory, levels = await self._memory(room_id), await self._levels(room_id)
            content, change = levels.content or {}, muting(levels, person_id)
            if change.before is not None and change.before <= change.during:
                return _DONE
            people = {**memory.people, person_id: change}
            await self._remember(room_id, replace(memory, people=people))
            return await self._edit(
                room_id, content, lambda levels: applied(levels, [change]), undo=memory
            )

    async def unmute(self, room_id: str, person_id: str) -> Result:
        """Give the voice back that `mute` took."""
        async with self._locks[room_id]:
            memory, levels = await self._memory(room_id), await self._levels(room_id)
            change, content = memory.people.get(person_id), levels.content or {}
            if change is None:
                return _DONE
            result = await self._edit(room_id, content, lambda levels: reverted(levels, [change]))
            if result.outcome is Outcome.DONE:
                await self._remember(room_id, memory.without(person_id))
            return result

    async def closed(self, room_id: str) -> bool:
        """Whether the room is closed to ordinary members now."""
        levels = await self._levels(room_id)
        return levels.to_speak > levels.common

    async def restored(self, room_id: str) -> bool:
        """Whether nothing of a closing is left in the room."""
        memory, levels = await self._memory(room_id), await self._levels(room_id)
        return not any(change.in_force(levels.content or {}) for change in memory.room)

    async def muted(self, room_id: str, person_id: str) -> bool:
        """Whether somebody has no voice of their own now."""
        return (await self._levels(room_id)).of(person_id) < 0

    async def _edit(
        self,
        room_id: str,
        content: Mapping[str, Any],
        edit: Callable[[Mapping[str, Any]], dict[str, Any]],
        undo: Memory | None = None,
    ) -> Result:
        """Write the levels and read them back, until there is nothing to edit.

        `content` is what they are now. A refusal puts the memory `undo` back.
        """
        where = path("rooms", room_id, "state", POWER_LEVELS)
        for _ in range(_TRIES):
            wanted = edit(content)
            if wanted == content:
                return _DONE
            try:
                await self._client.call("PUT", where, body=wanted)
            except MatrixError:
                if undo is not None:
                    await self._remember(room_id, undo)
                raise
            content = (await self._levels(room_id)).content or {}
        if edit(content) == content:
            return _DONE
        return Result(Outcome.UNCONFIRMED, "others keep changing the levels")

    async def _levels(self, room_id: str) -> Levels:
        """The levels as they are at the server, not as the last sync told."""
        where = path("rooms", room_id, "state", POWER_LEVELS)
        content = await self._client.call("GET", where)
        room = self._book.get(room_id)
        known = room.levels if room is not None else Levels()
        return Levels(content, known.creator, known.unlimited)

    def _place(self, room_id: str) -> str:
        return path("user", self._client.me, "rooms", room_id, "account_data", MEMORY)

    async def _memory(self, room_id: str) -> Memory:
        try:
            return Memory.from_json(await self._client.call("GET", self._place(room_id)))
        except MatrixError as error:
            if error.status == _NOT_FOUND:
                return Memory()
            raise

    async def _remember(self, room_id: str, memory: Memory) -> None:
        await self._client.call("PUT", self._place(room_id), body=memory.to_json())


def _unraised(memory: Memory) -> dict[str, Change]:
    """The mutes; one made of a leader raised by the closing goes back to what was before both."""
    raised = {change.person_id: change for change in memory.room if change.person_id}
    return {
        who: replace(mute, before=raised[who].before)
        if who in raised and mute.before == raised[who].during
        else mute
        for who, mute in memory.people.items()
    }
