"""QQ as the peer knows it: groups, roles, bans, messages; and people who act on it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

BOT = 10000
RANK = {"member": 0, "admin": 1, "owner": 2}
Event = dict[str, Any]


class RefusedError(Exception):
    """What an action, or a person's own attempt, is answered with."""

    def __init__(self, wording: str, retcode: int = 1200) -> None:
        super().__init__(wording)
        self.wording, self.retcode = wording, retcode


@dataclass
class Someone:
    nickname: str
    card: str = ""
    role: str = "member"
    robot: bool = False
    shut_until: float = 0.0


@dataclass
class Group:
    name: str
    members: dict[int, Someone]
    all_shut: bool = False
    notices: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


@dataclass
class Said:
    group: int | None
    by: int
    message: list[dict[str, Any]]
    at: float
    to: int | None = None
    recalled_by: int | None = None


class World:
    """People act with `post`, `recall` and so on; the bot acts through the peer's actions."""

    def __init__(self, now: Callable[[], float], bot_role: str = "admin") -> None:
        self.now = now
        self.ids = itertools.count(700001)
        self.messages: dict[int, Said] = {}
        self.events: list[Event] = []
        self.listeners: list[Callable[[Event], None]] = []
        self.friends = {2001}
        self.closed_to_strangers = {2002}
        self.records: dict[str, list[dict[str, Any]]] = {}
        self.report_own = False
        self.silent_notices: set[str] = set()
        self.groups = {
            900001: Group(
                "镇政府工作群",
                {
                    1001: Someone("书记", "张书记", "owner"),
                    1002: Someone("主任", "李主任", "admin"),
                    BOT: Someone("小镇管家", "轻群", bot_role),
                    2001: Someone("王五", "村建办王五"),
                    2002: Someone("赵六"),
                    66600000: Someone("Q群管家", robot=True),
                },
            ),
            900002: Group(
                "应急管理群",
                {
                    1001: Someone("书记", "张书记"),
                    BOT: Someone("小镇管家", "轻群", "owner"),
                    2003: Someone("孙七"),
                },
            ),
        }

    def group(self, number: Any) -> Group:
        try:
            return self.groups[int(number)]
        except (KeyError, ValueError):
            raise RefusedError("群不存在") from None

    def member(self, group: Any, person: Any) -> Someone:
        try:
            return self.group(group).members[int(person)]
        except (KeyError, ValueError):
            raise RefusedError(f"群({group})成员{person}不存在") from None

    # -- what people do

    def post(self, group: int, by: int, message: str | list[dict[str, Any]]) -> int:
        """Somebody posts; RefusedError if they are muted or not there."""
        someone = self.member(group, by)
        if someone.shut_until > self.now():
            raise RefusedError("muted")
        if self.groups[group].all_shut and someone.role == "member":
            raise RefusedError("the group is closed")
        number = self._say(Said(group, by, _segments(message), self.now()))
        if by != BOT or self.report_own:
            self.emit(self.message_event(number))
        return number

    def whisper(self, by: int, message: str | list[dict[str, Any]], via: int | None = None) -> int:
        """Somebody writes to the bot alone, as a friend or through a group."""
        number = self._say(Said(None, by, _segments(message), self.now(), to=BOT))
        event = self.message_event(number)
        if via is not None:
            event |= {"sub_type": "group", "temp_source": 0, "group_id": via}
        self.emit(event)
        return number

    def recall(self, number: int, by: int) -> None:
        said = self.messages[number]
        said.recalled_by = by
        self.notice(
            "group_recall",
            group_id=said.group,
            user_id=said.by,
            operator_id=by,
            message_id=number,
        )

    def ban(self, group: int, person: int, seconds: int, by: int = 1001) -> None:
        self.member(group, person).shut_until = self.now() + seconds if seconds else 0.0
        self._banned(group, person, seconds, by)

    def shut(self, group: int, on: bool, by: int = 1001) -> None:
        changed = self.groups[group].all_shut is not on
        self.groups[group].all_shut = on
        if changed:
            self._banned(group, 0, -1 if on else 0, by)

    def _banned(self, group: int, person: int, seconds: int, by: int) -> None:
        kind = "ban" if seconds else "lift_ban"
        self.notice(
            "group_ban",
            sub_type=kind,
            group_id=group,
            user_id=person,
            operator_id=by,
            duration=seconds,
        )

    def join(self, group: int, person: int, someone: Someone) -> None:
        self.groups[group].members[person] = someone
        self.notice(
            "group_increase", sub_type="approve", group_id=group, user_id=person, operator_id=1001
        )

    def leave(self, group: int, person: int, by: int | None = None) -> None:
        del self.groups[group].members[person]
        sub = "leave" if by is None else "kick_me" if person == BOT else "kick"
        self.notice(
            "group_decrease",
            sub_type=sub,
            group_id=group,
            user_id=person,
            operator_id=by or person,
        )

    def promote(self, group: int, person: int, role: str) -> None:
        self.groups[group].members[person].role = role
        sub = "set" if role == "admin" else "unset"
        self.notice("group_admin", sub_type=sub, group_id=group, user_id=person)

    def rename(self, group: int, name: str, *, noticed: bool = True) -> None:
        self.groups[group].name = name
        if noticed:
            self.notice(
                "notify", sub_type="group_name", group_id=group, user_id=1001, name_new=name
            )

    def upload(self, group: int, by: int, name: str, *, message: bool, notice: bool) -> int | None:
        """A file comes as a message, as a notice, or as both, by implementation."""
        number = None
        file_id = f"/{name}-id"
        self.groups[group].files[file_id] = name
        if notice:
            file = {"id": file_id, "name": name, "size": 3, "busid": 102}
            self.notice("group_upload", group_id=group, user_id=by, file=file)
        if message:
            data = {"file": name, "file_id": "other-" + file_id, "file_size": "3"}
            number = self.post(group, by, [{"type": "file", "data": data}])
        return number

    # -- events

    def emit(self, event: Event) -> None:
        self.events.append(event)
        for listener in list(self.listeners):
            listener(event)

    def notice(self, kind: str, **data: Any) -> None:
        if kind not in self.silent_notices:
            head = {"time": int(self.now()), "self_id": BOT, "post_type": "notice"}
            self.emit({**head, "notice_type": kind, **data})

    def message_event(self, number: int) -> Event:
        said = self.messages[number]
        own = said.by == BOT
        event: Event = {
            "time": int(said.at),
            "self_id": BOT,
            "post_type": "message_sent" if own else "message",
            "message_id": number,
            "message_seq": number,
            "real_id": number,
            "user_id": said.by,
            "font": 14,
            "message": said.message,
            "message_format": "array",
            "raw_message": cq(said.message),
        }
        if said.group is None:
            sender = {"user_id": said.by, "nickname": self._nickname(said.by), "card": ""}
            return {**event, "message_type": "private", "sub_type": "friend", "sender": sender}
        someone = self.groups[said.group].members.get(said.by) or Someone("?")
        sender = {
            "user_id": said.by,
            "nickname": someone.nickname,
            "card": someone.card,
            "role": someone.role,
        }
        return {
            **event,
            "message_type": "group",
            "sub_type": "normal",
            "group_id": said.group,
            "group_name": self.groups[said.group].name,
            "sender": sender,
        }

    def _say(self, said: Said) -> int:
        number = next(self.ids)
        self.messages[number] = said
        return number

    def _nickname(self, person: int) -> str:
        groups = (group.members for group in self.groups.values())
        return next((m[person].nickname for m in groups if person in m), str(person))


def _segments(message: Any) -> list[dict[str, Any]]:
    if isinstance(message, str):
        return [{"type": "text", "data": {"text": message}}]
    return message if isinstance(message, list) else [message]


def cq(message: list[dict[str, Any]]) -> str:
    """A message as CQ codes."""

    def escaped(value: Any) -> str:
        return str(value).replace("&", "&amp;").replace("[", "&#91;").replace("]", "&#93;")

    out = ""
    for part in message:
        if part["type"] == "text":
            out += escaped(part["data"]["text"])
        else:
            data = (f",{k}={escaped(v).replace(',', '&#44;')}" for k, v in part["data"].items())
            out += f"[CQ:{part['type']}{''.join(data)}]"
    return out
