"""What the bot owes a room and the platform does not let it say: an admin hears of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import ALL_CAPABILITIES as ALL
from bot.channels.base import Verb
from bot.channels.simulated.faults import Faults, Limit, Refuse
from bot.store import tables
from tests.support.town import MONDAY, Harness, start_town

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


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[tuple[Harness, list[int]]]:
    """Three assignments wait for the opening."""
    town = await start_town(tmp_path / "night.db", capabilities=replace(ALL, mute_room=False))
    await town.until(MONDAY + timedelta(hours=13))
    sent = [await town.post(ROOM, "书记", f"[as] 请各村明早交表{turn}") for turn in range(3)]
    rows = [await town.judged(one) for one in sent]
    assert {row.action for row in rows} == {"defer"}
    yield town, [row.number for row in rows]
    await town.stop()


def shown(town: Harness) -> list[int]:
    """How often each of the three stands in the room."""
    return [sum(f"交表{turn}" in text for text in town.texts(ROOM)) for turn in range(3)]


async def test_deferred_posts_that_are_refused_are_told_and_tried_at_the_next_opening(
    night: tuple[Harness, list[int]],
) -> None:
    town, numbers = night
    town.channel.faults.add(Refuse(), Verb.SEND, room_id=ROOM, times=1)
    await town.until(MONDAY + timedelta(hours=24))
    [text] = [text for text in town.inbox(ADMIN) if "没能" in text]
    assert "、".join(map(str, numbers)) in text
    assert "交表" not in text
    assert shown(town) == [0, 0, 0]
    await town.until(MONDAY + timedelta(hours=48))
    assert shown(town) == [1, 1, 1]
    await town.until(MONDAY + timedelta(hours=72))
    assert shown(town) == [1, 1, 1]


async def test_one_of_them_can_be_asked_for_at_once(night: tuple[Harness, list[int]]) -> None:
    town, numbers = night
    town.channel.faults.add(Refuse(), Verb.SEND, room_id=ROOM, times=1)
    await town.until(MONDAY + timedelta(hours=24))
    await town.whisper(ADMIN, f"误判 {numbers[1]}")
    await town.settle()
    assert shown(town) == [0, 1, 0]
    await town.until(MONDAY + timedelta(hours=48))
    assert shown(town) == [1, 1, 1]


async def test_a_restart_before_the_refusal_forgets_none_of_them(
    night: tuple[Harness, list[int]],
) -> None:
    town, numbers = night
    town.channel.faults.add(Limit(600), Verb.SEND, room_id=ROOM)
    await town.until(MONDAY + timedelta(hours=23, minutes=35))
    await town.stop()
    faults = Faults()
    faults.add(Refuse(), Verb.SEND, room_id=ROOM, times=1)
    again = await start_town(
        str(town.engine.url), world=town.world, clock=town.clock, faults=faults
    )
    await again.until(MONDAY + timedelta(hours=26))
    [text] = [text for text in again.inbox(ADMIN) if "没能" in text]
    assert "、".join(map(str, numbers)) in text
    await again.until(MONDAY + timedelta(hours=48))
    assert shown(again) == [1, 1, 1]
    await again.stop()


async def test_what_still_stands_is_not_told(town: Harness) -> None:
    town.channel.faults.add(Limit(600), Verb.DELETE, times=1)
    town.channel.faults.add(Refuse(), Verb.DELETE)
    number = (await town.judged(await town.post(ROOM, "小王", "[ch] 早安"))).number
    await town.whisper(ADMIN, f"误判 {number}")
    await town.until(MONDAY + timedelta(minutes=30))
    [restore] = [row for row in await town.rows(tables.outbox) if row.purpose == "restore"]
    assert restore.outcome == "unsupported"
    assert not any("没能" in text for text in town.inbox(ADMIN))
