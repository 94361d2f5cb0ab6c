"""The stream: the same seed the same posts, on believable days, said by people who are there."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.core.message import MessageType
from bot.demo.cast import SEATS, example_town, members, titles
from bot.demo.lines import DAYS, ScriptError, parse, script
from bot.demo.plan import FIRST_DAY, Planner, Round
from bot.town.hours import calendar_of

TOWN = example_town(FIRST_DAY)
CALENDAR = calendar_of(TOWN)


def round_of(seed: int, number: int = 0) -> Round:
    return Planner(TOWN, CALENDAR, seed).round(number)


def test_the_town_has_about_forty_people_in_the_rooms_of_its_file() -> None:
    people = {name for seat in SEATS for name in members(TOWN, seat)}
    assert 40 <= len(people) <= 48
    assert {seat.room for seat in SEATS} == {room.name for room in TOWN.rooms}
    assert titles(TOWN)["沙马木呷"] == "土匠村文书"


def test_same_seed_same_posts() -> None:
    assert round_of(7) == round_of(7)
    assert round_of(7, 3) == round_of(7, 3)


def test_another_seed_other_times_and_other_people() -> None:
    one, other = round_of(1), round_of(2)
    assert [post.at for post in one.posts] != [post.at for post in other.posts]
    assert Counter(p.sender for p in one.posts) != Counter(p.sender for p in other.posts)


def test_two_days_of_different_messages_written_by_hand() -> None:
    written = {
        (line.type, line.title, line.text) for day in DAYS for line in script(day) if not line.count
    }
    assert len(written) >= 250


def test_everybody_sits_in_the_room_they_speak_in() -> None:
    seats = {seat.room: members(TOWN, seat) for seat in SEATS}
    for post in round_of(1).posts:
        assert not post.room or post.sender in seats[post.room], post


def test_what_is_quoted_was_said_before_in_the_same_room() -> None:
    said: dict[str, str] = {}
    for post in round_of(1).posts:
        if post.reply:
            assert said[post.reply] == post.room, post
        if post.label:
            assert post.label not in said
            said[post.label] = post.room


def test_bursts_quiet_stretches_and_a_night() -> None:
    at = [post.at for post in round_of(1).posts]
    gaps = [later - sooner for sooner, later in pairwise(at)]
    assert max(gaps) > timedelta(minutes=60)
    assert sum(gap < timedelta(seconds=10) for gap in gaps) > 60
    assert any(moment.hour < 5 for moment in at)
    forms = {post.type for post in round_of(1).posts}
    assert {
        MessageType.TEXT, MessageType.IMAGE, MessageType.FILE, MessageType.LINK,
        MessageType.AUDIO, MessageType.STICKER, MessageType.RED_PACKET,
    } <= forms  # fmt: skip


def test_rounds_follow_on_working_days_far_enough_apart() -> None:
    planner = Planner(TOWN, CALENDAR, 1)
    before = planner.round(0)
    for number in range(1, 30):
        after = planner.round(number, before.morning.date())
        assert after.begins - before.posts[-1].at > timedelta(days=7)
        days = {post.at.astimezone(TOWN.zone).date() for post in after.posts}
        assert len(days) == 2
        assert all(CALENDAR.is_workday(day) for day in days)
        before = after


@pytest.mark.parametrize(
    "text",
    [
        "没有时间 政府 镇长: 早",
        "09:00 政府 镇长 [包裹 x]: 早",
        "09:00 政府 镇长: 早\n08:00 政府 镇长: 晚",
    ],
)
def test_a_bad_line_of_the_script_is_named(text: str) -> None:
    with pytest.raises(ScriptError):
        list(parse(text))
