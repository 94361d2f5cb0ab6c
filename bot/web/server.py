"""The local server: health, measures and the leaders' page, on the town's own machine."""

from aiohttp import web

from bot.app import App
from bot.web import health


class LocalServer:
    """Serves until stopped. Listens where the town file says, by default on 127.0.0.1 only."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Begin to serve; ConnectionError if the port is taken."""
        table = self._app.town.web
        runner = web.AppRunner(make_application(self._app), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, table.host, table.port).start()
        except OSError as error:
            await runner.cleanup()
            raise ConnectionError(
                f"web.port = {table.port}：端口被占用或不能使用，请换一个（{error.strerror}）"
            ) from error
        self._runner = runner

    async def stop(self) -> None:
        """Serve no longer."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


def make_application(app: App) -> web.Application:
    """The pages of a town."""
    application = web.Application(client_max_size=64 * 1024)
    application[health.APP] = app
    application.add_routes(health.routes())
    return application
