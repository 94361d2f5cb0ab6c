"""Figures against what really happened in a town, and against a plain count of the rows."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clockwork.retention import PurgeTexts
from bot.store import tables
from bot.store.engine import open_engine
from bot.store.journal import Journal, Numbers
from bot.store.migrate import upgrade
from bot.summary.counting import kept_fact
from bot.summary.figures import Counts, Figures, figures
from bot.summary.weeks import Spans, Week
from tests.summary.archive import NOW, fill, town_file
from tests.summary.made_town import made_town
from tests.support.stores import open_store
from tests.support.town import MONDAY, Harness

QUESTION = made_town()
TOWN = town_file(QUESTION)
SPANS = Spans.of(Week.of(NOW, TOWN.zone).before, NOW, TOWN.zone)


@pytest.fixture
async def lived(store_url: str) -> AsyncIterator[AsyncEngine]:
    """An archive of five weeks, on each store."""
    engine = open_engine(store_url)
    await upgrade(engine)
    await fill(engine, QUESTION)
    yield engine
    await engine.dispose()


async def count(engine: AsyncEngine, spans: Spans = SPANS) -> Figures:
    async with engine.connect() as connection:
        return await figures(connection, TOWN, spans)


async def test_sums_are_those_of_a_plain_count(lived: AsyncEngine) -> None:
    found = await count(lived)
    async with lived.connect() as connection:
        judged = (await connection.execute(select(tables.judgements))).all()
        tasks = (await connection.execute(select(tables.tasks))).all()
        people = (await connection.execute(select(tables.task_people))).all()
    for span, counts in ((SPANS.this, found.this), (SPANS.last, found.last)):
        rows = [row for row in judged if span.start <= row.at < span.end]
        assert counts.messages == len(rows) > 0
        assert counts.assignments == sum(row.kind == "assignment" for row in rows)
        assert counts.off_hours == sum(not row.working for row in rows)
        gone = [row for row in rows if row.action == "delete"]
        assert counts.taken_down == len(gone)
        assert counts.noise == sum(row.kind != "acknowledgement" for row in gone)
        assert counts.receipts == len(gone) - counts.noise
        assert counts.broken == counts.noise
        issued = {row.number for row in tasks if span.start <= row.issued_at < span.end}
        mine = [row for row in people if row.task in issued]
        assert (counts.issued, counts.concerned) == (len(issued), len(mine))
        assert counts.receipts_given == sum(row.acknowledged_at is not None for row in mine)
        given = Counter(row.task for row in mine if row.handed_in_at)
        assert counts.done_on_time == sum(
            given[number] == sum(row.task == number for row in mine) for number in issued
        )
    by_room = Counter(row.room for row in judged if SPANS.this.start <= row.at < SPANS.this.end)
    assert {room.name: room.this.messages for room in found.rooms if room.this.messages} == by_room


async def test_what_reached_each_person_is_what_stayed_in_their_rooms(lived: AsyncEngine) -> None:
    found = await count(lived)
    stayed = {room.name: room.this.messages - room.this.taken_down for room in found.rooms}
    for person in found.people:
        rooms = {room.name for room in QUESTION.rooms if person.name in room.members}
        assert set(person.rooms) == rooms
        assert person.this == sum(stayed[room] for room in rooms)
    assert [one.this for one in found.people] == sorted(
        (one.this for one in found.people), reverse=True
    )


async def test_a_purged_archive_still_gives_every_figure(lived: AsyncEngine) -> None:
    before = await count(lived)
    journal = Journal(Numbers())
    values = {"name": kept_fact(SPANS.week.name), "value": '{"wolf": 4}', "at": NOW}
    journal.add(tables.facts, **values)
    duty = PurgeTexts(_Retain(TOWN), _Silent())  # type: ignore[arg-type]
    duty.perform(journal, NOW + timedelta(days=400))
    async with lived.begin() as connection:
        await connection.run_sync(journal.write)
    after = await count(lived)
    async with lived.connect() as connection:
        left = await connection.scalars(select(tables.messages.c.text).distinct())
        assert left.all() == [""]
    assert (after.this, after.last) == (before.this, before.last)
    assert (after.rooms, after.people) == (before.rooms, before.people)


class _Retain:
    """What the purge asks of the judge."""

    def __init__(self, town: Any) -> None:
        self.town = town


class _Silent:
    """What the purge asks of the state."""

    class facts:  # noqa: N801 - stands for an attribute
        get = staticmethod(lambda _: "")
        set = staticmethod(lambda *_: None)


async def test_crying_wolf_is_remembered_where_the_words_are_gone(tmp_path: Path) -> None:
    engine = await open_store(tmp_path / "store.db")
    at = SPANS.this.start + timedelta(hours=30)
    async with engine.begin() as connection:
        for number, (text, traits) in enumerate(
            [
                ("紧急：各村马上报表", ["material_demand"]),
                ("请各村报表", ["material_demand"]),
                ("紧急：山洪，马上转移并报人数", ["material_demand", "urgent"]),
                ("紧急：开会", []),
            ],
            1,
        ):
            await _judged(connection, number, at, text=text, traits=traits)
    assert (await count(engine)).wolf == (0, 1)
    async with engine.begin() as connection:
        await connection.execute(tables.messages.update().values(text="", purged_at=NOW))
    assert (await count(engine)).wolf == (0, None)
    async with engine.begin() as connection:
        await connection.execute(
            tables.facts.insert().values(
                name=kept_fact(SPANS.week.name), value='{"wolf": 1}', at=NOW
            )
        )
    assert (await count(engine)).wolf == (0, 1)
    await engine.dispose()


async def _judged(connection: Any, number: int, at: datetime, **more: Any) -> None:
    text = more.pop("text", "")
    await connection.execute(
        tables.messages.insert().values(
            number=number, channel="made", id=f"m{number}", room="甲群", room_id="r", sender="甲",
            sender_id="甲", role="member", at=at, received_at=at, type="text", text=text,
        )
    )  # fmt: skip
    values = {"kind": "assignment", "action": "none", "room": "甲群", "person": "甲", **more}
    await connection.execute(
        tables.judgements.insert().values(number=number, at=at, decided_at=at, **values)
    )


async def test_figures_of_a_town_at_work(town: Harness) -> None:
    await town.post("政务群", "小王", "[ch] 早安")
    await town.post("政务群", "小李", "收到")
    await town.post("公告群", "书记", "[as to=各村] 请报表")
    await town.post("公告群", "甲村书记", "收到")
    await town.post("公告群", "乙村书记", "收到")
    chat = await town.post("政务群", "小李", "[ch] 一起吃饭")
    number = (await town.judged(chat)).number  # type: ignore[attr-defined]
    await town.whisper("行政办主任", f"误判 {number}")
    week = Week.of(MONDAY, town.app.town.zone)
    async with town.engine.connect() as connection:
        spans = Spans.of(week, week.end(town.app.town.zone), town.app.town.zone)
        found = await figures(connection, town.app.town, spans)
    rooms = {room.name: room.this for room in found.rooms}
    hall, work = rooms["公告群"], rooms["政务群"]
    assert (hall.messages, hall.assignments, hall.share) == (3, 1, pytest.approx(1 / 3))
    assert (hall.receipts, hall.noise, hall.taken_down) == (2, 0, 2)
    assert (hall.issued, hall.acknowledged, hall.concerned) == (1, 1, 2)
    assert (work.messages, work.noise, work.taken_down) == (3, 1, 3), "one was put back"
    assert work.violations == {"no_chat": 1}
    assert work.corrected == 1
    assert work.own == 1, "the message that was put back is a post of the bot's"
    assert found.this.own_private > 0
    assert found.this.messages == 6
    assert not found.empty
    assert found.last == Counts()


async def test_emergencies_and_outages_are_cut_to_the_week(tmp_path: Path) -> None:
    engine = await open_store(tmp_path / "store.db")
    start, hour = SPANS.this.start, timedelta(hours=1)
    async with engine.begin() as connection:
        await connection.execute(
            tables.emergencies.insert(),
            [
                {"number": 1, "scope": "", "by": "甲", "at": start - hour, "until": start + hour},
                {"number": 2, "scope": "", "by": "甲", "at": start + hour, "until": start + hour},
            ],
        )
        await connection.execute(
            tables.outages.insert(),
            [
                {"number": 1, "channel": "a", "from_at": start - hour, "until": start + hour},
                {"number": 2, "channel": "b", "from_at": start, "until": start + 2 * hour},
                {"number": 3, "channel": "a", "from_at": SPANS.this.end - hour, "until": None},
            ],
        )
    found = await count(engine)
    assert found.emergencies == (1, 1)
    last, this = found.outages
    assert (last.times, last.length) == (1, hour)
    assert (this.times, this.length) == (2, 3 * hour)
    await engine.dispose()
