"""The local server: health, measures and the leaders' page, on the town's own machine."""

from aiohttp import web

from bot.app import App
from bot.web import health
from bot.web.guard import dress, guard
from bot.web.pages import calendar, decisions, entrance, policies, rooms, tasks, week
from bot.web.site import SITE, Site
from bot.words import say

_LARGEST_FORM = 64 * 1024


class LocalServer:
    """Serves until stopped. Listens where the town file says, by default on 127.0.0.1 only."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Begin to serve; ConnectionError if the port is taken."""
        table = self._app.town.web
        application = make_application(self._app)
        # An address may hold a key to a calendar or a login: none is written down.
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, table.host, table.port).start()
        except OSError as error:
            await runner.cleanup()
            raise ConnectionError(
                say("web.port.taken", port=table.port, why=error.strerror)
            ) from error
        application[SITE].port = runner.addresses[0][1]
        self._runner = runner

    @property
    def base(self) -> str:
        """What the addresses of the page begin with."""
        if self._runner is None:
            raise RuntimeError("not started")
        return self._runner.app[SITE].base

    async def stop(self) -> None:
        """Serve no longer."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


def make_application(app: App) -> web.Application:
    """The pages of a town."""
    application = web.Application(client_max_size=_LARGEST_FORM, middlewares=[guard])
    site = application[SITE] = Site(app)
    application[health.APP] = app
    application.on_response_prepare.append(dress)
    application.cleanup_ctx.append(site.life)
    week.prepare(application)
    application.add_routes(health.routes())
    for part in (entrance, calendar, week, tasks, decisions, policies, rooms):
        application.add_routes(part.ROUTES)
    return application
