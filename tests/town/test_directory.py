"""Ranks and addressees."""

from datetime import UTC, datetime

import pytest

from bot.core.message import Message, Role
from bot.town import Directory
from tests.support.town import TOWN, town_of

AT = datetime(2026, 11, 23, tzinfo=UTC)
DIRECTORY = Directory(
    town_of(TOWN.replace("[[rooms]]", '[people]\n"书记" = ["@sj:m", "10001"]\n[[rooms]]', 1))
)
ROOM = ["书记", "行政办主任", "甲村书记", "乙村书记", "丙村书记", "小王"]


def sent(sender: str, role: Role = Role.MEMBER, sender_id: str = "") -> Message:
    return Message("1", "公告群", sender, AT, role, sender_id=sender_id)


def test_the_town_file_s_rank_wins_over_the_channel_s() -> None:
    assert DIRECTORY.rank(sent("书记")) is Role.LEADER
    assert DIRECTORY.rank(sent("行政办主任", Role.LEADER)) is Role.ADMIN
    assert DIRECTORY.rank(sent("党建办主任", Role.ADMIN)) is Role.MEMBER
    assert DIRECTORY.rank(sent("甲村书记", Role.LEADER)) is Role.MEMBER
    assert DIRECTORY.rank(sent("外人", Role.ADMIN)) is Role.ADMIN


def test_a_leader_is_the_same_person_on_every_channel() -> None:
    assert DIRECTORY.rank(sent("老李", sender_id="10001")) is Role.LEADER
    assert DIRECTORY.person("老李", "@sj:m") == DIRECTORY.person("李", "10001") == "书记"


def test_posters_may_assign_in_announcement_rooms_with_a_member_s_rank() -> None:
    room = DIRECTORY.room("公告群")
    assert DIRECTORY.entitled(sent("党建办主任"), room)
    assert not DIRECTORY.entitled(sent("小王"), room)
    assert DIRECTORY.entitled(sent("小王"), DIRECTORY.room("政务群"))
    assert not DIRECTORY.authorised(sent("小王"))


@pytest.mark.parametrize(
    ("words", "people", "unknown"),
    [
        (["各村"], ("甲村书记", "乙村书记"), ()),
        (["各村书记"], ("甲村书记", "乙村书记"), ()),
        (["小王"], ("小王",), ()),
        (["丙村"], ("丙村书记",), ()),
        (["所有人"], tuple(ROOM), ()),
        (["各村", "甲村"], ("甲村书记", "乙村书记"), ()),
        (["护林队", "小王"], ("小王",), ("护林队",)),
        ([], (), ()),
    ],
)
def test_addressees_become_people(
    words: list[str], people: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    resolved = DIRECTORY.resolve(words, ROOM)
    assert (resolved.people, resolved.unknown) == (people, unknown)


def test_a_room_not_in_the_file_is_unmanaged() -> None:
    assert not DIRECTORY.room("老乡群").managed


def test_a_room_on_another_channel_is_not_the_town_s_for_its_name() -> None:
    channels = '[[channels]]\nname = "qq"\n[[channels]]\nname = "matrix"\n'
    where = TOWN.replace("[[rooms]]", '[[rooms]]\nchannel = "qq"')
    directory = Directory(town_of(where + channels))
    assert directory.room("公告群", "qq").managed
    assert directory.room("公告群").managed
    assert not directory.room("公告群", "matrix").managed
    assert Directory(town_of()).room("公告群", "matrix").managed
