"""WeChat as a channel: a gateway's events become the bot's, the bot's orders the puppet's."""

import asyncio
import logging
import random as chance
import socket
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from random import Random
from typing import Any, ClassVar

from grpclib.exceptions import GRPCError
from wechaty import Wechaty, WechatyOptions  # type: ignore[import-untyped]

from bot.channels.base import (
    Capabilities,
    Event,
    Inbox,
    Joined,
    Left,
    Link,
    LinkChanged,
    Order,
    Person,
    Result,
    RoomInfo,
    Topic,
)
from bot.channels.wechaty import files
from bot.channels.wechaty.directory import Directory
from bot.channels.wechaty.intake import Intake
from bot.channels.wechaty.memory import Memory
from bot.channels.wechaty.orders import Orders
from bot.channels.wechaty.powers import Powers
from bot.channels.wechaty.puppet import LOST, Kind, SturdyPuppet, lost
from bot.channels.wechaty.settings import read_settings, read_token
from bot.channels.wechaty.throttle import Throttle
from bot.channels.wechaty.translate import Translator, texts
from bot.channels.wechaty.wire import MessagePayload
from bot.core.clock import Clock
from bot.core.decision import Outcome
from bot.core.ending import end
from bot.core.message import Message

log = logging.getLogger(__name__)

#: Numbers of wechaty-puppet's DirtyType and FriendshipType.
_CONTACT, _ROOM, _ROOM_MEMBER = 2, 3, 4
_FRIEND_REQUEST = 2
#: Seconds between the tries for a payload: at once while others wait, then apart from them.
_PAUSES, _LATE = (0.2, 1.0, 3.0), (0.0, 15.0, 60.0, 300.0)
_LATE_AT_ONCE = 16


class _Frame(Wechaty):  # type: ignore[misc]
    """Wechaty without its own event bridge, which loses the order of events and failed ones."""

    async def init_puppet_event_bridge(self, puppet: SturdyPuppet) -> None:
        """Nothing: the puppet hands its events to the channel."""


