"""Coming in by a link that opens once, and going out."""

from typing import NoReturn

from aiohttp import web

from bot.store.journal import Journal
from bot.web.guard import Refused, address, cookie_name, form_of
from bot.web.passes import SESSION_LIFE, Pass, Sort
from bot.web.render import FOLDER, page
from bot.web.site import SITE, VISITOR, Site, Visitor

_STYLE = (FOLDER / "style.css").read_text("utf-8")
_LONGEST = 200


async def threshold(request: web.Request) -> web.Response:
    """A button: the preview that a chat makes of the link must not use it up."""
    site, token = request.app[SITE], request.match_info["token"]
    _try(request, site)
    link = site.passes.find(Sort.LINK, token, site.now)
    if link is None:
        raise Refused(410, "link")
    return page(request, "login.html", token=token, person=link.person)


async def login(request: web.Request) -> NoReturn:
    """Trade the link for a session."""
    site = request.app[SITE]
    _try(request, site)
    token = (await form_of(request)).get("token", "")[:_LONGEST]

    def redeem(journal: Journal) -> tuple[str, Pass] | None:
        traded = site.passes.redeem(journal, token, site.now)
        if traded is not None:
            site.audit(journal, traded[1].person, "login")
        return traded

    traded = await site.app.pipeline.work(redeem)
    if traded is None:
        raise Refused(410, "link")
    answer = web.HTTPSeeOther("/")
    answer.set_cookie(
        cookie_name(site), traded[0], path="/", httponly=True, secure=site.secure,
        samesite="Strict", max_age=int(SESSION_LIFE.total_seconds()),
    )  # fmt: skip
    raise answer


async def logout(request: web.Request) -> web.Response:
    """End this session."""
    site, visitor = request.app[SITE], request[VISITOR]

    def end(journal: Journal) -> None:
        site.passes.end(journal, visitor.person, visitor.session)
        site.audit(journal, visitor.person, "logout")

    await site.app.ask(end)
    del request[VISITOR]
    answer = page(request, "refused.html", key="out")
    answer.del_cookie(
        cookie_name(site), path="/", httponly=True, secure=site.secure, samesite="Strict"
    )
    return answer


async def logout_everywhere(request: web.Request) -> web.Response:
    """End all sessions of the visitor, for a telephone that was lost."""
    site, visitor = request.app[SITE], request[VISITOR]
    await site.app.ask(lambda journal: _end_all(site, journal, visitor))
    del request[VISITOR]
    return page(request, "refused.html", key="out")


def _end_all(site: Site, journal: Journal, visitor: Visitor) -> None:
    site.passes.end(journal, visitor.person)
    site.audit(journal, visitor.person, "logout everywhere")


async def style(_: web.Request) -> web.Response:
    """The one style sheet."""
    return web.Response(text=_STYLE, content_type="text/css", charset="utf-8")


def _try(request: web.Request, site: Site) -> None:
    if not site.limits.spend(address(request), site.now):
        raise Refused(429, "often")


ROUTES = (
    web.get("/style.css", style),
    web.get("/login/{token}", threshold),
    web.post("/login", login),
    web.post("/logout", logout),
    web.post("/logout/everywhere", logout_everywhere),
)
