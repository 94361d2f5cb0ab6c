"""QQ by OneBot v11: one account, its groups, over a connection that is kept up."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.channels.base import (
    EVERYONE,
    NOBODY,
    Capabilities,
    Event,
    Inbox,
    Link,
    LinkChanged,
    Order,
    Person,
    Result,
    RoomInfo,
)
from bot.channels.onebot import media
from bot.channels.onebot.events import Translator
from bot.channels.onebot.links import Dialer, Listener
from bot.channels.onebot.options import OneBotOptions, access_token, token_variable
from bot.channels.onebot.orders import LONGEST_MUTE, Doer
from bot.channels.onebot.roster import Roster, wire_id
from bot.channels.onebot.wire import ActionError, Frame, Socket, Wire
from bot.core.clock import Clock
from bot.core.decision import Outcome
from bot.core.ending import end
from bot.core.message import Message, Role
from bot.words import say

log = logging.getLogger(__name__)

_BATCH, _PAUSE, _LAST_WORDS = 200, 1.0, 10.0
_CATCH_UP_SPAN = timedelta(days=1)
OWNER, ADMIN, MEMBER = 2, 1, 0


def allowed(rank: int, *, announces: bool = True) -> Capabilities:
    """What QQ allows an owner, an administrator or a member of a group."""
    below = {OWNER: EVERYONE, ADMIN: frozenset({Role.MEMBER})}.get(rank, NOBODY)
    return Capabilities(
        delete=below,
        mute=below,
        mute_max=LONGEST_MUTE,
        mute_room=rank > MEMBER,
        kick=rank > MEMBER,
        announce=rank > MEMBER and announces,
    )


class OneBotChannel:
    """A QQ account behind NapCat, LLBot or another implementation of OneBot v11."""

    def __init__(self, name: str, options: Mapping[str, Any], clock: Clock) -> None:
        """ValueError (pydantic's ValidationError is one) for options that cannot work."""
        self.name = name
        self._options, self._clock = OneBotOptions.model_validate(dict(options)), clock
        token, variable = access_token(name), token_variable(name)
        self._options.check_exposure(name, token)
        self._roster = Roster()
        self._queue: asyncio.Queue[Frame | Event] = asyncio.Queue()
        self._translator = Translator(
            name,
            self._roster,
            clock,
            upload_grace=self._options.upload_grace,
            again=self._queue.put_nowait,
        )
        self._doer = Doer(self._call, self._roster, clock, confirm=self._options.confirm_timeout)
        link = Dialer if self._options.mode == "forward" else Listener
        self._link = link(self._options, token, variable, self._talk, self._failed)
        self._wire: Wire | None = None
        self._holding, self._stopping = True, False
        self._early: list[Frame] = []
        self._state, self._detail = Link.DISCONNECTED, ""
        self._settled = asyncio.Event()
        self._courier: asyncio.Task[None] | None = None

    # -- the protocol of every channel

    async def start(self, inbox: Inbox) -> None:
        """Connect in the background; return when the rooms are known or cannot be for now.

        After `start_timeout`, or at once when the token is wrong, it returns
        with the reason told as a LinkChanged; the rooms follow as Topic and
        Joined when the connection comes up. OSError if the port is taken.
        """
        self._courier = asyncio.create_task(self._deliver(inbox), name="onebot-events")
        await self._link.start()
        try:
            async with asyncio.timeout(self._options.start_timeout):
                await self._settled.wait()
        except TimeoutError:
            if not self._detail:
                address = self._options.address
                self._failed(say("onebot.waiting", address=address), False)

    async def stop(self) -> None:
        """Hang up, hand over what has arrived, and say nothing more."""
        self._stopping = True
        await self._link.stop()
        self._translator.close()
        if self._courier is None:
            return
        try:
            async with asyncio.timeout(_LAST_WORDS):
                await self._queue.join()
        except TimeoutError:
            log.warning("events were left behind when the channel stopped")
        await end([self._courier])
        self._courier = None

    async def rooms(self) -> Sequence[RoomInfo]:
        """The groups the bot is in, as far as is known now."""
        return tuple(RoomInfo(group.id, group.name) for group in self._roster.groups.values())

    async def members(self, room_id: str) -> Sequence[Person]:
        """The people of a group, without bots: read at connecting, kept current since."""
        return self._roster.people(room_id)

    def capabilities(self, room_id: str) -> Capabilities:
        """What the bot's own role in the group allows."""
        rank = self._roster.rank(room_id)
        return allowed(rank, announces=not self._doer.no_announcements)

    async def perform(self, order: Order) -> Result:
        """Try once. ConnectionError if the account is not there or nothing came back."""
        if self._state is Link.LOGGED_OUT:
            raise ConnectionError(self._detail)
        return await self._doer.perform(order)

    async def look(self, order: Order) -> Outcome | None:
        """Read back whether an order has taken effect; None where that cannot be seen."""
        return await self._doer.look(order)

    async def fetch(self, message: Message, limit: int) -> bytes | None:
        """The content of a file or picture, up to `limit` bytes; None if it cannot be had."""
        return await media.fetch(self._call, message, limit)

    @property
    def port(self) -> int:
        """The port listened on, in reverse mode."""
        return self._link.port if isinstance(self._link, Listener) else self._options.port

    # -- the connection

    async def _call(self, action: str, **params: object) -> Any:
        if self._wire is None:
            raise ConnectionError(self._detail or say("onebot.account_offline"))
        return await self._wire.call(action, **params)

    async def _talk(self, socket: Socket) -> bool:
        """Hold one conversation. True if it had got as far as knowing the rooms."""
        wire = Wire(socket, self._heard, self._options.timeout)
        self._holding, self._early = True, []
        greeting = asyncio.create_task(self._greet(wire), name="onebot-greeting")
        reason = ""
        try:
            reason = await wire.run()
        finally:
            was_ready, self._wire = self._wire is wire, None
            await end([greeting])
        self._failed(reason, False)
        return was_ready

    async def _greet(self, wire: Wire) -> None:
        """Learn who the bot is and where, then let the events through."""
        before = dict(self._roster.groups)
        try:
            await self._roster.load(wire.call)
            about = await self._implementation(wire)
        except (ActionError, ConnectionError) as error:
            await wire.close(say("onebot.greeting_failed", why=str(error)))
            return
        except Exception as error:
            log.exception("the groups could not be read")
            await wire.close(say("onebot.greeting_failed", why=type(error).__name__))
            return
        expected = self._options.self_id
        if expected and expected != self._roster.self_id:
            await wire.close(say("onebot.greeting_failed", why=f"QQ {self._roster.self_id}"))
            return
        self._wire = wire
        for frame in self._early:
            self._roster.note(frame)
        self._tell(Link.CONNECTED, about)
        for group in self._roster.groups.values():
            for event in self._translator.arrived(group, before.get(group.id)):
                self._queue.put_nowait(event)
        await self._catch_up(wire)
        self._holding = False
        for frame in self._early:
            self._pass_on(frame)
        self._settled.set()

    async def _implementation(self, wire: Wire) -> str:
        try:
            version = await wire.call("get_version_info")
            return f"{version['app_name']} {version['app_version']}"
        except (ActionError, KeyError, TypeError):
            return "OneBot v11"

    async def _catch_up(self, wire: Wire) -> None:
        """Read what was said while nobody listened; the store knows what it has already."""
        since = (self._clock.now() - _CATCH_UP_SPAN).timestamp()
        missed: list[Frame] = []
        for group in self._roster.groups.values() if self._options.catch_up else ():
            try:
                data = await wire.call(
                    "get_group_msg_history",
                    group_id=wire_id(group.id),
                    count=self._options.catch_up,
                )
            except ActionError as error:
                if error.unknown_action:
                    break
                continue  # NapCat refuses where a group has no messages yet
            except ConnectionError:
                return
            messages = data.get("messages") if isinstance(data, Mapping) else None
            missed += [
                {"group_id": group.id, "message_type": "group", "post_type": "message", **one}
                for one in messages or ()
                # What was recalled since has no words left.
                if isinstance(one, dict) and one.get("message")
                if self._translator.moment(one).timestamp() >= since
            ]
        missed.sort(key=self._translator.moment)
        for frame in missed:
            self._queue.put_nowait(frame)

    def _heard(self, frame: Frame) -> None:
        """Take an event from the wire: first what the bot knows, then what it passes on."""
        if frame.get("meta_event_type") == "heartbeat":
            self._note_status(frame.get("status"))
            return
        if self._wire is not None:
            self._roster.note(frame)
        if self._holding:
            self._early.append(frame)
        else:
            self._pass_on(frame)

    def _pass_on(self, frame: Frame) -> None:
        if frame.get("notice_type") == "bot_offline":
            why = ", ".join(str(frame[key]) for key in ("tag", "message") if frame.get(key))
            self._tell(Link.LOGGED_OUT, say("onebot.offline", why=why or "-"))
        else:
            self._queue.put_nowait(frame)

    def _note_status(self, status: object) -> None:
        online = status.get("online") if isinstance(status, Mapping) else None
        if self._wire is None or not isinstance(online, bool):
            return
        if not online and self._state is Link.CONNECTED:
            why = say("onebot.account_offline")
            self._tell(Link.LOGGED_OUT, say("onebot.offline", why=why))
        elif online and self._state is Link.LOGGED_OUT:
            self._tell(Link.CONNECTED, "")

    def _failed(self, reason: str, hopeless: bool) -> None:
        """There is no connection. The same reason is not told again and again."""
        if self._wire is not None:
            log.warning("%s: %s", self.name, reason)  # a stranger calls beside a good connection
            return
        if self._state is not Link.DISCONNECTED or reason != self._detail:
            self._tell(Link.DISCONNECTED, reason)
        if hopeless:
            self._settled.set()

    def _tell(self, state: Link, detail: str) -> None:
        self._state, self._detail = state, detail
        if self._stopping:
            return
        log.info("%s: %s %s", self.name, state.value, detail)
        self._queue.put_nowait(LinkChanged(self.name, state, self._clock.now(), detail))

    # -- passing events on, in order

    async def _deliver(self, inbox: Inbox) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < _BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            events: list[Event] = []
            for item in batch:
                events.extend(await self._translated(item) if isinstance(item, dict) else (item,))
            if events:
                await self._hand_over(inbox, events)
            for _ in batch:
                self._queue.task_done()

    async def _translated(self, frame: Frame) -> Sequence[Event]:
        try:
            return await self._translator.translate(frame, self._call)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # One event in a shape nobody knows must not stop those behind it.
            kind = frame.get("notice_type") or frame.get("post_type")
            log.warning("an event (%s) could not be read: %s", kind, type(error).__name__)
            return ()

    async def _hand_over(self, inbox: Inbox, events: Sequence[Event]) -> None:
        pause = _PAUSE
        while True:
            try:
                await inbox(events)
            except Exception:
                log.exception("events could not be stored; trying again")
                await asyncio.sleep(pause)
                pause = min(pause * 2, 60.0)
            else:
                return
