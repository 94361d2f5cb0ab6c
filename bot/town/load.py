"""Read a town file and say everything that is wrong with it at once."""

import difflib
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.core.decision import Mode
from bot.core.errors import TownError
from bot.core.message import RoomKind
from bot.core.policy import Policy
from bot.town.schema import Town


@dataclass(frozen=True)
class LoadedTown:
    """A usable file, with what is odd about it."""

    town: Town
    warnings: tuple[str, ...] = ()


_MENDS = {
    "missing": "缺少此项，请补上",
    "extra_forbidden": "没有这个键，请检查拼写或删去",
    "enum": "不是允许的取值",
    "string_too_short": "不能为空",
    "too_short": "至少要有一项",
}


def load_town(path: Path, policies: Mapping[str, Policy], today: date) -> LoadedTown:
    """Read the file at `path`; TownError names every problem in it."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise TownError(str(path), ["找不到文件；用 qingqun init 可以生成一份"]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise TownError(str(path), [f"读不了：{error}；请存为 UTF-8 文本"]) from error
    return parse_town(text, policies, today, source=str(path))


def parse_town(
    text: str, policies: Mapping[str, Policy], today: date, *, source: str = "town.toml"
) -> LoadedTown:
    """Check the text of a town file; TownError names every problem in it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TownError(source, [f"不是合法的 TOML：{error}"]) from error
    problems: list[str] = []
    town: Town | None
    try:
        town = Town.model_validate(data)
    except ValidationError as error:
        problems.extend(_explain(item) for item in error.errors())
        town = _readable_part(data, [item["loc"] for item in error.errors()])
    problems.extend(_check_policies(data.get("policies"), policies, data.get("rooms")))
    if town is not None:
        problems.extend(problem for problem in _check(town) if problem not in problems)
    if problems or town is None:
        raise TownError(source, problems)
    return LoadedTown(town, tuple(_warn(town, today)))


#: What stands in for a value that cannot be used, so that the rest of the file can be checked.
_STAND_INS = {"kind": RoomKind.BUSINESS.value, "name": "?"}


def _readable_part(data: Mapping[str, Any], wrong: Iterable[tuple[str | int, ...]]) -> Town | None:
    """The file without its wrong values, to show what else is wrong; None if too little is left."""
    copy = deepcopy(dict(data))
    for *way, last in wrong:
        place: Any = copy
        try:
            for step in way:
                place = place[step]
            if last in _STAND_INS:
                place[last] = _STAND_INS[last]
            elif isinstance(place, dict):
                place.pop(last, None)
        except (KeyError, IndexError, TypeError):
            continue
    try:
        return Town.model_validate(copy)
    except ValidationError:
        return None


def _explain(item: Mapping[str, Any]) -> str:
    key = ".".join(f"[{part + 1}]" if isinstance(part, int) else str(part) for part in item["loc"])
    key = key.replace(".[", "[")
    mend = _MENDS.get(item["type"], item["msg"])
    if expected := (item.get("ctx") or {}).get("expected"):
        mend += f"；可用 {expected}"
    if item["type"] in {"missing", "extra_forbidden"}:
        return f"{key}：{mend}"
    return f"{key} = {item['input']!r}：{mend}"


def _check_policies(table: object, policies: Mapping[str, Policy], rooms: object) -> Iterator[str]:
    """Scopes, names, modes and settings under [policies]; the raw table, so that all show at once."""
    if not isinstance(table, dict):
        return
    names = (
        [room.get("name") for room in rooms if isinstance(room, dict)]
        if isinstance(rooms, list)
        else []
    )
    scopes = [kind.value for kind in RoomKind] + [name for name in names if isinstance(name, str)]
    for scope, entries in table.items():
        key = f'policies."{scope}"'
        if scope not in scopes:
            yield f"{key}：既不是群类型也不是本文件里的群名{_perhaps(scope, scopes)}"
        if not isinstance(entries, dict):
            yield f'{key} = {entries!r}：应写成一张表，如 no_chat = "remind"'
            continue
        for name, value in entries.items():
            policy = policies.get(name)
            if policy is None:
                yield f"{key}.{name}：没有这条政策{_perhaps(name, policies)}"
            elif isinstance(value, dict):
                yield from _check_settings(f"{key}.{name}", policy, value)


