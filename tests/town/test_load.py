"""The town file: every error names key, value and mend, and all come at once."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from bot.core.decision import Mode
from bot.town import TownError, load_town, parse_town
from policies import all_policies
from tests.support.town import TOWN

TODAY = date(2026, 11, 23)


def problems(text: str) -> str:
    with pytest.raises(TownError) as caught:
        parse_town(text, all_policies(), TODAY)
    return "\n".join(caught.value.problems)


def test_the_template_and_the_smallest_file_are_good() -> None:
    template = (files("bot.town") / "template.toml").read_text("utf-8")
    assert parse_town(template, all_policies(), TODAY).warnings == ()
    smallest = '[town]\nname = "镇"\n[[rooms]]\nname = "群"\nkind = "business"\n'
    loaded = parse_town(smallest, all_policies(), TODAY)
    assert loaded.town.hours.open.isoformat() == "08:30:00"
    assert [table.name for table in loaded.town.all_channels] == ["simulated"]


@pytest.mark.parametrize(
    ("change", "key", "mend"),
    [
        (('kind = "leaders"', 'kind = "leader"'), "rooms[5].kind = 'leader'", "announcement"),
        (('name = "应急群"', 'name = "政务群"'), "rooms.name = '政务群'", "写了 2 次"),
        (
            ('results_to = "政务群"', 'results_to = "政府群"'),
            "results_to = '政府群'",
            "是不是 政务群",
        ),
        (
            ('leaders_room = "领导群"', 'leaders_room = "领导"'),
            "town.leaders_room",
            "是不是 领导群",
        ),
        (('["甲村书记", "乙村书记"]', "[]"), 'units."各村"', "请写上成员"),
        (('admins = ["行政办主任"]', 'admins = ["书记"]'), "roles.admins = '书记'", "只留一种身份"),
        (("[roles]", '[hours]\nopen = "18:00"\nclose = "08:00"\n[roles]'), "hours.open", "不早于"),
        (("[roles]", '[hours]\nopen = "25:00"\n[roles]'), "hours.open = '25:00'", ""),
        (
            ("[roles]", "[hours]\ndays_off=[2026-12-01]\nworking_days=[2026-12-01]\n[roles]"),
            "2026-12-01",
            "留一处",
        ),
        (
            ('name = "巴水镇"', 'name = "巴水镇"\nsecrecy_oficer = "甲"'),
            "town.secrecy_oficer",
            "没有这个键",
        ),
        (
            ('name = "巴水镇"', 'name = "巴水镇"\ntimezone = "Asia/Shangai"'),
            "town.timezone",
            "Asia/Shanghai",
        ),
        (
            ("[roles]", '[policies.busines]\nno_chat = "off"\n[roles]'),
            'policies."busines"',
            "是不是 business",
        ),
        (
            ("[roles]", '[policies.business]\nno_chats = "off"\n[roles]'),
            "no_chats",
            "是不是 no_chat",
        ),
        (("[roles]", '[policies.business]\nno_chat = "on"\n[roles]'), "no_chat", "'enforce'"),
        (
            ("[roles]", "[policies.business]\nflood = { messages = 0 }\n[roles]"),
            "flood.messages = 0",
            "",
        ),
        (("[roles]", '[channel]\nkind = "wechat"\n[roles]'), "channel.kind = 'wechat'", "wechaty"),
        (('kind = "standing"', 'kind = "temporary"'), '"党员群".ends', "2026-12-31"),
        (('kind = "standing"', 'kind = "standing"\nends = 2026-12-01'), '"党员群".ends', "临时群"),
    ],
)
def test_each_mistake_is_named_with_its_mend(change: tuple[str, str], key: str, mend: str) -> None:
    assert change[0] in TOWN
    told = problems(TOWN.replace(*change, 1))
    assert key in told
    assert mend in told


def test_all_mistakes_come_at_once() -> None:
    text = TOWN.replace('kind = "leaders"', 'kind = "leader"').replace('"政务群"', '"政府群"', 1)
    text = text.replace(
        "[roles]", '[hours]\nopen="19:00"\n[policies.business]\nchat="off"\n[roles]'
    )
    told = problems(text)
    for key in ("rooms[5].kind", "results_to", "hours.open", "policies"):
        assert key in told, key


def test_what_is_no_toml_or_no_file_is_told_in_one_line(tmp_path: Path) -> None:
    assert "TOML" in problems("[town")
    with pytest.raises(TownError, match="找不到"):
        load_town(tmp_path / "none.toml", all_policies(), TODAY)
    (tmp_path / "gbk.toml").write_bytes("名 = '镇'".encode("gbk"))
    with pytest.raises(TownError, match="UTF-8"):
        load_town(tmp_path / "gbk.toml", all_policies(), TODAY)


def test_a_temporary_room_past_its_end_is_a_warning() -> None:
    text = TOWN.replace('kind = "standing"', 'kind = "temporary"\nends = 2026-11-22')
    [warning] = parse_town(text, all_policies(), TODAY).warnings
    assert "党员群" in warning


def test_modes_and_settings_by_kind_and_room() -> None:
    more = '[policies.business]\nflood = { mode = "remind", messages = 5 }\n'
    town = parse_town(TOWN.replace("[roles]", more + "[roles]"), all_policies(), TODAY).town
    assert town.policies["business"]["flood"] == {"mode": "remind", "messages": 5}
    assert Mode("remind") is Mode.REMIND


def test_several_channels_and_rooms_that_name_theirs() -> None:
    two = '[[channels]]\nkind = "matrix"\nname = "m"\n[[channels]]\nkind = "onebot"\nname = "q"\n'
    told = problems(TOWN + two)
    assert '"公告群".channel' in told
    good = (TOWN + two).replace('kind = "business"', 'kind = "business"\nchannel = "q"')
    for kind in ("announcement", "standing", "leaders"):
        good = good.replace(f'kind = "{kind}"', f'kind = "{kind}"\nchannel = "m"')
    town = parse_town(good, all_policies(), TODAY).town
    assert [channel.name for channel in town.all_channels] == ["m", "q"]
    assert "没有这个通道" in problems(good.replace('channel = "q"', 'channel = "x"', 1))
