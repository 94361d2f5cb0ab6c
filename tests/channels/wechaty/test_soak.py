"""A small soak in the suite; benchmarks/soak_wechaty.py is the long one, run by hand."""

from pathlib import Path

import pytest
from soak import TOWN, Times, soak
from town import open_town
from wechaty_gateway import TOKEN, Gateway

from bot.channels.base import Link


async def test_kills_lose_nothing_that_is_told_later_and_nothing_is_judged_twice(
    installed: tuple[list[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QINGQUN_WECHATY_TOKEN", TOKEN)
    gateway = Gateway(*installed)
    gateway.start()
    try:
        app, ears = await open_town(gateway, tmp_path / "town.db", TOWN, judged=Times(3000))
        await app.start()
        try:
            told = await soak(app, ears, gateway, messages=3000, kills=2, rate=600)
        finally:
            await app.stop()
    finally:
        gateway.kill()
    assert told.lost == []
    assert (told.rows, told.judgements) == (3000, 3000)
    assert told.judged_twice == 0
    assert told.links.count(Link.DISCONNECTED) == 2
    assert told.links.count(Link.CONNECTED) == 3
