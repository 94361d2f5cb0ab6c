"""Requests for the same material on one day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from bot.core.message import Message
from bot.core.reading import Kind, Reading, Trait
from bot.reading.materials import Materials, name_of
from bot.reading.relating import alike, bare

MORNING = datetime(2023, 4, 10, 1, 0, tzinfo=UTC)
ASKS = Reading(Kind.ASSIGNMENT, traits=frozenset({Trait.MATERIAL_DEMAND}))


class Day:
    def __init__(self) -> None:
        self.materials, self._count = Materials(ZoneInfo("Asia/Shanghai")), 0

    def ask(
        self, text: str, hours: float = 0, room: str = "甲群", reading: Reading = ASKS
    ) -> tuple[str, int]:
        self._count += 1
        at = MORNING + timedelta(hours=hours, minutes=self._count)
        message = Message(id=str(self._count), room=room, sender="某办", at=at, text=text)
        answer = self.materials.asked_before(message, reading)
        self.materials.note(message, reading)
        return answer


@pytest.fixture
def day() -> Day:
    return Day()


def test_the_second_and_third_request_are_counted_whoever_asks(day: Day) -> None:
    assert day.ask("请各村上午11点前报秸秆禁烧台账") == ("", 1)
    words, times = day.ask("各村下午4点前再报一次秸秆禁烧台账", room="乙群")
    assert "秸秆禁烧台账" in words
    assert times == 2
    assert day.ask("请各村18点前报秸秆禁烧台账")[1] == 3


def test_another_material_is_another_request(day: Day) -> None:
    day.ask("请各村今天报秸秆禁烧台账")
    assert day.ask("请各村今天报残疾人花名册") == ("", 1)


def test_a_reminder_is_no_new_request(day: Day) -> None:
    day.ask("请各村今天报秸秆禁烧台账")
    assert day.ask("秸秆禁烧台账还差柳湾村,抓紧") == ("", 1)
    assert day.ask("还没交秸秆禁烧台账的今天必须交") == ("", 1)


def test_the_next_day_begins_anew_at_midnight_in_the_town(day: Day) -> None:
    day.ask("请各村报秸秆禁烧台账", hours=14.5)  # 23:31 in the town
    assert day.ask("请各村报秸秆禁烧台账", hours=15.2) == ("", 1)


def test_what_is_no_demand_is_not_counted(day: Day) -> None:
    day.ask("请各村今天报秸秆禁烧台账", reading=Reading(Kind.DISCUSSION))
    assert day.ask("请各村今天报秸秆禁烧台账") == ("", 1)


def test_secret_words_are_not_shown(day: Day) -> None:
    secret = Reading(Kind.ASSIGNMENT, traits=frozenset({Trait.MATERIAL_DEMAND, Trait.SECRET}))
    day.ask("请各村报信访人员名单", reading=secret)
    words, times = day.ask("请各村报信访人员名单")
    assert times == 2
    assert "信访" not in words


class Plain:
    """Today's requests, each of them looked at for every question."""

    def __init__(self) -> None:
        self._asked: list[Message] = []

    def asked_before(self, message: Message) -> tuple[str, int]:
        same = [m for m in self._others(message) if self._matches(m, message)]
        return (same[0].room, len(same) + 1) if same else ("", 1)

    def note(self, message: Message) -> None:
        asked = [*self._others(message), message]
        self._asked = sorted(asked, key=lambda old: old.number)

    def forget(self, room: str, message_id: str) -> None:
        self._asked = [m for m in self._asked if (m.room, m.id) != (room, message_id)]

    def _others(self, message: Message) -> list[Message]:
        return [m for m in self._asked if (m.room, m.id) != (message.room, message.id)]

    def _matches(self, old: Message, new: Message) -> bool:
        name, other = name_of(new.text), name_of(old.text)
        if name and other:
            return fuzz.ratio(name, other) >= 80
        return alike(bare(old), bare(new)) >= 85


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("甲群", "乙群")),
            st.integers(0, 4).map(str),
            st.sampled_from(("请各村", "11点前", "", "请柳湾村抓紧")),
            st.sampled_from(("报秸秆禁烧台账", "报秸秆焚烧台账", "报一下", "把电话报我", "明天")),
            st.integers(0, 5),
            st.sampled_from((None, None, "0", "3")),
        ),
        max_size=15,
    )
)
def test_the_answers_are_those_of_looking_at_every_request(
    asked: list[tuple[str, str, str, str, int, str | None]],
) -> None:
    quick, plain = Materials(ZoneInfo("Asia/Shanghai")), Plain()
    for room, id_, start, what, number, forgotten in asked:
        message = Message(id_, room, "某办", MORNING, text=start + what, number=number)
        if forgotten is not None:
            quick.forget(room, forgotten)
            plain.forget(room, forgotten)
        shown, times = quick.asked_before(message, ASKS)
        where, expected = plain.asked_before(message)
        assert times == expected
        assert where in shown
        assert bool(where) == bool(shown)
        quick.note(message, ASKS)
        plain.note(message)
