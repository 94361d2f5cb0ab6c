"""The transcript format: good lines round, bad lines told by number and reason."""

import json
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.message import Message, MessageType, Role
from bot.transcript import BadLine, Line, line_of, read_lines
from tests.support.town import MONDAY

GOOD = {"id": "1", "room": "群", "sender": "甲", "at": "2026-11-23T09:00:00+08:00"}
ZONE = timezone(timedelta(hours=8))


def one(record: object) -> Line | BadLine:
    [line] = read_lines([json.dumps(record, ensure_ascii=False)])
    return line


def test_the_smallest_line_and_unknown_fields() -> None:
    line = one({**GOOD, "colour": "red", "label": {"kind": "chat"}})
    assert isinstance(line, Line)
    assert line.message.at == MONDAY
    assert (line.message.role, line.message.type) == (Role.MEMBER, MessageType.TEXT)
    assert line.record["label"] == {"kind": "chat"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "id"),
        ({"room": ""}, "room"),
        ({"at": "2026-11-23T09:00:00"}, "时区"),
        ({"at": "昨天"}, "ISO 8601"),
        ({"at": 5}, "at"),
        ({"at": "0001-01-01T00:00:00+08:00"}, "超出范围"),
        ({"type": "poke"}, "poke"),
        ({"type": "unknown"}, "unknown"),
        ({"role": "king"}, "king"),
        ({"bot": "yes"}, "bot"),
        ({"text": 5}, "text"),
        ({"items": "a"}, "items"),
        ({"mentions": [1]}, "mentions"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], reason: str) -> None:
    line = one({**GOOD, **change})
    assert isinstance(line, BadLine)
    assert line.number == 1
    assert reason in line.reason


def test_missing_fields_repeated_ids_and_nonsense_leave_the_others_alone() -> None:
    lines = [
        json.dumps(GOOD), "", "{", "[]", "[" * 100_000, json.dumps(GOOD), b"\xff\xfe",
        json.dumps({k: v for k, v in GOOD.items() if k != "sender"} | {"id": "2"}),
        "\ufeff", json.dumps({**GOOD, "id": "3"}),
    ]  # fmt: skip
    read = list(read_lines(lines))
    assert [line.number for line in read if isinstance(line, Line)] == [1, 10]
    told = {line.number: line.reason for line in read if isinstance(line, BadLine)}
    assert set(told) >= {3, 4, 5, 6, 7, 8}
    assert "重复" in told[6]
    assert "sender" in told[8]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(
    st.builds(
        Message,
        id=TEXTS.filter(bool),
        room=TEXTS.filter(bool),
        sender=TEXTS.filter(bool),
        at=st.datetimes(timezones=st.just(ZONE), min_value=MONDAY.replace(tzinfo=None)),
        role=st.sampled_from(list(Role)),
        type=st.sampled_from([t for t in MessageType if t is not MessageType.UNKNOWN]),
        text=TEXTS,
        title=TEXTS,
        items=st.lists(TEXTS, max_size=3).map(tuple),
        mentions=st.lists(TEXTS, max_size=3).map(tuple),
        bot=st.booleans(),
    )
)
def test_what_is_written_is_read_again(message: Message) -> None:
    [line] = read_lines([line_of(message, ZONE)])
    assert isinstance(line, Line)
    for name in (
        "id",
        "room",
        "sender",
        "at",
        "role",
        "type",
        "text",
        "title",
        "items",
        "mentions",
        "bot",
    ):
        assert getattr(line.message, name) == getattr(message, name), name
