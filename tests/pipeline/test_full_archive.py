"""What was decided is not lost to an archive that takes nothing for a while."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.app import App
from bot.channels.base import Posted
from bot.core.message import Message
from bot.store import patience, tables
from bot.store.journal import Journal
from bot.web import health
from policies import all_policies
from tests.scenarios.memory import memory
from tests.support.fake_reader import FakeReader
from tests.support.town import MONDAY, Harness, start_town, town_of


@pytest.fixture
async def either(store_url: str) -> AsyncIterator[Harness]:
    harness = await start_town(store_url)
    yield harness
    await harness.stop()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(patience, "LONGEST_PAUSE", 0.0)


def chat(first: int, last: int) -> list[Posted]:
    """Offences of one person, each of which the ledgers remember and answer."""
    return [
        Posted(
            Message(
                f"m{number}", "政务群", "小王", MONDAY, text="[ch+soup] 早安" + "好" * 400,
                room_id="政务群", sender_id="小王",
            )
        )
        for number in range(first, last)
    ]  # fmt: skip


class Trouble:
    """An archive that refuses journals, in earnest, as often as it is told to."""

    def __init__(self, town: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = self.met = 0
        self.sqlite = town.engine.dialect.name == "sqlite"
        self._write = Journal.write
        trouble = self

        def write(journal: Journal, connection: Connection) -> None:
            trouble.met += 1
            trouble.fail(journal, connection)

        monkeypatch.setattr(Journal, "write", write)

    def fail(self, journal: Journal, connection: Connection) -> None:
        """A full disk, a server that is taken away."""
        failing = self.times > 0
        self.times -= failing
        if self.sqlite:
            # The file may not grow by a page.
            pages = 1 if failing else 2**30
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        elif failing:
            connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        self._write(journal, connection)


async def the_archive_knows_everything(town: Harness) -> None:
    await town.settle()
    app = town.app
    other = App(
        town_of(), engine=town.engine, channels=app.channels, reader=FakeReader(),
        policies=all_policies(), clock=town.clock, seal=app.seal, shadow=False,
    )  # fmt: skip
    await other.load()
    mine, loaded = memory(app), memory(other)
    assert {name: mine[name] for name in mine if mine[name] != loaded[name]} == {}


async def test_what_was_decided_is_written_when_the_archive_takes_it_again(
    either: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble(either, monkeypatch)
    trouble.times = 3
    await either.app.pipeline.receive(chat(0, 40))
    await either.app.pipeline.receive(chat(40, 41))
    await either.settle()
    assert (trouble.times, either.app.pipeline.stuck, either.app.pipeline.in_step) == (
        0,
        False,
        True,
    )
    assert len(await either.rows(tables.judgements)) == 41
    offences = [row.policy for row in await either.rows(tables.offences)]
    assert offences.count("no_chat") == 41
    await the_archive_knows_everything(either)


async def test_what_comes_meanwhile_waits_and_healthz_says_so(
    town: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble(town, monkeypatch)
    trouble.times = 10**9
    await town.app.pipeline.receive(chat(0, 40))
    await until(lambda: town.app.pipeline.stuck)
    later = asyncio.create_task(town.app.pipeline.receive(chat(40, 41)))
    work = asyncio.create_task(town.app.ask(lambda _: None))
    assert await healthz(town.app) == (503, {"pipeline": True, "store": False, "ledgers": True})
    await until(lambda: trouble.met > 5)
    assert not later.done()
    assert not work.done()
    trouble.times = 0
    await asyncio.gather(later, work)
    await town.settle()
    assert await healthz(town.app) == (200, {"pipeline": True, "store": True, "ledgers": True})
    assert len(await town.rows(tables.judgements)) == 41
    await the_archive_knows_everything(town)


async def test_a_stop_does_not_wait_for_the_archive_and_the_next_start_judges(
    town: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        trouble = Trouble(town, patch)
        trouble.times = 10**9
        await town.app.pipeline.receive(chat(0, 40))
        await until(lambda: town.app.pipeline.stuck)
        async with asyncio.timeout(20):
            await town.stop()
    assert await town.rows(tables.judgements) == []
    again = await start_town(str(town.engine.url), world=town.world, clock=town.clock)
    assert len(await again.rows(tables.judgements)) == 40
    await the_archive_knows_everything(again)
    await again.stop()


async def test_what_was_read_and_not_stored_is_not_kept_in_mind(
    town: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = town.app.pipeline._writer.run

    async def refuse(work: Callable[[Connection], Any], **how: bool) -> Any:
        if len(town.app.desk._readings) == 3:
            raise OSError("disk full")
        return await run(work, **how)

    monkeypatch.setattr(town.app.pipeline._writer, "run", refuse)
    with pytest.raises(ConnectionError):
        await town.app.pipeline.receive(chat(0, 3))
    assert town.app.desk._readings == {}
    await town.app.pipeline.receive(chat(0, 1))
    await town.settle()
    assert len(await town.rows(tables.judgements)) == 1


async def test_a_commit_whose_answer_was_lost_is_not_made_twice(
    either: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, lost = either.app.pipeline._writer.run, 0

    async def lose(work: Callable[[Connection], Any], **how: bool) -> Any:
        nonlocal lost
        answer = await run(work, **how)
        if getattr(work, "__name__", "").startswith("write") and not lost:
            lost += 1
            raise ConnectionResetError
        return answer

    monkeypatch.setattr(either.app.pipeline._writer, "run", lose)
    await either.app.pipeline.receive(chat(0, 3))
    await either.settle()
    assert (lost, either.app.pipeline.in_step) == (1, True)
    assert len(await either.rows(tables.judgements)) == 3
    await the_archive_knows_everything(either)


async def test_what_the_archive_can_never_take_holds_nobody_up_and_is_told(
    town: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble(town, monkeypatch)

    def refuse(*_: object) -> None:
        raise IntegrityError("insert", None, ValueError("twice"))

    with monkeypatch.context() as patch:
        patch.setattr(trouble, "fail", refuse)
        await town.app.pipeline.receive(chat(0, 1))
        await town.app.pipeline.idle()
    assert trouble.met == 1
    await town.app.pipeline.receive(chat(1, 2))
    await town.settle()
    assert [row.number for row in await town.rows(tables.judgements)] == [2]
    assert await healthz(town.app) == (503, {"pipeline": True, "store": True, "ledgers": False})


async def test_what_the_archive_can_never_take_does_not_hold_the_next_start_up(
    town: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        Trouble(town, patch).times = 10**9
        await town.app.pipeline.receive(chat(0, 40))
        await until(lambda: town.app.pipeline.stuck)
        await town.stop()
    write = Journal.write

    def refuse(journal: Journal, connection: Connection) -> None:
        _, judged = journal._inserts.get("judgements", (None, []))
        if any(row["number"] == 2 for row in judged):
            raise IntegrityError("insert", None, ValueError("twice"))
        write(journal, connection)

    monkeypatch.setattr(Journal, "write", refuse)
    again = await start_town(str(town.engine.url), world=town.world, clock=town.clock)
    assert [row.number for row in await again.rows(tables.judgements)] == [1, *range(3, 41)]
    assert not again.app.pipeline.in_step
    await again.stop()


async def test_an_order_of_an_event_that_failed_is_not_carried_out(
    town: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow = town.app.desk._follow

    def fail(journal: Journal, judgement: Any) -> None:
        follow(journal, judgement)
        if judgement.message.id == "m0":
            raise RuntimeError("after the order")

    monkeypatch.setattr(town.app.desk, "_follow", fail)
    await town.app.pipeline.receive(chat(0, 1))
    other = chat(1, 2)[0].message
    await town.app.pipeline.receive([Posted(replace(other, sender="小李", sender_id="小李"))])
    await town.settle()
    assert town.inbox("小王") == []
    assert town.inbox("小李") != []
    ordered = {row.message for row in await town.rows(tables.outbox)}
    assert 2 in ordered
    assert 1 not in ordered


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0)


async def healthz(app: App) -> tuple[int, Any]:
    site = web.Application()
    site[health.APP] = app
    site.add_routes(health.routes())
    runner = web.AppRunner(site)
    await runner.setup()
    try:
        place = web.TCPSite(runner, "127.0.0.1", 0)
        await place.start()
        port = runner.addresses[0][1]
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}/healthz") as answer,
        ):
            return answer.status, await answer.json()
    finally:
        await runner.cleanup()
