"""The README's table of what each platform lets the bot do, drawn from the channels' own code.

python -m bot.channels.table prints it.
"""

from collections.abc import Iterator
from datetime import timedelta

from bot.channels.base import Capabilities
from bot.channels.matrix.doctor import capabilities as matrix_capabilities
from bot.channels.matrix.levels import Levels
from bot.channels.matrix.options import MatrixOptions
from bot.channels.matrix.state import RoomState
from bot.channels.onebot.channel import ADMIN, MEMBER, OWNER, allowed
from bot.channels.wechaty.powers import PUPPETS, Powers
from bot.core.message import Role

_BOT = "@bot:town.example"
_COLUMNS = (
    "delete others'",
    "mute one",
    "mute the room",
    "remove",
    "announce",
    "private",
    "receipts",
)


def rows() -> Iterator[tuple[str, Capabilities]]:
    """Each platform and standing of the bot, with what it can do there."""
    for level in (90, 50):
        yield f"Matrix, the bot at level {level}", _matrix(level)
    for name, rank in (("owner", OWNER), ("administrator", ADMIN), ("member", MEMBER)):
        yield f"QQ by OneBot v11, the bot an {name}".replace("an member", "a member"), allowed(rank)
    for puppet in PUPPETS:
        if puppet != "unknown":
            # The bot runs the room: the best a puppet can be given.
            yield f"Wechaty, {puppet}", Powers(puppet).capabilities("room", admin=True)


def _matrix(level: int) -> Capabilities:
    options = MatrixOptions(homeserver="https://town.example", user_id=_BOT)
    content = {"users": {_BOT: level}, "events": {"m.room.power_levels": 90}}
    return matrix_capabilities(RoomState("!r", _BOT, levels=Levels(content)), options)


def _whose(roles: frozenset[Role]) -> str:
    if not roles:
        return "no"
    return "yes" if Role.ADMIN in roles else "members'"


def _within(age: timedelta | None) -> str:
    return "" if age is None else f", within {int(age.total_seconds() // 60)} min"


def _cells(can: Capabilities) -> Iterator[str]:
    yield _whose(can.delete) + (_within(can.delete_max_age) if can.delete else "")
    muted = _whose(can.mute).replace("members'", "members")
    yield muted + (f", ≤ {can.mute_max.days + 1} days" if can.mute and can.mute_max else "")
    for able in (can.mute_room, can.kick, can.announce, can.private, can.receipts):
        yield "yes" if able else "no"


def table() -> str:
    """The table in Markdown."""
    lines = ["| | " + " | ".join(_COLUMNS) + " |", "| --- |" + " --- |" * len(_COLUMNS)]
    lines += [f"| {name} | " + " | ".join(_cells(can)) + " |" for name, can in rows()]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())  # noqa: T201
