"""Groups, members, roles and bans as QQ shows them, kept current by notices and messages."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.channels.base import Person
from bot.channels.onebot.wire import ActionError, Frame
from bot.core.message import Role

Call = Callable[..., Awaitable[Any]]

_RANKS = {"member": 0, "admin": 1, "owner": 2}
_REMEMBERED = 5_000


def id_of(value: object) -> str:
    """A QQ number or message id as a string; empty where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    text = str(value).strip()
    return "" if text == "0" else text


@dataclass(slots=True)
class Member:
    """Somebody in a group. `shut_until` ends a mute (seconds since 1970)."""

    id: str
    nickname: str = ""
    card: str = ""
    role: str = "member"
    robot: bool = False
    shut_until: float = 0.0

    @property
    def name(self) -> str:
        """The name shown in the group."""
        return self.card or self.nickname or self.id

    @property
    def rank(self) -> int:
        """2 for the owner, 1 for administrators."""
        return _RANKS.get(self.role, 0)

    def person(self) -> Person:
        """As the rest of the house knows people."""
        return Person(self.id, self.name, Role.ADMIN if self.rank else Role.MEMBER)


@dataclass(slots=True)
class Group:
    """A group the bot is in."""

    id: str
    name: str
    all_shut: bool = False
    members: dict[str, Member] = field(default_factory=dict)


