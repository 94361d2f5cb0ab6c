"""qingqun run: live until stopped."""

import argparse
import asyncio
import logging
import signal
from pathlib import Path

from bot.app import App
from bot.channels.base import LoginError
from bot.channels.make import ChannelError, make_channels
from bot.cli.errors import UsageProblem
from bot.cli.towns import town_from
from bot.cli.words import tell
from bot.core.clock import SystemClock
from bot.core.errors import StoreError
from bot.heap import settle
from bot.logs import set_up
from bot.reading import load_reader
from bot.reading.corrections import Corrections
from bot.store.engine import is_embedded, open_engine
from bot.store.migrate import pending, upgrade
from bot.store.positions import StoredPositions
from bot.store.seal import KEY, Seal
from bot.summary.folder import reports_folder
from bot.town import Town
from bot.town.hours import calendar_of
from bot.town.watch import TownWatch
from bot.web.server import LocalServer
from policies import all_policies

log = logging.getLogger("qingqun")


def run(options: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT; everything under way is finished first."""
    town = town_from(options.town)
    set_up()
    seal = Seal.from_environment()
    if not seal.lasting:
        log.warning(tell("run.no_key", name=KEY))
    try:
        asyncio.run(_run(Path(options.town), town, seal))
    except (ChannelError, LoginError, ConnectionError) as error:
        raise UsageProblem(str(error)) from error
    return 0


async def _run(path: Path, town: Town, seal: Seal) -> None:
    engine = open_engine(town.store.url)
    if is_embedded(town.store.url):
        await upgrade(engine)
    elif missing := await pending(engine):
        raise StoreError(tell("run.pending", count=len(missing)))
    clock = SystemClock()
    corrections = Corrections()
    app = App(
        town,
        engine=engine,
        channels=make_channels(town, clock, StoredPositions(engine, clock)),
        reader=load_reader(calendar_of(town), taught=corrections),
        policies=all_policies(),
        clock=clock,
        seal=seal,
        corrections=corrections,
        reports=reports_folder(town.store.url),
    )
    stopped = _signals()
    server = LocalServer(app)
    watch = TownWatch(path, app)
    try:
        await app.start()
        await server.start()
        watch.start()
        settle()
        log.info("running", extra={"town": town.town.name, "channels": list(app.channels)})
        await stopped.wait()
        log.info("stopping")
    finally:
        await watch.stop()
        await server.stop()
        await app.stop()
    log.info("stopped")


def _signals() -> asyncio.Event:
    """An event that is set when the process is asked to stop."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    return stopped