def _check_settings(key: str, policy: Policy, value: Mapping[str, Any]) -> Iterator[str]:
    settings = {name: item for name, item in value.items() if name != "mode"}
    if value.get("mode", Mode.OFF) not in list(Mode):
        yield f"{key}.mode = {value['mode']!r}：可用 off、observe、remind、enforce"
    try:
        policy.Settings.model_validate(settings)
    except ValidationError as error:
        for item in error.errors():
            yield f"{key}.{_explain(item)}"


def _check(town: Town) -> Iterator[str]:
    if town.hours.open >= town.hours.close:
        yield (
            f"hours.open = {town.hours.open:%H:%M}：不早于 hours.close = {town.hours.close:%H:%M}；"
            "请把上班时间写在下班时间之前"
        )
    for day in sorted(set(town.hours.working_days) & set(town.hours.days_off)):
        yield f"hours.working_days = {day}：同一天也写在 hours.days_off 里；请留一处"
    names = Counter(room.name for room in town.rooms)
    for name, times in names.items():
        if times > 1:
            yield f"rooms.name = {name!r}：写了 {times} 次；每个群只写一次"
    yield from _check_rooms(town, set(names))
    for unit, people in town.units.items():
        if not any(person.strip() for person in people):
            yield f'units."{unit}" = []：没有人；请写上成员或删去此单位'
    yield from _check_people(town)
    channels = Counter(channel.name for channel in town.all_channels)
    for name, times in channels.items():
        if times > 1:
            yield f"channels.name = {name!r}：写了 {times} 次；请给每个通道不同的 name"
    if town.channel and town.channels:
        yield "channel：与 [[channels]] 不能同时写；请只留一种"


def _check_rooms(town: Town, names: set[str]) -> Iterator[str]:
    channels = [channel.name for channel in town.all_channels]
    for room in town.rooms:
        key = f'rooms."{room.name}"'
        if room.results_to and room.results_to not in names:
            perhaps = _perhaps(room.results_to, names)
            yield f"{key}.results_to = {room.results_to!r}：不是本文件里的群{perhaps}"
        if room.kind is RoomKind.TEMPORARY and room.ends is None:
            yield f"{key}.ends：临时群要写结束日期，如 ends = 2026-12-31"
        if room.kind is not RoomKind.TEMPORARY and room.ends is not None:
            yield f'{key}.ends = {room.ends}：只有临时群（kind = "temporary"）才有结束日期'
        if room.channel and room.channel not in channels:
            yield f"{key}.channel = {room.channel!r}：没有这个通道{_perhaps(room.channel, channels)}"
        if len(channels) > 1 and not room.channel:
            yield f"{key}.channel：有多个通道时每个群要写明在哪个通道"
    if town.town.leaders_room and town.town.leaders_room not in names:
        yield (
            f"town.leaders_room = {town.town.leaders_room!r}：不是本文件里的群"
            f"{_perhaps(town.town.leaders_room, names)}"
        )


def _check_people(town: Town) -> Iterator[str]:
    for person in sorted(set(town.roles.leaders) & set(town.roles.admins)):
        yield f"roles.admins = {person!r}：已写在 roles.leaders 里；一个人只留一种身份"
    owner: dict[str, str] = {}
    for name, ids in town.people.items():
        for identity in ids:
            if owner.setdefault(identity, name) != name:
                yield f'people."{name}" = {identity!r}：此账号已写给{owner[identity]}；一个账号只属于一人'


def _warn(town: Town, today: date) -> Iterator[str]:
    for room in town.rooms:
        if room.ends and room.ends < today:
            yield f'rooms."{room.name}".ends = {room.ends}：临时群已过结束日期；仍按规矩管，请考虑解散'
    if not town.roles.admins and not town.roles.leaders:
        yield "roles：没有领导也没有管理员，群里没有人能下命令"
    if not town.town.secrecy_officer:
        yield "town.secrecy_officer：没有保密员，涉密提醒将发给管理员"
    if town.town.leaders_room == "":
        yield "town.leaders_room：没有领导群，周报只私下发给领导"


def _perhaps(word: str, choices: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.5)
    return f"；是不是 {close[0]}？" if close else ""
