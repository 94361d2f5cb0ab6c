"""Carries orders out over WeChat and says honestly how that went."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cachetools import LRUCache
from grpclib.const import Status
from grpclib.exceptions import GRPCError

from bot.channels.base import Order, Result, Verb
from bot.channels.wechaty import files
from bot.channels.wechaty.directory import Directory
from bot.channels.wechaty.memory import Memory
from bot.channels.wechaty.powers import Power, Powers
from bot.channels.wechaty.puppet import LOST, SturdyPuppet, lost
from bot.channels.wechaty.settings import Settings
from bot.channels.wechaty.throttle import Throttle
from bot.core.clock import Clock
from bot.core.decision import Outcome

log = logging.getLogger(__name__)

_MOST_TRIES_KEPT, _MOST_PROMISES = 10_000, 1_000
_SPEAKS = frozenset({Verb.SEND, Verb.WHISPER, Verb.ANNOUNCE})
_POWERS = {
    Verb.DELETE: Power.RECALL,
    Verb.REMOVE: Power.REMOVE,
    Verb.ANNOUNCE: Power.ANNOUNCE,
}
_AT_END = "\u2005"

NOT_A_FRIEND = "not a friend: WeChat delivers no private message; ask them to add the bot"


@dataclass(frozen=True, slots=True)
class _Promise:
    """A recall that the puppet says it has done; until `until` it may prove true."""

    message_id: str
    room_id: str
    own: bool
    until: datetime


class Orders:
    """One try each. What the platform refuses teaches `powers`."""

    def __init__(
        self,
        settings: Settings,
        puppet: SturdyPuppet,
        directory: Directory,
        memory: Memory,
        *,
        powers: Powers,
        throttle: Throttle,
        clock: Clock,
    ) -> None:
        self._settings, self._puppet, self._directory = settings, puppet, directory
        self._memory, self._powers, self._throttle = memory, powers, throttle
        self._clock = clock
        self._tried: LRUCache[str, datetime] = LRUCache(_MOST_TRIES_KEPT)
        self._promises: LRUCache[str, _Promise] = LRUCache(_MOST_PROMISES)

    def admin(self, room_id: str) -> bool | None:
        """Whether the bot runs a room; None where the puppet does not tell who does."""
        facts = self._directory.last_seen(room_id)
        if facts is None or not facts.managers or self._puppet.login_user_id is None:
            return None
        return self._puppet.login_user_id in facts.managers

    async def perform(self, order: Order) -> Result:
        """Try once; ConnectionError if the gateway or the login is not there."""
        if self._puppet.login_user_id is None:
            raise ConnectionError("not logged in to WeChat")
        refused = self._cannot(order)
        if refused is not None:
            return refused
        try:
            if order.verb is Verb.WHISPER and not await self._reachable(order.person_id):
                return Result(Outcome.REFUSED, NOT_A_FRIEND)
            if order.verb in _SPEAKS:
                conversation = order.room_id if order.verb is not Verb.WHISPER else ""
                wait = self._throttle.wait(order.key, conversation or order.person_id)
                if wait is not None:
                    return Result(Outcome.PENDING, "speaking at a person's pace", retry_after=wait)
                self._tried[order.key] = self._clock.now()
            return await self._do(order)
        except GRPCError as error:
            if lost(error):
                raise ConnectionError(error.status.name) from error
            return self._refusal(order, error)
        except LOST as error:
            raise ConnectionError(f"{type(error).__name__}: {error}") from error

    def _cannot(self, order: Order) -> Result | None:
        """What is known beforehand to fail."""
        power = _POWERS.get(order.verb)
        if order.verb not in _SPEAKS and power is None:
            return Result(Outcome.UNSUPPORTED, "WeChat lets no bot mute anybody")
        if order.verb is Verb.DELETE:
            seen = self._memory.find(order.message_id)
            if self._own(order):
                limit = self._powers.puppet.own_recall
                if limit is not None and seen and self._clock.now() - seen.at >= limit:
                    return Result(Outcome.TOO_LATE, "WeChat takes back for two minutes only")
                return None
        if power is not None and not self._powers.can(
            power, order.room_id, admin=self.admin(order.room_id)
        ):
            return Result(Outcome.UNSUPPORTED, f"this puppet cannot {order.verb.value} here")
        return None

    def _own(self, order: Order) -> bool:
        seen = self._memory.find(order.message_id)
        sender = order.person_id or (seen.sender_id if seen else "")
        return bool(sender) and sender == self._puppet.login_user_id

    async def _reachable(self, person_id: str) -> bool:
        needs = self._settings.needs_friend
        if needs is None:
            needs = self._powers.puppet.needs_friend
        return not needs or await self._directory.is_friend(person_id)

    async def _do(self, order: Order) -> Result:
        match order.verb:
            case Verb.SEND:
                return await self._say(order, order.room_id)
            case Verb.WHISPER:
                return await self._say(order, order.person_id)
            case Verb.DELETE:
                return await self._recall(order)
            case Verb.REMOVE:
                await self._puppet.room_delete(order.room_id, order.person_id)
                self._directory.forget_room(order.room_id)
            case _:
                await self._puppet.room_announce(order.room_id, order.text)
        seen = await self._see(order)
        self._learn(order, done=seen is Outcome.DONE)
        return Result(seen or Outcome.UNCONFIRMED)

    async def _say(self, order: Order, conversation: str) -> Result:
        for path in map(Path, order.files):
            size = (await asyncio.to_thread(path.stat)).st_size
            await self._puppet.send_bytes(conversation, path.name, files.pieces(path), size)
        if not order.text:
            return Result(Outcome.DONE if order.files else Outcome.REFUSED, "")
        text = await self._with_names(order)
        posted = await self._puppet.message_send_text(conversation, text, list(order.mentions))
        # Some puppets know no id for what they post; then the echo must tell.
        return Result(Outcome.DONE if posted else Outcome.UNCONFIRMED, message_id=posted)

    async def _with_names(self, order: Order) -> str:
        """The names that WeChat shows after @; ids alone would call nobody."""
        if order.verb is not Verb.SEND:
            return order.text
        names = [await self._directory.name(order.room_id, one) for one in order.mentions]
        called = "".join(f"@{name}{_AT_END}" for name in names if f"@{name}" not in order.text)
        return called + order.text

    async def _recall(self, order: Order) -> Result:
        if self._memory.recalled(order.message_id):
            return Result(Outcome.DONE)
        own = self._own(order)
        if not await self._puppet.message_recall(order.message_id):
            if not own:
                self._powers.failed(Power.RECALL, order.room_id)
            return Result(Outcome.REFUSED, "the puppet answers false")
        until = self._clock.now() + timedelta(seconds=self._settings.confirm_wait)
        self._promises[order.message_id] = _Promise(order.message_id, order.room_id, own, until)
        return Result(Outcome.UNCONFIRMED, "the puppet answers true, which proves nothing")

    def settle(self) -> None:
        """Promised recalls: those that were seen count for the puppet, those overdue against it."""
        now = self._clock.now()
        for promise in list(self._promises.values()):
            done = self._memory.recalled(promise.message_id)
            if not done and now < promise.until:
                continue
            del self._promises[promise.message_id]
            if promise.own:
                continue
            if done:
                self._powers.worked(Power.RECALL, promise.room_id)
            else:
                log.warning("a recall was promised and never seen in room %s", promise.room_id)
                self._powers.failed(Power.RECALL, promise.room_id)

    def _refusal(self, order: Order, error: GRPCError) -> Result:
        reason = (error.message or error.status.name)[:300]
        power = _POWERS.get(order.verb)
        unable = error.status is Status.UNIMPLEMENTED or any(
            word in reason.lower() for word in ("not supported", "unsupported", "not implement")
        )
        if power is not None and not (order.verb is Verb.DELETE and self._own(order)):
            self._powers.failed(power, order.room_id, for_good=unable)
        return Result(Outcome.UNSUPPORTED if unable else Outcome.REFUSED, reason)

    def _learn(self, order: Order, *, done: bool) -> None:
        power = _POWERS[order.verb]
        if done:
            self._powers.worked(power, order.room_id)
        else:
            self._powers.failed(power, order.room_id)

    async def look(self, order: Order) -> Outcome | None:
        """Read back; None where that cannot be seen or the gateway is not there."""
        try:
            return await self._see(order)
        except (GRPCError, *LOST):
            return None

    async def _see(self, order: Order) -> Outcome | None:
        done = False
        match order.verb:
            case Verb.SEND | Verb.WHISPER:
                done = bool(await self._echo(order))
            case Verb.DELETE:
                done = self._memory.recalled(order.message_id)
            case Verb.REMOVE:
                done = order.person_id not in await self._puppet.room_members(order.room_id)
            case Verb.ANNOUNCE:
                found = await self._puppet.room_announce(order.room_id)
                done = found.strip() == order.text.strip()
        return Outcome.DONE if done else None

    async def _echo(self, order: Order) -> str:
        """The bot's own message come back; only what this process has tried can be told apart."""
        tried, own = self._tried.get(order.key), self._puppet.login_user_id
        if tried is None or own is None:
            return ""
        text = await self._with_names(order)
        conversation = order.room_id if order.verb is Verb.SEND else order.person_id
        return self._memory.echoed(conversation, own, text, tried)
