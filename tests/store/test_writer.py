"""The writer's transactions on a file that others hold, and the log beside the file."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import checkpoints, prepared, tables
from bot.store.engine import open_engine
from bot.store.migrate import upgrade
from bot.store.writer import Writer
from tests.support.town import MONDAY


@pytest.fixture
async def engine(store_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(store_url)
    await upgrade(engine)
    yield engine
    await engine.dispose()


def fact(name: str, value: str = "x") -> prepared.Row:
    return {"name": name, "value": value, "at": MONDAY}


def note(connection: Connection, *names: str) -> None:
    prepared.insert(tables.facts, connection.dialect).run(connection, [fact(n) for n in names])


def _note_all(names: list[str], connection: Connection) -> None:
    note(connection, *names)


async def noted(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        return {row.name for row in await connection.execute(select(tables.facts.c.name))}


@pytest.mark.parametrize("brief", [True, False])
async def test_a_transaction_is_whole_or_not_at_all(engine: AsyncEngine, *, brief: bool) -> None:
    writer = Writer(engine)

    def break_off(connection: Connection) -> None:
        note(connection, "half")
        raise ValueError("broken off")

    await writer.run(lambda connection: note(connection, "a", "b"), brief=brief)
    with pytest.raises(ValueError, match="broken off"):
        await writer.run(break_off, brief=brief)
    await writer.run(lambda connection: note(connection, "c"), brief=brief)
    assert await noted(engine) == {"a", "b", "c"}
    await writer.close()


async def test_while_another_process_holds_the_file_the_loop_is_free(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    engine = open_engine(f"sqlite+aiosqlite:///{file}")
    await upgrade(engine)
    writer = Writer(engine)
    await writer.run(lambda connection: note(connection, "first"), brief=True)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = threading.Event()

    def late(connection: Connection) -> None:
        if threading.current_thread() is not threading.main_thread():
            waiting.set()
        note(connection, "second")

    running = asyncio.create_task(writer.run(late, brief=True))
    while not waiting.is_set():
        # The loop turns while the writer waits in its thread.
        await asyncio.sleep(0)
    assert not running.done()
    other.execute("COMMIT")
    other.close()
    await running
    assert await noted(engine) == {"first", "second"}
    await writer.close()
    await engine.dispose()


async def test_the_log_is_moved_into_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "EVERY", 0.0)
    file = tmp_path / "store.db"
    engine = open_engine(f"sqlite+aiosqlite:///{file}")
    await upgrade(engine)
    writer = Writer(engine)
    sizes = []
    for index in range(60):
        names = [f"{index}-{n}-{'x' * 200}" for n in range(40)]
        await writer.run(partial(_note_all, names), brief=True)
        assert writer._checkpoints is not None
        assert writer._checkpoints._running is not None
        writer._checkpoints._running.result()
        sizes.append((tmp_path / "store.db-wal").stat().st_size)
    # 2,400 rows of 400 bytes are a megabyte: the log begins anew instead of holding all of it.
    assert max(sizes) < sizes[0] + 200_000
    assert len(await noted(engine)) == 2400
    await writer.close()
    await engine.dispose()


async def test_a_value_without_a_place_is_an_error(engine: AsyncEngine) -> None:
    writer = Writer(engine)
    with pytest.raises(KeyError, match="valeu"):
        await writer.run(
            lambda connection: prepared.insert(tables.facts, connection.dialect).run(
                connection, [{**fact("a"), "valeu": "slip"}]
            )
        )
    await writer.close()


async def test_what_is_prepared_is_stored_as_sqlalchemy_would_store_it(engine: AsyncEngine) -> None:
    """A moment on the full second among them: SQLite's driver would leave its microseconds out."""
    columns = {c.name: c for c in tables.messages.columns if c.name != "number"}
    row = {
        "number": 1, "channel": "sim", "id": "a", "room": "群", "room_id": "r", "sender": "甲",
        "sender_id": "1", "role": "member", "at": MONDAY, "received_at": MONDAY, "type": "text",
        "text": "话", "items": ["一", "二"], "mentions": [], "bot": True, "sealed": b"x",
    }  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(tables.messages.insert(), [row])
        again = [{**row, "number": 2, "id": "b"}]
        await connection.run_sync(
            lambda plain: prepared.insert(tables.messages, plain.dialect).run(plain, again)
        )
        stored = ", ".join(f"CAST({name} AS TEXT)" for name in columns if name not in {"id", "at"})
        one, other = (
            await connection.exec_driver_sql(f"SELECT {stored}, at FROM messages ORDER BY number")  # noqa: S608
        ).all()
        assert one == other
