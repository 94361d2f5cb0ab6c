"""From a member's post to its being gone for another member, on a real Synapse, one post at a time.

Run: python -m tests.benchmarks.bench_matrix [--posts 200] [--draupnir CHECKOUT --node NODE]
Beside the whole product stands the floor, a bare loop that redacts everything; and Draupnir, where
a built checkout of it is given, with its protection that redacts whatever holds a picture.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

import aiohttp

from bot.app import App
from bot.channels.matrix import MatrixChannel
from bot.core.clock import SystemClock
from bot.reading import load_reader
from bot.store.engine import open_engine
from bot.store.migrate import upgrade
from bot.store.positions import StoredPositions
from bot.store.seal import Seal
from bot.town.hours import calendar_of
from policies import all_policies
from tests.support.synapse import Homeserver, Resident, synapse_python
from tests.support.town import KEY, town_of

#: The third offence in a week mutes, so each member posts only twice.
EACH = 2
CHATTER = "早上好！祝大家天天开心，万事如意[玫瑰]"
TOWN = """
[town]
name = "巴水镇"
[hours]
open = "00:00"
close = "23:59"
working_days = [{today}]
[roles]
leaders = ["书记"]
[[rooms]]
name = "镇政府工作群"
kind = "announcement"
"""


class Eyes:
    """A member's own client, which sees messages go."""

    def __init__(self, person: Resident, room: str) -> None:
        self._person, self._room = person, room
        self._gone: dict[str, float] = {}
        self._changed = asyncio.Event()

    async def look(self) -> None:
        since = (await self._person.ok("GET", "/sync"))["next_batch"]
        while True:
            news = await self._person.ok("GET", "/sync", since=since, timeout="30000")
            since, now = news["next_batch"], perf_counter()
            room = news.get("rooms", {}).get("join", {}).get(self._room, {})
            for event in room.get("timeline", {}).get("events", ()):
                if event["type"] == "m.room.redaction":
                    self._gone[event.get("redacts") or event["content"]["redacts"]] = now
            self._changed.set()

    async def gone(self, event: str) -> float:
        async with asyncio.timeout(60):
            while event not in self._gone:
                self._changed.clear()
                await self._changed.wait()
        return self._gone[event]


async def measure(
    who: str,
    room: str,
    members: list[Resident],
    eyes: Eyes,
    between: Callable[[], Awaitable[Any]],
    **content: Any,
) -> None:
    looking = asyncio.create_task(eyes.look())
    # The first ones open connections and are not counted.
    times = []
    for number, member in enumerate(members):
        started = perf_counter()
        event = await member.say(room, CHATTER, **content)
        took = await eyes.gone(event) - started
        if number >= EACH:
            times.append(took * 1000)
        await between()
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    cuts = quantiles(times, n=100)
    print(json.dumps({"who": who, "posts": len(times), "p50_ms": round(cuts[49]),
                      "p99_ms": round(cuts[98]), "max_ms": round(max(times))}), flush=True)  # fmt: skip


@asynccontextmanager
async def bare(account: Resident, room: str) -> AsyncIterator[Callable[[], Awaitable[Any]]]:
    """Whatever anybody posts is redacted."""

    async def run() -> None:
        since = (await account.ok("GET", "/sync"))["next_batch"]
        while True:
            news = await account.ok("GET", "/sync", since=since, timeout="30000")
            since = news["next_batch"]
            found = news.get("rooms", {}).get("join", {}).get(room, {})
            for event in found.get("timeline", {}).get("events", ()):
                if event["type"] == "m.room.message":
                    id_ = event["event_id"]
                    await account.ok("PUT", f"/rooms/{room}/redact/{id_}/r{id_[1:9]}", {})

    task = asyncio.create_task(run())
    yield lambda: asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def product(
    account: Resident, url: str, store: Path
) -> AsyncIterator[Callable[[], Awaitable[Any]]]:
    clock = SystemClock()
    engine = open_engine(f"sqlite+aiosqlite:///{store}")
    await upgrade(engine)
    town = town_of(TOWN.format(today=clock.now().astimezone().date()))
    channel = MatrixChannel(
        "matrix", {"homeserver": url, "user_id": account.id}, clock,
        StoredPositions(engine, clock), environ={"QINGQUN_MATRIX_TOKEN": account.token},
    )  # fmt: skip
    app = App(
        town, engine=engine, channels={"matrix": channel}, clock=clock, seal=Seal(KEY),
        reader=load_reader(calendar_of(town)), policies=all_policies(), shadow=False,
    )  # fmt: skip
    await app.start()
    yield app.idle
    await app.stop()


