"""What the bot owes a room and the platform does not let it say: an admin hears of it."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import Verb
from bot.channels.simulated.faults import Refuse
from tests.support.town import MONDAY, Harness, start_town, town_of

ROOM, ADMIN = "政务群", "行政办主任"


def told(town: Harness, number: int, what: str) -> int:
    return sum(
        f"编号 {number}" in text and what in text and "没能" in text for text in town.inbox(ADMIN)
    )


async def test_a_restored_message_that_is_refused_is_told_and_can_be_tried_again(
    town: Harness,
) -> None:
    number = (await town.judged(await town.post(ROOM, "小王", "[ch] 早安"))).number
    town.channel.faults.add(Refuse(), Verb.SEND, room_id=ROOM, times=1)
    await town.whisper("书记", f"误判 {number}")
    await town.settle()
    assert told(town, number, "恢复") == 1
    assert not any("早安" in text for text in town.texts(ROOM))
    await town.whisper("书记", f"误判 {number}")
    await town.settle()
    assert sum("早安" in text for text in town.texts(ROOM)) == 1
    assert told(town, number, "恢复") == 1


async def test_a_deferred_post_that_is_refused_is_told(tmp_path: Path) -> None:
    town = await start_town(tmp_path / "town.db", town=town_of())
    await town.until(MONDAY + timedelta(hours=13))
    sent = await town.world.post(ROOM, "书记", "[as] 请各村明早交表")
    await town.settle()
    number = (await town.judged(sent)).number
    assert (await town.judged(sent)).action == "defer"
    town.channel.faults.add(Refuse(), Verb.SEND, room_id=ROOM)
    await town.until(MONDAY + timedelta(hours=24))
    assert told(town, number, "发布") == 1
    await town.stop()


@pytest.mark.parametrize("verdict", ["误判", "放行"])
async def test_what_still_stands_is_not_told(town: Harness, verdict: str) -> None:
    town.channel.faults.add(Refuse(), Verb.DELETE)
    number = (await town.judged(await town.post(ROOM, "小王", "[ch] 早安"))).number
    await town.whisper("书记", f"{verdict} {number}")
    await town.settle()
    assert not any("没能" in text for text in town.inbox(ADMIN))
