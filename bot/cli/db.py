"""qingqun db upgrade: the store's migrations."""

import argparse
import asyncio

from bot.cli.towns import town_from
from bot.cli.words import tell
from bot.store.engine import open_engine
from bot.store.migrate import pending, upgrade
from bot.town.schema import StoreTable


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
