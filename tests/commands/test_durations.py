from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import Hours, WorkCalendar
from bot.commands.durations import cut, until
from bot.commands.parse import fold

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(Hours(), ZONE)
#: A Wednesday, 10:00.
AT = datetime(2026, 11, 18, 10, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2小时", "11-18 12:00"),
        ("两小时", "11-18 12:00"),
        ("2个小时", "11-18 12:00"),
        ("半小时", "11-18 10:30"),
        ("半个小时", "11-18 10:30"),
        ("一个半小时", "11-18 11:30"),
        ("1小时30分钟", "11-18 11:30"),
        ("1.5小时", "11-18 11:30"),
        ("90分钟", "11-18 11:30"),
        ("一刻钟", "11-18 10:15"),
        ("３天", "11-21 10:00"),
        ("3天", "11-21 10:00"),
        ("一周", "11-25 10:00"),
        ("两个星期", "12-02 10:00"),
        ("1个月", "12-18 10:00"),
        ("2h", "11-18 12:00"),
        ("2h30m", "11-18 12:30"),
        ("for 3 days", "11-21 10:00"),
        ("30 minutes", "11-18 10:30"),
        ("到周五下班", "11-20 18:00"),
        ("到周五下班前", "11-20 18:00"),
        ("今天下班", "11-18 18:00"),
        ("到下班", "11-18 18:00"),
        ("到明早8点", "11-19 08:00"),
        ("到明天早上8点半", "11-19 08:30"),
        ("到下周一上班", "11-23 08:30"),
        ("到18:00", "11-18 18:00"),
        ("到１８：３０", "11-18 18:30"),
        ("到晚上8点为止", "11-18 20:00"),
        ("明天", "11-20 00:00"),
        ("到周五", "11-21 00:00"),
        ("到11月25日", "11-26 00:00"),
        ("到11月25日12点", "11-25 12:00"),
        ("本周", "11-23 00:00"),
        ("until friday", "11-21 00:00"),
        ("until friday 18:00", "11-20 18:00"),
        ("until tomorrow 8am", "11-19 08:00"),
        ("until 6 pm", "11-18 18:00"),
        ("until close", "11-18 18:00"),
        ("until next monday", "11-24 00:00"),
    ],
)
def test_lengths_and_ends(text: str, end: str) -> None:
    found = until(fold(text)[1], AT, CALENDAR)
    assert found is not None
    assert f"{found.astimezone(ZONE):%m-%d %H:%M}" == end


@pytest.mark.parametrize(
    "text",
    ["", "不闲聊", "到昨天", "0小时", "9999天", "到警戒线", "2小时一报", "周报", "大家", "到"],
)
def test_what_is_no_length(text: str) -> None:
    assert until(text, AT, CALENDAR) is None


@pytest.mark.parametrize(
    ("text", "before", "end"),
    [
        ("山洪预警 2小时", "山洪预警", "11-18 12:00"),
        ("山洪预警 到明早8点", "山洪预警", "11-19 08:00"),
        ("山洪预警到明早8点", "山洪预警", "11-19 08:00"),
        ("防汛24小时", "防汛", "11-19 10:00"),
        ("水位到警戒线", "水位到警戒线", None),
        ("flood 2 hours", "flood", "11-18 12:00"),
    ],
)
def test_cut_off_the_end_of_other_words(text: str, before: str, end: str | None) -> None:
    rest, found = cut(text, AT, CALENDAR)
    assert rest == before
    assert (None if found is None else f"{found.astimezone(ZONE):%m-%d %H:%M}") == end


@given(st.integers(1, 300), st.sampled_from([("分钟", 1), ("小时", 60), ("天", 1440)]))
def test_a_length_is_exact(count: int, unit: tuple[str, int]) -> None:
    word, minutes = unit
    assert until(f"{count}{word}", AT, CALENDAR) == AT + timedelta(minutes=count * minutes)


@given(st.text(max_size=30))
def test_an_end_is_always_ahead(text: str) -> None:
    end = until(text, AT, CALENDAR)
    assert end is None or end > AT
