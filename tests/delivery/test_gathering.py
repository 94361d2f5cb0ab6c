"""Several notices that wait for one person or one room are said in one post, once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import ALL_CAPABILITIES, NO_CAPABILITIES, Verb
from bot.channels.simulated.faults import Limit, LoseAnswer, Refuse
from bot.store import tables
from tests.support.town import MONDAY, Harness, start_town

ROOM = "政务群"


async def at_once(town: Harness, *said: tuple[str, str]) -> None:
    """Several people speak before anything is carried."""
    for who, text in said:
        await town.world.post(ROOM, who, text)
    await town.channel.settled()


@pytest.fixture
async def voiceless(tmp_path: Path) -> AsyncIterator[Harness]:
    """A town in which the bot can only speak."""
    harness = await start_town(tmp_path / "town.db", capabilities=NO_CAPABILITIES)
    yield harness
    await harness.stop()


async def test_nudges_to_one_person_become_one_post_with_every_number(town: Harness) -> None:
    await at_once(
        town, ("小王", "[ch] 一"), ("小李", "[ch] 甲"), ("小王", "[re+vote_solicitation] 二")
    )
    await town.settle()
    [told] = town.inbox("小王")
    assert "申诉 1" in told
    assert "申诉 3" in told
    assert len(town.inbox("小李")) == 1
    outcomes = {
        row.message: row.outcome for row in await town.rows(tables.outbox) if row.purpose == "nudge"
    }
    assert outcomes == {1: "done", 2: "done", 3: "done"}


async def test_warnings_in_one_room_become_one_post_and_cost_the_budget_once(
    voiceless: Harness,
) -> None:
    await at_once(voiceless, ("小王", "[ch] 一"), ("小李", "[ch] 一"))
    await voiceless.settle()
    await at_once(voiceless, ("小王", "[ch] 二"), ("小李", "[ch] 二"))
    await voiceless.settle()
    [post] = [m for m in voiceless.world.messages(ROOM) if m.bot]
    assert "@小王" in post.text
    assert "@小李" in post.text
    assert voiceless.app.state.outbox.budget.heard(("simulated", ROOM), voiceless.clock.now()) == 1


async def test_beyond_the_budget_a_warning_is_private_and_its_outcome_known(
    voiceless: Harness,
) -> None:
    for index, who in enumerate(("小王", "小李", "甲村书记", "乙村书记")):
        for _ in range(2):
            await voiceless.post(ROOM, who, f"[ch] 闲聊{index}")
    posts = [m for m in voiceless.world.messages(ROOM) if m.bot]
    assert len(posts) == 3
    last = (await voiceless.rows(tables.judgements))[-1]
    assert (last.action, last.outcome) == ("warn", "done")
    assert len(voiceless.inbox("乙村书记")) == 2
    await voiceless.until(MONDAY + timedelta(hours=1))
    await voiceless.post(ROOM, "小王", "[as+reply_demand] 收到请回复")
    await voiceless.post(ROOM, "小王", "[as+reply_demand] 请接龙")
    assert len([m for m in voiceless.world.messages(ROOM) if m.bot]) == 4, "a new hour"


async def test_a_post_held_up_counts_from_when_it_is_seen(voiceless: Harness) -> None:
    voiceless.channel.faults.add(Limit(3500), Verb.SEND, times=1)
    for who in ("小王", "小李", "甲村书记"):
        for text in ("[ch] 一", "[ch] 二"):
            await voiceless.post(ROOM, who, text)
    await voiceless.until(MONDAY + timedelta(seconds=3700))
    for text in ("[ch] 一", "[ch] 二"):
        await voiceless.post(ROOM, "乙村书记", text)
    await voiceless.settle()
    posts = [m.at for m in voiceless.world.messages(ROOM) if m.bot]
    for first in posts:
        assert sum(first <= at < first + timedelta(hours=1) for at in posts) <= 3


async def test_what_was_joined_stays_joined_over_a_restart_and_is_said_once(tmp_path: Path) -> None:
    able = replace(ALL_CAPABILITIES, idempotent=False)
    town = await start_town(tmp_path / "town.db", capabilities=able)
    town.channel.faults.add(LoseAnswer(), Verb.WHISPER, times=1)
    await at_once(town, ("小王", "[ch] 一"), ("小王", "[ch] 二"))
    await town.settle()
    joined = [row for row in await town.rows(tables.outbox) if row.said_with]
    assert len(joined) == 1
    await town.stop()
    town = await start_town(
        tmp_path / "town.db", clock=town.clock, world=town.world, capabilities=able
    )
    await at_once(town, ("小王", "[ch] 三"))
    await town.until(MONDAY + timedelta(minutes=5))
    told = "\n".join(town.inbox("小王"))
    assert [told.count(f"申诉 {number}") for number in (1, 2, 3)] == [1, 1, 1]
    await town.stop()


async def test_each_part_says_what_became_of_its_own_message(town: Harness) -> None:
    town.channel.faults.add(Refuse(), Verb.DELETE, times=1)
    await at_once(town, ("小王", "[ch] 一"), ("小王", "[ch+advertisement] 二"))
    await town.settle()
    [told] = town.inbox("小王")
    assert "想提醒您一下（编号 1）" in told
    assert "已撤下（编号 2）" in told
