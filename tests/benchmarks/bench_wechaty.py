"""From a real gateway's emit to the inbox and to the decision, beside the stock SDK's empty handler.

Run: python tests/benchmarks/bench_wechaty.py [--seconds 10] [--burst 5000]. Nothing is asserted.
"""

# ruff: noqa: E402 - the path and the shims come first

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/channels/wechaty")]

from soak import TOWN, WORDS
from town import open_town
from wechaty_gateway import TOKEN, Gateway, install

from bot.channels.base import Posted
from bot.channels.wechaty import WechatyChannel
from bot.core.clock import SystemClock
from bot.reading import load_reader
from bot.town.hours import calendar_of
from tests.support.town import town_of

RATES = (100, 300)


class Count:
    """Delays in milliseconds."""

    def __init__(self) -> None:
        self.delays: list[float] = []
        self.until = 0
        self.full = asyncio.Event()

    def expect(self, number: int) -> None:
        self.delays.clear()
        self.until = number
        self.full.clear()

    def hear(self, emitted: float) -> None:
        """A message emitted at that time, in milliseconds, has come through."""
        self.delays.append(time.time() * 1000 - emitted)
        if len(self.delays) >= self.until:
            self.full.set()


def _emitted(text: str) -> float:
    return float(text.split()[2])


async def measure(
    who: str, gateway: Gateway, count: Count, seconds: int, burst: int, **said: Any
) -> None:
    warm = 300
    count.expect(warm)
    await gateway.do("burst", n=warm, rate=300, **said)
    await asyncio.wait_for(count.full.wait(), 60)
    for rate in RATES:
        count.expect(rate * seconds)
        await gateway.do("burst", n=rate * seconds, rate=rate, **said)
        await asyncio.wait_for(count.full.wait(), 60)
        cuts = quantiles(count.delays, n=100)
        print(json.dumps({"client": who, "per_second": rate, "messages": rate * seconds,
                          "p50_ms": round(cuts[49], 2), "p99_ms": round(cuts[98], 2)}))  # fmt: skip
    count.expect(burst)
    processor = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    emitting = asyncio.create_task(gateway.do("burst", n=burst, **said))
    await asyncio.wait_for(count.full.wait(), 120)
    took = time.perf_counter() - started
    await emitting
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - processor.ru_utime - processor.ru_stime
    print(json.dumps({"client": who, "burst": burst, "per_second": round(burst / took),
                      "cpu_us_each": round(spent / burst * 1e6)}))  # fmt: skip


async def ours(gateway: Gateway, run: Callable[[Count], "asyncio.Future[None]"]) -> None:
    count = Count()

    async def inbox(events) -> None:
        for event in events:
            if isinstance(event, Posted):
                count.hear(_emitted(event.message.text))

    channel = WechatyChannel("wechaty", {"endpoint": gateway.endpoint}, SystemClock())
    await channel.start(inbox)
    await run(count)
    await channel.stop()


async def decided(gateway: Gateway, run: Callable[[Count], "asyncio.Future[None]"]) -> None:
    """The whole product: stored, read by the real reader and judged.

    Talk that is nobody's offence, for a telling number in a text would be read as personal data.
    """
    count = Count()
    reader = load_reader(calendar_of(town_of(TOWN)))
    with tempfile.TemporaryDirectory() as folder:
        app, _ = await open_town(gateway, Path(folder, "town.db"), TOWN, reader=reader)
        app.desk.watchers.append(
            lambda judgement, _: count.hear(judgement.message.at.timestamp() * 1000)
        )
        await app.start()
        await run(count)
        await app.stop()


async def stock(gateway: Gateway, run: Callable[[Count], "asyncio.Future[None]"]) -> None:
    from wechaty import Wechaty, WechatyOptions
    from wechaty_puppet import PuppetOptions
    from wechaty_puppet_service import PuppetService

    count, ready = Count(), asyncio.Event()

    class Bot(Wechaty):
        async def on_login(self, contact) -> None:
            ready.set()

        async def on_message(self, msg) -> None:
            count.hear(_emitted(msg.text()))

    puppet = PuppetService(PuppetOptions(token=TOKEN, end_point=gateway.endpoint))
    bot = Bot(WechatyOptions(puppet=puppet, host="127.0.0.1", port=0))
    task = asyncio.create_task(bot.start())
    await asyncio.wait_for(ready.wait(), 30)
    await run(count)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--burst", type=int, default=5000)
    asked = parser.parse_args()
    os.environ["QINGQUN_WECHATY_TOKEN"] = TOKEN
    node, script = install()
    for who, client in (("stock", stock), ("inbox", ours), ("decision", decided)):
        gateway = Gateway(node, script)
        gateway.start()
        try:
            await client(
                gateway,
                lambda count, who=who, gateway=gateway: measure(
                    who,
                    gateway,
                    count,
                    asked.seconds,
                    asked.burst,
                    **({"words": WORDS} if who == "decision" else {}),
                ),
            )
        finally:
            gateway.kill()


if __name__ == "__main__":
    asyncio.run(main())
