"""The peer itself, checked by clients that others wrote: they read it as they read NapCat."""

import asyncio
import importlib.util
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.channels.onebot.peer import Peer
from tests.channels.onebot.world import BOT, RefusedError, World

HERE = Path(__file__).parent
TOKEN = "geheim"  # noqa: S105


class Outside:
    """A client in a process of its own, line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.told: list[dict[str, Any]] = []

    async def until(self, kind: str) -> dict[str, Any]:
        """Read on until it tells `kind`."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            while line := await self.process.stdout.readline():
                if not line.startswith(b"{"):
                    continue
                self.told.append(json.loads(line))
                if self.told[-1]["kind"] == kind:
                    return self.told[-1]
        pytest.fail(f"ended before {kind}; told {self.told}")

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [
            {k: v for k, v in one.items() if k != "kind"}
            for one in self.told
            if one["kind"] == kind
        ]


Launch = Callable[..., Awaitable[Outside]]


@pytest.fixture
async def launch() -> AsyncIterator[Launch]:
    processes: list[asyncio.subprocess.Process] = []

    async def start(script: str, *arguments: str) -> Outside:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(HERE / script),
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        processes.append(process)
        return Outside(process)

    yield start
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.wait()


def needs(module: str) -> pytest.MarkDecorator:
    try:
        found = importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        found = False
    return pytest.mark.skipif(not found, reason=f"outside client {module} is not installed")


@needs("nonebot.adapters.onebot")
async def test_nonebot_deletes_mutes_and_removes_and_reads_the_refusals(
    world: World, peer: Peer, launch: Launch
) -> None:
    peer.token = TOKEN
    outside = await launch("outside_nonebot.py", await peer.listen(), TOKEN)
    told = await outside.until("connected")
    assert (told["self_id"], told["groups"], told["members"]) == (str(BOT), 2, 6)
    number = world.post(900001, 2001, "帮忙砍一刀")
    await outside.until("done")
    await outside.until("gone")
    assert outside.of("message") == [{"role": "member", "card": "村建办王五", "text": "帮忙砍一刀"}]
    assert world.messages[number].recalled_by == BOT
    assert outside.of("recalled") == [{"by": BOT, "message": number}]
    assert outside.of("shut") == [{"all_shut": -1}]
    assert outside.of("banned") == [
        {"user": 2001, "sub": "ban", "duration": 60},
        {"user": 0, "sub": "ban", "duration": -1},
        {"user": 0, "sub": "lift_ban", "duration": 0},
    ]
    assert outside.of("gone") == [{"user": 2001, "sub": "kick"}]
    world.post(900001, 1002, "管理员的话")
    await outside.until("end")
    delete, ban = outside.of("delete")[0], outside.of("ban")[0]
    assert delete["retcode"] == 1200
    assert "decode failed!" in delete["wording"]
    assert ban == {"retcode": 1200, "wording": "cannot ban admin"}
    assert outside.of("unknown")[0]["retcode"] == 1404
    assert outside.of("params")[0]["retcode"] == 1400


@needs("aiocqhttp")
async def test_aiocqhttp_is_called_and_acts(world: World, peer: Peer, launch: Launch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    peer.token = TOKEN
    outside = await launch("outside_aiocqhttp.py", str(port), TOKEN)
    await outside.until("serving")
    call = _calling(peer, f"ws://127.0.0.1:{port}/ws/")
    assert (await outside.until("connected"))["self_id"] == BOT
    number = world.post(900001, 2001, "帮忙砍一刀")
    await outside.until("done")
    assert world.messages[number].recalled_by == BOT
    with pytest.raises(RefusedError):
        world.post(900001, 2001, "还说")
    world.post(900001, 1002, "管理员的话")
    refused = await outside.until("refused")
    assert refused["retcode"] == 1200
    assert "decode failed!" in refused["wording"]
    assert outside.of("recalled") == [{"by": BOT, "message": number}]
    assert outside.of("banned") == [{"user": 2001, "sub": "ban", "duration": 60}]
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)


def _calling(peer: Peer, address: str) -> "asyncio.Task[None]":
    """Call until somebody answers: the port opens a moment after the server says so."""

    async def again() -> None:
        while await peer.call(address) != 101:
            await asyncio.sleep(0.02)

    return asyncio.create_task(again())
