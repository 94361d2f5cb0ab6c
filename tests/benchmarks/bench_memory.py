"""Memory of a whole running town: what it needs at rest, and after many messages.

    python -m tests.benchmarks.bench_memory [--messages 100000]

The process does what `qingqun run` does: SQLite, reader, courier and alarm in the background, the
local page's modules loaded. Messages are made one by one, so that the benchmark itself keeps none;
they come from all rooms over several days, are those of bench_pipeline, and every order is carried
out on the simulated channel.
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import bot.cli.run  # noqa: F401 - what a running town has loaded
from bot.app import App
from bot.channels.base import ALL_CAPABILITIES, Posted
from bot.channels.simulated import SimulatedChannel, World
from bot.core.clock import DrivenClock
from bot.core.message import Message
from bot.heap import settle
from bot.reading import load_reader
from bot.store.engine import open_engine
from bot.store.migrate import upgrade
from bot.town.hours import calendar_of
from policies import all_policies
from tests.benchmarks.texts import START, TEXTS
from tests.support.town import town_of

#: Messages of one day, and how many are brought at a time.
DAY, AT_A_TIME = 5_000, 64


def resident() -> float:
    """Mebibytes in use now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def said(index: int, clock: DrivenClock, room: str) -> Message:
    """The next message, at the clock's present moment."""
    who = f"人{index % 200}"
    text = f"{TEXTS[index % len(TEXTS)]} {index}"
    return Message(
        str(index), room, who, clock.now(), text=text, room_id=room, sender_id=who
    )  # fmt: skip


async def main(count: int) -> None:
    """Bring the messages and print what was needed."""
    clock = DrivenClock(START)
    town = town_of()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'town.db'}"
        # Once in an archive's life, and by a process of its own.
        subprocess.run(
            [sys.executable, "-m", "bot.cli", "db", "upgrade", "--url", url],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        engine = open_engine(url)
        await upgrade(engine)
        world = World(clock, capabilities=ALL_CAPABILITIES)
        for room in town.rooms:
            world.add_room(room.name, {}, capabilities=ALL_CAPABILITIES)
        channel = SimulatedChannel(world)
        app = App(
            town, engine=engine, channels={channel.name: channel},
            reader=load_reader(calendar_of(town)), policies=all_policies(), clock=clock,
            shadow=False,
        )  # fmt: skip
        await app.start()
        settle()
        print(f"at rest: {resident():.0f} MiB", flush=True)
        rooms = [room.name for room in town.rooms]
        started, cpu = time.perf_counter(), time.process_time()
        step = timedelta(hours=10) / DAY
        for first in range(0, count, AT_A_TIME):
            events = []
            for index in range(first, min(first + AT_A_TIME, count)):
                clock.set(START + step * (index % DAY) + timedelta(days=index // DAY))
                events.append(Posted(said(index, clock, rooms[index % len(rooms)])))
            await app.pipeline.receive(events)
            await app.idle()
            if (first // AT_A_TIME) % 160 == 0:
                print(f"{first:8} {resident():.0f} MiB", flush=True)
        took, cpu = time.perf_counter() - started, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"after {count}: {resident():.0f} MiB, at most {peak:.0f} MiB")
        print(f"with every order carried out: {count / took:.0f} msg/s, {cpu / count * 1e6:.0f} µs")
        await app.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=100_000)
    asyncio.run(main(parser.parse_args().messages))
