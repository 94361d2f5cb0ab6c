"""A secret leaves no trace in the clear: everything the system wrote is searched for it."""

import logging
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.channels.base import NO_CAPABILITIES
from bot.core.message import MessageType
from bot.logs import JsonLines
from bot.store.tables import metadata
from tests.support.town import MONDAY, TOWN, Harness, start_town

#: Parts of secrets; none may appear in anything the system writes.
MARKERS = ("青松岭项目", "张举报人", "11010519491231002X", "6222020000567812342")
ROOT = Path(__file__).parents[2]


async def live(town: Harness) -> None:
    """Secrets of every sort, and everything people may ask about them."""
    await town.post("政务群", "小王", "[do+secret] 机密★ 青松岭项目 选址")
    await town.post("政务群", "书记", "[as+secret to=张举报人] 青松岭项目 明天开会 通知张举报人")
    await town.post("公告群", "小李", "[di 0.6] 秘密★ 张举报人 在信访")
    await town.post("政务群", "小李", "名单 11010519491231002X")
    await town.post(
        "政务群", "小李", "[re+personal_data] 看附件",
        type=MessageType.FILE, title="张举报人 6222020000567812342.xlsx",
    )  # fmt: skip
    await town.post(
        "政务群", "小李", "[do+secret] 转", items=("甲：青松岭项目",), type=MessageType.FORWARDED
    )
    edited = await town.post("政务群", "小王", "[di] 平常的话")
    await town.world.edit(edited.id, "[di+secret] 青松岭项目 改")
    await town.settle()
    await town.post("公告群", "党建办主任", "[as] 各村周五前报送")
    for person, words in (
        ("小王", "为什么 1"), ("小王", "申诉 1 冤枉"), ("行政办主任", "为什么 1"),
        ("行政办主任", "误判 1"), ("行政办主任", "待判"), ("行政办主任", "查看 1"),
        ("书记", "状态"), ("保密员", "为什么 1"), ("书记", "周报"), ("小李", "待办"),
        ("小王", "11010519491231002X 青松岭项目"),
    ):  # fmt: skip
        await town.whisper(person, words)


@pytest.mark.parametrize("able", ["all", "none"])
async def test_nothing_that_was_written_holds_the_secret(able: str, tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    handler = logging.FileHandler(log, encoding="utf-8")
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        more = {} if able == "all" else {"capabilities": NO_CAPABILITIES}
        town = await start_town(tmp_path / "town.db", **more)  # type: ignore[arg-type]
        await live(town)
        await town.until(MONDAY + timedelta(days=1))
        found = [await _clear(town), _named(town.app.measures.text())]
        told = [
            text
            for person in ("小王", "小李", "书记", "行政办主任", "党建办主任", "甲村书记")
            for text in town.inbox(person)
        ]
        found.append(_named("\n".join(told).encode()))
        posts = [
            m.text for room in town.world.rooms() for m in town.world.messages(room.id) if m.bot
        ]
        found.append(_named("\n".join(posts).encode()))
        await town.stop()
        again = await start_town(tmp_path / "town.db", clock=town.clock, world=town.world)
        await again.stop()
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            found.append([f"{path.name}: {name}" for name in _named(path.read_bytes())])
    assert [name for names in found for name in names] == []


async def test_the_officer_alone_is_shown_it(tmp_path: Path) -> None:
    town = await start_town(tmp_path / "town.db")
    await town.post("政务群", "小王", "[do+secret] 机密★ 青松岭项目 选址")
    for person in ("小王", "书记", "行政办主任"):
        await town.whisper(person, "查看 1")
        assert not any("青松岭项目" in text for text in town.inbox(person))
    await town.whisper("保密员", "查看 1")
    assert any("青松岭项目" in text for text in town.inbox("保密员"))
    assert _named((tmp_path / "town.db").read_bytes()) == []
    await town.stop()


async def test_an_export_leaves_secrets_out(tmp_path: Path) -> None:
    town = await start_town(tmp_path / "qingqun.db")
    await town.post("政务群", "小王", "[do+secret] 机密★ 青松岭项目 选址")
    await town.post("政务群", "小王", "[di] 平常的话")
    await town.stop()
    (tmp_path / "town.toml").write_text(TOWN, "utf-8")
    words = ["--room", "政务群", "--from", "2026-11-01", "--to", "2026-11-30"]
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "export", *words],
        cwd=tmp_path, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip
    assert "平常的话" in done.stdout
    assert _named(done.stdout.encode()) == []


def _named(data: bytes) -> list[str]:
    return [marker for marker in MARKERS if marker.encode() in data]


async def _clear(town: Harness) -> list[str]:
    """Markers in any column of any table, JSON escapes included."""
    found = []
    async with town.engine.connect() as connection:
        for name in metadata.tables:
            rows = (await connection.execute(text(f"select * from {name}"))).all()  # noqa: S608
            joined = " ".join(str(value) for row in rows for value in row)
            joined += joined.encode().decode("unicode_escape", "ignore")
            found += [f"{name}: {marker}" for marker in MARKERS if marker in joined]
    return found
