"""From a gateway's payload to a message; whatever it is, it becomes one."""

import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from grpclib.exceptions import GRPCError

from bot.channels.base import Event, Posted, Recalled
from bot.channels.wechaty import appmsg
from bot.channels.wechaty.directory import EVERYONE, Directory, RoomFacts, role
from bot.channels.wechaty.memory import Memory, Seen
from bot.channels.wechaty.puppet import LOST, SturdyPuppet
from bot.channels.wechaty.wire import MessagePayload
from bot.core.clock import Clock
from bot.core.message import Message, MessageType, Role

log = logging.getLogger(__name__)

#: Times beyond this number are milliseconds; gateways send both.
_MILLISECONDS = 10**11
_AHEAD = timedelta(minutes=5)
#: Fewer than so many mentions may each be meant, even if they happen to be all members.
_MANY = 4
_AT = re.compile(r"@([^@\u2005\u00a0]{1,64})[\u2005\u00a0]")
_AT_ALL = re.compile(r"@(所有人|all)(?=[\s\u2005\u00a0]|$)", re.IGNORECASE)
_SPACES = str.maketrans({"\u2005": " ", "\u00a0": " "})


class Sort(IntEnum):
    """The numbers of wechaty-puppet's MessageType, which stand on the wire."""

    ATTACHMENT = 1
    AUDIO = 2
    CONTACT = 3
    CHAT_HISTORY = 4
    EMOTICON = 5
    IMAGE = 6
    TEXT = 7
    LOCATION = 8
    MINI_PROGRAM = 9
    GROUP_NOTE = 10
    TRANSFER = 11
    RED_ENVELOPE = 12
    RECALLED = 13
    URL = 14
    VIDEO = 15


#: A group note (接龙) is words that people add to; a transfer is money like a red packet.
_TYPES = {
    Sort.ATTACHMENT: MessageType.FILE,
    Sort.AUDIO: MessageType.AUDIO,
    Sort.CONTACT: MessageType.CONTACT,
    Sort.CHAT_HISTORY: MessageType.FORWARDED,
    Sort.EMOTICON: MessageType.STICKER,
    Sort.IMAGE: MessageType.IMAGE,
    Sort.TEXT: MessageType.TEXT,
    Sort.LOCATION: MessageType.LOCATION,
    Sort.MINI_PROGRAM: MessageType.MINIPROGRAM,
    Sort.GROUP_NOTE: MessageType.TEXT,
    Sort.TRANSFER: MessageType.RED_PACKET,
    Sort.RED_ENVELOPE: MessageType.RED_PACKET,
    Sort.URL: MessageType.LINK,
    Sort.VIDEO: MessageType.VIDEO,
}
_WITH_FILE = frozenset({MessageType.FILE, MessageType.AUDIO, MessageType.IMAGE, MessageType.VIDEO})


