"""Ask one policy about one message."""

from dataclasses import fields
from datetime import UTC, datetime

from bot.core.decision import Finding
from bot.core.message import Message, Role, Room, RoomKind
from bot.core.policy import Context
from bot.core.reading import Kind, Reading, Trait
from policies import all_policies

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ROOMS = {
    "announcement": Room("公告群", RoomKind.ANNOUNCEMENT, results_to="政务群"),
    "business": Room("政务群", RoomKind.BUSINESS),
}
_CONTEXT = {field.name for field in fields(Context)}
_READING = {field.name for field in fields(Reading)}


def ask(
    policy: str, kind: str, *traits: str, room: str = "business", **more: object
) -> Finding | None:
    """The policy's answer. `more` may hold fields of the message, the reading or the context, and
    `settings` for the policy's own."""
    asked = all_policies()[policy]
    settings = asked.Settings.model_validate(more.pop("settings", {}))
    context = {"rank": Role.MEMBER, "entitled": room != "announcement"}
    context |= {name: more.pop(name) for name in list(more) if name in _CONTEXT}
    read: dict[str, object] = {"confidence": 0.99}
    read |= {name: more.pop(name) for name in list(more) if name in _READING}
    reading = Reading(Kind(kind), traits=frozenset(Trait(t) for t in traits), **read)  # type: ignore[arg-type]
    message = Message("1", ROOMS[room].name, "小王", AT, **more)  # type: ignore[arg-type]
    return asked.judge(message, reading, Context(ROOMS[room], **context), settings)  # type: ignore[arg-type]
