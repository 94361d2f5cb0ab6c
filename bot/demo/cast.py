"""The demo's people and rooms: who sits in which group, and what its platform lets the bot do."""

from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files

from bot.channels.base import ALL_CAPABILITIES, NOBODY, Capabilities
from bot.channels.simulated import World
from bot.core.message import Role
from bot.town import Town
from bot.town.load import parse_town
from policies import all_policies

#: As on WeChat, where the bot can speak but neither take down nor silence.
SPEAKS_ONLY = replace(
    ALL_CAPABILITIES, delete=NOBODY, mute=NOBODY, mute_room=False, kick=False, announce=False
)
#: As where whole groups cannot be silenced, only single people.
NO_ROOM_MUTE = replace(ALL_CAPABILITIES, mute_room=False)


@dataclass(frozen=True, slots=True)
class Seat:
    """One room's short name in the script, the units and people in it, and the bot's rights there."""

    short: str
    room: str
    units: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    rights: Capabilities = ALL_CAPABILITIES


SEATS = (
    Seat(
        "政府", "巴汝镇政府工作群",
        ("党政班子", "各办", "各村", "驻村第一书记", "驻镇单位"),
    ),
    Seat(
        "政务", "镇政务服务工作群", ("各村", "村文书", "各办干事"),
        ("分管副镇长", "行政办主任", "财政所所长", "保密员"),
    ),
    Seat(
        "应急", "镇应急管理工作群", ("各村", "驻镇单位"),
        ("镇长", "分管副镇长", "应急办主任", "行政办主任", "冉文", "阿尔木沙"),
    ),
    Seat(
        "公服", "镇公共服务工作群", ("村文书",),
        ("分管副镇长", "公共服务办主任", "卫生院院长", "中心校校长", "冯丽", "罗小琴"),
        NO_ROOM_MUTE,
    ),
    Seat(
        "脱贫", "镇脱贫攻坚工作群", ("各村", "驻村第一书记", "村文书"),
        ("分管副镇长", "乡村振兴办主任", "周志明"),
        SPEAKS_ONLY,
    ),
    Seat(
        "综治", "社会治理工作群", ("各村",),
        ("分管副镇长", "社会治理办主任", "派出所所长", "阿尔木沙", "保密员"),
    ),
    Seat(
        "党员", "党员教育管理群", ("各村", "驻村第一书记"),
        ("党委书记", "党建办主任", "何雨桐"),
    ),
    Seat("纪检", "纪检监察群", ("各村",), ("纪委书记", "行政办主任", "何雨桐")),
    Seat(
        "防火", "森林防火培训临时群", ("村文书",),
        ("应急办主任", "林业站站长", "冉文"),
    ),
    Seat("领导", "镇领导班子群", ("党政班子",), ("行政办主任",)),
)  # fmt: skip


def example_text() -> str:
    """The example town file."""
    return files("bot.town").joinpath("example.toml").read_text("utf-8")


def example_town(today: date) -> Town:
    """The example town, checked as any town file is."""
    return parse_town(example_text(), all_policies(), today, source="example.toml").town


def members(town: Town, seat: Seat) -> tuple[str, ...]:
    """Everybody in a room, each once, in the order of the units."""
    names = [name for unit in seat.units for name in town.units[unit]]
    return tuple(dict.fromkeys([*names, *seat.people]))


def furnish(world: World, town: Town) -> None:
    """Make the rooms with their people; leaders and admins run them on the platform, too."""
    for seat in SEATS:
        roles = {name: role_of(town, name) for name in members(town, seat)}
        world.add_room(seat.room, roles, capabilities=seat.rights)


def role_of(town: Town, name: str) -> Role:
    """Somebody's role on the platform."""
    if name in town.roles.leaders:
        return Role.LEADER
    return Role.ADMIN if name in town.roles.admins else Role.MEMBER


def titles(town: Town) -> dict[str, str]:
    """What stands beside the names that do not tell it themselves."""
    villages = [name.removesuffix("书记") for name in town.units["各村"]]
    clerks = zip(town.units["村文书"], villages, strict=True)
    staff = dict.fromkeys(town.units["各办干事"], "镇干部")
    return staff | {name: f"{village}文书" for name, village in clerks}
