"""New messages are numbered, read and written down before anything follows from them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection

from bot.channels.base import Edited, Event, Posted, Recalled
from bot.core.clock import Clock
from bot.core.message import Message
from bot.pipeline.desk import Desk
from bot.state import TownState
from bot.store import prepared, tables
from bot.store.journal import FEW
from bot.store.rows import row_of, sound
from bot.store.seal import Seal
from bot.store.writer import Writer

_Key = tuple[str, str, str]

_FIND = (
    "SELECT m.channel, m.room_id, m.id, m.number, m.revision, m.at FROM {keys} JOIN messages m"
    " ON m.channel = {of}0{end} AND m.room_id = {of}1{end} AND m.id = {of}2{end}"
)
#: However many keys are asked for, it is one statement, and each key is looked up in the index.
_FINDS = {
    "sqlite": _FIND.format(keys="json_each(?) j", of="json_extract(j.value, '$[", end="]')"),
    "postgresql": _FIND.format(
        keys="json_array_elements(CAST($1::VARCHAR AS json)) AS j(value)", of="j.value->>", end=""
    ),
}


@dataclass(frozen=True, slots=True)
class _Known:
    """A message in the archive; `at` is when it was posted."""

    number: int
    revision: int
    at: datetime


class Intake:
    """Writes a batch's messages down; what is known already is left out."""

    def __init__(
        self, writer: Writer, state: TownState, desk: Desk, clock: Clock, seal: Seal
    ) -> None:
        self._writer, self._state, self._desk = writer, state, desk
        self._clock, self._seal = clock, seal

    async def store(self, batches: Sequence[Sequence[Event]]) -> list[list[Event]]:
        """The events that are new, each with its message's number; their messages are durable."""
        keys = {key for events in batches for event in events if (key := _key_of(event))}
        brief = len(keys) <= FEW
        known = (
            await self._writer.run(lambda connection: _find(connection, keys), brief=brief)
            if keys
            else {}
        )
        rows: list[dict[str, Any]] = []
        fresh = [
            [kept for event in events if (kept := self._number(event, known, rows))]
            for events in batches
        ]
        if rows:
            await self._insert(rows, brief=brief)
        return fresh

    async def _insert(self, rows: list[dict[str, Any]], *, brief: bool) -> None:
        def insert(connection: Connection) -> None:
            prepared.insert(tables.messages, connection.dialect).run(connection, rows)

        try:
            await self._writer.run(insert, brief=brief)
        except Exception:
            for row in rows:
                self._desk.unread(row["number"])
            raise

    def _number(
        self, event: Event, known: dict[_Key, _Known], rows: list[dict[str, Any]]
    ) -> Event | None:
        """The event with the number of its message; None for a message that came before."""
        match event:
            case Posted(message):
                key = _key(message)
                if key in known:
                    return None
                number = self._state.numbers.next(tables.messages)
                known[key] = _Known(number, 0, message.at)
                numbered = replace(message, number=number)
                rows.append(self._row(numbered))
                return Posted(numbered, event.replayed)
            case Edited(message):
                if _key(message) not in known:
                    # The original was never seen: what it says now is a new message to the bot.
                    return self._number(Posted(message), known, rows)
                was = known[_key(message)]
                known[_key(message)] = replace(was, revision=was.revision + 1)
                again = replace(message, number=was.number, at=was.at)
                return Edited(again, was.revision + 1, message.at)
            case Recalled():
                gone = known.get(_key_of(event) or ("", "", ""))
                return replace(event, number=0 if gone is None else gone.number)
            case _:
                return event

    def _row(self, message: Message) -> dict[str, Any]:
        """What is stored of a message: of a secret one, only its sealed content."""
        if not self._desk.look_at(message):
            return row_of(message, self._clock.now())
        row = row_of(message.blank(), self._clock.now())
        row["sealed"] = self._seal.close(message)
        return row


def _key(message: Message) -> _Key:
    """What makes a message the same one when it comes again, as the archive holds it."""
    return sound(message.channel), sound(message.room_id), sound(message.id)


def _key_of(event: Event) -> _Key | None:
    match event:
        case Posted(message) | Edited(message):
            return _key(message)
        case Recalled(channel, room_id, message_id):
            return sound(channel), sound(room_id), sound(message_id)
        case _:
            return None


def _find(connection: Connection, keys: set[_Key]) -> dict[_Key, _Known]:
    """Those of the messages that the archive holds."""
    dialect = connection.dialect
    moment = tables.messages.c.at.type.dialect_impl(dialect).result_processor(dialect, None)
    assert moment is not None  # noqa: S101 - moments are kept as UTC
    cursor = connection.connection.cursor()
    try:
        asked = json.dumps(list(keys), ensure_ascii=False)
        cursor.execute(_FINDS[connection.dialect.name], (asked,))
        return {
            (row[0], row[1], row[2]): _Known(row[3], row[4], cast(datetime, moment(row[5])))
            for row in cursor.fetchall()
        }
    finally:
        cursor.close()
