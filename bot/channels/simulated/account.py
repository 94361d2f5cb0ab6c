"""The bot's account on the simulated platform: what it may do there, and reading that back."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.channels.base import Capabilities, Order, Result, Verb
from bot.channels.simulated.platform import Draft, Platform
from bot.channels.simulated.room import Kept, RefusedError, SimRoom
from bot.core.decision import Outcome
from bot.core.message import MessageType, Role

_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
_POSTS = frozenset({Verb.SEND, Verb.WHISPER, Verb.ANNOUNCE})

_DONE = Result(Outcome.DONE)


def _refused(reason: str) -> Result:
    return Result(Outcome.REFUSED, reason)


def _unsupported(reason: str) -> Result:
    return Result(Outcome.UNSUPPORTED, reason)


class Account:
    """Carries out orders as the platform allows them in each room. All effects are immediate."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._acts: Mapping[Verb, Callable[[Order, SimRoom], Result]] = {
            Verb.DELETE: self._delete,
            Verb.MUTE: self._mute,
            Verb.UNMUTE: self._unmute,
            Verb.CLOSE_ROOM: self._close_or_open,
            Verb.OPEN_ROOM: self._close_or_open,
            Verb.REMOVE: self._remove,
        }

    def target(self, order: Order) -> tuple[str, Role | None]:
        """Whom an order is about and their role there; ("", None) where it is about nobody."""
        room = self._platform.find_room(order.room_id)
        who = order.person_id
        if order.verb is Verb.DELETE and (kept := self._kept(room, order)) is not None:
            who = kept.message.sender_id
        if not who:
            return "", None
        return who, Role.MEMBER if room is None else room.role(who)

    async def obey(self, order: Order) -> Result:
        """Do it, or say in the platform's words why not."""
        if order.verb in _POSTS:
            return await self._post(order)
        room = self._place(order)
        if isinstance(room, Result):
            return room
        return self._acts[order.verb](order, room)

    def effect(self, order: Order) -> Outcome | None:
        """Whether the world shows an order's effect.

        For posts None where there is none: it has yet to be tried, or was in vain.
        """
        if order.verb in _POSTS:
            return None if self._platform.message_of_key(order.key) is None else Outcome.DONE
        room = self._platform.find_room(order.room_id)
        if room is None:
            return None
        now = self._platform.clock.now()
        seen: bool
        match order.verb:
            case Verb.DELETE:
                kept = self._kept(room, order)
                if kept is None:
                    return None
                seen = kept.gone
            case Verb.MUTE:
                if order.until is not None and order.until <= now:
                    return None
                seen = room.muted(order.person_id, now)
            case Verb.UNMUTE:
                seen = not room.muted(order.person_id, now)
            case Verb.CLOSE_ROOM | Verb.OPEN_ROOM:
                seen = room.closed is (order.verb is Verb.CLOSE_ROOM)
            case _:
                seen = order.person_id not in room.members
        return Outcome.DONE if seen else Outcome.REFUSED

    # Posts.

    async def _post(self, order: Order) -> Result:
        place = self._place(order) if order.room_id else None
        if isinstance(place, Result):
            return place
        rights = self._platform.capabilities if place is None else place.capabilities
        done = self._done_before(order, rights)
        if done is None:
            try:
                # Without files nothing is awaited: two tries of an order cannot meet in here.
                drafts = await asyncio.to_thread(_drafts, order) if order.files else _drafts(order)
            except OSError as error:
                return _refused(f"file not readable: {error.strerror}")
            done = self._done_before(order, rights) or self._say(order, place, rights, drafts)
        return done

    def _done_before(self, order: Order, rights: Capabilities) -> Result | None:
        """The answer to an order whose key has posted already, where the platform knows keys."""
        posted = self._platform.message_of_key(order.key) if rights.idempotent else None
        return None if posted is None else Result(Outcome.DONE, message_id=posted)

    def _say(
        self, order: Order, room: SimRoom | None, rights: Capabilities, drafts: list[Draft]
    ) -> Result:
        if order.verb is Verb.WHISPER:
            return self._whisper(order, rights, drafts)
        if room is None:
            return _refused("no group named")
        if order.verb is Verb.ANNOUNCE:
            return self._announce(order, room)
        return self._send(order, room, drafts)

    def _send(self, order: Order, room: SimRoom, drafts: list[Draft]) -> Result:
        try:
            ids = [self._platform.put(room, self._platform.bot.id, draft).id for draft in drafts]
        except RefusedError as error:
            return _refused(error.reason)
        return self._said(order, ids)

    def _whisper(self, order: Order, rights: Capabilities, drafts: list[Draft]) -> Result:
        who = self._platform.find_person(order.person_id)
        if who is None or who == self._platform.bot.id:
            return _refused(f"no such user: {order.person_id}")
        if not rights.private:
            return _unsupported("private messages are not open")
        ids = [self._platform.put_private(who, draft, from_bot=True).id for draft in drafts]
        return self._said(order, ids)

    def _announce(self, order: Order, room: SimRoom) -> Result:
        if not room.capabilities.announce:
            return _unsupported("no group notices here")
        self._platform.announce(room, order.text, self._platform.bot.id)
        return self._said(order, [""])

    def _said(self, order: Order, ids: list[str]) -> Result:
        self._platform.remember(order.key, ids[0])
        return Result(Outcome.DONE, message_id=ids[0])

    # Everything else.

    def _delete(self, order: Order, room: SimRoom) -> Result:
        kept, rights = self._kept(room, order), room.capabilities
        if kept is None:
            return _refused("message not found")
        if kept.gone:
            return _DONE
        sender, bot = kept.message.sender_id, self._platform.bot.id
        if sender != bot:
            if not rights.delete:
                return _unsupported("cannot delete others' messages here")
            if room.role(sender) not in rights.delete:
                return _refused(f"no right over messages of {room.role(sender)}")
        age = self._platform.clock.now() - kept.message.at
        if rights.delete_max_age is not None and age > rights.delete_max_age:
            return Result(Outcome.TOO_LATE, "message is too old")
        self._platform.remove(room, order.message_id, bot)
        return _DONE

    def _mute(self, order: Order, room: SimRoom) -> Result:
        refusal = self._no_mute(order, room)
        if refusal is not None:
            return refusal
        now, most = self._platform.clock.now(), room.capabilities.mute_max
        if order.until is not None and order.until <= now:
            return Result(Outcome.TOO_LATE, "the mute would be over")
        if most is not None and (order.until is None or order.until - now > most):
            return _refused(f"longer than {most}")
        self._platform.mute(room, order.person_id, order.until, self._platform.bot.id)
        return _DONE

    def _unmute(self, order: Order, room: SimRoom) -> Result:
        refusal = self._no_mute(order, room)
        if refusal is None:
            self._platform.unmute(room, order.person_id, self._platform.bot.id)
        return refusal or _DONE

    def _no_mute(self, order: Order, room: SimRoom) -> Result | None:
        if not room.capabilities.mute:
            return _unsupported("cannot mute members here")
        if order.person_id not in room.members:
            return _refused(f"no such member: {order.person_id}")
        if room.role(order.person_id) not in room.capabilities.mute:
            return _refused(f"no right over {room.role(order.person_id)}")
        return None

    def _close_or_open(self, order: Order, room: SimRoom) -> Result:
        if not room.capabilities.mute_room:
            return _unsupported("cannot mute the whole group here")
        act = self._platform.close if order.verb is Verb.CLOSE_ROOM else self._platform.open
        act(room, self._platform.bot.id)
        return _DONE

    def _remove(self, order: Order, room: SimRoom) -> Result:
        if not room.capabilities.kick:
            return _unsupported("cannot remove members here")
        self._platform.expel(room, order.person_id, self._platform.bot.id)
        return _DONE

    def _place(self, order: Order) -> SimRoom | Result:
        room = self._platform.find_room(order.room_id)
        if room is None:
            return _refused(f"no such group: {order.room_id}")
        if order.verb is not Verb.WHISPER and self._platform.bot.id not in room.members:
            return _refused("not in the group")
        return room

    @staticmethod
    def _kept(room: SimRoom | None, order: Order) -> Kept | None:
        return None if room is None else room.kept.get(order.message_id)


def _drafts(order: Order) -> list[Draft]:
    """The text first, with quote and mentions, then each file. Blocks; OSError."""
    drafts = []
    if order.text or not order.files:
        drafts.append(Draft(order.text, mentions=order.mentions, reply_to=order.message_id or None))
    for name in order.files:
        path = Path(name)
        kind = MessageType.IMAGE if path.suffix.lower() in _PICTURES else MessageType.FILE
        drafts.append(Draft(type=kind, title=path.name, content=path.read_bytes()))
    return drafts
