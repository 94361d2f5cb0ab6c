"""Pages out of templates. Names and texts of members are data: everything is escaped."""

from datetime import datetime
from pathlib import Path
from typing import Any

import segno
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.tasks.short import brief
from bot.web.site import SITE, VISITOR, Visitor
from bot.words import say
from bot.words.times import day_and_clock, excerpt

FOLDER = Path(__file__).parent
#: What the bar at the foot of every page leads to.
PLACES = ("week", "tasks", "decisions", "cases", "policies", "rooms")


def _words(key: str, **data: object) -> str:
    return say(f"web.{key}", "zh", **data)


def _percent(share: float) -> str:
    return f"{share:.0%}"


def qr(content: str) -> str:
    """A code to be scanned, as an image that needs no other address."""
    return segno.make(content, error="l", micro=False).svg_data_uri(
        scale=6, border=3, light="white"
    )


_PAGES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.globals.update(t=_words, word=say, qr=qr)
_PAGES.filters.update(percent=_percent, excerpt=excerpt)


def page(request: web.Request, template: str, *, status: int = 200, **data: Any) -> web.Response:
    """A page. Templates know the visitor, if there is one, and write moments as the town says them."""
    site = request.app[SITE]
    visitor: Visitor | None = request.get(VISITOR)
    now, zone = site.now, site.app.town.zone

    def when(moment: datetime) -> str:
        return brief(moment, now, zone)

    def exactly(moment: datetime) -> str:
        return day_and_clock(moment, zone)

    html = _PAGES.get_template(template).render(
        town=site.app.town.town.name,
        visitor=visitor,
        note=site.take_note(visitor.session) if visitor else None,
        waiting=site.app.desk.links.codes if visitor else {},
        emergency=site.app.state.ledgers.emergencies.current(now, "") if visitor else None,
        places_of_nav=PLACES,
        when=when,
        exactly=exactly,
        **{"place": "", **data},
    )
    return web.Response(text=html, status=status, content_type="text/html", charset="utf-8")
