"""qingqun demo: a simulated town on this machine, with the bot at work in it."""

import argparse
import asyncio
import errno
import logging
import os
import signal
import socket
import tempfile
from pathlib import Path

from aiohttp import web

from bot.cli.errors import UsageProblem
from bot.cli.words import tell
from bot.demo.cast import SEATS, example_town, members
from bot.demo.plan import FIRST_DAY
from bot.demo.server import make_app
from bot.demo.stage import Stage
from bot.logs import set_up
from bot.reading import load_reader
from bot.town.hours import calendar_of
from bot.words import say

HOST = "127.0.0.1"
_MOST_PORT = 65535
#: What open pages get to hear that the demo has ended (seconds).
_GOODBYE = 2.0


def run(options: argparse.Namespace) -> int:
    """Show the town until SIGINT or SIGTERM; UsageProblem where the port cannot be had."""
    set_up(level=logging.WARNING)
    with _listen(options.port, options.lang) as listener:
        asyncio.run(_show(listener, options.seed, options.lang))
    return 0


def _listen(port: int, language: str) -> socket.socket:
    """A socket on this machine alone, had before anything else is begun."""
    if not 0 <= port <= _MOST_PORT:
        raise UsageProblem(tell("bad_number", option="--port", value=port, low=0, high=_MOST_PORT))
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < _MOST_PORT else port - 1
            raise UsageProblem(say("demo.port_taken", language, port=port, other=other)) from error
        text = say("demo.port_denied", language, port=port, reason=error.strerror)
        raise UsageProblem(text) from error
    return listener


async def _show(listener: socket.socket, seed: int, language: str) -> None:
    town = example_town(FIRST_DAY)
    names = dict.fromkeys(name for seat in SEATS for name in members(town, seat))
    reader = load_reader(calendar_of(town), names)
    with tempfile.TemporaryDirectory(prefix="qingqun-demo-") as folder:
        stage = Stage(Path(folder), reader, seed=seed)
        await stage.start()
        runner = web.AppRunner(make_app(stage, language), access_log=None)
        try:
            await runner.setup()
            await web.SockSite(runner, listener, shutdown_timeout=_GOODBYE).start()
            port = listener.getsockname()[1]
            print(tell("demo.ready", url=f"http://{HOST}:{port}/"), flush=True)
            await _until_told()
        finally:
            await stage.stop()
            await runner.cleanup()


async def _until_told() -> None:
    """Return at the first SIGINT or SIGTERM."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, told.set)
        except NotImplementedError:
            # Windows: there Ctrl+C ends the loop by itself.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(told.set))
    await told.wait()
