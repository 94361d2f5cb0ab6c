"""The unit of work."""

from datetime import UTC, datetime

from sqlalchemy import select

from bot.store import tables
from bot.store.engine import open_engine
from bot.store.facts import Facts
from bot.store.journal import Journal, Numbers
from bot.store.migrate import upgrade

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


async def test_rows_changes_and_replacements_are_written_together(store_url: str) -> None:
    engine = open_engine(store_url)
    await upgrade(engine)
    numbers, facts = Numbers(), Facts()
    async with engine.begin() as connection:
        await numbers.load(connection)
        journal = Journal(numbers)
        first = journal.add(tables.audit, at=AT, actor="行政办主任", deed="mode", before="x")
        second = journal.add(tables.audit, at=AT, actor="书记", deed="mode", allowed=False)
        journal.change(tables.audit, {"number": second}, after="enforce")
        facts.set(journal, "hours", "09:00-18:00", AT)
        facts.set(journal, "hours", "08:00-17:00", AT)
        assert journal
        await connection.run_sync(journal.write)
    async with engine.connect() as connection:
        rows = (await connection.execute(select(tables.audit))).all()
        assert [(row.number, row.before, row.after, row.allowed) for row in rows] == [
            (first, "x", "", True),
            (second, "", "enforce", False),
        ]
        assert rows[0].at == AT
        again = Facts()
        await again.load(connection)
        assert again.get("hours") == "08:00-17:00"
        later = Numbers()
        await later.load(connection)
        assert later.next(tables.audit) == second + 1
    await engine.dispose()


async def test_absorbed_journals_keep_everything(store_url: str) -> None:
    engine = open_engine(store_url)
    await upgrade(engine)
    numbers = Numbers()
    whole, part = Journal(numbers), Journal(numbers)
    whole.add(tables.audit, at=AT, actor="甲")
    number = part.add(tables.audit, at=AT, actor="乙")
    part.change(tables.audit, {"number": number}, deed="改")
    whole.absorb(part)
    async with engine.begin() as connection:
        await connection.run_sync(whole.write)
    async with engine.connect() as connection:
        rows = await connection.execute(select(tables.audit.c.actor, tables.audit.c.deed))
        assert {tuple(row) for row in rows} == {("甲", ""), ("乙", "改")}
    await engine.dispose()
