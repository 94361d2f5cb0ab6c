"""100,000 messages through the whole product while the gateway's plug is pulled again and again.

Run: python tests/benchmarks/soak_wechaty.py [--messages 100000] [--kills 20] [--rate 400]. It
prints a line of JSON and ends with status 1 if a message was lost or judged twice, or if memory
at any later mark is more than three hundredths above the first.
"""

# ruff: noqa: E402 - the path and the shims come first

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/channels/wechaty")]

from soak import TOWN, Times, Told, soak
from town import open_town
from wechaty_gateway import TOKEN, Gateway, install

import bot.channels.wechaty  # noqa: F401
from bot.heap import settle
from bot.reading import load_reader
from bot.town.hours import calendar_of
from tests.support.town import town_of

MARKS, MOST_GROWTH = (0.2, 0.4, 0.6, 0.8, 1.0), 1.03


async def run(messages: int, kills: int, rate: int, store: Path) -> Told:
    gateway = Gateway(*install())
    gateway.start()
    try:
        reader = load_reader(calendar_of(town_of(TOWN)))
        app, ears = await open_town(gateway, store, TOWN, reader=reader, judged=Times(messages))
        await app.start()
        # As `qingqun run` does.
        settle()
        try:
            marks = [round(messages * part) for part in MARKS]
            return await soak(
                app, ears, gateway, messages=messages, kills=kills, rate=rate, marks=marks
            )
        finally:
            await app.stop()
    finally:
        gateway.kill()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rate", type=int, default=400)
    asked = parser.parse_args()
    os.environ["QINGQUN_WECHATY_TOKEN"] = TOKEN
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        told = asyncio.run(run(asked.messages, asked.kills, asked.rate, Path(folder, "town.db")))
    print(
        json.dumps(
            {
                "messages": asked.messages,
                "kills": asked.kills,
                "minutes": round((time.monotonic() - started) / 60, 1),
                "stored": told.rows,
                "lost": len(told.lost),
                "judged": told.judgements,
                "judged_twice": told.judged_twice,
                "out_of_order": told.out_of_order,
                "memory_mib": dict(told.memory),
            }
        )
    )
    whole = told.rows == told.judgements == asked.messages
    flat = max(held for _, held in told.memory) <= told.memory[0][1] * MOST_GROWTH
    return 0 if whole and flat and not told.lost and not told.judged_twice else 1


if __name__ == "__main__":
    sys.exit(main())
