"""What the platform has not taken down yet, or will not, is neither lost nor posted twice."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import ALL_CAPABILITIES, Verb
from bot.channels.simulated.faults import Limit, Refuse
from bot.core.decision import Outcome
from bot.store import tables
from tests.support.town import MONDAY, Harness, start_town

ROOM = "政务群"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Harness]:
    """A town whose rooms cannot be closed for the night, so that people can speak in it."""
    able = replace(ALL_CAPABILITIES, mute_room=False)
    harness = await start_town(tmp_path / "town.db", capabilities=able)
    yield harness
    await harness.stop()


NIGHT = MONDAY + timedelta(hours=13)
OPENING = MONDAY + timedelta(hours=23, minutes=30)


def shown(town: Harness, words: str) -> int:
    return sum(words in text for text in town.texts(ROOM))


async def slow_delete(town: Harness, *effects: object) -> int:
    for effect in effects:
        town.channel.faults.add(effect, Verb.DELETE, times=1)  # type: ignore[arg-type]
    sent = await town.post(ROOM, "小王", "[ch] 早安")
    assert (await town.judged(sent)).outcome == "pending"
    return (await town.judged(sent)).number


async def test_a_verdict_before_the_delete_is_carried_shows_it_once(town: Harness) -> None:
    number = await slow_delete(town, Limit(600))
    await town.whisper("书记", f"误判 {number}")
    assert shown(town, "早安") == 1, "it stands still"
    await town.until(MONDAY + timedelta(minutes=30))
    assert shown(town, "早安") == 1, "taken down and put back"


async def test_a_verdict_before_the_delete_is_refused_posts_nothing(town: Harness) -> None:
    number = await slow_delete(town, Limit(600), Refuse())
    await town.whisper("书记", f"误判 {number}")
    await town.until(MONDAY + timedelta(minutes=30))
    assert shown(town, "早安") == 1
    [restore] = [row for row in await town.rows(tables.outbox) if row.purpose == "restore"]
    assert restore.outcome == Outcome.UNSUPPORTED.value


async def test_the_same_over_a_restart(tmp_path) -> None:
    town = await start_town(tmp_path / "town.db")
    number = await slow_delete(town, Limit(600), Refuse())
    await town.whisper("书记", f"误判 {number}")
    faults = town.channel.faults
    await town.stop()
    town = await start_town(tmp_path / "town.db", clock=town.clock, world=town.world, faults=faults)
    await town.until(MONDAY + timedelta(minutes=30))
    assert shown(town, "早安") == 1
    await town.stop()


async def test_an_assignment_that_could_not_be_taken_down_is_not_published_too(
    town: Harness,
) -> None:
    await town.until(NIGHT)
    town.channel.faults.add(Refuse(), Verb.DELETE, times=1)
    await town.post(ROOM, "党建办主任", "[as] 明早开会")
    assert "想提醒您一下" in town.inbox("党建办主任")[-1]
    await town.until(OPENING + timedelta(hours=1))
    assert shown(town, "明早开会") == 1


async def test_at_opening_what_is_still_to_be_taken_down_waits(town: Harness) -> None:
    await town.until(OPENING - timedelta(minutes=1))
    town.channel.faults.add(Limit(3600), Verb.DELETE, times=1)
    await town.post(ROOM, "党建办主任", "[as] 明早开会")
    await town.until(OPENING)
    assert shown(town, "明早开会") == 1
    assert town.texts(ROOM) == ["[as] 明早开会"]
    await town.until(OPENING + timedelta(hours=2))
    [text] = town.texts(ROOM)
    assert text.startswith("【党建办主任")


async def test_a_recall_by_its_sender_after_a_refused_delete_withdraws_its_task(
    town: Harness,
) -> None:
    await town.until(NIGHT)
    town.channel.faults.add(Refuse(), Verb.DELETE, times=1)
    sent = await town.post(ROOM, "党建办主任", "[as to=各村] 明早开会")
    await town.world.recall(sent.id)
    await town.settle()
    [task] = await town.rows(tables.tasks)
    assert task.state == "withdrawn"


async def test_new_hours_move_what_waits_to_the_new_opening(town: Harness) -> None:
    await town.until(NIGHT)
    await town.post(ROOM, "党建办主任", "[as] 明早开会")
    await town.whisper("书记", "上班时间 10:00-18:00")
    await town.until(OPENING + timedelta(hours=1))
    assert shown(town, "明早开会") == 0
    await town.until(OPENING + timedelta(hours=1, minutes=30))
    assert shown(town, "明早开会") == 1


async def test_hours_that_open_at_once_publish_at_once(town: Harness) -> None:
    await town.until(NIGHT)
    await town.post(ROOM, "党建办主任", "[as] 今晚开会")
    await town.whisper("书记", "上班时间 08:00-23:30")
    await town.until(NIGHT + timedelta(seconds=1))
    assert shown(town, "今晚开会") == 1


async def test_a_new_town_file_moves_it_too(town: Harness) -> None:
    await town.until(NIGHT)
    await town.post(ROOM, "党建办主任", "[as] 明早开会")
    hours = town.app.town.hours.model_copy(
        update={"open": town.app.town.hours.open.replace(hour=7)}
    )
    await town.app.reload(town.app.town.model_copy(update={"hours": hours}))
    await town.until(OPENING - timedelta(hours=1))
    assert shown(town, "明早开会") == 1
