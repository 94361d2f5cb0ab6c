"""Whether the bot is well, for whoever watches the machine."""

from aiohttp import web
from sqlalchemy import text

from bot.app import App

APP = web.AppKey("town", App)


async def healthz(request: web.Request) -> web.Response:
    """200 while the archive answers and takes what is decided and the pipeline works, else 503.

    `ledgers` is false where only a restart brings the bot's memory and the archive together.
    """
    pipeline, app = request.app[APP].pipeline, request.app[APP]
    well = {"pipeline": pipeline.running, "store": not pipeline.stuck, "ledgers": pipeline.in_step}
    try:
        async with app.engine.connect() as connection:
            await connection.execute(text("select 1"))
    except Exception:
        well["store"] = False
    return web.json_response(well, status=200 if all(well.values()) else 503)


async def metrics(request: web.Request) -> web.Response:
    """Prometheus' text format."""
    body = request.app[APP].measures.text()
    return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4"})


def routes() -> list[web.RouteDef]:
    """The two addresses."""
    return [web.get("/healthz", healthz), web.get("/metrics", metrics)]
