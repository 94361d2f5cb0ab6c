"""Texts are purged after a set number of days; figures and the audit stay."""

from datetime import timedelta
from pathlib import Path

from bot.store import tables
from tests.support.town import MONDAY, TOWN, start_town, town_of


async def test_words_go_and_figures_stay(tmp_path: Path) -> None:
    town = await start_town(
        tmp_path / "town.db",
        town=town_of(TOWN.replace('name = "巴水镇"', 'name = "巴水镇"\nretention_days = 30')),
    )
    await town.post("公告群", "书记", "[as] 各村周五前报送")
    await town.post("政务群", "小王", "[ch] 陈年旧话")
    await town.post("政务群", "小李", "[di+secret] 机密★ 旧事")
    town.clock.advance(timedelta(days=29))
    await town.until(MONDAY + timedelta(days=29))
    young = await town.post("政务群", "小王", "[di] 新话")
    town.clock.advance(timedelta(days=3))
    await town.until(town.clock.now() + timedelta(days=1))
    rows = {row.number: row for row in await town.rows(tables.messages)}
    old = [row for row in rows.values() if row.at == MONDAY]
    assert len(old) == 3
    assert all(row.text == "" and row.sealed is None and row.purged_at for row in old)
    assert next(row for row in rows.values() if row.id == young.id).text == "[di] 新话"
    assert {row.kind for row in await town.rows(tables.judgements)} >= {"assignment", "chat"}
    assert await town.rows(tables.findings)
    await town.app.pipeline.stop()  # lets the log be cleared; the archive stays open
    async with town.engine.connect():
        for path in tmp_path.glob("town.db*"):
            assert "陈年旧话".encode() not in path.read_bytes()
    await town.stop()
    for path in tmp_path.glob("town.db*"):
        assert "陈年旧话".encode() not in path.read_bytes()
