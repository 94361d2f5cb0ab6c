"""What the server tells of a room, read as the town's events; odd content breaks nothing."""

import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import unquote

from bot.channels.base import (
    Edited,
    Event,
    Joined,
    Left,
    Person,
    Posted,
    Recalled,
    RightsChanged,
    Topic,
)
from bot.channels.matrix.levels import POWER_LEVELS, REDACTION
from bot.channels.matrix.state import Book, RoomState, table, text
from bot.core.message import Message, MessageType

log = logging.getLogger(__name__)

EVERYBODY = "所有人"
MESSAGE, MEMBER = "m.room.message", "m.room.member"
_TYPES = {
    "m.text": MessageType.TEXT,
    "m.notice": MessageType.TEXT,
    "m.emote": MessageType.TEXT,
    "m.image": MessageType.IMAGE,
    "m.file": MessageType.FILE,
    "m.video": MessageType.VIDEO,
    "m.audio": MessageType.AUDIO,
    "m.location": MessageType.LOCATION,
}
_FILES = frozenset({MessageType.IMAGE, MessageType.FILE, MessageType.VIDEO, MessageType.AUDIO})
_POLLS = ("m.poll.start", "org.matrix.msc3381.poll.start")
#: Nothing that anybody reads: signs on messages, votes, and the machinery of calls and keys.
_SILENT = re.compile(
    r"m\.(reaction|call|rtc|key|room\.encryption|poll\.(response|end)|beacon|typing|receipt)"
    r"|org\.matrix\.(msc3381\.poll\.(response|end)|msc3672|call|rtc)"
)
_PILL = re.compile(r"https://matrix\.to/#/((?:@|%40)[^\"'?<>]+)", re.IGNORECASE)
_REPLACE, _THREAD = "m.replace", "m.thread"


def original(event: Mapping[str, Any]) -> str:
    """The id of the message that an event edits; empty if it edits none."""
    relation = table(table(event.get("content")).get("m.relates_to"))
    if event.get("type") != MESSAGE or relation.get("rel_type") != _REPLACE:
        return ""
    return text(relation.get("event_id"))


def entered(event: Mapping[str, Any], person_id: str) -> bool:
    """Whether this is the moment at which somebody came into the room."""
    return (
        event.get("type") == MEMBER
        and event.get("state_key") == person_id
        and table(event.get("content")).get("membership") == "join"
        and _earlier(event) != "join"
    )


def left(event: Mapping[str, Any], person_id: str) -> bool:
    """Whether this is the moment at which somebody who was in the room left it."""
    return (
        event.get("type") == MEMBER
        and event.get("state_key") == person_id
        and table(event.get("content")).get("membership") in {"leave", "ban"}
        and _earlier(event) == "join"
    )


def _earlier(event: Mapping[str, Any]) -> str | None:
    """The membership before a membership event, where the server tells it."""
    unsigned = table(event.get("unsigned"))
    earlier = unsigned.get("prev_content", event.get("prev_content"))
    return text(table(earlier).get("membership")) if earlier is not None else None


