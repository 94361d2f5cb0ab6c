"""One process that reads files, started when the first comes, killed when it takes too long.

A process and not a thread: what a hostile file does to a parser stays in there, with limits on
memory and time, and without the bot's keys in its environment. What comes back is JSON, checked.
"""

import asyncio
import json
import logging
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import bot
from bot.files.facts import FileFacts, Limits, Reason, Unreadable
from bot.files.sorts import Sort, sort_of

log = logging.getLogger(__name__)

_ROOT = str(Path(bot.__file__).parent.parent)
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH")
#: Seconds to start in, and idle seconds after which the memory is given back.
_START, _IDLE = 60.0, 300.0
_LONGEST_ANSWER = 1 << 20
#: No answer, half an answer, or one that makes no sense.
_LOST = (
    ConnectionError,
    asyncio.IncompleteReadError,
    asyncio.LimitOverrunError,
    KeyError,
    TypeError,
    ValueError,
)


class Worker:
    """Reads one file at a time; others wait their turn. `command` is another child, for tests."""

    def __init__(self, limits: Limits | None = None, command: Sequence[str] = ()) -> None:
        self.limits = limits or Limits()
        told = json.dumps(asdict(self.limits))
        self._command = tuple(command) or (sys.executable, "-m", "bot.files.child", told)
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._rest: asyncio.TimerHandle | None = None

    @property
    def running(self) -> bool:
        """Whether there is a process now."""
        return self._process is not None and self._process.returncode is None

    async def read(self, content: bytes, name: str = "") -> FileFacts | Unreadable:
        """What a file shows, or why that is not known. Raises nothing that a file can cause."""
        if len(content) > self.limits.size:
            return Unreadable(Reason.TOO_LARGE)
        async with self._turn:
            self._stay()
            started = time.perf_counter()
            answer = await self._ask(content, name)
            self._rest = asyncio.get_running_loop().call_later(_IDLE, self._kill)
            log.debug("a file was read in %.2f s", time.perf_counter() - started)
            return answer

    async def stop(self) -> None:
        """End the process."""
        self._stay()
        self._kill()
        if self._process is not None:
            await self._process.wait()
            self._process = None

    async def _ask(self, content: bytes, name: str) -> FileFacts | Unreadable:
        try:
            process = await self._started()
        except (OSError, TimeoutError, *_LOST) as error:
            log.warning("the process that reads files does not start: %s", type(error).__name__)
            return await self._failed(Reason.CRASHED)
        try:
            async with asyncio.timeout(self._patience(content, name)):
                request = json.dumps({"name": name, "size": len(content)})
                _pipe(process.stdin).write(request.encode() + b"\n" + content)
                await _pipe(process.stdin).drain()
                return _result(await _line(process))
        except TimeoutError:
            return await self._failed(Reason.TIMEOUT)
        except asyncio.CancelledError:
            # What it would still answer belongs to nobody.
            self._kill()
            raise
        except _LOST:
            return await self._failed(Reason.CRASHED)

    def _patience(self, content: bytes, name: str) -> float:
        scan = sort_of(content, name) in {Sort.PICTURE, Sort.PDF}
        return self.limits.picture_seconds if scan else self.limits.seconds

    async def _started(self) -> Process:
        if self._process is not None and self.running:
            return self._process
        paths = (_ROOT, *os.environ.get("PYTHONPATH", "").split(os.pathsep))
        environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment,
            limit=_LONGEST_ANSWER,
        )  # fmt: skip
        async with asyncio.timeout(_START):
            await _line(self._process)
        return self._process

    async def _failed(self, reason: Reason) -> Unreadable:
        """The process is of no more use; the next file gets a new one."""
        self._kill()
        if self._process is not None:
            await self._process.wait()
            self._process = None
        return Unreadable(reason)

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def _stay(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None


def _pipe(stream: Any) -> Any:
    if stream is None:
        raise ConnectionError("no pipe")
    return stream


async def _line(process: Process) -> dict[str, Any]:
    line = await _pipe(process.stdout).readuntil(b"\n")
    answer = json.loads(line)
    if not isinstance(answer, dict):
        raise TypeError("an answer is an object")
    return answer


def _result(answer: dict[str, Any]) -> FileFacts | Unreadable:
    if "unreadable" in answer:
        return Unreadable(Reason(answer["unreadable"]))
    return FileFacts.from_json(answer["facts"])