@asynccontextmanager
async def draupnir(
    account: Resident, manager: Resident, room: str, url: str, checkout: Path, node: str, home: Path
) -> AsyncIterator[Callable[[], Awaitable[Any]]]:
    levels = {"users": {account.id: 100}}
    desk = await manager.make_room("管理室", [account], power_level_content_override=levels)
    settings = (checkout / "config/default.yaml").read_text()
    for old, new in (
        ("https://matrix.org", url), ("YOUR_TOKEN_HERE", account.token),
        ("/data/storage", str(home)), ('initialManager: "@admin:example.org"', ""),
        ('#managementRoom: "#moderators:example.org"', f'managementRoom: "{desk}"'),
        ("protectAllJoinedRooms: false", "protectAllJoinedRooms: true"),
    ):  # fmt: skip
        settings = settings.replace(old, new)
    config = home / "draupnir.yaml"
    config.write_text(settings)
    await account.join(desk)
    main = checkout / "apps/draupnir/dist/index.js"
    with (home / "draupnir.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            node, str(main), "--draupnir-config", str(config), stdout=log, stderr=log
        )
    try:
        await said(manager, desk, "")
        for words in (
            f"!draupnir rooms add {room}",
            "!draupnir protections enable MessageIsMediaProtection",
        ):
            await manager.say(desk, words)
            await said(manager, desk, words)
        yield lambda: asyncio.sleep(0)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def said(manager: Resident, room: str, words: str) -> None:
    """Wait until the other bot has said something, after `words` if there are any."""
    async with asyncio.timeout(120):
        while True:
            events = await manager.messages(room)
            at = [i for i, e in enumerate(events) if e["content"].get("body") == words] or [-1]
            later = events[at[-1] + 1 :]
            ready = [
                e
                for e in later
                if (e["sender"] != manager.id and e["type"] == "m.room.message")
                or (words and e["type"] == "m.reaction")
            ]
            if ready and (words or len(ready) >= 1):
                return
            await asyncio.sleep(0.2)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=200)
    parser.add_argument("--draupnir", type=Path)
    parser.add_argument("--node", default="node")
    parser.add_argument("--few", type=int, default=60, help="posts for draupnir, which is slow")
    asked = parser.parse_args()
    print(json.dumps({"at": datetime.now().astimezone().isoformat(timespec="seconds")}))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server = Homeserver(synapse_python(), home)
        server.start()
        try:
            async with aiohttp.ClientSession() as session:
                await compare(server, session, home, asked)
        finally:
            server.kill()


async def compare(
    server: Homeserver, session: aiohttp.ClientSession, home: Path, asked: argparse.Namespace
) -> None:
    boss, watcher = [await server.register(session, name) for name in ("书记", "看客")]
    half = [await server.register(session, f"村民{i}") for i in range(asked.posts // EACH + 1)]
    members = [person for person in half for _ in range(EACH)]

    async def place(name: str) -> tuple[Resident, str]:
        account = await server.register(session, name)
        levels = {
            "users": {boss.id: 100, account.id: 90},
            "events": {"m.room.power_levels": 90},
        }
        room = await boss.make_room(
            "镇政府工作群", [account, watcher, *half], room_version="10",
            power_level_content_override=levels,
        )  # fmt: skip
        for person in (account, watcher, *half):
            await person.join(room)
        return account, room

    account, room = await place("赤膊")
    async with bare(account, room) as between:
        await measure("bare loop", room, members, Eyes(watcher, room), between)
    account, room = await place("轻群")
    async with product(account, server.url, home / "town.db") as between:
        await measure("qingqun", room, members, Eyes(watcher, room), between)
    if asked.draupnir:
        account, room = await place("draupnir")
        async with draupnir(
            account, boss, room, server.url, asked.draupnir, asked.node, home
        ) as between:
            picture = {
                "format": "org.matrix.custom.html",
                "formatted_body": '<img src="mxc://a/b">',
            }
            few = members[: asked.few + EACH]
            await measure("draupnir", room, few, Eyes(watcher, room), between, **picture)


if __name__ == "__main__":
    asyncio.run(main())