class Roster:
    """All groups, and what notices have lately confirmed."""

    def __init__(self) -> None:
        self.self_id, self.nickname = "", ""
        self.groups: dict[str, Group] = {}
        self.notices = 0
        self._last: OrderedDict[tuple[str, ...], tuple[int, bool]] = OrderedDict()
        self._news = asyncio.Event()

    # -- what is known

    def rank(self, room_id: str, person_id: str = "") -> int:
        """Somebody's standing in a group, the bot's own by default."""
        group = self.groups.get(room_id)
        member = group.members.get(person_id or self.self_id) if group else None
        return member.rank if member else 0

    def name_of(self, person_id: str, room_id: str = "") -> str:
        """The name somebody bears in that group, else in any other; empty if unknown."""
        groups = [self.groups[room_id]] if room_id in self.groups else []
        for group in [*groups, *self.groups.values()]:
            if person_id in group.members:
                return group.members[person_id].name
        return self.nickname if person_id == self.self_id else ""

    def is_robot(self, person_id: str, room_id: str) -> bool:
        """Whether an account is the bot's own or one of the platform's robots."""
        group = self.groups.get(room_id)
        member = group.members.get(person_id) if group else None
        return person_id == self.self_id or bool(member and member.robot)

    def people(self, room_id: str) -> tuple[Person, ...]:
        """The people of a group, without bots."""
        group = self.groups.get(room_id)
        members = group.members.values() if group else ()
        return tuple(one.person() for one in members if not self.is_robot(one.id, room_id))

    # -- reading it from the platform

    async def load(self, call: Call) -> None:
        """Read the bot's own account and all its groups anew."""
        login = await call("get_login_info")
        self.self_id, self.nickname = id_of(login["user_id"]), str(login.get("nickname") or "")
        listed = await call("get_group_list")
        fresh: dict[str, Group] = {}
        gate = asyncio.Semaphore(4)

        async def one(raw: Mapping[str, Any]) -> None:
            async with gate:
                group = await self._read_group(call, raw)
                fresh[group.id] = group

        await asyncio.gather(*(one(raw) for raw in listed))
        self.groups = {room_id: fresh[room_id] for room_id in map(_group_id, listed)}

    async def enter(self, call: Call, room_id: str) -> Group:
        """Read one group, which the bot has just come into."""
        raw = await call("get_group_info", group_id=wire_id(room_id), no_cache=True)
        self.groups[room_id] = await self._read_group(call, {**raw, "group_id": room_id})
        return self.groups[room_id]

    async def refresh_member(self, call: Call, room_id: str, person_id: str) -> Member:
        """Read one member, past any cache. ActionError if they are not in the group."""
        raw = await call(
            "get_group_member_info",
            group_id=wire_id(room_id),
            user_id=wire_id(person_id),
            no_cache=True,
        )
        member = _member({**raw, "user_id": person_id})
        if room_id in self.groups:
            self.groups[room_id].members[person_id] = member
        return member

    async def _read_group(self, call: Call, raw: Mapping[str, Any]) -> Group:
        group = Group(_group_id(raw), str(raw.get("group_name") or raw["group_id"]), is_shut(raw))
        try:
            listed = await call("get_group_member_list", group_id=wire_id(group.id), no_cache=True)
        except ActionError:
            # Without the list the bot still knows its own rights and meets people as they post.
            listed = [
                await call(
                    "get_group_member_info",
                    group_id=wire_id(group.id),
                    user_id=wire_id(self.self_id),
                )
            ]
        for one in listed or ():
            member = _member(one)
            if member.id:
                group.members[member.id] = member
        return group

    # -- keeping it current

    def leave(self, room_id: str, person_id: str) -> Person:
        """Strike somebody off a group; when it is the bot itself, the group."""
        group = self.groups.get(room_id)
        member = group.members.pop(person_id, None) if group else None
        if person_id == self.self_id:
            self.groups.pop(room_id, None)
        return member.person() if member else Person(person_id, self.name_of(person_id))

    def note(self, event: Frame) -> None:
        """Take what an event says of roles, names, bans and comings and goings."""
        room_id, person_id = id_of(event.get("group_id")), id_of(event.get("user_id"))
        group = self.groups.get(room_id)
        if str(event.get("post_type", "")).startswith("message"):
            if group:
                self._note_sender(group, person_id, event.get("sender"))
            return
        kind, sub = str(event.get("notice_type", "")), str(event.get("sub_type", ""))
        if kind == "group_recall":
            self._remember(True, "recall", room_id, id_of(event.get("message_id")))
        elif kind == "group_ban":
            self._note_ban(group, room_id, person_id, event, banned=sub != "lift_ban")
        elif kind == "group_decrease":
            self._remember(True, "gone", room_id, person_id)
        elif kind == "group_admin" and group:
            member = group.members.setdefault(person_id, Member(person_id))
            member.role = "admin" if sub == "set" else "member"
        elif kind == "group_card" and group and person_id in group.members:
            group.members[person_id].card = str(event.get("card_new") or "")

    def _note_sender(self, group: Group, person_id: str, sender: object) -> None:
        if not isinstance(sender, Mapping) or not person_id:
            return
        member = group.members.setdefault(person_id, Member(person_id))
        member.nickname = str(sender.get("nickname") or member.nickname)
        if sender.get("card") is not None:
            member.card = str(sender["card"])
        if sender.get("role") in _RANKS:
            member.role = str(sender["role"])

    def _note_ban(
        self, group: Group | None, room_id: str, person_id: str, event: Frame, *, banned: bool
    ) -> None:
        if not person_id:  # 0: everybody
            if group:
                group.all_shut = banned
            self._remember(banned, "shut", room_id)
            return
        if group and person_id in group.members:
            length = event.get("duration") if banned else 0
            until = _number(event.get("time")) + _number(length) if banned else 0.0
            group.members[person_id].shut_until = until
        self._remember(banned, "ban", room_id, person_id)

    # -- confirmations

    def seen(self, value: bool, *key: str, since: int = 0) -> bool:
        """Whether the newest notice about `key`, if after number `since`, said `value`."""
        number, said = self._last.get(key, (0, False))
        return number > since and said is value

    async def confirmed(self, value: bool, *key: str, since: int, seconds: float) -> bool:
        """Wait up to `seconds` for a notice that says `value` about `key`."""
        try:
            async with asyncio.timeout(seconds):
                while not self.seen(value, *key, since=since):
                    await self._news.wait()
        except TimeoutError:
            return self.seen(value, *key, since=since)
        return True

    def _remember(self, value: bool, *key: str) -> None:
        self.notices += 1
        self._last[key] = self.notices, value
        self._last.move_to_end(key)
        if len(self._last) > _REMEMBERED:
            self._last.popitem(last=False)
        # Wake all who wait now; whoever comes later waits for the next notice.
        self._news.set()
        self._news = asyncio.Event()


def wire_id(value: str) -> int | str:
    """A number again, as the standard wants it on the wire."""
    return int(value) if value.lstrip("-").isdecimal() else value


def is_shut(raw: Mapping[str, Any]) -> bool:
    """Whether everybody is muted: NapCat says −1 or 0, LLBot the moment it ends."""
    return bool(_number(raw.get("group_all_shut")) or _number(raw.get("shut_up_all_timestamp")))


def _group_id(raw: Mapping[str, object]) -> str:
    return id_of(raw["group_id"])


def _member(raw: Mapping[str, Any]) -> Member:
    return Member(
        id_of(raw.get("user_id")),
        str(raw.get("nickname") or ""),
        str(raw.get("card") or ""),
        str(raw.get("role") or "member"),
        bool(raw.get("is_robot")),
        _number(raw.get("shut_up_timestamp")),
    )


def _number(value: object) -> float:
    try:
        return float(value) if isinstance(value, int | float | str) and value != "" else 0.0
    except ValueError:
        return 0.0
