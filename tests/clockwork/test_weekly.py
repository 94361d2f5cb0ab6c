"""The weekly summary goes out on Mondays at opening, once and only once."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clockwork import weekly
from bot.clockwork.weekly import WeeklySummary
from bot.core.clock import DrivenClock
from bot.core.message import MessageType
from bot.store import tables
from bot.summary.folder import reports_folder, tidy
from bot.summary.report import Report
from tests.support.town import MONDAY, Harness, start_town

#: Friday 10:00, the Monday after it at 08:30 and at 09:00, in the town.
FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
OPENING = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


def employ(town: Harness, folder: Path | None = None) -> WeeklySummary:
    """Add the duty, as the app does."""
    app = town.app
    duty = WeeklySummary(app.judge, app.state, app.inquiries, app.ask, folder)
    app.timetable.add(duty)
    app.commands.services.weekly = duty.answer
    return duty


def summaries(town: Harness, room: str = "领导群") -> list[str]:
    return [text for text in town.texts(room) if "工作群周报" in text]


def private(town: Harness, person: str) -> list[str]:
    return [text for text in town.inbox(person) if "工作群周报" in text]


async def begin(tmp_path: Path, at: datetime = FRIDAY) -> Harness:
    return await start_town(tmp_path / "town.db", clock=DrivenClock(at))


async def test_it_goes_to_the_leaders_room_and_to_each_leader_at_opening(tmp_path: Path) -> None:
    town = await begin(tmp_path)
    employ(town)
    await town.post("政务群", "小王", "这个表要盖章吗")
    await town.until(OPENING - timedelta(seconds=1))
    assert summaries(town) == []
    await town.until(OPENING)
    (text,) = summaries(town)
    assert text.startswith("【巴水镇工作群周报】第47周（11月16日—11月22日）")
    assert "消息 1 条" in text
    for leader in ("书记", "镇长"):
        assert private(town, leader) == [text]
    assert private(town, "行政办主任") == []
    await town.until(OPENING + timedelta(days=6))
    assert len(summaries(town)) == 1
    await town.stop()


async def test_each_week_gets_its_own(tmp_path: Path) -> None:
    town = await begin(tmp_path)
    employ(town)
    await town.post("政务群", "小王", "这个表要盖章吗")
    await town.until(OPENING + timedelta(hours=2))
    await town.post("政务群", "小王", "口径按去年的来吗")
    await town.until(OPENING + timedelta(days=7))
    assert ["第47周" in text for text in summaries(town)] == [True, False]
    assert "第48周" in summaries(town)[1]
    await town.stop()


async def test_a_silent_week_is_not_reported_but_counts_as_told(tmp_path: Path) -> None:
    town = await begin(tmp_path)
    employ(town)
    await town.until(OPENING + timedelta(hours=1))
    assert summaries(town) == []
    assert town.app.state.facts.get(WeeklySummary.FACT) == "2026-W47"
    await town.stop()


async def test_a_restart_sends_nothing_again(tmp_path: Path) -> None:
    town = await begin(tmp_path)
    employ(town)
    await town.post("政务群", "小王", "这个表要盖章吗")
    await town.until(OPENING)
    await town.stop()
    again = await start_town(tmp_path / "town.db", clock=town.clock, world=town.world)
    employ(again)
    await again.until(OPENING + timedelta(hours=5))
    assert len(summaries(again)) == 1
    assert len(private(again, "书记")) == 1
    await again.stop()


async def test_after_a_crash_at_any_point_it_is_sent_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = await begin(tmp_path)
    employ(town)
    await town.post("政务群", "小王", "这个表要盖章吗")
    real, crashes = weekly.weekly_report, iter([True, False])

    async def crashing(*arguments: object, **more: object) -> Report:
        report = await real(*arguments, **more)  # type: ignore[arg-type]
        if next(crashes):
            raise RuntimeError("killed after the figures, before anything was noted")
        return report

    monkeypatch.setattr(weekly, "weekly_report", crashing)
    await town.until(OPENING)
    assert summaries(town) == []
    # The next look comes by itself; so would a restart.
    await town.until(OPENING + timedelta(minutes=11))
    assert len(summaries(town)) == 1
    await town.stop()


async def test_what_was_noted_but_not_sent_is_sent_after_a_restart(tmp_path: Path) -> None:
    town = await begin(tmp_path)
    duty = employ(town)
    await town.post("政务群", "小王", "这个表要盖章吗")
    town.clock.set(OPENING)
    # Killed once the journal is written, before the courier has carried anything.
    await town.app.pipeline.work(lambda journal: duty.perform(journal, town.clock.now()))
    await town.app.inquiries.idle()
    assert summaries(town) == []
    await town.stop()
    again = await start_town(tmp_path / "town.db", clock=town.clock, world=town.world)
    employ(again)
    await again.until(OPENING + timedelta(hours=1))
    assert len(summaries(again)) == 1
    assert len(private(again, "镇长")) == 1
    await again.stop()


async def test_two_looks_at_once_send_one_summary(tmp_path: Path) -> None:
    town = await begin(tmp_path)
    duty = employ(town)
    await town.post("政务群", "小王", "这个表要盖章吗")
    town.clock.set(OPENING)
    for _ in range(2):
        await town.app.pipeline.work(lambda journal: duty.perform(journal, town.clock.now()))
    await town.settle()
    assert len(summaries(town)) == 1
    await town.stop()


async def test_who_was_away_at_opening_is_not_woken_at_night(tmp_path: Path) -> None:
    town = await begin(tmp_path)
    await town.post("政务群", "小王", "这个表要盖章吗")
    await town.stop()
    town.clock.set(OPENING + timedelta(hours=13))
    again = await start_town(tmp_path / "town.db", clock=town.clock, world=town.world)
    employ(again)
    await again.until(OPENING + timedelta(hours=23, minutes=59))
    assert summaries(again) == []
    await again.until(OPENING + timedelta(days=1))
    assert len(summaries(again)) == 1
    await again.stop()


async def test_after_a_whole_holiday_week_both_weeks_are_told(tmp_path: Path) -> None:
    thursday = datetime(2026, 2, 5, 2, 0, tzinfo=UTC)
    town = await begin(tmp_path, thursday)
    employ(town)
    await town.post("政务群", "小王", "这个表要盖章吗")
    await town.until(thursday + timedelta(days=4))
    assert len(summaries(town)) == 1
    await town.post("政务群", "小王", "年前最后一次")
    # Spring Festival: closed from Sunday 15 February to Monday 23 February.
    await town.until(datetime(2026, 2, 23, 15, 0, tzinfo=UTC))
    assert len(summaries(town)) == 1
    await town.until(datetime(2026, 2, 24, 0, 30, tzinfo=UTC))
    assert ["第7周" in text for text in summaries(town)] == [False, True]
    assert town.app.state.facts.get(WeeklySummary.FACT) == "2026-W08"
    await town.stop()


async def test_picture_and_sheet_go_with_it(tmp_path: Path) -> None:
    town = await begin(tmp_path)
    employ(town, tmp_path / "reports")
    await town.post("政务群", "小王", "这个表要盖章吗")
    await town.until(OPENING)
    files = [m for m in town.world.messages("领导群") if m.type is not MessageType.TEXT]
    assert [(m.type, m.title) for m in files] == [
        (MessageType.IMAGE, "qingqun-2026-W47.png"),
        (MessageType.FILE, "qingqun-2026-W47.xlsx"),
    ]
    assert len([m for m in town.world.inbox("书记") if m.type is MessageType.FILE]) == 1
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == [
        "qingqun-2026-W47.png",
        "qingqun-2026-W47.xlsx",
    ]
    await town.stop()


async def test_files_that_are_gone_cost_nobody_the_text(tmp_path: Path) -> None:
    town = await begin(tmp_path)
    duty = employ(town, tmp_path / "reports")
    await town.post("政务群", "小王", "这个表要盖章吗")
    town.clock.set(OPENING)
    await town.app.pipeline.work(lambda journal: duty.perform(journal, town.clock.now()))
    await town.app.inquiries.idle()
    for path in (tmp_path / "reports").iterdir():
        path.unlink()
    await town.settle()
    assert len(summaries(town)) == 1
    assert len(private(town, "书记")) == 1
    await town.stop()


async def test_an_admin_gets_this_week_so_far_by_asking(tmp_path: Path) -> None:
    town = await begin(tmp_path)
    employ(town)
    await town.post("政务群", "小王", "这个表要盖章吗")
    town.clock.advance(timedelta(minutes=1))
    await town.whisper("行政办主任", "周报")
    (text,) = private(town, "行政办主任")
    assert "第47周，截至11月20日" in text
    assert "消息 1 条" in text
    assert summaries(town) == []
    await town.whisper("小王", "周报")
    assert private(town, "小王") == []
    await town.stop()


async def test_on_a_monday_it_is_still_last_week_that_is_asked_for(town: Harness) -> None:
    employ(town)
    await town.post("政务群", "小王", "这个表要盖章吗")
    await town.whisper("书记", "周报")
    (text,) = private(town, "书记")
    assert "第47周（" in text


async def test_what_only_words_tell_is_kept_for_later(tmp_path: Path) -> None:
    town = await begin(tmp_path)
    employ(town)
    await town.post("政务群", "党建办主任", "[as+material_demand] 紧急：请各村马上报表")
    await town.until(OPENING)
    kept = [row for row in await town.rows(tables.facts) if row.name == "weekly-kept:2026-W47"]  # type: ignore[attr-defined]
    assert [row.value for row in kept] == ['{"wolf": 1}']  # type: ignore[attr-defined]
    assert "材料上写“紧急”而不是急事的 1 件" in summaries(town)[0]
    await town.stop()


def test_reports_lie_beside_the_archive_and_go_with_the_words(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'a' / 'town.db'}"
    folder = reports_folder(url)
    assert folder == tmp_path / "a" / "reports"
    assert reports_folder("postgresql+asyncpg://u@h/db") == Path.cwd() / "reports"
    folder.mkdir(parents=True)
    old, new, other = (folder / name for name in ("qingqun-1.png", "qingqun-2.png", "mine.txt"))
    for path in (old, new, other):
        path.write_text("x")
    for path in (old, other):
        os.utime(path, (MONDAY.timestamp() - 200 * 86400,) * 2)
    os.utime(new, (MONDAY.timestamp(),) * 2)
    tidy(folder, MONDAY, 180)
    assert sorted(path.name for path in folder.iterdir()) == ["mine.txt", "qingqun-2.png"]
