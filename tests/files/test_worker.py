"""The process that reads files: its limits, its deaths, and that the next file is read all the same."""

import os
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from json import dumps

import pytest

from bot.files.facts import FileFacts, Limits, Reason, Unreadable
from bot.files.worker import Worker
from tests.files.making import docx, pdf

#: Hangs, dies, eats memory or talks nonsense where the file's name says so; else it is the real one.
CHILD = """
import json, os, sys
from bot.files import child, extract
real = child.read
def read(content, name, limits):
    if name == "hang":
        while True: pass
    if name == "die":
        os._exit(3)
    if name == "eat":
        return {"facts": len(bytearray(limits.memory * 2))}
    if name == "nonsense":
        return {"facts": {"title": 1}}
    if name == "flood":
        return {"unreadable": "x" * (2 << 20)}
    if name == "environment":
        return {"facts": extract.find_facts(sorted(os.environ)).as_json()}
    if name == "print":
        print("机密"); print("机密", file=sys.stderr)
    return real(content, name, limits)
child.read = read
child.main()
"""


def worker_with(**limits: float) -> Worker:
    told = Limits(**limits)  # type: ignore[arg-type]
    return Worker(told, (sys.executable, "-c", CHILD, dumps(asdict(told))))


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    made = worker_with(seconds=30)
    yield made
    await made.stop()
    assert not made.running


async def test_files_are_read_in_another_process_one_after_the_other(worker: Worker) -> None:
    for content in (docx(), pdf(), docx()):
        found = await worker.read(content, "1")
        assert isinstance(found, FileFacts)
        assert found.number == "西府办发〔2021〕12号"
    assert await worker.read(b"%PDF-1.7 nothing", "x.pdf") == Unreadable(Reason.BROKEN)


async def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    worker = worker_with(seconds=0.3)
    try:
        assert await worker.read(b"x", "hang") == Unreadable(Reason.TIMEOUT)
        assert not worker.running
        worker.limits = Limits()
        assert isinstance(await worker.read(docx(), "1.docx"), FileFacts)
    finally:
        await worker.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="limits on processor time are set on Linux")
async def test_processor_time_is_bounded_by_the_process_itself() -> None:
    worker = worker_with(cpu_seconds=0)
    try:
        assert await worker.read(b"x", "hang") == Unreadable(Reason.CRASHED)
    finally:
        await worker.stop()


@pytest.mark.parametrize("name", ["die", "nonsense", "flood"])
async def test_a_process_that_dies_or_raves_is_replaced(worker: Worker, name: str) -> None:
    assert await worker.read(b"x", name) == Unreadable(Reason.CRASHED)
    assert isinstance(await worker.read(docx(), "1.docx"), FileFacts)


@pytest.mark.skipif(sys.platform != "linux", reason="limits on memory are set on Linux")
async def test_memory_is_bounded(worker: Worker) -> None:
    assert await worker.read(b"x", "eat") == Unreadable(Reason.CRASHED)
    assert isinstance(await worker.read(docx(), "1.docx"), FileFacts)


async def test_keys_of_the_bot_are_not_in_its_environment(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QINGQUN_KEY", "a key")
    found = await worker.read(b"x", "environment")
    assert isinstance(found, FileFacts)
    assert "QINGQUN_KEY" in os.environ
    assert "QINGQUN_KEY" not in found.text
    assert "PATH" in found.text


async def test_what_libraries_print_goes_nowhere(
    worker: Worker, capfd: pytest.CaptureFixture[str]
) -> None:
    assert isinstance(await worker.read(docx(), "print"), FileFacts)
    printed = capfd.readouterr()
    assert "机密" not in printed.out + printed.err


async def test_a_file_that_is_too_large_starts_no_process() -> None:
    worker = Worker(Limits(size=10))
    assert await worker.read(b"x" * 11) == Unreadable(Reason.TOO_LARGE)
    assert not worker.running


async def test_a_process_that_cannot_be_started_is_a_reason() -> None:
    worker = Worker(command=("/nonexistent/python",))
    assert await worker.read(docx()) == Unreadable(Reason.CRASHED)
    await worker.stop()
