"""Orders carried out on QQ, each with the best evidence of its effect that can be had."""

import asyncio
import base64
import mimetypes
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.channels.base import Order, Result, Verb
from bot.channels.onebot.events import UPLOAD
from bot.channels.onebot.reasons import hangs, message_gone, person_gone, reason, rejected, wording
from bot.channels.onebot.roster import Call, Roster, id_of, is_shut, wire_id
from bot.channels.onebot.segments import EVERYBODY, plain
from bot.channels.onebot.wire import ActionError, NoAnswerError
from bot.core.clock import Clock
from bot.core.decision import Outcome
from bot.words import say

#: QQ mutes for less than thirty days.
LONGEST_MUTE = timedelta(days=30) - timedelta(seconds=1)
_OWN_RECALL = timedelta(minutes=2)
_HISTORY, _REMEMBERED = 50, 2_000
_DONE, _UNCONFIRMED = Result(Outcome.DONE), Result(Outcome.UNCONFIRMED)


class Doer:
    """Carries out orders over `call`; learns from the roster's notices what took effect."""

    def __init__(self, call: Call, roster: Roster, clock: Clock, *, confirm: float) -> None:
        self._call, self._roster, self._clock, self._confirm = call, roster, clock, confirm
        self._doubtful: OrderedDict[str, datetime] = OrderedDict()
        self._posted: OrderedDict[str, datetime] = OrderedDict()
        self.no_announcements = False

    async def perform(self, order: Order) -> Result:
        """Try once. ConnectionError where it is not known whether the order took effect."""
        do: Callable[[Order], Awaitable[Result]] = {
            Verb.SEND: self._send,
            Verb.WHISPER: self._send,
            Verb.DELETE: self._delete,
            Verb.MUTE: self._mute,
            Verb.UNMUTE: self._mute,
            Verb.CLOSE_ROOM: self._shut,
            Verb.OPEN_ROOM: self._shut,
            Verb.REMOVE: self._remove,
            Verb.ANNOUNCE: self._announce,
        }[order.verb]
        try:
            return await do(order)
        except ActionError as error:
            return await self._refused(order, error)

    async def look(self, order: Order) -> Outcome | None:
        """Read back whether an order has taken effect; None where that cannot be seen."""
        seen: Callable[[Order], Awaitable[bool]] = {
            Verb.SEND: self._is_posted,
            Verb.WHISPER: self._is_posted,
            Verb.ANNOUNCE: self._is_announced,
            Verb.DELETE: self._is_gone,
            Verb.MUTE: self._is_muted,
            Verb.UNMUTE: self._is_muted,
            Verb.CLOSE_ROOM: self._is_shut,
            Verb.OPEN_ROOM: self._is_shut,
            Verb.REMOVE: self._is_removed,
        }[order.verb]
        try:
            return Outcome.DONE if await seen(order) else None
        except ActionError:
            return None

    async def _refused(self, order: Order, error: ActionError) -> Result:
        """Read the refusal, and with it the bot's true standing: a notice may have been missed."""
        rank = self._roster.rank(order.room_id)
        result = rejected(order.verb, error, rank=rank)
        if error.unknown_action and order.verb is Verb.ANNOUNCE:
            self.no_announcements = True
        if result.outcome is Outcome.REFUSED and order.room_id in self._roster.groups:
            await self._refresh(order.room_id, self._roster.self_id)
            if order.person_id:
                await self._refresh(order.room_id, order.person_id)
            if self._roster.rank(order.room_id) != rank:
                result = rejected(order.verb, error, rank=self._roster.rank(order.room_id))
        return result

    async def _refresh(self, room_id: str, person_id: str) -> None:
        try:
            await self._roster.refresh_member(self._call, room_id, person_id)
        except ActionError as error:
            if person_gone(error):
                self._roster.groups[room_id].members.pop(person_id, None)

    async def _confirmed(self, value: bool, *key: str, since: int) -> bool:
        return await self._roster.confirmed(value, *key, since=since, seconds=self._confirm)

    # -- posting

    async def _send(self, order: Order) -> Result:
        if order.key in self._doubtful and await self.look(order) is Outcome.DONE:
            del self._doubtful[order.key]
            return _DONE
        try:
            files = await asyncio.to_thread(_load, order.files)
        except OSError as error:
            words = say("onebot.file_missing", name=Path(error.filename or "").name)
            return Result(Outcome.REFUSED, words)
        # Pictures stand with the words; QQ takes any other file only by itself.
        words_and_pictures = self._segments(order)
        words_and_pictures += [part for part in files if part["type"] == "image"]
        batches = [words_and_pictures] if words_and_pictures else []
        batches += [[part] for part in files if part["type"] != "image"]
        message_id = ""
        try:
            for batch in batches:
                posted = await self._post(order, batch)
                message_id = message_id or posted
        except NoAnswerError:
            self._doubt(order.key)
            raise
        except ActionError as error:
            if hangs(error):
                # QQ may have taken it all the same: the next try looks first.
                self._doubt(order.key)
                raise NoAnswerError(wording(error)) from error
            raise
        self._doubtful.pop(order.key, None)
        return Result(Outcome.DONE, message_id=message_id)

    async def _post(self, order: Order, segments: list[dict[str, Any]]) -> str:
        if order.verb is Verb.SEND:
            data = await self._call(
                "send_group_msg", group_id=wire_id(order.room_id), message=segments
            )
        else:
            # With the group's number QQ opens a temporary session to people who are no friends.
            group = {"group_id": wire_id(order.room_id)} if order.room_id else {}
            data = await self._call(
                "send_private_msg", user_id=wire_id(order.person_id), message=segments, **group
            )
        message_id = id_of(data.get("message_id")) if isinstance(data, Mapping) else ""
        _keep(self._posted, message_id, self._clock.now())
        return message_id

    def _segments(self, order: Order) -> list[dict[str, Any]]:
        """Quote, mentions and words. A name written as @name becomes the mention itself."""
        segments: list[dict[str, Any]] = []
        if order.message_id and not order.message_id.startswith(UPLOAD):
            segments.append({"type": "reply", "data": {"id": order.message_id}})
        parts: list[str | dict[str, Any]] = [order.text]
        missing: list[str | dict[str, Any]] = []
        for person_id in order.mentions if order.verb is Verb.SEND else ():
            everybody = person_id in {"all", EVERYBODY}
            name = EVERYBODY if everybody else self._roster.name_of(person_id, order.room_id)
            mention = {"type": "at", "data": {"qq": "all" if everybody else person_id}}
            if not _put_in(parts, f"@{name}" if name else "", mention):
                missing += [mention, " "]
        for part in (*missing, *parts):
            if isinstance(part, dict):
                segments.append(part)
            elif part:
                segments.append({"type": "text", "data": {"text": part}})
        return segments

    def _doubt(self, key: str) -> None:
        if key not in self._doubtful:
            _keep(self._doubtful, key, self._clock.now())

    async def _is_posted(self, order: Order) -> bool:
        """Whether the newest messages hold one of the bot's own with these words."""
        if order.verb is Verb.SEND:
            data = await self._call(
                "get_group_msg_history", group_id=wire_id(order.room_id), count=_HISTORY
            )
        else:
            data = await self._call(
                "get_friend_msg_history", user_id=wire_id(order.person_id), count=_HISTORY
            )
        wanted = plain(self._segments(order))
        since = self._doubtful.get(order.key, self._clock.now() - timedelta(days=1))
        earliest = since.timestamp() - 60
        messages = data.get("messages") if isinstance(data, Mapping) else None
        return bool(wanted) and any(
            id_of(one.get("user_id")) == self._roster.self_id
            and id_of(one.get("message_id")) not in self._posted
            and float(one.get("time") or 0) >= earliest
            and plain(one.get("message")) == wanted
            for one in messages or ()
        )

    async def _announce(self, order: Order) -> Result:
        if order.key in self._doubtful and await self.look(order) is Outcome.DONE:
            return _DONE
        try:
            await self._call(
                "_send_group_notice", group_id=wire_id(order.room_id), content=order.text
            )
        except NoAnswerError:
            self._doubt(order.key)
            raise
        self._doubtful.pop(order.key, None)
        return _DONE

    async def _is_announced(self, order: Order) -> bool:
        notices = await self._call("_get_group_notice", group_id=wire_id(order.room_id))
        wanted = "".join(order.text.split())
        return any(
            "".join(str((one.get("message") or {}).get("text", "")).split()) == wanted
            for one in notices or ()
        )

    # -- taking back

    async def _delete(self, order: Order) -> Result:
        if self._roster.seen(True, "recall", order.room_id, order.message_id):
            return _DONE
        if order.message_id.startswith(UPLOAD):
            busid, _, file_id = order.message_id.removeprefix(UPLOAD).partition(":")
            group_id = wire_id(order.room_id)
            await self._call(
                "delete_group_file", group_id=group_id, file_id=file_id, busid=wire_id(busid)
            )
            return _DONE
        since = self._roster.notices
        try:
            await self._call("delete_msg", message_id=wire_id(order.message_id))
        except ActionError as error:
            return await self._not_deleted(order, error)
        key = ("recall", order.room_id, order.message_id)
        if await self._confirmed(True, *key, since=since):
            return _DONE
        return replace(_UNCONFIRMED, outcome=await self.look(order) or Outcome.UNCONFIRMED)

    async def _not_deleted(self, order: Order, error: ActionError) -> Result:
        if self._roster.seen(True, "recall", order.room_id, order.message_id):
            return _DONE  # somebody was quicker
        result = await self._refused(order, error)
        own = order.person_id == self._roster.self_id or order.message_id in self._posted
        if own and result.outcome is Outcome.REFUSED:
            posted = self._posted.get(order.message_id)
            if posted is None or self._clock.now() - posted >= _OWN_RECALL:
                return Result(Outcome.TOO_LATE, reason("onebot.own_too_late", wording(error)))
        return result

    async def _is_gone(self, order: Order) -> bool:
        if self._roster.seen(True, "recall", order.room_id, order.message_id):
            return True
        if order.message_id.startswith(UPLOAD):
            return False
        try:
            data = await self._call("get_msg", message_id=wire_id(order.message_id))
        except ActionError as error:
            return message_gone(error)
        if not isinstance(data, Mapping):
            return False
        # LLBot still shows what is gone and says so; NapCat shows an empty message.
        return data.get("status") == "deleted" or data.get("message") in ([], "")

    # -- muting

    async def _mute(self, order: Order) -> Result:
        muting, seconds = order.verb is Verb.MUTE, 0
        if muting:
            if order.until is None:
                raise ValueError("a mute needs an end")
            left = min(order.until - self._clock.now(), LONGEST_MUTE)
            seconds = round(left.total_seconds())
            if seconds <= 0:
                return Result(Outcome.TOO_LATE, say("onebot.mute_over"))
        since = self._roster.notices
        # The length is always said: left out, it lifts the ban (NapCat) or lasts 30 min (LLBot).
        await self._call(
            "set_group_ban",
            group_id=wire_id(order.room_id),
            user_id=wire_id(order.person_id),
            duration=seconds,
        )
        key = ("ban", order.room_id, order.person_id)
        if await self._confirmed(muting, *key, since=since):
            return _DONE
        return replace(_UNCONFIRMED, outcome=await self.look(order) or Outcome.UNCONFIRMED)

    async def _is_muted(self, order: Order) -> bool:
        member = await self._roster.refresh_member(self._call, order.room_id, order.person_id)
        muted = member.shut_until > self._clock.now().timestamp()
        return muted is (order.verb is Verb.MUTE)

    async def _shut(self, order: Order) -> Result:
        closing, since = order.verb is Verb.CLOSE_ROOM, self._roster.notices
        await self._call("set_group_whole_ban", group_id=wire_id(order.room_id), enable=closing)
        key = ("shut", order.room_id)
        # No notice comes where nothing changes.
        silent = not self._roster.seen(closing, *key, since=since)
        same = self._known_shut(order.room_id) is closing
        if silent and same and await self._is_shut(order):
            return _DONE
        if await self._confirmed(closing, *key, since=since):
            return _DONE
        return replace(_UNCONFIRMED, outcome=await self.look(order) or Outcome.UNCONFIRMED)

    def _known_shut(self, room_id: str) -> bool | None:
        group = self._roster.groups.get(room_id)
        return None if group is None else group.all_shut

    async def _is_shut(self, order: Order) -> bool:
        info = await self._call("get_group_info", group_id=wire_id(order.room_id), no_cache=True)
        shut = is_shut(info)
        if order.room_id in self._roster.groups:
            self._roster.groups[order.room_id].all_shut = shut
        return shut is (order.verb is Verb.CLOSE_ROOM)

    # -- removing

    async def _remove(self, order: Order) -> Result:
        since = self._roster.notices
        await self._call(
            "set_group_kick",
            group_id=wire_id(order.room_id),
            user_id=wire_id(order.person_id),
            reject_add_request=False,
        )
        if await self._confirmed(True, "gone", order.room_id, order.person_id, since=since):
            return _DONE
        if await self._is_removed(order):
            return _DONE
        # NapCat answers ok whatever came of it: the standing tells why nobody is gone.
        await self._refresh(order.room_id, self._roster.self_id)
        mine = self._roster.rank(order.room_id)
        if mine <= self._roster.rank(order.room_id, order.person_id):
            key = "onebot.outranked" if mine else "onebot.not_admin"
            return Result(Outcome.REFUSED, say(key))
        return _UNCONFIRMED

    async def _is_removed(self, order: Order) -> bool:
        try:
            await self._roster.refresh_member(self._call, order.room_id, order.person_id)
        except ActionError as error:
            return person_gone(error)
        return False


def _put_in(parts: list[str | dict[str, Any]], name: str, mention: dict[str, Any]) -> bool:
    """Set a mention in the place of the written name; False if the text does not hold it."""
    for index, part in enumerate(parts):
        if isinstance(part, str) and name and name in part:
            before, _, after = part.partition(name)
            parts[index : index + 1] = [before, mention, after]
            return True
    return False


def _load(paths: tuple[str, ...]) -> list[dict[str, Any]]:
    """Files as segments, in base64: the implementation may run on another machine."""
    segments = []
    for name in paths:
        path = Path(name)
        kind = "image" if (mimetypes.guess_type(name)[0] or "").startswith("image/") else "file"
        content = "base64://" + base64.b64encode(path.read_bytes()).decode()
        segments.append({"type": kind, "data": {"file": content, "name": path.name}})
    return segments


def _keep(store: OrderedDict[str, datetime], key: str, at: datetime) -> None:
    if key:
        store[key] = at
        if len(store) > _REMEMBERED:
            store.popitem(last=False)
