"""群: the rooms, what the bot can do in them, and the end of a first week; login codes of channels."""

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from aiohttp import web

from bot.core.message import Role
from bot.registry.rooms import UNTIL_TOLD, KnownRoom
from bot.town.schema import RoomTable
from bot.web.deeds import press
from bot.web.guard import Refused, form_of
from bot.web.render import page
from bot.web.site import SITE, VISITOR, Site


@dataclass(frozen=True, slots=True)
class Shown:
    """A room as the town file and the channel show it; either may not know it."""

    name: str
    filed: RoomTable | None
    known: KnownRoom | None
    members: int
    cannot: tuple[str, ...]
    watched: bool
    watched_until: datetime | None


async def rooms(request: web.Request) -> web.Response:
    """All rooms: those of the town file in its order, then those met beside."""
    site = request.app[SITE]
    filed = {room.name: room for room in site.app.town.rooms}
    met = {room.name: room for room in site.app.state.rooms.all()}
    shown = [_shown(site, name, filed.get(name), met.get(name)) for name in {**filed, **met}]
    return page(request, "rooms.html", place="rooms", rooms=shown, now=site.now)


def _shown(site: Site, name: str, filed: RoomTable | None, known: KnownRoom | None) -> Shown:
    members = () if known is None else site.app.state.people.members(known.channel, known.room_id)
    until = known.shadow_until if known is not None else None
    watched = until is not None and site.now < until
    return Shown(
        name, filed, known, len(members), () if known is None else _cannot(site, known), watched,
        until if watched and until != UNTIL_TOLD else None,
    )  # fmt: skip


def _cannot(site: Site, room: KnownRoom) -> tuple[str, ...]:
    """What the bot cannot do there, as far as it is known."""
    able = site.app.room_capabilities(room)
    deeds = (
        ("delete", Role.MEMBER in able.delete), ("mute", Role.MEMBER in able.mute),
        ("mute_room", able.mute_room), ("private", able.private),
    )  # fmt: skip
    return tuple(deed for deed, can in deeds if not can)


async def enforce(request: web.Request) -> NoReturn:
    """执行: the room has been observed for long enough."""
    site, visitor, form = request.app[SITE], request[VISITOR], await form_of(request)
    room = form.get("room", "")
    if room not in {one.name for one in site.app.town.rooms}:
        raise Refused(400, "bad")
    await press(site, visitor, "set", f'"{room}"', word="执行", back="/rooms")


async def scan(request: web.Request) -> web.Response:
    """The codes of channels that wait for a telephone."""
    return page(request, "scan.html", place="rooms")


ROUTES = (
    web.get("/rooms", rooms),
    web.post("/rooms/enforce", enforce),
    web.get("/scan", scan),
)
