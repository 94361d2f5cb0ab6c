"""qingqun train: the model, rebuilt from the corpus in the repository, bit for bit."""

import argparse
import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path

from bot.cli.errors import UsageProblem
from bot.cli.towns import town_from
from bot.cli.words import tell
from bot.reading.corrections import Corrections
from bot.reading.reader import MODEL
from bot.reading.records import Record
from bot.store.engine import open_engine
from bot.town import Town


def run(options: argparse.Namespace) -> int:
    """Train, and print the file's digest."""
    try:
        from bot.reading.train import train  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageProblem(tell("train.missing", name=error.name)) from error
    lessons = asyncio.run(_lessons(town_from(options.town))) if options.town else ()
    out = Path(options.out) if options.out else MODEL
    train(corrections=lessons, out=out)
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    print(tell("train.done", path=out, count=len(lessons), digest=digest[:16]))
    return 0


async def _lessons(town: Town) -> Sequence[Record]:
    """What the town's admins have corrected."""
    engine = open_engine(town.store.url)
    corrections = Corrections()
    try:
        async with engine.connect() as connection:
            await corrections.load(connection)
    finally:
        await engine.dispose()
    return corrections.records()
