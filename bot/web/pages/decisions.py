"""处理, 待判 and 申诉: what was decided and why, and the buttons that put it right."""

from typing import NoReturn

from aiohttp import web

from bot.core.decision import Action
from bot.core.reading import Kind
from bot.judging.judgement import SECRECY
from bot.web import queries
from bot.web.deeds import press
from bot.web.guard import Refused, form_of
from bot.web.queries import Chosen
from bot.web.render import page
from bot.web.site import SITE, VISITOR, Site, Visitor
from bot.words import say

_SIZE = 20
_ACTIONS = tuple(
    action.word for action in Action if action not in {Action.NONE, Action.REMOVE, Action.ALERT}
)
#: A verdict of the page and the command that gives it.
_VERDICTS = {"misjudged": "misjudged", "pass": "let_pass", "reject": "reject"}
_KINDS = tuple(kind.value for kind in Kind)
_WORDS = 300


async def decisions(request: web.Request) -> web.Response:
    """The newest first, chosen by room, policy, action or doubt."""
    site, visitor = request.app[SITE], request[VISITOR]
    chosen = _chosen(request, site)
    before = queries.page_number(request.query.get("before", ""))
    async with site.app.engine.connect() as connection:
        found, more = await queries.decisions(connection, chosen, before, _SIZE)
    return page(
        request, "decisions.html", place="decisions", decisions=found, chosen=chosen,
        rooms=_rooms(site), policies=site.app.policies, actions=_ACTIONS, kinds=_KINDS,
        secrecy=SECRECY, may_open=_may_open(site, visitor), here=str(request.rel_url),
        turned=before > 0, older=found[-1].number if more and found else 0,
    )  # fmt: skip


async def cases(request: web.Request) -> web.Response:
    """What the bot was not sure of, and what people have appealed against; appeals first."""
    site, visitor = request.app[SITE], request[VISITOR]
    async with site.app.engine.connect() as connection:
        appeals = await queries.cases(connection, "appeal", _SIZE)
        doubts = await queries.cases(connection, "doubt", _SIZE)
    return page(
        request, "cases.html", place="cases", appeals=appeals, doubts=doubts, kinds=_KINDS,
        policies=site.app.policies, secrecy=SECRECY, may_open=_may_open(site, visitor), here="/cases",
    )  # fmt: skip


async def verdict(request: web.Request) -> NoReturn:
    """误判, 放行 or 驳回, by the same code as the commands."""
    site, visitor = request.app[SITE], request[VISITOR]
    command, form = _VERDICTS[request.match_info["verdict"]], await form_of(request)
    rest = request.match_info["number"]
    kind = form.get("kind", "")
    if command == "misjudged" and kind:
        if kind not in _KINDS:
            raise Refused(400, "bad")
        rest += f" 是 {say(f'command.kind.{kind}')}"
    words = form.get("words", "")[:_WORDS] if command == "reject" else ""
    await press(site, visitor, command, rest, words=words, back=_back(form.get("back", "")))


def _chosen(request: web.Request, site: Site) -> Chosen:
    """The filters; Refused for a value that is none, so that nothing odd reaches the archive."""
    said = request.query.get
    room, policy, action = said("room", ""), said("policy", ""), said("action", "")
    known = room in {"", *_rooms(site)} and policy in {"", *site.app.policies}
    if not known or action not in {"", *_ACTIONS}:
        raise Refused(404, "missing")
    return Chosen(room, policy, action, said("doubtful", "") == "1")


def _rooms(site: Site) -> list[str]:
    """The rooms of the town file, then those met beside."""
    filed = [room.name for room in site.app.town.rooms]
    met = sorted({room.name for room in site.app.state.rooms.all()} - set(filed))
    return [*filed, *met]


def _may_open(site: Site, visitor: Visitor) -> bool:
    """Whether the visitor may judge what is secret, where the town has an officer for it."""
    officer = site.app.judge.directory.officer
    return not officer or visitor.person == officer


def _back(where: str) -> str:
    """Only to lists of ours: what a form says is not believed."""
    path = where.partition("?")[0]
    plain = where.isascii() and where.isprintable() and "\\" not in where
    return where if plain and path in {"/decisions", "/cases"} else "/decisions"


ROUTES = (
    web.get("/decisions", decisions),
    web.get("/cases", cases),
    web.post(r"/messages/{number:\d{1,9}}/{verdict:misjudged|pass|reject}", verdict),
)
