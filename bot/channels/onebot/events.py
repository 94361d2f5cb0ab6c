"""From OneBot events to what the rest of the house hears."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.channels.base import Event, Joined, Left, Person, Posted, Recalled, RightsChanged, Topic
from bot.channels.onebot.roster import Call, Group, Roster, id_of
from bot.channels.onebot.segments import Content, read, record_lines
from bot.channels.onebot.wire import ActionError, Frame
from bot.core.clock import Clock
from bot.core.message import Message, MessageType, Role

log = logging.getLogger(__name__)

#: Ids of files that some implementations tell of only by a notice begin so.
UPLOAD = "upload:"
_RECORD_PATIENCE = 5.0
_MILLISECONDS = 1e11

FileKey = tuple[str, str, str]


class Translator:
    """Translates one event after the other. May ask the platform for what an event leaves out."""

    def __init__(
        self,
        channel: str,
        roster: Roster,
        clock: Clock,
        *,
        upload_grace: float,
        again: Callable[[Frame], None],
    ) -> None:
        self._channel, self._roster, self._clock = channel, roster, clock
        self._grace, self._again = upload_grace, again
        self._aliases: dict[str, str] = {}
        self._file_messages: Counter[FileKey] = Counter()
        self._uploads: dict[FileKey, list[asyncio.TimerHandle]] = {}

    def close(self) -> None:
        """Wait for no file any longer."""
        for timers in self._uploads.values():
            for timer in timers:
                timer.cancel()
        self._uploads.clear()

    async def translate(self, event: Frame, call: Call) -> Sequence[Event]:
        """What an event means; nothing for those that concern nobody."""
        post_type = str(event.get("post_type", ""))
        if post_type.startswith("message"):
            return await self._message(event, call)
        if post_type == "notice":
            return await self._notice(event, call)
        return ()

    def moment(self, event: Mapping[str, Any]) -> datetime:
        """When it happened; now where the platform does not say."""
        stamp = event.get("time")
        try:
            seconds = float(stamp or 0)
            if seconds > _MILLISECONDS:
                seconds /= 1000
            return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else self._clock.now()
        except (TypeError, ValueError, OverflowError, OSError):
            return self._clock.now()

    def arrived(self, group: Group, before: Group | None) -> list[Event]:
        """What differs between a group as just read and as it was known."""
        now, events = self._clock.now(), list[Event]()
        if before is None or before.name != group.name:
            events.append(Topic(self._channel, group.id, group.name, now))
        known = before.members if before else {}
        people = {person.id: person for person in self._roster.people(group.id)}
        new = tuple(
            person
            for person in people.values()
            if person.id not in known or known[person.id].person() != person
        )
        if new:
            events.append(Joined(self._channel, group.id, new, now))
        gone = tuple(one.person() for one in known.values() if one.id not in group.members)
        if gone:
            events.append(Left(self._channel, group.id, gone, now))
        return events

    # -- messages

    async def _message(self, event: Frame, call: Call) -> Sequence[Event]:
        sender_id, room_id = id_of(event.get("user_id")), id_of(event.get("group_id"))
        message_id = id_of(event.get("message_id"))
        in_group = event.get("message_type") == "group"
        if not message_id or not sender_id or (in_group and not room_id):
            log.warning("a message without its ids was ignored")
            return ()
        own = sender_id == self._roster.self_id or event.get("post_type") == "message_sent"
        if own and not in_group:
            return ()
        events: list[Event] = []
        room = await self._room_name(room_id, event, call, events) if in_group else ""
        content = read(
            event.get("message") or event.get("raw_message"),
            lambda number: self._roster.name_of(number, room_id),
        )
        if content.forward:
            await self._fetch_record(content, room_id, call)
        if content.files and in_group and not message_id.startswith(UPLOAD):
            self._file_arrived((room_id, sender_id, content.files[-1]))
        sender, role = self._sender(event, sender_id, room_id if in_group else "", room_id)
        message = Message(
            id=message_id,
            room=room,
            sender=sender,
            at=self.moment(event),
            role=role,
            type=MessageType.SYSTEM if event.get("sub_type") == "notice" else content.type,
            text=content.text,
            title=content.title,
            items=tuple(content.items),
            mentions=tuple(content.mentions),
            reply_to=content.reply_to,
            bot=own or self._roster.is_robot(sender_id, room_id),
            channel=self._channel,
            room_id=room_id if in_group else "",
            sender_id=sender_id,
            attachment=content.attachment,
        )
        return [*events, Posted(message)]

    def _sender(self, event: Frame, sender_id: str, room_id: str, near: str) -> tuple[str, Role]:
        """Name and role. Privately people are called as in the groups, where they are known."""
        raw = event.get("sender")
        sender = raw if isinstance(raw, Mapping) else {}
        said = str(sender.get("card") or "") if room_id else ""
        name = said or self._roster.name_of(sender_id, near) or str(sender.get("nickname") or "")
        rank = self._roster.rank(room_id, sender_id) if room_id else 0
        return name or sender_id, Role.ADMIN if rank else Role.MEMBER

    async def _room_name(self, room_id: str, event: Frame, call: Call, events: list[Event]) -> str:
        """The group's name. A new one is looked up once: it may be a private remark."""
        shown = str(event.get("group_name") or "")
        group = self._roster.groups.get(room_id)
        if group is not None and (shown in {"", group.name, self._aliases.get(room_id)}):
            return group.name
        self._aliases[room_id] = shown
        try:
            if group is None:
                group = await self._roster.enter(call, room_id)
                events.extend(self.arrived(group, None))
                return group.name
            info = await call("get_group_info", group_id=int(room_id), no_cache=True)
            name = str(info.get("group_name") or group.name)
        except (ActionError, ConnectionError, AttributeError, KeyError, TypeError, ValueError):
            return group.name if group else shown or room_id
        if name != group.name:
            group.name = name
            events.append(Topic(self._channel, room_id, name, self.moment(event)))
        return name

    async def _fetch_record(self, content: Content, room_id: str, call: Call) -> None:
        """Ask for the lines of a chat record; what its preview shows stays if that fails."""
        try:
            async with asyncio.timeout(_RECORD_PATIENCE):
                data = await call("get_forward_msg", message_id=content.forward, id=content.forward)
        except (ActionError, ConnectionError, TimeoutError) as error:
            log.info("a chat record could not be opened: %s", type(error).__name__)
            return
        nodes = data.get("messages") or data.get("message") if isinstance(data, Mapping) else data
        lines = record_lines(nodes, lambda number: self._roster.name_of(number, room_id))
        content.items = lines or content.items

    # -- files in a group come as a message, as a notice, or as both

    def _file_arrived(self, key: FileKey) -> None:
        timers = self._uploads.get(key)
        if timers:
            timers.pop().cancel()
        else:
            self._file_messages[key] += 1

    def _upload(self, event: Frame, room_id: str, person_id: str) -> None:
        raw = event.get("file")
        file = raw if isinstance(raw, Mapping) else {}
        name, file_id = str(file.get("name") or ""), str(file.get("id") or "")
        key = (room_id, person_id, name)
        if self._file_messages[key] > 0:
            self._file_messages[key] -= 1
            return
        self._file_messages += Counter()  # drops what is used up
        message = {
            "post_type": "message",
            "message_type": "group",
            "message_id": f"{UPLOAD}{file.get('busid') or 0}:{file_id or name}",
            "group_id": room_id,
            "user_id": person_id,
            "time": event.get("time"),
            "message": [
                {
                    "type": "file",
                    "data": {"name": name, "file_id": file_id, "busid": file.get("busid")},
                }
            ],
        }
        timers = self._uploads.setdefault(key, [])
        loop = asyncio.get_running_loop()
        timers.append(loop.call_later(self._grace, self._upload_alone, key, message))

    def _upload_alone(self, key: FileKey, message: Frame) -> None:
        """No message came with the notice: the notice is all there is."""
        timers = self._uploads.get(key)
        if timers:
            timers.pop(0)
        self._again(message)

    # -- notices

    async def _notice(self, event: Frame, call: Call) -> Sequence[Event]:
        room_id, person_id = id_of(event.get("group_id")), id_of(event.get("user_id"))
        at, channel = self.moment(event), self._channel
        match event.get("notice_type"), event.get("sub_type"):
            case "group_recall" | "friend_recall", _:
                message_id = id_of(event.get("message_id"))
                by = id_of(event.get("operator_id")) or person_id
                return [Recalled(channel, room_id, message_id, at, by)] if message_id else ()
            case "group_increase", _:
                return await self._increase(room_id, person_id, at, call)
            case "group_admin", _ if person_id == self._roster.self_id:
                return [RightsChanged(channel, room_id, at)]
            case "group_decrease", _:
                return [Left(channel, room_id, (self._roster.leave(room_id, person_id),), at)]
            case "group_dismiss", _:
                return [Left(channel, room_id, self._dissolved(room_id), at)]
            case "notify", "group_name":
                return self._renamed(room_id, str(event.get("name_new") or ""), at)
            case "group_upload", _:
                self._upload(event, room_id, person_id)
        return ()

    def _dissolved(self, room_id: str) -> tuple[Person, ...]:
        people = self._roster.people(room_id)
        self._roster.groups.pop(room_id, None)
        return people

    async def _increase(
        self, room_id: str, person_id: str, at: datetime, call: Call
    ) -> Sequence[Event]:
        try:
            if person_id == self._roster.self_id or room_id not in self._roster.groups:
                return self.arrived(await self._roster.enter(call, room_id), None)
            member = await self._roster.refresh_member(call, room_id, person_id)
        except (ActionError, ConnectionError) as error:
            log.info("who came into a group could not be read: %s", type(error).__name__)
            return [Joined(self._channel, room_id, (Person(person_id, person_id),), at)]
        if member.robot:
            return ()
        return [Joined(self._channel, room_id, (member.person(),), at)]

    def _renamed(self, room_id: str, name: str, at: datetime) -> Sequence[Event]:
        group = self._roster.groups.get(room_id)
        if not name or (group is not None and group.name == name):
            return ()
        if group is not None:
            group.name = name
        return [Topic(self._channel, room_id, name, at)]
