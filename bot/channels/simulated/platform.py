"""The simulated platform: the state of every room and person, and what may be done to it."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.channels.base import ALL_CAPABILITIES, Capabilities, Event, Left, Person, Posted, Recalled
from bot.channels.simulated import changes
from bot.channels.simulated.room import Kept, Refusal, RefusedError, SimRoom
from bot.core.clock import Clock
from bot.core.message import Message, MessageType, Role

#: The channel that messages of the world carry; a channel of another name puts its own.
CHANNEL = "simulated"
_KEYS = 5_000


class Listener(Protocol):
    """A channel on the platform."""

    def notice(self, event: Event, about: Message | None) -> None:
        """Something happened; `about` is the message concerned, as it was. Never waits."""
        ...

    async def ready(self) -> None:
        """Return once there is room for more events."""
        ...


@dataclass(frozen=True, slots=True)
class Draft:
    """What is said, before it has an id and a time. `content` are a file's bytes."""

    text: str = ""
    type: MessageType = MessageType.TEXT
    title: str = ""
    items: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    reply_to: str | None = None
    content: bytes | None = None
    bot: bool = False


class Platform:
    """Rooms and people on the injected clock, with one account for the bot.

    People and rooms have ids; without one the name is the id, and wherever a
    room or a person is asked for either will do. `capabilities` hold for
    private messages and for rooms that are not given their own. Every room
    remembers its last `keep` messages, every private conversation its last
    `keep_private` (as many if None). Ids of new messages are `prefix` and a
    count: an archive that outlives the world needs a new prefix for each world.
    All changes take place at once.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        bot: str = "轻群",
        bot_id: str = "",
        capabilities: Capabilities = ALL_CAPABILITIES,
        keep: int = 2000,
        keep_private: int | None = None,
        prefix: str = "sim-",
    ) -> None:
        self.clock = clock
        self.bot = Person(bot_id or bot, bot, Role.ADMIN)
        self.capabilities = capabilities
        self._keep, self._prefix, self._count = keep, prefix, 0
        self._keep_private = keep if keep_private is None else keep_private
        self._rooms: dict[str, SimRoom] = {}
        self._people: dict[str, str] = {}
        self._room_of: dict[str, SimRoom] = {}
        self._private: dict[str, deque[Message]] = {}
        self._content: dict[str, bytes] = {}
        self._posted: dict[str, str] = {}
        self._listeners: list[Listener] = []
        self._watchers: list[changes.Callback] = []
        self._ticked = asyncio.Event()

    # Who listens.

    def attach(self, listener: Listener) -> None:
        """Tell a channel of everything from now on."""
        self._listeners.append(listener)

    def detach(self, listener: Listener) -> None:
        """Tell a channel nothing more."""
        self._listeners.remove(listener)

    def on_change(self, callback: changes.Callback) -> Callable[[], None]:
        """Call back with every change, at once and in order; call the answer to end that."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    def watch(self, limit: int = 10_000) -> changes.Watch:
        """A queue of every change from now on."""
        watch = changes.Watch(limit, self._watchers.remove)
        self._watchers.append(watch.put)
        return watch

    def tell(self, event: Event, change: changes.Change, about: Message | None = None) -> None:
        """Let channels and watchers know."""
        for listener in self._listeners:
            listener.notice(event, about)
        self.show(change)

    def show(self, change: changes.Change) -> None:
        """Let watchers know of what no channel is told."""
        for watcher in tuple(self._watchers):
            watcher(change)

    async def held_back(self) -> None:
        """Return once every channel has room for more events."""
        for listener in tuple(self._listeners):
            await listener.ready()

    # Time.

    def tick(self) -> None:
        """The clock was moved: end the mutes that are over, and wake whatever waits.

        A driven clock needs it after each step; on a running one it only shows
        watchers that a mute is over.
        """
        now = self.clock.now()
        for room in self._rooms.values():
            for person_id in [who for who in room.mutes if not room.muted(who, now)]:
                del room.mutes[person_id]
                self.show(changes.Unmuted(room.id, person_id, "", now))
        self._ticked.set()
        self._ticked = asyncio.Event()

    async def sleep_until(self, moment: datetime) -> None:
        """Wait for the clock: a running one by itself, a driven one by `tick`."""
        while self.clock.now() < moment:
            try:
                async with asyncio.timeout(self.clock.real_delay(moment)):
                    await self._ticked.wait()
            except TimeoutError:
                continue

    # What there is.

    def room(self, room: str) -> SimRoom:
        """The room with that id or name; KeyError if there is none."""
        found = self.find_room(room)
        if found is None:
            raise KeyError(f"no room {room!r}")
        return found

    def find_room(self, room: str) -> SimRoom | None:
        """The room with that id or name."""
        found = self._rooms.get(room)
        if found is None:
            found = next((r for r in self._rooms.values() if r.name == room), None)
        return found

    def rooms(self) -> Sequence[SimRoom]:
        """Every room, in the order they were made."""
        return tuple(self._rooms.values())

    def person(self, person: str) -> str:
        """The id of the person with that id or name; KeyError if there is nobody."""
        found = self.find_person(person)
        if found is None:
            raise KeyError(f"nobody called {person!r}")
        return found

    def find_person(self, person: str) -> str | None:
        """The id of the person with that id or name, the bot included."""
        if person in self._people:
            return person
        if person in {self.bot.id, self.bot.name}:
            return self.bot.id
        return next((id_ for id_, name in self._people.items() if name == person), None)

    def name(self, person_id: str) -> str:
        """What the person is called; the id itself for somebody unknown."""
        return self.bot.name if person_id == self.bot.id else self._people.get(person_id, person_id)

    def message(self, message_id: str) -> Kept | None:
        """A room's message and what became of it; None for one that is unknown or long past."""
        return self.locate(message_id)[1]

    def content(self, message_id: str) -> bytes | None:
        """The bytes of a file or picture; None where there is none, or the message is gone."""
        return self._content.get(message_id)

    def locate(self, message_id: str) -> tuple[SimRoom | None, Kept | None]:
        """The room that a message stands in, and the message."""
        room = self._room_of.get(message_id)
        return room, None if room is None else room.kept[message_id]

    def message_of_key(self, key: str) -> str | None:
        """The message that an order with this key has posted."""
        return self._posted.get(key)

    # What happens.

    def put(self, room: SimRoom, sender_id: str, draft: Draft) -> Message:
        """Post in a room, or RefusedError."""
        now = self.clock.now()
        why = room.refusal(sender_id, now)
        if why is not None:
            error = RefusedError(why, room.mutes.get(sender_id) if why is Refusal.MUTED else None)
            self.show(changes.Stopped(room.id, sender_id, error.reason, now))
            raise error
        message = self._made(draft, sender_id, room)
        self.keep_in(room, message)
        return message

    def put_private(self, person_id: str, draft: Draft, *, from_bot: bool) -> Message:
        """A private message between the bot and a person."""
        message = self._made(draft, self.bot.id if from_bot else person_id, None)
        self.keep_private(person_id, message)
        return message

    def remove(self, room: SimRoom, message_id: str, by: str) -> None:
        """A message is gone, for everybody."""
        kept, now = room.kept[message_id], self.clock.now()
        room.kept[message_id] = kept.removed(by, now)
        self._content.pop(message_id, None)
        self.tell(
            Recalled(CHANNEL, room.id, message_id, now, by),
            changes.Gone(room.id, message_id, by, now),
            about=kept.message,
        )

    def mute(self, room: SimRoom, person_id: str, until: datetime | None, by: str = "") -> None:
        """A person may not post before `until`."""
        room.mutes[person_id] = until
        self.show(changes.Muted(room.id, person_id, until, by, self.clock.now()))

    def unmute(self, room: SimRoom, person_id: str, by: str = "") -> None:
        """A person may post again."""
        if person_id in room.mutes:
            del room.mutes[person_id]
            self.show(changes.Unmuted(room.id, person_id, by, self.clock.now()))

    def close(self, room: SimRoom, by: str = "") -> None:
        """Only leaders and admins may post."""
        if not room.closed:
            room.closed = True
            self.show(changes.Closed(room.id, by, self.clock.now()))

    def open(self, room: SimRoom, by: str = "") -> None:
        """Everybody may post."""
        if room.closed:
            room.closed = False
            self.show(changes.Opened(room.id, by, self.clock.now()))

    def announce(self, room: SimRoom, text: str, by: str = "") -> None:
        """Put a notice on the room's board."""
        room.board.append(text)
        self.show(changes.Announced(room.id, text, by, self.clock.now()))

    def expel(self, room: SimRoom, person_id: str, by: str) -> None:
        """Somebody is no longer in the room."""
        person, now = room.members.pop(person_id, None), self.clock.now()
        if person is not None:
            self.tell(
                Left(CHANNEL, room.id, (person,), now),
                changes.Went(room.id, (person,), by, now),
            )

    def remember(self, key: str, message_id: str) -> None:
        """Note what an order's key has posted."""
        self._posted[key] = message_id
        if len(self._posted) > _KEYS:
            del self._posted[next(iter(self._posted))]

    def take_in(self, room: SimRoom, person: str | Person) -> Person:
        """Put somebody into a room, without a word about it."""
        if isinstance(person, str):
            known = self.find_person(person) or self.add_person(person)
            person = Person(known, self.name(known))
        elif person.id != self.bot.id:
            self._people[person.id] = person.name
        room.members[person.id] = person
        return person

    def add_person(self, name: str, person_id: str = "") -> str:
        """Make somebody known who may be in no room; their id."""
        self._people.setdefault(person_id or name, name)
        return person_id or name

    def keep_in(self, room: SimRoom, message: Message) -> None:
        """The message stands in the room from now on."""
        self._room_of[message.id] = room
        if (oldest := room.keep(message, self._keep)) is not None:
            self._room_of.pop(oldest.message.id, None)
            self._content.pop(oldest.message.id, None)
        self.tell(Posted(message), changes.Shown(message), about=message)

    def keep_private(self, person_id: str, message: Message) -> None:
        """The message stands in the bot's conversation with that person from now on."""
        talk = self._private.setdefault(person_id, deque())
        talk.append(message)
        if len(talk) > self._keep_private:
            self._content.pop(talk.popleft().id, None)
        self.tell(Posted(message), changes.Whispered(person_id, message), about=message)

    def _made(self, draft: Draft, sender_id: str, room: SimRoom | None) -> Message:
        self._count += 1
        id_ = f"{self._prefix}{self._count}"
        if draft.content is not None:
            self._content[id_] = draft.content
        return Message(
            id=id_,
            room=room.name if room else "",
            sender=self.name(sender_id),
            at=self.clock.now(),
            role=room.role(sender_id) if room else Role.MEMBER,
            type=draft.type,
            text=draft.text,
            title=draft.title,
            items=draft.items,
            mentions=tuple(self.name(who) for who in draft.mentions),
            reply_to=draft.reply_to,
            bot=draft.bot or sender_id == self.bot.id,
            channel=CHANNEL,
            room_id=room.id if room else "",
            sender_id=sender_id,
            attachment=id_ if draft.content is not None else "",
        )