class Translator:
    """Knows how WeChat writes things. A part that is not to be had costs that part only."""

    def __init__(
        self, channel: str, puppet: SturdyPuppet, directory: Directory, memory: Memory, clock: Clock
    ) -> None:
        self._channel, self._puppet, self._clock = channel, puppet, clock
        self._directory, self._memory = directory, memory

    async def events(self, payload: MessagePayload, message_id: str) -> list[Event]:
        """What a message amounts to. The bot's own private ones are noted and not passed on."""
        payload.id = payload.id or message_id
        at = self.moment(payload)
        if payload.type == Sort.RECALLED and (gone := appmsg.read_recalled(payload.text)):
            return [self._recalled(payload, gone, at)]
        own = bool(payload.talker_id) and payload.talker_id == self._puppet.login_user_id
        facts = await self._directory.room_or_id(payload.room_id) if payload.room_id else None
        message = await self._message(payload, facts, at, own=own)
        other = payload.listener_id if own else payload.talker_id
        self._memory.add(
            Seen(message.id, payload.room_id or other, message.sender_id, message.sender,
                 message.text or message.title, self._clock.now())
        )  # fmt: skip
        return [] if own and facts is None else [Posted(message)]

    def _recalled(self, payload: MessagePayload, gone: str, at: datetime) -> Recalled:
        self._memory.recall(gone)
        seen = self._memory.find(gone)
        room_id = payload.room_id
        if not room_id and seen is not None and seen.conversation != seen.sender_id:
            room_id = seen.conversation
        return Recalled(self._channel, room_id, gone, at, payload.talker_id)

    async def _message(
        self, payload: MessagePayload, facts: RoomFacts | None, at: datetime, *, own: bool
    ) -> Message:
        sort = _sort(payload)
        kind = _TYPES.get(sort, MessageType.UNKNOWN) if sort else MessageType.UNKNOWN
        if not payload.talker_id:
            kind = MessageType.SYSTEM
        text, title, items = await self._content(payload, sort)
        room_id = payload.room_id
        sender = ""
        if payload.talker_id:
            sender = await self._directory.name(room_id, payload.talker_id)
        reply_to = None
        if sort is Sort.TEXT:
            text, reply_to = self._unquote(text, room_id or payload.talker_id)
        mentions = await self._mentions(payload, text, facts)
        return Message(
            id=payload.id,
            room=facts.name if facts else "",
            sender=sender,
            at=at,
            role=role(facts, payload.talker_id) if facts else Role.MEMBER,
            type=kind,
            text=text.translate(_SPACES),
            title=title,
            items=items,
            mentions=mentions,
            reply_to=reply_to,
            bot=own,
            channel=self._channel,
            room_id=room_id,
            sender_id=payload.talker_id,
            attachment=(payload.filename or kind.value) if kind in _WITH_FILE else "",
        )

    async def _content(  # noqa: PLR0911 - one line a type
        self, payload: MessagePayload, sort: Sort | None
    ) -> tuple[str, str, tuple[str, ...]]:
        """Text, title and items."""
        raw = payload.text
        match sort:
            case Sort.TEXT:
                return raw, "", ()
            case Sort.CHAT_HISTORY:
                record = appmsg.read_history(raw, payload.filename)
                return "", record.title, record.items
            case Sort.ATTACHMENT:
                return "", payload.filename or appmsg.read_app(raw).title, ()
            case Sort.URL | Sort.MINI_PROGRAM | Sort.LOCATION:
                return (*await self._asked(payload, sort), ())
            case Sort.GROUP_NOTE:
                note = appmsg.read_app(raw)
                return note.title or note.words, "", ()
            case Sort.CONTACT:
                return "", appmsg.read_card(raw) or await self._card(payload), ()
            case Sort.RED_ENVELOPE | Sort.TRANSFER:
                found = appmsg.read_app(raw)
                return found.words, found.title, ()
            case Sort.IMAGE | Sort.AUDIO | Sort.VIDEO | Sort.EMOTICON:
                # Their text, if any, is XML with keys and addresses.
                return "" if raw.lstrip().startswith("<") else raw, payload.filename, ()
            case _:
                return appmsg.plain(raw), payload.filename, ()

    async def _asked(self, payload: MessagePayload, sort: Sort) -> tuple[str, str]:
        """Text and title of what the gateway explains; its own XML where it does not."""
        found = appmsg.read_app(payload.text)
        text, title = "\n".join(filter(None, (found.words, found.url))), found.title
        if title:
            return text, title
        try:
            if sort is Sort.URL:
                link = await self._puppet.message_url(payload.id)
                return "\n".join(filter(None, (link.description, link.url))), link.title
            if sort is Sort.MINI_PROGRAM:
                program = await self._puppet.message_mini_program(payload.id)
                return program.description, program.title
            name, address = appmsg.read_place(payload.text)
            if not (name or address):
                place = await self._puppet.message_location(payload.id)
                name, address = place.name, place.address
        except (GRPCError, *LOST) as error:
            log.info("the %s of a message is not told: %s", sort.name, type(error).__name__)
            return text, title
        return address, name

    async def _card(self, payload: MessagePayload) -> str:
        try:
            answer = await self._puppet.message_contact(payload.id)
        except (GRPCError, *LOST) as error:
            log.info("a card's contact is not told: %s", type(error).__name__)
            return ""
        return await self._directory.name("", answer) if answer else ""

    def _unquote(self, text: str, conversation: str) -> tuple[str, str | None]:
        """The reply without its quotation, and the id of what it replies to."""
        quote = appmsg.read_quote(text)
        if quote is None:
            return text, None
        found = quote.message_id or self._memory.quoted(conversation, quote.name, quote.words)
        return quote.reply, found or None

    async def _mentions(
        self, payload: MessagePayload, text: str, facts: RoomFacts | None
    ) -> tuple[str, ...]:
        """Names after @: by id where the puppet tells them, else as written."""
        if facts is None:
            return ()
        ids = [person_id for person_id in payload.mention_ids if person_id]
        if len(ids) >= _MANY and facts.members and set(ids) >= facts.members:
            # padlocal names every single member when all are called.
            return (EVERYONE,)
        names = [await self._directory.name(facts.id, person_id) for person_id in ids]
        if not names:
            names = [match.strip() for match in _AT.findall(text)]
        if _AT_ALL.search(text):
            names.append(EVERYONE)
        return tuple(dict.fromkeys(filter(None, names)))

    def moment(self, payload: MessagePayload) -> datetime:
        """When it was said; now, where the gateway does not know or is ahead of its time."""
        received = payload.receive_time
        if received.seconds > 0:
            return self.instant(received.seconds * 1000 + received.nanos // 1_000_000)
        return self.instant(payload.timestamp)

    def instant(self, stamp: object) -> datetime:
        """A gateway's number, in seconds or milliseconds, as a moment; now for nonsense."""
        now = self._clock.now()
        if not isinstance(stamp, int | float) or stamp <= 0:
            return now
        try:
            seconds = stamp / 1000 if stamp >= _MILLISECONDS else stamp
            at = datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            return now
        return now if at > now + _AHEAD else at


def _sort(payload: MessagePayload) -> Sort | None:
    """What a message is; a quotation is a text, whatever number a puppet gives it."""
    if "<refermsg>" in payload.text:
        return Sort.TEXT
    try:
        return Sort(payload.type)
    except ValueError:
        return None


def texts(values: object) -> tuple[str, ...]:
    """The texts among a JSON list's values; nothing for anything that is no list."""
    if not isinstance(values, Iterable) or isinstance(values, str | bytes):
        return ()
    return tuple(value for value in values if isinstance(value, str) and value)
