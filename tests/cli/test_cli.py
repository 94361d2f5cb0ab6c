"""The command line as outside checks use it: in a process of its own."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from bot.store.seal import Seal
from tests.support.channels import free_port
from tests.support.town import TOWN

SAMPLE = Path(__file__).parent / "sample.jsonl"


def qingqun(*words: str, folder: Path, feed: bytes = b"", env: dict[str, str] | None = None):
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *words],
        cwd=folder, input=feed, capture_output=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **(env or {})},
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "town.toml").write_text(TOWN, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [[], ["demo"], ["init"], ["run"], ["classify"], ["replay"], ["evaluate"], ["train"], ["report"],
     ["export"], ["doctor"], ["db"], ["db", "upgrade"]],
)  # fmt: skip
def test_every_command_has_help_in_both_languages(words: list[str], tmp_path: Path) -> None:
    for language in ("zh", "en"):
        extra = ["--lang", language] if words[:1] else []
        done = qingqun(*words[:1], *extra, *words[1:], "--help", folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert b"usage:" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["dance"],
        ["replay", "none.jsonl"],
        ["classify", "none.jsonl"],
        ["replay", "x", "--town", "none.toml"],
        ["replay", str(SAMPLE), "--town", "town.toml", "--capabilities", "fly"],
        ["export", "--town", "town.toml", "--room", "公告群", "--from", "soon", "--to", "later"],
        ["run", "--town", "none.toml"],
        ["db", "upgrade", "--url", "mysql://x"],
    ],
)
def test_errors_are_one_line_without_a_traceback(words: list[str], folder: Path) -> None:
    done = qingqun(*words, folder=folder)
    assert done.returncode == 2
    assert done.stdout == b""
    told = done.stderr.decode().strip()
    assert told
    assert len(told.splitlines()) == 1
    assert "Traceback" not in told


def test_classify_prints_one_line_a_message(folder: Path) -> None:
    done = qingqun("classify", str(SAMPLE), folder=folder)
    assert (done.returncode, done.stderr) == (0, b"")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(records) == len(SAMPLE.read_text("utf-8").splitlines())
    assert all(
        set(r) == {"id", "kind", "confidence", "traits", "deadline", "addressees"} for r in records
    )
    by_id = {record["id"]: record for record in records}
    assert by_id["s1"]["kind"] == "assignment"
    assert by_id["s1"]["deadline"] == "2026-11-24T17:00:00+08:00"
    assert by_id["s2"]["kind"] == "acknowledgement"


def test_standard_input_and_broken_lines(folder: Path) -> None:
    feed = b'{"id":"1"}\nnonsense\n' + SAMPLE.read_bytes()
    done = qingqun("classify", "-", folder=folder, feed=feed)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == len(SAMPLE.read_bytes().splitlines())
    told = done.stderr.decode()
    assert "第 1 行" in told
    assert "第 2 行" in told
    english = qingqun("classify", "--lang", "en", "-", folder=folder, feed=feed)
    assert b"line 1:" in english.stderr


def test_replay_prints_one_line_a_message_in_order(folder: Path) -> None:
    done = qingqun("replay", str(SAMPLE), "--town", "town.toml", folder=folder)
    assert done.returncode == 0
    records = [json.loads(line) for line in done.stdout.splitlines()]
    ids = [json.loads(line)["id"] for line in SAMPLE.read_text("utf-8").splitlines()]
    assert [record["id"] for record in records] == ids
    assert set(records[0]) == {
        "id", "kind", "traits", "findings", "action", "also", "outcome", "relation", "tasks",
    }  # fmt: skip
    by_id = {record["id"]: record for record in records}
    assert by_id["s2"]["action"] == "delete"
    assert by_id["s2"]["outcome"] == "done"
    assert by_id["s1"]["tasks"] == [1]
    none = qingqun(
        "replay", str(SAMPLE), "--town", "town.toml", "--capabilities", "none", folder=folder
    )
    actions = {json.loads(line)["action"] for line in none.stdout.splitlines()}
    assert not actions & {"delete", "defer", "mute"}


def test_replay_with_shadow_only_records(folder: Path) -> None:
    done = qingqun("replay", str(SAMPLE), "--town", "town.toml", "--shadow", folder=folder)
    actions = {json.loads(line)["action"] for line in done.stdout.splitlines()}
    assert actions <= {"none", "record"}
    enforced = qingqun("replay", str(SAMPLE), "--town", "town.toml", folder=folder)
    rooms = {
        line["id"]: line["room"] for line in map(json.loads, SAMPLE.read_text("utf-8").splitlines())
    }
    report = done.stderr.decode()
    for room in set(rooms.values()):
        would = [
            record["action"]
            for record in map(json.loads, enforced.stdout.splitlines())
            if rooms[record["id"]] == room and record["kind"]
        ]
        deleted = would.count("delete") + would.count("mute")
        assert f"“{room}”头一周只观察：共 {len(would)} 条消息，若执行会撤下 {deleted} 条" in report


def test_init_doctor_and_the_store(tmp_path: Path) -> None:
    assert qingqun("init", folder=tmp_path).returncode == 0
    again = qingqun("init", folder=tmp_path)
    assert again.returncode == 2
    done = qingqun("doctor", "--town", "town.toml", folder=tmp_path)
    assert done.returncode == 0, done.stdout.decode()
    assert "✓" in done.stdout.decode()
    assert qingqun("db", "upgrade", "--town", "town.toml", folder=tmp_path).returncode == 0
    key = qingqun("init", "--key", folder=tmp_path).stdout.decode().strip()
    assert Seal(key).lasting


def test_run_answers_health_and_stops_cleanly(folder: Path) -> None:
    port = free_port()
    (folder / "town.toml").write_text(TOWN + f"[web]\nport = {port}\n", "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "run", "--town", "town.toml"],
        cwd=folder, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "QINGQUN_KEY": Seal.new_key()},
    )  # fmt: skip
    assert process.stderr is not None
    events = []
    for line in process.stderr:
        events.append(json.loads(line))
        if events[-1]["event"] == "running":
            break
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
        assert json.load(answer) == {"pipeline": True, "store": True, "ledgers": True}
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        assert b"qingqun_queue_depth" in answer.read()
    process.send_signal(signal.SIGTERM)
    rest = process.stderr.read()
    assert process.wait(30) == 0
    assert json.loads(rest.splitlines()[-1])["event"] == "stopped"
    with sqlite3.connect(folder / "qingqun.db") as store:
        assert store.execute("select count(*) from rooms").fetchone() == (5,)


def test_a_long_file_streams(folder: Path) -> None:
    """A line comes out long before the file has ended."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "bot.cli", "classify", "-"],
        cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    line = SAMPLE.read_bytes().splitlines()[0] + b"\n"
    process.stdin.write(line)
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == "s1"
    process.stdin.close()
    assert process.wait(30) == 0


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_what_the_readme_shows_of_a_replay_is_what_it_prints(name: str, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    text = (root / name).read_text("utf-8")
    block = text[text.index("$ qingqun replay tests/cli") :].split("```", 1)[0]
    first, second = block.split("$ ")[1:]
    for part in (first, second):
        command, *shown = part.strip().splitlines()
        words = command.split()[1:]
        words[1], words[3] = str(root / words[1]), str(root / words[3])
        done = qingqun(*words, folder=tmp_path)
        printed = (done.stdout + done.stderr).decode().splitlines()
        assert shown
        assert [line for line in shown if line not in printed] == []
