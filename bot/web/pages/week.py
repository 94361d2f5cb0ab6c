"""本周: this week beside as much of the one before."""

from datetime import datetime, timedelta

from aiohttp import web

from bot.commands import archive
from bot.summary.figures import Figures, figures
from bot.summary.weeks import Spans, Week
from bot.web.render import page
from bot.web.site import SITE, Site

#: Counting a year's archive takes a moment; figures this old are still shown.
_FRESH = timedelta(minutes=1)
_COUNTED = web.AppKey("counted", dict[str, tuple[datetime, Figures]])
#: What is shown, in order: a field of the figures, and whether less of it is better (None: neither).
_LINES: tuple[tuple[str, bool | None], ...] = (
    ("messages", None), ("share", False), ("noise", None), ("off_hours", True), ("receipts", None),
    ("broken", True), ("corrected", None), ("issued", None), ("acknowledged", False),
    ("done_on_time", False), ("own", True),
)  # fmt: skip
_PEOPLE = 10


async def week(request: web.Request) -> web.Response:
    """Figures of the town and of each room, and what waits for somebody."""
    site = request.app[SITE]
    told = await _figures(request, site)
    async with site.app.engine.connect() as connection:
        _, cases = await archive.open_cases(connection, 1)
    calendar, limit = site.app.judge.calendar, site.app.town.town.group_limit
    busy = [person for person in told.people if len(person.rooms) > limit]
    return page(
        request, "week.html", place="week", told=told, lines=_LINES, cases=cases, limit=limit,
        busy=busy[:_PEOPLE], busy_count=len(busy), open=calendar.is_open(site.now),
        hours=calendar.hours, most=max((room.this.messages for room in told.rooms), default=0) or 1,
        deferred=len(site.app.state.deferrals.waiting()),
        titles={name: policy.title for name, policy in site.app.policies.items()},
    )  # fmt: skip


async def _figures(request: web.Request, site: Site) -> Figures:
    kept, now = request.app[_COUNTED], site.now
    known = kept.get("week")
    if known is not None and timedelta() <= now - known[0] < _FRESH:
        return known[1]
    zone = site.app.town.zone
    spans = Spans.of(Week.of(now, zone), now, zone)
    async with site.app.engine.connect() as connection:
        told = await figures(connection, site.app.town, spans)
    kept["week"] = now, told
    return told


def prepare(application: web.Application) -> None:
    """Where counted figures are kept."""
    application[_COUNTED] = {}


ROUTES = (web.get("/", week),)
