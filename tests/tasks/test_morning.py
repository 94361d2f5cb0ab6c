"""The morning list: at opening, what concerns me, nothing when there is nothing."""

from pathlib import Path

from bot.channels.base import NO_CAPABILITIES
from tests.support.town import Harness
from tests.tasks.conftest import at, mornings, restart, start

DUE = "by=2026-11-25T17:00+08:00"


async def test_nothing_when_there_is_nothing(town: Harness) -> None:
    await town.until(at(27, "18:00"))
    assert mornings(town, "甲村书记") == []


async def test_new_then_due_then_silence(town: Harness) -> None:
    await town.until(at(23, "14:00"))
    await town.post("政务群", "党建办主任", f"请各村参加周三会议 [as {DUE} to=各村]")
    await town.until(at(24, "08:31"))
    (first,) = mornings(town, "甲村书记")
    assert "【明天要办】" in first
    assert "（政务群 昨天 14:00）" in first
    await town.until(at(25, "08:31"))
    assert "【今天要办】" in mornings(town, "甲村书记")[1]
    await town.until(at(27, "18:00"))
    assert len(mornings(town, "甲村书记")) == 2
    assert mornings(town, "小王") == []


async def test_what_was_acknowledged_is_not_new(town: Harness) -> None:
    await town.post("政务群", "党建办主任", "请各村做好防火值班 [as to=各村]")
    await town.post("政务群", "甲村书记", "收到")
    await town.until(at(24, "12:00"))
    assert mornings(town, "甲村书记") == []
    assert "【新增】" in mornings(town, "乙村书记")[0]
    await town.until(at(26, "12:00"))
    assert len(mornings(town, "乙村书记")) == 1


async def test_changes_and_cancellations_are_told(town: Harness) -> None:
    far = "by=2026-12-10T17:00+08:00"
    await town.post("政务群", "党建办主任", f"请各村报送年度工作总结材料 [as {far} to=各村]")
    await town.post("应急群", "党建办主任", f"各村组织冬季消防疏散演练 [as {far} to=各村]")
    await town.until(at(24, "09:00"))
    await town.post(
        "政务群", "党建办主任",
        "更正：年度工作总结材料报送时间提前到8号 [as by=2026-12-08T17:00+08:00]",
    )  # fmt: skip
    await town.post("应急群", "党建办主任", "冬季消防疏散演练取消 [as to=各村]")
    await town.until(at(25, "12:00"))
    text = mornings(town, "甲村书记")[1]
    assert "【有变】" in text
    assert "截止改为 12月8日" in text
    assert "已取消" in text
    await town.until(at(26, "12:00"))
    assert len(mornings(town, "甲村书记")) == 2


async def test_deferred_assignments_are_in_it_when_they_are_published(town: Harness) -> None:
    await town.until(at(23, "21:00"))
    await town.post("公告群", "书记", "请各村做好防火值班 [as to=各村]")
    await town.until(at(24, "08:31"))
    assert "防火值班" in mornings(town, "甲村书记")[0]


async def test_where_the_night_could_not_be_cleared_it_is_in_it_too(store: Path) -> None:
    town = await start(store, capabilities=NO_CAPABILITIES)
    await town.until(at(23, "21:00"))
    await town.post("公告群", "书记", "请各村做好防火值班 [as to=各村]")
    await town.until(at(24, "08:31"))
    assert "防火值班" in mornings(town, "甲村书记")[0]
    await town.stop()


async def test_over_the_weekend_the_next_working_day_counts(town: Harness) -> None:
    await town.until(at(26, "10:00"))
    due = "by=2026-11-30T09:00+08:00"
    await town.post("政务群", "党建办主任", f"周一上午9点各村书记开会 [as {due} to=各村]")
    await town.post("政务群", "甲村书记", "收到")
    await town.until(at(27, "08:31"))
    assert "【下个工作日前】" in mornings(town, "甲村书记")[0]
    await town.until(at(29, "23:00"))
    assert len(mornings(town, "甲村书记")) == 1


async def test_one_screen_however_much_there_is(town: Harness) -> None:
    subjects = [f"{chr(0x4E00 + 97 * index)}{chr(0x5000 + 89 * index)}" * 6 for index in range(30)]
    for subject in subjects:
        await town.post("应急群", "书记", f"{subject} [as to=各村]")
    assert len(town.app.tasks.all()) == 30
    await town.until(at(24, "08:31"))
    (text,) = mornings(town, "甲村书记")
    assert text.count("\n") < 20
    assert "30 项" in text
    assert "另有" in text.splitlines()[-1]
    assert town.app.tasks.mine("甲村书记", town.clock.now()).count("\n") < 20


async def test_once_a_day_whatever_is_restarted(town: Harness, store: Path) -> None:
    await town.post("政务群", "党建办主任", "请各村做好防火值班 [as to=各村]")
    await town.until(at(24, "08:31"))
    town = await restart(town, store)
    await town.until(at(24, "12:00"))
    assert len(mornings(town, "甲村书记")) == 1


async def test_late_is_better_than_never(town: Harness, store: Path) -> None:
    await town.post("政务群", "党建办主任", "请各村做好防火值班 [as to=各村]")
    await town.stop()
    town.clock.set(at(24, "10:00"))
    again = await start(store, clock=town.clock, world=town.world)
    await again.until(at(24, "10:01"))
    assert len(mornings(again, "甲村书记")) == 1
    await again.stop()
