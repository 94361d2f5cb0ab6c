"""政策: how strictly each is kept where, changed for a time or for good, and one step back."""

from typing import NoReturn
from urllib.parse import urlencode

from aiohttp import web

from bot.commands.standing import Standing
from bot.core.decision import Mode
from bot.core.message import RoomKind
from bot.judging.modes import TOWN
from bot.web.deeds import order, press
from bot.web.guard import Refused, form_of
from bot.web.render import page
from bot.web.site import SITE, VISITOR, Site

_MODES = tuple(mode.value for mode in (Mode.ENFORCE, Mode.REMIND, Mode.OBSERVE, Mode.OFF))
#: The word by which each mode is ordered.
_ORDERS = {"enforce": "执行", "remind": "提醒", "observe": "观察", "off": "关闭"}
#: How long a change may last, as it would be said; empty for good.
_LENGTHS = ("", "2小时", "今天下班", "1天", "3天", "7天")
_HISTORY = 20


async def policies(request: web.Request) -> web.Response:
    """The policies in a room or over the town, and what was changed."""
    return _show(request, request.app[SITE], request.query.get("room", TOWN))


def _show(request: web.Request, site: Site, room: str, confirm: str = "") -> web.Response:
    if room not in _places(site):
        raise Refused(404, "missing")
    state = site.app.state
    standing = Standing(site.app.commands.services, room, site.now)
    history = [one for one in state.ledgers.modes.history if room in {one.scope, TOWN}]
    holding = [one for one in history if one.scope == room and one.holds(site.now)]
    kind: RoomKind | None = site.app.judge.directory.room(room).kind if room else None
    return page(
        request, "policies.html", place="policies", room=room, places=_places(site),
        standing=standing, policies=site.app.policies, modes=_MODES, lengths=_LENGTHS, kind=kind,
        history=history[: -_HISTORY - 1 : -1], undoable=holding[-1] if holding else None,
        now=site.now, confirm=confirm, first_week=standing.first_week(),
    )  # fmt: skip


async def change(request: web.Request) -> web.Response:
    """Another mode, for a while if so chosen; for the whole town it is asked for once more."""
    site, visitor, form = request.app[SITE], request[VISITOR], await form_of(request)
    room, mode, length = _place(site, form), form.get("mode", ""), form.get("length", "")
    policy = site.app.policies.get(form.get("policy", ""))
    if policy is None or mode not in _MODES or length not in _LENGTHS:
        raise Refused(400, "bad")
    where = f'"{room}"' if room else "全部"
    note, held = await order(
        site, visitor, "set", f"{policy.title} {where} {length}", word=_ORDERS[mode]
    )
    if held:
        return _show(request, site, room, confirm=note.text)
    site.leave_note(visitor.session, note)
    raise web.HTTPSeeOther(_page(room))


async def confirm(request: web.Request) -> NoReturn:
    """确认: the change for the whole town takes effect."""
    site, visitor, form = request.app[SITE], request[VISITOR], await form_of(request)
    await press(site, visitor, "confirm", back=_page(_place(site, form)))


async def undo(request: web.Request) -> NoReturn:
    """撤销: the last change of that scope is rolled back."""
    site, visitor, form = request.app[SITE], request[VISITOR], await form_of(request)
    room = _place(site, form)
    await press(site, visitor, "undo", f'"{room}"' if room else "全部", back=_page(room))


def _places(site: Site) -> list[str]:
    return [TOWN, *(room.name for room in site.app.town.rooms)]


def _place(site: Site, form: dict[str, str]) -> str:
    room = form.get("room", TOWN)
    if room not in _places(site):
        raise Refused(400, "bad")
    return room


def _page(room: str) -> str:
    return "/policies" + (f"?{urlencode({'room': room})}" if room else "")


ROUTES = (
    web.get("/policies", policies),
    web.post("/policies/set", change),
    web.post("/policies/confirm", confirm),
    web.post("/policies/undo", undo),
)
