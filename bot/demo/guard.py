"""Who may talk to the demo's server: pages that it has served itself, on this machine."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

#: A header that a foreign page cannot send without asking first, and it is never allowed to.
HEADER, VALUE = "X-Qingqun", "demo"

_NAMES = frozenset({"127.0.0.1", "localhost"})
_SAFE_SITES = frozenset({"", "same-origin", "none"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site or another name for this machine has sent."""
    _same_house(request)
    if request.method not in {"GET", "HEAD"}:
        _same_page(request)
    return await handler(request)


async def dress(_: web.Request, response: web.StreamResponse) -> None:
    """Set the headers that keep browsers strict, on every answer."""
    for name, value in HEADERS.items():
        response.headers[name] = value


def _same_house(request: web.Request) -> None:
    """A foreign name that was made to point to this machine shows in Host."""
    try:
        host = urlsplit(f"//{request.host}")
        name, port = host.hostname, host.port or 80
    except ValueError:
        name, port = None, 0
    local = request.transport.get_extra_info("sockname") if request.transport else None
    if name not in _NAMES or (local is not None and port != local[1]):
        raise web.HTTPMisdirectedRequest(text="unknown host")
    if request.headers.get("Sec-Fetch-Site", "") not in _SAFE_SITES and not _opened(request):
        raise web.HTTPForbidden(text="another site asked")


def _opened(request: web.Request) -> bool:
    """A link from elsewhere that opens the page itself does no harm."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"


def _same_page(request: web.Request) -> None:
    if request.headers.get(HEADER) != VALUE:
        raise web.HTTPForbidden(text=f"the header {HEADER} is missing")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        raise web.HTTPForbidden(text="another site asked")
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="JSON is wanted")
