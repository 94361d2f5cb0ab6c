"""A chat world for tests, replays and the demonstration: people post, recall, come and go."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.channels.base import Capabilities, Edited, Joined, Person, Topic
from bot.channels.simulated import changes
from bot.channels.simulated.platform import CHANNEL, Draft, Platform
from bot.channels.simulated.room import Kept, Refusal, RefusedError, SimRoom
from bot.core.message import Message, MessageType, Role


class World(Platform):
    """The platform as its people use it; for whoever plays the people.

    The state changes at once; what is awaited is only room in the queues of the
    channels, so that a driver who is faster than the bot is held back.
    """

    # The stage: everything here happens without events.

    def add_room(
        self,
        name: str,
        members: Iterable[str | Person] | Mapping[str, Role] = (),
        *,
        capabilities: Capabilities | None = None,
        room_id: str = "",
        bot_role: Role = Role.ADMIN,
    ) -> SimRoom:
        """A new room with these people and the bot in it; ValueError where its id is taken."""
        room = SimRoom(room_id or name, name, capabilities or self.capabilities)
        if room.id in self._rooms:
            raise ValueError(f"room {room.id!r} is there already")
        self._rooms[room.id] = room
        room.members[self.bot.id] = replace(self.bot, role=bot_role)
        if isinstance(members, Mapping):
            members = [Person(name, name, role) for name, role in members.items()]
        for person in members:
            self.take_in(room, person)
        return room

    def set_role(self, room: str, person: str, role: Role) -> None:
        """Give a member of a room another role, the bot included."""
        place, who = self.room(room), self.person(person)
        place.members[who] = replace(place.members[who], role=role)

    def set_capabilities(self, room: str, capabilities: Capabilities) -> None:
        """Give the bot other rights in a room."""
        self.room(room).capabilities = capabilities

    # What people do.

    async def post(
        self,
        room: str,
        sender: str,
        text: str = "",
        *,
        type: MessageType = MessageType.TEXT,  # noqa: A002 - the transcript's word
        title: str = "",
        items: Iterable[str] = (),
        mentions: Iterable[str] = (),
        reply_to: str | None = None,
        content: bytes | None = None,
        bot: bool = False,
    ) -> Message:
        """Say something in a room; RefusedError, which everybody watching sees, where one may not.

        `content` are the bytes of a file or picture, `bot` marks another bot's post.
        """
        place, who = self.room(room), self.person(sender)
        draft = Draft(text, type, title, tuple(items), tuple(mentions), reply_to, content, bot=bot)
        message = self.put(place, who, draft)
        await self.held_back()
        return message

    async def whisper(
        self,
        sender: str,
        text: str = "",
        *,
        type: MessageType = MessageType.TEXT,  # noqa: A002 - the transcript's word
        title: str = "",
        reply_to: str | None = None,
        content: bytes | None = None,
    ) -> Message:
        """Say something to the bot alone."""
        who = self.find_person(sender) or self.add_person(sender)
        draft = Draft(text, type, title, reply_to=reply_to, content=content)
        message = self.put_private(who, draft, from_bot=False)
        await self.held_back()
        return message

    async def edit(self, message_id: str, text: str) -> Message:
        """The sender gives a message another text; RefusedError where it is gone."""
        room, kept = self.locate(message_id)
        if kept is None or room is None or kept.gone:
            raise RefusedError(Refusal.GONE)
        room.kept[message_id] = edited = kept.edited(text)
        now = replace(edited.message, at=self.clock.now())
        self.tell(Edited(now), changes.Changed(edited.message), about=edited.message)
        await self.held_back()
        return edited.message

    async def recall(self, message_id: str, by: str = "") -> None:
        """Take a message out: its sender (the default), or a leader or admin of the room."""
        room, kept = self.locate(message_id)
        if kept is None or room is None or kept.gone:
            raise RefusedError(Refusal.GONE)
        who = self.person(by) if by else kept.message.sender_id
        if who != kept.message.sender_id and room.role(who) is Role.MEMBER:
            raise RefusedError(Refusal.NOT_YOURS)
        self.remove(room, message_id, who)
        await self.held_back()

    async def join(self, room: str, *people: str | Person) -> None:
        """People come into a room; those who are there already change nothing."""
        place = self.room(room)
        ids = {p: p.id if isinstance(p, Person) else self.find_person(p) or p for p in people}
        new = tuple(self.take_in(place, p) for p in ids if ids[p] not in place.members)
        if new:
            now = self.clock.now()
            self.tell(Joined(CHANNEL, place.id, new, now), changes.Came(place.id, new, now))
        await self.held_back()

    async def leave(self, room: str, *people: str) -> None:
        """People go out of a room."""
        place = self.room(room)
        for person in people:
            self.expel(place, self.person(person), by=self.person(person))
        await self.held_back()

    async def rename(self, room: str, name: str) -> None:
        """Give a room another name; its id stays."""
        place, now = self.room(room), self.clock.now()
        place.name = name
        self.tell(Topic(CHANNEL, place.id, name, now), changes.Renamed(place.id, name, now))
        await self.held_back()

    async def feed(self, messages: Iterable[Message]) -> int:
        """Put in messages as they are, with their ids and times, past any mute; how many it took.

        Rooms and people that are not there yet are made. ValueError for an id that is there.
        """
        count = 0
        for message in messages:
            if message.id in self._room_of:
                raise ValueError(f"message {message.id!r} is there already")
            self._feed(message)
            count += 1
            await self.held_back()
        return count

    def _feed(self, message: Message) -> None:
        who = message.sender_id or self.find_person(message.sender) or message.sender
        if who != self.bot.id:
            self._people.setdefault(who, message.sender)
        if message.private:
            self.keep_private(
                who, message if message.sender_id else replace(message, sender_id=who)
            )
            return
        key = message.room_id or message.room
        room = self.find_room(key) or self.add_room(message.room, room_id=message.room_id)
        if who not in room.members and who != self.bot.id:
            room.members[who] = Person(who, message.sender, message.role)
        if not (message.room_id and message.sender_id):
            message = replace(message, room_id=room.id, sender_id=who)
        self.keep_in(room, message)

    # What can be seen.

    def people(self) -> Sequence[Person]:
        """Everybody but the bot."""
        return tuple(Person(id_, name) for id_, name in self._people.items())

    def messages(self, room: str) -> Sequence[Message]:
        """What a member of the room can read now, oldest first."""
        return tuple(kept.message for kept in self.room(room).kept.values() if not kept.gone)

    def history(self, room: str) -> Sequence[Kept]:
        """All that was posted, what is gone included, with what became of it."""
        return tuple(self.room(room).kept.values())

    def inbox(self, person: str) -> Sequence[Message]:
        """What the bot has said to a person privately."""
        return tuple(message for message in self.conversation(person) if message.bot)

    def conversation(self, person: str) -> Sequence[Message]:
        """What the bot and a person have said to each other."""
        return tuple(self._private.get(self.person(person), ()))
