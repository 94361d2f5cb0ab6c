"""The simulated channel: an account on a simulated platform, with the troubles of a real one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.channels.base import (
    NO_CAPABILITIES,
    Capabilities,
    Edited,
    Event,
    Inbox,
    Link,
    LinkChanged,
    Order,
    Person,
    Posted,
    Result,
    RoomInfo,
)
from bot.channels.simulated import changes
from bot.channels.simulated.account import Account
from bot.channels.simulated.faults import (
    Answer,
    Cut,
    Delay,
    Faults,
    Hold,
    Hollow,
    Limit,
    LoseAnswer,
    LoseOrder,
    Refuse,
    Unsure,
)
from bot.channels.simulated.platform import CHANNEL, Platform
from bot.channels.simulated.wire import Wire
from bot.core.decision import Outcome
from bot.core.message import Message


class SimulatedChannel:
    """A Channel on a World.

    With `echo` the bot's own messages come back as events, as on some
    platforms. At most `limit` events wait for the inbox before drivers of the
    world are held back.
    """

    def __init__(
        self,
        world: Platform,
        name: str = CHANNEL,
        faults: Faults | None = None,
        *,
        echo: bool = False,
        limit: int = 1000,
    ) -> None:
        self.name = name
        self.faults = faults or Faults()
        self._world, self._echo = world, echo
        self._account = Account(world)
        self._wire = Wire(world, self.faults, limit)
        self._attached = False

    # What the bot calls.

    async def start(self, inbox: Inbox) -> None:
        """Connect; what happened before the first start is not brought."""
        if not self._attached:
            self._world.attach(self)
            self._attached = True
        self._wire.start(inbox)
        self.reconnect()

    async def stop(self) -> None:
        """Disconnect; what happens until the next start is as in an outage."""
        await self._wire.stop()

    async def rooms(self) -> Sequence[RoomInfo]:
        """The rooms the bot is in."""
        bot = self._world.bot.id
        return [RoomInfo(room.id, room.name) for room in self._world.rooms() if bot in room.members]

    async def members(self, room_id: str) -> Sequence[Person]:
        """The people of a room but the bot; nobody where they cannot be listed."""
        room = self._world.find_room(room_id)
        if room is None or not room.capabilities.list_members:
            return []
        return [person for person in room.members.values() if person.id != self._world.bot.id]

    def capabilities(self, room_id: str) -> Capabilities:
        """What the channel believes it can do; of "" what holds for private messages."""
        if not room_id:
            return self._world.capabilities
        room = self._world.find_room(room_id)
        real = NO_CAPABILITIES if room is None else room.capabilities
        return self.faults.claimed(room_id, real)

    async def perform(self, order: Order) -> Result:
        """Try once."""
        self._reach()
        waits, answer = self.faults.strike(order, *self._account.target(order))
        for wait in waits:
            await self._wait(wait)
        self._reach()
        if (early := self._instead(answer)) is not None:
            return early
        result = await self._account.obey(order)
        return self._answered(result, answer)

    async def look(self, order: Order) -> Outcome | None:
        """The truth, unless the faults say that nothing can be seen, or the line is down.

        REFUSED says that there is no such effect; a post that is not there is None.
        """
        if self.faults.blind or not self._wire.up:
            return None
        return self._account.effect(order)

    def set_speakers(self, ids: Iterable[str]) -> None:
        """Let these people post in closed rooms, as an administrator of the platform can."""
        speakers = frozenset(ids)
        for room in self._world.rooms():
            room.speakers = speakers

    async def fetch(self, message: Message, limit: int) -> bytes | None:
        """The first `limit` bytes of a file; None for one that is gone, or without a line."""
        content = self._world.content(message.id) if self._wire.up else None
        return None if content is None else content[:limit]

    # What a driver calls.

    @property
    def connected(self) -> bool:
        """Whether the line is up."""
        return self._wire.up

    def disconnect(self, reason: str = "", state: Link = Link.DISCONNECTED) -> None:
        """Lose the connection."""
        if self._wire.up:
            self._wire.cut()
            self._link(state, reason)

    def reconnect(self) -> None:
        """Have the connection back: first old history, then the outage's events, by the faults."""
        if not self._wire.up:
            self._link(Link.CONNECTED)
            if self.faults.history:
                self.send_history(self.faults.history, replayed=self.faults.history_marked)
            self._wire.connect()

    def send_history(self, count: int, *, replayed: bool) -> None:
        """The platform sends the last messages of each room once more."""
        for room in self._world.rooms():
            last = (message for message in room.last(count) if self._sees(message))
            self._wire.say(*(self._named(Posted(message, replayed)) for message in last))

    def pause(self) -> None:
        """Events are held up on their way, though the line is up and orders get through."""
        self._wire.pause()

    def resume(self) -> None:
        """The events that were held up arrive."""
        self._wire.resume()

    async def settled(self) -> None:
        """Return once the inbox has stored every event so far; raises what it failed with.

        Events that a fault makes late arrive now. Not to be awaited during a pause.
        """
        await self._wire.settled()

    # What the platform calls.

    def notice(self, event: Event, about: Message | None) -> None:
        """Take what happened, if the bot can see it."""
        if about is None or self._sees(about):
            self._wire.carry(self._named(event))

    async def ready(self) -> None:
        """Return once fewer events wait than the limit."""
        await self._wire.ready()

    def _sees(self, message: Message) -> bool:
        if message.sender_id == self._world.bot.id:
            return self._echo
        if message.private:
            return True
        room = self._world.find_room(message.room_id)
        if room is None or self._world.bot.id not in room.members:
            return False
        return room.capabilities.read_all or self._world.bot.name in message.mentions

    def _named(self, event: Event) -> Event:
        if self.name == CHANNEL:
            return event
        if isinstance(event, Posted | Edited):
            return replace(event, message=replace(event.message, channel=self.name))
        return replace(event, channel=self.name)

    def _link(self, state: Link, detail: str = "") -> None:
        now = self._world.clock.now()
        self._wire.say(LinkChanged(self.name, state, now, detail))
        self._world.show(changes.Linked(self.name, state, now))

    def _reach(self) -> None:
        if not self._wire.up:
            raise ConnectionError("not connected")

    async def _wait(self, wait: Delay | Hold) -> None:
        if isinstance(wait, Delay):
            now = self._world.clock.now()
            await self._world.sleep_until(now + timedelta(seconds=wait.seconds))
        else:
            wait.reached.set()
            await wait.go.wait()

    def _instead(self, answer: Answer | None) -> Result | None:
        """The answer to an order that never took effect."""
        match answer:
            case Refuse(reason, outcome):
                return Result(outcome, reason)
            case Limit(seconds, reason):
                return Result(Outcome.PENDING, reason, retry_after=seconds)
            case Hollow():
                return Result(Outcome.UNCONFIRMED)
            case LoseOrder():
                raise ConnectionError("the call did not get through")
            case Cut(after=False):
                self.disconnect("connection reset")
                raise ConnectionError("connection reset")
            case _:
                return None

    def _answered(self, result: Result, answer: Answer | None) -> Result:
        """The answer to an order that the platform has dealt with."""
        match answer:
            case Unsure() if result.outcome is Outcome.DONE:
                return replace(result, outcome=Outcome.UNCONFIRMED)
            case LoseAnswer():
                raise ConnectionError("no answer")
            case Cut(after=True):
                self.disconnect("connection reset")
                raise ConnectionError("connection reset")
            case _:
                return result
