from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.summary.weeks import Spans, Week

CHINA = ZoneInfo("Asia/Shanghai")


def test_a_week_is_named_as_iso_does_across_the_turn_of_the_year() -> None:
    week = Week.named("2026-W53")
    assert (week.monday, week.sunday) == (date(2026, 12, 28), date(2027, 1, 3))
    assert week.after.name == "2027-W01"
    assert Week.of(datetime(2027, 1, 3, 15, 59, tzinfo=UTC), CHINA) == week
    assert Week.of(datetime(2027, 1, 3, 16, 0, tzinfo=UTC), CHINA) == week.after


@pytest.mark.parametrize("name", ["", "2026", "2026-W54", "2026-W00", "W47", "2026-47", "明天"])
def test_what_is_no_week_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Week.named(name)


def test_its_bounds_are_the_towns_midnights() -> None:
    week = Week.named("2026-w47")
    assert week.start(CHINA) == datetime(2026, 11, 15, 16, tzinfo=UTC)
    assert week.end(CHINA) == datetime(2026, 11, 22, 16, tzinfo=UTC)


def test_a_week_that_runs_is_compared_with_as_much_of_the_one_before() -> None:
    now = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)
    spans = Spans.of(Week.named("2026-W47"), now, CHINA)
    assert not spans.whole
    assert spans.this.end == now
    assert spans.last.end == datetime(2026, 11, 11, 2, 30, tzinfo=UTC)
    assert spans.last.start == datetime(2026, 11, 8, 16, tzinfo=UTC)


def test_where_clocks_change_the_week_has_its_own_length() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    spans = Spans.of(Week.named("2026-W43"), datetime(2026, 11, 20, tzinfo=UTC), berlin)
    assert spans.whole
    hours = (spans.this.end.astimezone(UTC) - spans.this.start.astimezone(UTC)).total_seconds()
    assert hours == (7 * 24 + 1) * 3600
    assert spans.last.end == spans.this.start


def test_a_week_to_come_holds_nothing() -> None:
    spans = Spans.of(Week.named("2026-W50"), datetime(2026, 11, 20, tzinfo=UTC), CHINA)
    assert spans.this.start == spans.this.end
