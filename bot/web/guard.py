"""Who gets in and with what: host, origin, session, rank and form key are looked at on every request."""

import hmac
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from bot.core.message import Role
from bot.store.journal import Journal
from bot.web.passes import Pass, Sort
from bot.web.render import page
from bot.web.site import SITE, VISITOR, Site, Visitor

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: Open without a login. Those who watch the machine come by any name, so hosts are not checked there.
MONITORED = frozenset({"/healthz", "/metrics"})
_OPEN = MONITORED | {"/login", "/login/{token}", "/style.css", "/calendar/{token}.ics"}
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With no-referrer a browser sends "Origin: null" with our own forms, and the check of the
    # origin would be worth nothing; this one tells no other site anything either.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
_TLS = "max-age=31536000"
_READING = frozenset({"GET", "HEAD"})
FORM = "application/x-www-form-urlencoded"


class Refused(Exception):  # noqa: N818 - it is an answer, not a failure
    """The request is not to be served: a status, and the key of the words for it."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status, self.key = status, key


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let in who may come in; tell everybody else why not, and nothing more."""
    try:
        await _admit(request)
        return await handler(request)
    except Refused as refused:
        return _refusal(request, refused.status, refused.key)
    except web.HTTPException as answer:
        if answer.status < 400:  # noqa: PLR2004
            raise
        return _refusal(request, answer.status, "missing" if answer.status == 404 else "bad")  # noqa: PLR2004
    except ConnectionError:
        log.exception("the archive does not answer")
        return _refusal(request, 503, "archive")
    except Exception:
        log.exception("page failed: %s", _pattern(request))
        return _refusal(request, 500, "failed")


async def dress(request: web.Request, response: web.StreamResponse) -> None:
    """Set the headers that keep browsers strict, on every answer."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    if request.app[SITE].secure:
        response.headers["Strict-Transport-Security"] = _TLS


async def _admit(request: web.Request) -> None:
    site, pattern = request.app[SITE], _pattern(request)
    if pattern not in MONITORED and not site.answers_to(_name(request)):
        raise Refused(421, "host")
    reading = request.method in _READING
    if not reading and not _own_origin(request, site):
        raise Refused(403, "origin")
    if pattern not in _OPEN:
        visitor = request[VISITOR] = await _visitor(request, site)
        if not reading:
            await _own_form(request, visitor)


def _pattern(request: web.Request) -> str:
    """The address as it was registered: no token of it ever reaches a log."""
    resource = request.match_info.route.resource
    return "" if resource is None else resource.canonical


def _name(request: web.Request) -> str:
    try:
        return urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return ""


def _own_origin(request: web.Request, site: Site) -> bool:
    """Whether a form was sent from a page of ours. Every browser says so; who does not is none."""
    said = request.headers.getall("Origin", [])
    ours = {f"{request.scheme}://{request.host}".lower()}
    if site.app.town.web.url:
        parts = urlsplit(site.app.town.web.url)
        ours.add(f"{parts.scheme}://{parts.netloc}".lower())
    return len(said) == 1 and said[0].lower() in ours


async def _visitor(request: web.Request, site: Site) -> Visitor:
    token = request.cookies.get(cookie_name(site), "")
    session = site.passes.find(Sort.SESSION, token, site.now) if token else None
    if session is None:
        raise Refused(401, "login")
    rank = site.rank(session.person)
    if rank is Role.MEMBER:
        await site.app.ask(lambda journal: _turn_out(site, journal, session))
        raise Refused(403, "rank")
    if site.passes.wants_note(session, site.now):
        await site.app.ask(lambda journal: site.passes.use(journal, session, site.now))
    return Visitor(session.person, rank, session, session.form_key(token))


def _turn_out(site: Site, journal: Journal, session: Pass) -> None:
    site.passes.end(journal, session.person)
    site.audit(journal, session.person, "login", allowed=False)


async def _own_form(request: web.Request, visitor: Visitor) -> None:
    key = (await form_of(request)).get("key", "")
    if not hmac.compare_digest(key.encode("utf-8", "replace"), visitor.form_key.encode()):
        raise Refused(403, "form")


async def form_of(request: web.Request) -> dict[str, str]:
    """The fields of a form, the first of each name; Refused for what is no such form."""
    if request.content_type != FORM:
        raise Refused(415, "bad")
    try:
        fields = await request.post()
    except (LookupError, ValueError) as error:
        raise Refused(400, "bad") from error
    return {name: fields[name] for name in fields if isinstance(fields[name], str)}  # type: ignore[misc]


def cookie_name(site: Site) -> str:
    """Over TLS browsers make sure that no neighbouring host can have set it."""
    return "__Host-qingqun" if site.secure else "qingqun"


def _refusal(request: web.Request, status: int, key: str) -> web.Response:
    return page(request, "refused.html", status=status, key=key)


def address(request: web.Request) -> str:
    """Where a request comes from, for counting; what a proxy claims is not believed."""
    return request.remote or ""