def server_moment(milliseconds: int) -> datetime:
    """A server's time stamp as a moment."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


class Reader:
    """Reads one event at a time. `moment` turns the server's milliseconds into the town's time."""

    def __init__(
        self,
        channel: str,
        book: Book,
        now: Callable[[], datetime],
        moment: Callable[[int], datetime] = server_moment,
    ) -> None:
        self._channel, self._book, self._now, self._moment = channel, book, now, moment

    def read(
        self, room: RoomState, event: Mapping[str, Any], authors: Mapping[str, str]
    ) -> Event | None:
        """What an event means to the town; None if nothing.

        `authors` tells who wrote the messages that edits replace. State must be
        applied to the room after its event has been read.
        """
        kind = text(event.get("type"))
        if kind == REDACTION:
            return self._recalled(room, event)
        if "state_key" in event:
            return None if self._book.direct(room) else self._changed(room, event, kind)
        if _SILENT.match(kind) or not text(event.get("event_id")):
            return None
        if "redacted_because" in table(event.get("unsigned")):
            return None  # it is gone already; its recall is an event of its own
        return self._said(room, event, kind, authors)

    def _at(self, event: Mapping[str, Any]) -> datetime:
        stamp = event.get("origin_server_ts")
        try:
            return self._moment(int(stamp)) if isinstance(stamp, int | float) else self._now()
        except (ValueError, OverflowError, OSError):
            return self._now()

    def _recalled(self, room: RoomState, event: Mapping[str, Any]) -> Recalled | None:
        target = text(event.get("redacts")) or text(table(event.get("content")).get("redacts"))
        if not target:
            return None
        by = text(event.get("sender"))
        return Recalled(self._channel, room.id, target, self._at(event), by)

    def _changed(self, room: RoomState, event: Mapping[str, Any], kind: str) -> Event | None:
        content, at = table(event.get("content")), self._at(event)
        if kind == "m.room.name":
            name = text(content.get("name")).strip() or room.alias or room.id
            return Topic(self._channel, room.id, name, at) if name != room.name else None
        if kind == POWER_LEVELS and event.get("sender") != room.me:
            # Whoever's level it was: those whom the bot could not mute may be below it now.
            return RightsChanged(self._channel, room.id, at)
        if kind != MEMBER:
            return None
        person_id = text(event.get("state_key"))
        earlier, now = _earlier(event), text(content.get("membership"))
        if earlier is None:
            earlier = "join" if room.joined(person_id) else "leave"
        if now == earlier or "join" not in {now, earlier} or person_id == room.me:
            return None
        if now == "join":
            name = text(content.get("displayname")).strip() or person_id
            person = Person(person_id, name, room.role(person_id))
            return Joined(self._channel, room.id, (person,), at)
        return Left(self._channel, room.id, (room.person(person_id),), at)

    def _said(
        self, room: RoomState, event: Mapping[str, Any], kind: str, authors: Mapping[str, str]
    ) -> Event:
        content, sender_id = table(event.get("content")), text(event.get("sender"))
        id_, edits = text(event.get("event_id")), original(event)
        if edits and authors.get(edits) == sender_id:
            content = table(content.get("m.new_content")) or content
            return Edited(self._message(room, event, kind, content, edits))
        return Posted(self._message(room, event, kind, content, id_))

    def _message(
        self,
        room: RoomState,
        event: Mapping[str, Any],
        kind: str,
        content: Mapping[str, Any],
        id_: str,
    ) -> Message:
        sender_id, reply_to = text(event.get("sender")), _reply(event)
        type_, words = _form(kind, content, replies=bool(reply_to))
        body, filename = text(content.get("body")), text(content.get("filename"))
        return Message(
            id=id_,
            room="" if self._book.direct(room) else room.name,
            sender=room.name_of(sender_id),
            at=self._at(event),
            role=room.role(sender_id),
            type=type_,
            text=words,
            title=(filename or body) if type_ is MessageType.FILE else "",
            mentions=_mentions(room, content),
            reply_to=reply_to,
            bot=sender_id == room.me or content.get("msgtype") == "m.notice",
            channel=self._channel,
            room_id=room.id,
            sender_id=sender_id,
            attachment=text(content.get("url")) if type_ in _FILES or kind == "m.sticker" else "",
        )


def _form(kind: str, content: Mapping[str, Any], *, replies: bool) -> tuple[MessageType, str]:
    """The form of a message and the words in it or with it."""
    body = text(content.get("body"))
    if kind == "m.sticker":
        return MessageType.STICKER, body
    if kind in _POLLS:
        return MessageType.TEXT, _poll(content, kind) or body
    if kind != MESSAGE:
        return MessageType.UNKNOWN, body
    type_ = _TYPES.get(text(content.get("msgtype")), MessageType.UNKNOWN)
    if type_ in _FILES:
        # With a file name beside it, the body is a caption.
        filename = text(content.get("filename"))
        return type_, body if filename and filename != body else ""
    return type_, _own_words(body) if replies else body


def _poll(content: Mapping[str, Any], kind: str) -> str:
    """A poll's question and answers, one a line."""
    poll = table(content.get(kind) or content.get("m.poll"))
    answers = poll.get("answers")
    parts = [poll.get("question"), *(answers if isinstance(answers, list) else ())]
    return "\n".join(filter(None, (_words_of(table(part)) for part in parts)))


def _words_of(part: Mapping[str, Any]) -> str:
    found = part.get("m.text", part.get("org.matrix.msc1767.text", part.get("body")))
    if isinstance(found, list):
        found = table(found[0]).get("body") if found else ""
    return text(found)


def _reply(event: Mapping[str, Any]) -> str | None:
    """The message that this one answers or quotes."""
    relation = table(table(event.get("content")).get("m.relates_to"))
    if relation.get("rel_type") == _THREAD and relation.get("is_falling_back") is True:
        return text(relation.get("event_id")) or None
    return text(table(relation.get("m.in_reply_to")).get("event_id")) or None


def _own_words(body: str) -> str:
    """A reply without the quotation that older clients put before it."""
    if not re.match(r"> (\* )?<@", body):
        return body
    lines = body.split("\n")
    first = next((i for i, line in enumerate(lines) if not line.startswith(">")), len(lines))
    return "\n".join(lines[first:]).lstrip("\n")


def _mentions(room: RoomState, content: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of those who are called: told by the client, or linked in the text."""
    told = table(content.get("m.mentions"))
    ids = told.get("user_ids")
    called = [text(id_) for id_ in ids] if isinstance(ids, list) else []
    if content.get("format") == "org.matrix.custom.html":
        html = re.sub(r"(?s)<mx-reply>.*?</mx-reply>", "", text(content.get("formatted_body")))
        called += [unquote(unescape(pill)) for pill in _PILL.findall(html)]
    names = [EVERYBODY] if told.get("room") is True else []
    names += [room.name_of(id_) for id_ in called if id_]
    return tuple(dict.fromkeys(names))
