"""qingqun db upgrade: the store's migrations."""

import argparse
import asyncio

from bot.cli.towns import town_from
from bot.cli.words import tell
from bot.store.engine import open_engine
from bot.store.migrate import pending, upgrade
from bot.town.schema import StoreTable


def add(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="upgrade")
    one = actions.add_parser("upgrade", help=tell("db.upgrade"))
    one.add_argument("--town", help=tell("town"))
    one.add_argument("--url", help=tell("db.url"))


def run(options: argparse.Namespace) -> int:
    """Bring the store up to date."""
    store = town_from(options.town).store if options.town else StoreTable()
    asyncio.run(_upgrade(options.url or store.url))
    return 0


async def _upgrade(url: str) -> None:
    engine = open_engine(url)
    try:
        done = await pending(engine)
        await upgrade(engine)
    finally:
        await engine.dispose()
    print(tell("db.done", count=len(done)))
