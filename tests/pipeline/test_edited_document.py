"""A document that is edited while it waits for its key points."""

from datetime import timedelta

from bot.store import tables
from tests.support.town import Harness


async def test_it_waits_on_under_its_new_words(town: Harness) -> None:
    message = await town.post("政务群", "小王", "[do] 一")
    await town.world.edit(message.id, "[do] 二")
    await town.settle()
    row = await town.judged(message)
    assert (row.revision, row.spared) == (1, "grace")
    await town.until(town.clock.now() + timedelta(minutes=11))
    assert (await town.judged(message)).action == "delete"
    assert "二" in town.inbox("小王")[-1]


async def test_an_edit_that_completes_it_ends_the_wait(town: Harness) -> None:
    message = await town.post("政务群", "小王", "[do] 一")
    await town.world.edit(message.id, "[do+briefed] 一 要点 拟办")
    await town.settle()
    await town.until(town.clock.now() + timedelta(minutes=11))
    assert (await town.judged(message)).action == "none"
    assert all(grace.settled_at is not None for grace in await town.rows(tables.graces))
