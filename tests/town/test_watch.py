"""A changed file is taken while running; a bad one is refused and the old one stays."""

import asyncio
import os
import signal
from pathlib import Path

from bot.town.watch import TownWatch
from tests.support.town import TOWN, Harness


async def test_a_good_file_is_taken_and_a_bad_one_refused(town: Harness, tmp_path: Path) -> None:
    path = tmp_path / "town.toml"
    watch = TownWatch(path, town.app)
    path.write_text(TOWN.replace("巴水镇", "新水镇"), "utf-8")
    assert await watch.take()
    assert town.app.town.town.name == "新水镇"
    path.write_text(TOWN.replace('kind = "leaders"', 'kind = "leader"'), "utf-8")
    assert not await watch.take()
    assert town.app.town.town.name == "新水镇"


async def test_a_change_of_the_file_and_a_hangup_are_noticed(town: Harness, tmp_path: Path) -> None:
    path = tmp_path / "town.toml"
    path.write_text(TOWN, "utf-8")
    taken: asyncio.Queue[str] = asyncio.Queue()
    reload = town.app.reload

    async def reloaded(new: object) -> None:
        await reload(new)  # type: ignore[arg-type]
        taken.put_nowait(town.app.town.town.name)

    town.app.reload = reloaded  # type: ignore[method-assign, assignment]
    watch = TownWatch(path, town.app)
    watch.start()
    try:
        for _ in range(100):  # the watcher says nothing when it is ready
            path.write_text(TOWN.replace("巴水镇", "一水镇"), "utf-8")
            try:
                assert await asyncio.wait_for(taken.get(), 0.3) == "一水镇"
                break
            except TimeoutError:
                path.touch()
        else:
            raise AssertionError("the change was not noticed")
        watch._path = tmp_path / "other.toml"
        watch._path.write_text(TOWN.replace("巴水镇", "二水镇"), "utf-8")
        os.kill(os.getpid(), signal.SIGHUP)
        while await asyncio.wait_for(taken.get(), 10) != "二水镇":
            pass
    finally:
        await watch.stop()
