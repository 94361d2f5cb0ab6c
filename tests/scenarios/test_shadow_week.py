"""A new room's first week: observed, told of, and begun by 执行."""

from datetime import timedelta
from pathlib import Path

from bot.store import tables
from tests.support.town import MONDAY, Harness, start_town

ADMIN, ROOM = "行政办主任", "政务群"
WEEK = timedelta(days=7)


def reports(harness: Harness) -> list[str]:
    """What the admin was told of this room's first week; reports of several rooms may be one post."""
    parts = [part for text in harness.inbox(ADMIN) for part in text.split("\n\n")]
    return [part for part in parts if part.startswith(f"“{ROOM}”头一周")]


async def a_week(harness: Harness) -> None:
    """What is posted in the room: of some of it the reading is not sure."""
    for index in range(3):
        await harness.post(ROOM, f"甲{index}", f"[ch] 闲聊{index}")
        await harness.until(harness.clock.now() + timedelta(hours=1))
    for index, sure in enumerate((0.71, 0.55, 0.62, 0.74, 0.58, 0.66)):
        await harness.post(ROOM, f"乙{index}", f"[ch {sure}] 拿不准{sure}")
    await harness.post(ROOM, "小王", "[as+reply_demand] 收到请回复一")
    await harness.post(ROOM, "小王", "[as+reply_demand] 收到请回复二")
    await harness.post(ROOM, "小李", "[di] 这个表要盖章吗")
    await harness.until(MONDAY + timedelta(hours=12))
    await harness.post(ROOM, "书记", "[as] 明早八点开会")


async def with_people(path: Path) -> Harness:
    harness = await start_town(path, shadow=True)
    await harness.world.join(ROOM, *(f"甲{i}" for i in range(3)), *(f"乙{i}" for i in range(6)))
    return harness


async def test_the_week_from_beginning_to_end(tmp_path: Path) -> None:
    town = await with_people(tmp_path / "town.db")
    await a_week(town)
    secret = await town.post(ROOM, "小李", "[di+secret] 一份名单")
    assert (await town.judged(secret)).action == "delete", "secrecy does not wait a week"
    orders = [row for row in await town.rows(tables.outbox) if row.message]
    assert {row.message for row in orders} == {(await town.judged(secret)).number}
    assert len([t for t in town.texts(ROOM) if not t.startswith("[di+secret")]) == 13
    await town.until(MONDAY + WEEK - timedelta(seconds=1))
    assert reports(town) == []
    await town.until(MONDAY + WEEK)
    [report] = reports(town)
    assert all("头一周" not in text for text in town.inbox("书记")), "its admins alone are told"
    head, title, *cases, tail = report.splitlines()
    # Three of idle talk and the secret one; six doubts and both demands, as nothing counts yet.
    assert "共 14 条消息" in head
    assert "撤下 4 条、顺延 1 条、群里提醒 0 次、私下提醒 8 次" in head, head
    assert title == "最拿不准的 5 条："
    assert [case.split("拿不准")[1][:4] for case in cases] == [
        "0.55",
        "0.58",
        "0.62",
        "0.66",
        "0.71",
    ]
    assert "执行" in tail
    await town.stop()


async def test_it_goes_on_observing_until_it_is_told_and_tells_once(tmp_path: Path) -> None:
    town = await with_people(tmp_path / "town.db")
    await town.post(ROOM, "小王", "[ch] 闲聊")
    await town.until(MONDAY + WEEK)
    assert len(reports(town)) == 1
    await town.stop()
    town = await start_town(tmp_path / "town.db", clock=town.clock, world=town.world, shadow=True)
    await town.until(MONDAY + WEEK + timedelta(minutes=30))
    assert len(reports(town)) == 1, "told once, whatever is restarted"
    still = await town.post(ROOM, "小李", "[ch] 闲聊")
    assert (await town.judged(still)).action == "record"
    await town.post(ROOM, ADMIN, "轻群 执行")
    gone = await town.post(ROOM, "小李", "[ch] 又一条闲聊")
    assert (await town.judged(gone)).action == "delete"
    elsewhere = await town.post("党员群", "小李", "[ch] 闲聊")
    assert (await town.judged(elsewhere)).action == "record", "the other rooms are still observed"
    await town.stop()
