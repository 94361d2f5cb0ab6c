"""A person's own deadlines, for the calendar of a telephone."""

from aiohttp import web

from bot.web.guard import Refused, address
from bot.web.passes import Sort
from bot.web.site import SITE


async def feed(request: web.Request) -> web.Response:
    """What concerns somebody and what they issued themselves; the address is the key."""
    site = request.app[SITE]
    found = site.passes.find(Sort.CALENDAR, request.match_info["token"], site.now)
    if found is None:
        # Telephones ask often with good keys; only bad ones are counted.
        allowed = site.limits.spend(address(request), site.now)
        raise Refused(404, "missing") if allowed else Refused(429, "often")
    person = found.person
    tasks = [
        task
        for task in site.app.tasks.all()
        if task.poster == person or task.concern(person) is not None
    ]
    from bot.tasks.ics import calendar_feed  # noqa: PLC0415 - eighty modules few towns ask for

    body = calendar_feed(tasks, site.app.town.zone)
    return web.Response(body=body, content_type="text/calendar", charset="utf-8")


ROUTES = (web.get("/calendar/{token}.ics", feed),)