class WechatyChannel:
    """`options` are the keys of `[channel]`, see `Settings`; ValueError says what is wrong.

    The token comes from the environment. One channel may use a gateway at a time.
    """

    _held: ClassVar[set[str]] = set()

    def __init__(
        self, name: str, options: Mapping[str, Any], clock: Clock, *, random: Random | None = None
    ) -> None:
        self.name, self._clock = name, clock
        self._settings = settings = read_settings(name, options)
        dice = random or chance.SystemRandom()
        self._directory, self._memory = Directory(clock, settings.fresh), Memory()
        self._powers = Powers(settings.puppet)
        self._puppet = SturdyPuppet(settings, read_token(name), dice, self._take, self._linked)
        self._directory.use(self._puppet)
        self._translator = Translator(name, self._puppet, self._directory, self._memory, clock)
        throttle = Throttle(
            clock, dice,
            room=(settings.room_every, settings.room_burst),
            total=(settings.total_every, settings.total_burst),
        )  # fmt: skip
        self._orders = Orders(
            settings, self._puppet, self._directory, self._memory,
            powers=self._powers, throttle=throttle, clock=clock,
        )  # fmt: skip
        self._known = asyncio.Event()
        #: Set while there is a gateway to ask.
        self._up = asyncio.Event()
        self._late_gate = asyncio.Semaphore(_LATE_AT_ONCE)
        self._bot: _Frame | None = None
        self._intake: Intake | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, inbox: Inbox) -> None:
        """Connect; returns once the rooms are known, or after a while if nobody has logged in."""
        if self._settings.endpoint in self._held:
            raise ValueError(f"{self._settings.endpoint}：一个网关只能接一个通道")
        self._held.add(self._settings.endpoint)
        self._intake = Intake(inbox)
        self._intake.start()
        # Wechaty would listen on 0.0.0.0:5000 for its plug-ins' pages.
        self._bot = _Frame(WechatyOptions(puppet=self._puppet, host="127.0.0.1", port=_free_port()))
        self._background(self._bot.start())
        try:
            async with asyncio.timeout(self._settings.start_wait):
                await self._known.wait()
        except TimeoutError:
            log.warning("channel %s: nobody is logged in yet", self.name)

    async def stop(self) -> None:
        """Let go of the gateway; no event follows."""
        if self._bot is None or self._intake is None:
            return
        await self._puppet.stop()
        await end(self._tasks)
        await self._intake.stop()
        self._bot = None
        self._held.discard(self._settings.endpoint)

    async def rooms(self) -> Sequence[RoomInfo]:
        """The groups the bot is in."""
        try:
            return [RoomInfo(facts.id, facts.name) for facts in await self._directory.rooms()]
        except (GRPCError, *LOST) as error:
            raise ConnectionError(type(error).__name__) from error

    async def members(self, room_id: str) -> Sequence[Person]:
        """The people of a group, by their names in it."""
        try:
            return await self._directory.members(room_id)
        except (GRPCError, *LOST) as error:
            raise ConnectionError(type(error).__name__) from error

    def capabilities(self, room_id: str) -> Capabilities:
        """From the puppet's table, the bot's standing in the room, and what was refused so far."""
        self._orders.settle()
        return self._powers.capabilities(room_id, admin=self._orders.admin(room_id))

    async def perform(self, order: Order) -> Result:
        """Try once. A throttled order asks for another try with `retry_after`."""
        self._orders.settle()
        return await self._orders.perform(order)

    async def look(self, order: Order) -> Outcome | None:
        """Read back by echo, recall notice, member list or notice board."""
        return await self._orders.look(order)

    async def fetch(self, message: Message, limit: int) -> bytes | None:
        """The content of a file, picture, voice or video, streamed."""
        try:
            return await files.fetch(self._puppet, message, limit)
        except LOST as error:
            raise ConnectionError(type(error).__name__) from error

    # What the puppet tells

    async def _linked(self, state: Link, detail: str) -> None:
        at = self._clock.now()
        if state is Link.DISCONNECTED:
            self._up.clear()
        elif state is Link.CONNECTED:
            self._up.set()
            self._directory.forget_all()
            self._background(self._learn_rooms())
        elif state is Link.SCAN:
            # Waiting for somebody with a phone must not hold the rest of the bot up.
            self._known.set()
        await self._put(partial(_as_is, [LinkChanged(self.name, state, at, detail)]))

    async def _learn_rooms(self) -> None:
        try:
            await self._directory.rooms()
        except (GRPCError, *LOST) as error:
            log.warning("channel %s: the rooms cannot be read: %s", self.name, type(error).__name__)
        self._known.set()

    async def _take(self, kind: Kind, data: Mapping[str, Any]) -> None:
        """What changes is forgotten at once, so that whatever comes after it is read afresh."""
        match kind:
            case Kind.MESSAGE:
                message_id = data.get("messageId")
                if isinstance(message_id, str) and message_id:
                    await self._put(partial(self._message, message_id))
            case Kind.ROOM_JOIN | Kind.ROOM_LEAVE | Kind.ROOM_TOPIC:
                room_id = data.get("roomId")
                if isinstance(room_id, str) and room_id:
                    await self._room_changed(kind, room_id, data)
            case Kind.DIRTY:
                await self._dirty(data.get("payloadType"), str(data.get("payloadId") or ""))
            case Kind.FRIENDSHIP:
                friendship_id = data.get("friendshipId")
                if self._settings.accept_friends and isinstance(friendship_id, str):
                    self._background(self._befriend(friendship_id))

    async def _room_changed(self, kind: Kind, room_id: str, data: Mapping[str, Any]) -> None:
        at = self._translator.instant(data.get("timestamp"))
        self._directory.forget_room(room_id)
        if kind is Kind.ROOM_TOPIC:
            name = str(data.get("newTopic") or "").strip()
            self._directory.expect(room_id, name=name)
            await self._put(partial(self._topic, room_id, name, at))
            return
        joined = kind is Kind.ROOM_JOIN
        ids = texts(data.get("inviteeIdList" if joined else "removeeIdList"))
        self._directory.expect(room_id, came=ids if joined else (), went=() if joined else ids)
        if ids:
            await self._put(partial(self._moved, room_id, ids, at, joined=joined))

    async def _dirty(self, kind: object, subject: str) -> None:
        if kind == _CONTACT:
            self._directory.forget_names(subject)
        elif kind == _ROOM:
            self._directory.forget_room(subject)
            await self._put(partial(self._differences, subject))
        elif kind == _ROOM_MEMBER:
            # The id is the room's, or the member's and the room's joined by a separator.
            for part in {subject, *subject.replace("<>", " ").replace(",", " ").split()}:
                self._directory.forget_names(part)
                self._directory.forget_room(part)

    async def _put(self, work: Any) -> None:
        if self._intake is not None:
            await self._intake.put(work)

    # What the events amount to

    async def _message(self, message_id: str) -> Sequence[Event]:
        if self._memory.known(message_id):
            return []
        payload = await self._payload(message_id)
        # Not before: an id marked and then not fetched would be a message lost.
        if payload is None or not self._memory.first_time(message_id):
            return []
        return await self._translator.events(payload, message_id)

    async def _payload(self, message_id: str) -> MessagePayload | None:
        reason = "the gateway is gone"
        for pause in (*_PAUSES, None):
            if not self._up.is_set():
                # Thousands may wait in turn: the news of the outage must not wait for their tries.
                break
            try:
                return await self._puppet.message_payload(message_id)
            except (GRPCError, *LOST) as error:
                reason = type(error).__name__
                if isinstance(error, GRPCError) and not lost(error):
                    reason = error.status.name
            if pause is not None:
                await asyncio.sleep(pause)
        log.info("message %s cannot be read yet: %s", message_id, reason)
        self._background(self._later(message_id))
        return None

    async def _later(self, message_id: str) -> None:
        """Try again out of turn, so that one message does not hold up all others."""
        for pause in _LATE:
            await asyncio.sleep(pause)
            await self._up.wait()
            if self._memory.known(message_id):
                return  # the puppet has told of it again
            try:
                async with self._late_gate:
                    payload = await self._puppet.message_payload(message_id)
            except (GRPCError, *LOST):
                continue
            if self._memory.first_time(message_id):
                await self._put(partial(self._translator.events, payload, message_id))
            return
        log.error("message %s is lost: the gateway does not give it", message_id)

    async def _moved(
        self, room_id: str, ids: Sequence[str], at: datetime, *, joined: bool
    ) -> Sequence[Event]:
        facts = await self._directory.room_or_id(room_id)
        people = tuple(await self._directory.people(facts, ids))
        return [(Joined if joined else Left)(self.name, room_id, people, at)]

    async def _topic(self, room_id: str, name: str, at: datetime) -> Sequence[Event]:
        name = name or (await self._directory.room_or_id(room_id)).name
        return [Topic(self.name, room_id, name, at)]

    async def _differences(self, room_id: str) -> Sequence[Event]:
        """Some puppets report only that something about a room has changed."""
        try:
            found = await self._directory.differences(room_id)
        except (GRPCError, *LOST) as error:
            log.info("room %s cannot be read: %s", room_id, type(error).__name__)
            return []
        at = self._clock.now()
        events: list[Event] = []
        if found.name:
            events.append(Topic(self.name, room_id, found.name, at))
        if found.came:
            events.extend(await self._moved(room_id, found.came, at, joined=True))
        if found.went:
            events.extend(await self._moved(room_id, found.went, at, joined=False))
        return events

    async def _befriend(self, friendship_id: str) -> None:
        """Accept a member's request, since private messages reach friends only."""
        try:
            asked = await self._puppet.friendship(friendship_id)
            rooms = await self._directory.rooms() if asked.type == _FRIEND_REQUEST else []
            if any(asked.contact_id in facts.members for facts in rooms):
                await self._puppet.friendship_accept(friendship_id)
                log.info("a member's friend request was accepted")
        except (GRPCError, *LOST) as error:
            log.warning("a friend request was not accepted: %s", type(error).__name__)

    def _background(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _as_is(events: Sequence[Event]) -> Sequence[Event]:
    return events


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
