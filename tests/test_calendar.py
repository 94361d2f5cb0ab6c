"""The town's calendar: holidays, 调休, hours, and working time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.calendar import Hours, WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(Hours(), ZONE)
MOMENTS = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001  # hypothesis wants them naive
    max_value=datetime(2026, 11, 30),  # noqa: DTZ001
    timezones=st.just(ZONE),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2021-03-17", True),
        ("2021-03-20", False),
        ("2021-04-05", False),  # 清明
        ("2021-04-25", True),  # a Sunday worked for 五一
        ("2021-05-03", False),
        ("2021-05-08", True),
        ("2021-10-01", False),
        ("2021-10-09", True),
        ("2022-01-30", True),
        ("2022-02-01", False),
        ("2024-02-18", True),
        ("2026-02-17", False),
    ],
)
def test_published_days(day: str, works: bool) -> None:
    assert CALENDAR.is_workday(date.fromisoformat(day)) is works


def test_unknown_year_falls_back_and_is_remembered() -> None:
    calendar = WorkCalendar(Hours(), ZONE)
    assert calendar.is_workday(date(2031, 1, 6))
    assert not calendar.is_workday(date(2031, 1, 5))
    assert calendar.unknown_years == {2031}


def test_overrides_win() -> None:
    calendar = WorkCalendar(Hours(), ZONE, {date(2021, 3, 20): True, date(2021, 3, 17): False})
    assert calendar.is_workday(date(2021, 3, 20))
    assert not calendar.is_workday(date(2021, 3, 17))


def test_hours_must_open_before_they_close() -> None:
    with pytest.raises(ValueError, match="open before"):
        Hours(time(18, 0), time(8, 0))


@pytest.mark.parametrize(
    ("moment", "is_open", "opening", "closing", "previous"),
    [
        ("2021-03-17T08:29:59", False, "2021-03-17T08:30", "2021-03-17T18:00", "2021-03-16T08:30"),
        ("2021-03-17T08:30", True, "2021-03-17T08:30", "2021-03-17T18:00", "2021-03-17T08:30"),
        (
            "2021-03-17T17:59:59",
            True,
            "2021-03-17T17:59:59",
            "2021-03-17T18:00",
            "2021-03-17T08:30",
        ),
        ("2021-03-17T18:00", False, "2021-03-18T08:30", "2021-03-18T18:00", "2021-03-17T08:30"),
        ("2021-03-19T20:00", False, "2021-03-22T08:30", "2021-03-22T18:00", "2021-03-19T08:30"),
        ("2021-03-21T10:00", False, "2021-03-22T08:30", "2021-03-22T18:00", "2021-03-19T08:30"),
        ("2021-09-30T18:00", False, "2021-10-08T08:30", "2021-10-08T18:00", "2021-09-30T08:30"),
        ("2021-10-09T10:00", True, "2021-10-09T10:00", "2021-10-09T18:00", "2021-10-09T08:30"),
    ],
)
def test_openings(moment: str, is_open: bool, opening: str, closing: str, previous: str) -> None:
    assert CALENDAR.is_open(at(moment)) is is_open
    assert CALENDAR.next_opening(at(moment)) == at(opening)
    assert CALENDAR.next_closing(at(moment)) == at(closing)
    assert CALENDAR.previous_opening(at(moment)) == at(previous)


@pytest.mark.parametrize(
    ("moment", "minutes", "expected"),
    [
        ("2021-03-17T09:00", 120, "2021-03-17T11:00"),
        ("2021-03-17T17:00", 60, "2021-03-17T18:00"),
        ("2021-03-17T17:00", 120, "2021-03-18T09:30"),
        ("2021-03-19T22:00", 120, "2021-03-22T10:30"),
        ("2021-03-17T06:00", 1, "2021-03-17T08:31"),
        ("2021-03-17T22:00", 0, "2021-03-17T22:00"),
        ("2021-09-30T17:30", 60, "2021-10-08T09:00"),
    ],
)
def test_working_time(moment: str, minutes: int, expected: str) -> None:
    assert CALENDAR.add_working_time(at(moment), timedelta(minutes=minutes)) == at(expected)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2021-03-17", 0, "2021-03-17"),
        ("2021-03-17", 1, "2021-03-18"),
        ("2021-03-19", 1, "2021-03-22"),
        ("2021-03-20", 1, "2021-03-22"),
        ("2021-04-30", 3, "2021-05-08"),
        ("2021-03-22", -1, "2021-03-19"),
    ],
)
def test_workdays(day: str, count: int, expected: str) -> None:
    assert CALENDAR.add_workdays(date.fromisoformat(day), count) == date.fromisoformat(expected)


def test_end_of_workday_is_when_people_leave() -> None:
    assert CALENDAR.end_of_workday(date(2021, 3, 17)) == at("2021-03-17T17:30")


def test_other_zones_are_converted() -> None:
    moment = datetime(2021, 3, 17, 1, 0, tzinfo=UTC)
    assert CALENDAR.is_open(moment)
    assert CALENDAR.next_opening(moment).tzinfo is ZONE


def test_naive_and_mistaken_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        CALENDAR.is_open(datetime(2021, 3, 17, 9, 0))  # noqa: DTZ001
    with pytest.raises(TypeError):
        CALENDAR.is_workday(at("2021-03-17T09:00"))
    with pytest.raises(ValueError, match="only be added"):
        CALENDAR.add_working_time(at("2021-03-17T09:00"), timedelta(minutes=-1))


def test_a_calendar_without_working_days_is_an_error() -> None:
    idle = {date(2021, 1, 1) + timedelta(days=n): False for n in range(400)}
    with pytest.raises(ValueError, match="no working day"):
        WorkCalendar(Hours(), ZONE, idle).next_opening(at("2021-03-01T09:00"))


@settings(deadline=None)
@given(MOMENTS)
def test_next_opening_is_open_and_not_before(moment: datetime) -> None:
    opening = CALENDAR.next_opening(moment)
    assert opening >= moment
    assert CALENDAR.is_open(opening)
    assert CALENDAR.next_opening(opening) == opening
    assert CALENDAR.previous_opening(opening) <= opening < CALENDAR.next_closing(opening)


@settings(deadline=None)
@given(MOMENTS, MOMENTS)
def test_openings_and_closings_are_monotone(one: datetime, other: datetime) -> None:
    assume(one <= other)
    assert CALENDAR.next_opening(one) <= CALENDAR.next_opening(other)
    assert CALENDAR.next_closing(one) <= CALENDAR.next_closing(other)
    assert CALENDAR.previous_opening(one) <= CALENDAR.previous_opening(other)


@settings(deadline=None, max_examples=40)
@given(MOMENTS, st.integers(min_value=1, max_value=900))
def test_working_time_equals_stepping_by_minutes(moment: datetime, minutes: int) -> None:
    moment = moment.replace(second=0, microsecond=0)
    clock, left = moment, minutes
    while left:
        left -= CALENDAR.is_open(clock)
        clock += timedelta(minutes=1)
    assert CALENDAR.add_working_time(moment, timedelta(minutes=minutes)) == clock
