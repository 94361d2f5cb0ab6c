"""Open the archive and keep it fit for many small durable writes."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.core.errors import StoreError

_encode = json.JSONEncoder(ensure_ascii=False).encode


def to_json(value: object) -> str:
    """JSON as it is stored; most lists are empty, and a message has half a dozen of them."""
    return "[]" if value == [] else _encode(value)


#: What people wrote stays out of the texts of errors, and so of the log.
_ALWAYS: dict[str, Any] = {"json_serializer": to_json, "hide_parameters": True}


def open_engine(url: str) -> AsyncEngine:
    """An engine for a SQLAlchemy URL: `sqlite+aiosqlite:///file` or `postgresql+asyncpg://…`.

    SQLite runs in WAL mode with synchronous=NORMAL: a commit survives the death of the
    process, and a power cut can cost the last moments but never the file's soundness.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            "store.url：不是合法的数据库地址，如 sqlite+aiosqlite:///qingqun.db"
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        engine = create_async_engine(
            parsed.set(drivername="sqlite+aiosqlite"), pool_size=5, **_ALWAYS
        )
        event.listen(engine.sync_engine, "connect", _tune_sqlite)
        return engine
    if backend == "postgresql":
        return create_async_engine(
            parsed.set(drivername="postgresql+asyncpg"),
            pool_size=5,
            pool_pre_ping=True,
            **_ALWAYS,
        )
    raise StoreError(f"store.url：不支持 {backend}；请用 SQLite 或 PostgreSQL")


def open_sync_engine(url: URL) -> Engine:
    """An engine for the same file without asyncio. It does not wait where the file is locked."""
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        connect_args={"check_same_thread": False},
        **_ALWAYS,
    )
    event.listen(engine, "connect", _tune_sqlite)
    event.listen(engine, "connect", _hold_nobody_up)
    return engine


def is_embedded(url: str) -> bool:
    """Whether the archive is a file of the bot's own, which `run` may migrate by itself."""
    return make_url(url).get_backend_name() == "sqlite"


def database_file(url: str) -> Path | None:
    """The file of an embedded archive; None for a server or for memory."""
    name = make_url(url).database
    return Path(name) if is_embedded(url) and name and name != ":memory:" else None


def _tune_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "temp_store=MEMORY",
        # What is purged must be gone from the file, not only from the tables.
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _hold_nobody_up(connection: Any, _record: object) -> None:
    """Neither for another's lock nor for the disk: see Writer and Checkpoints."""
    connection.execute("PRAGMA busy_timeout=0")
    connection.execute("PRAGMA wal_autocheckpoint=0")
