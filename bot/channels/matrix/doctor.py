"""What the bot can do in a room, and in plain words what it lacks."""

from datetime import timedelta

from bot.channels.base import EVERYONE, NOBODY, Capabilities
from bot.channels.matrix.levels import POWER_LEVELS
from bot.channels.matrix.options import MatrixOptions
from bot.channels.matrix.posting import PINNED
from bot.channels.matrix.state import RoomState
from bot.core.message import Role
from bot.words import say

_WRONG_CLOCK = timedelta(seconds=30)


def capabilities(room: RoomState, options: MatrixOptions) -> Capabilities:
    """What the levels let the bot do, as the last sync told them."""
    levels, mine = room.levels, room.levels.of(room.me)
    changes_levels = mine >= levels.to_set(POWER_LEVELS)
    return Capabilities(
        read_all=not room.encrypted,
        delete=EVERYONE if mine >= levels.to_redact else NOBODY,
        mute=_mutable(room, mine) if changes_levels else NOBODY,
        mute_room=changes_levels and mine >= options.quiet_level,
        kick=mine >= levels.to("kick") and mine > levels.common,
        announce=mine >= levels.to_set(PINNED),
        receipts=True,
        idempotent=True,
    )


def _mutable(room: RoomState, mine: int) -> frozenset[Role]:
    """The roles of which everybody is below the bot."""
    highest = {Role.MEMBER: room.levels.common, Role.ADMIN: room.levels.common}
    for person in room.members():
        highest[person.role] = max(highest[person.role], room.levels.of(person.id))
    roles = {role for role, level in highest.items() if level < mine}
    if len(roles) == len(highest):
        roles.add(Role.LEADER)
    return frozenset(roles)


def findings(
    room: RoomState | None, room_id: str, options: MatrixOptions, ahead: timedelta
) -> list[str]:
    """One line for each thing that is amiss; empty if the bot can do everything.

    `ahead` is how far the server's clock is before ours.
    """
    if room is None:
        return [say("matrix.doctor.outside", room=room_id)]
    levels, mine = room.levels, room.levels.of(room.me)
    can = capabilities(room, options)
    to_change = levels.to_set(POWER_LEVELS)
    lines = []
    for fine, what, level in (
        (bool(can.delete), "delete", levels.to_redact),
        (can.mute_room, "mute_room", max(to_change, options.quiet_level)),
        (bool(can.mute), "mute", max(to_change, levels.common + 1)),
        (can.kick, "kick", max(levels.to("kick"), levels.common + 1)),
        (can.announce, "announce", levels.to_set(PINNED)),
    ):
        if not fine:
            word = say(f"matrix.doctor.{what}")
            lines.append(
                say("matrix.doctor.needs", room=room.name, level=level, what=word, mine=mine)
            )
    above = [p.name for p in room.members() if levels.of(p.id) >= mine]
    if can.mute and above:
        lines.append(say("matrix.doctor.above", room=room.name, names="、".join(sorted(above))))
    if room.encrypted:
        lines.append(say("matrix.doctor.encrypted", room=room.name))
    if abs(ahead) > _WRONG_CLOCK:
        lines.append(say("matrix.doctor.clock", seconds=round(ahead.total_seconds())))
    return lines
