"""Make the channels a town file asks for; a platform's library is imported only when it is chosen."""

from collections.abc import Awaitable, Mapping
from typing import Protocol

from bot.channels.base import Channel
from bot.core.clock import Clock
from bot.town import Town
from bot.town.schema import ChannelTable


class ChannelError(Exception):
    """A channel cannot be made; the text says which key or what to install."""


class Positions(Protocol):
    """Where a channel keeps how far it has read."""

    def load(self, name: str) -> Awaitable[str | None]:
        """The position kept under that name."""
        ...

    def save(self, name: str, value: str) -> Awaitable[None]:
        """Keep a position, durably."""
        ...


def make_channels(town: Town, clock: Clock, positions: Positions) -> Mapping[str, Channel]:
    """The town's channels by name; ChannelError if one of them cannot be made."""
    return {table.name: make_channel(table, town, clock, positions) for table in town.all_channels}


def make_channel(table: ChannelTable, town: Town, clock: Clock, positions: Positions) -> Channel:
    """One channel; ChannelError says what is missing."""
    try:
        match table.kind:
            case "simulated":
                return _simulated(table, town, clock)
            case "matrix":
                from bot.channels.matrix import MatrixChannel  # noqa: PLC0415

                return MatrixChannel(table.name, table.options, clock, positions)
            case "onebot":
                from bot.channels.onebot import OneBotChannel  # noqa: PLC0415

                return OneBotChannel(table.name, table.options, clock)
            case "wechaty":
                from bot.channels.wechaty import WechatyChannel  # noqa: PLC0415

                return WechatyChannel(table.name, table.options, clock)
    except ImportError as error:
        raise ChannelError(
            f"{table.name}：缺少 {error.name}；请安装：pip install 'qingqun[{table.kind}]'"
        ) from error
    except ValueError as error:
        raise ChannelError(f"{table.name}：{error}") from error


def _simulated(table: ChannelTable, town: Town, clock: Clock) -> Channel:
    """The embedded world, with the rooms and people of the town file in it."""
    from bot.channels.simulated import SimulatedChannel, World  # noqa: PLC0415

    world = World(clock)
    people = [*town.roles.leaders, *town.roles.admins, *town.roles.posters]
    people += [person for unit in town.units.values() for person in unit]
    for room in town.rooms:
        if room.channel in {"", table.name}:
            world.add_room(room.name, list(dict.fromkeys(people)))
    return SimulatedChannel(world, table.name)
