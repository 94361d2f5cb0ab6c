"""`qingqun demo` as a process: its one line, its port, its end."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

COMMAND = [sys.executable, "-c", "import sys; from bot.cli import main; sys.exit(main())", "demo"]


@contextmanager
def demo(*options: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*COMMAND, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_shows_its_page_and_ends_well_when_told(number: signal.Signals) -> None:
    with demo("--port", "0", "--seed", "3") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = line[line.index("http://127.0.0.1:") :].split("（")[0]
        with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310
            assert "轻群" in answer.read().decode()
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 0
        assert errors == ""


def test_a_taken_port_is_one_clear_line_and_status_2() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = subprocess.run(
            [*COMMAND, "--port", str(port)], capture_output=True, text=True, timeout=60, check=False
        )
    assert run.returncode == 2
    assert run.stdout == ""
    assert len(run.stderr.splitlines()) == 1
    assert f"端口 {port} 已被占用" in run.stderr


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_a_port_that_is_none_is_status_2(port: str) -> None:
    run = subprocess.run(
        [*COMMAND, f"--port={port}"], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 1
