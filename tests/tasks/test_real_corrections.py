"""Corrections with the real reader: the task that is meant is changed, the others are not."""

from datetime import datetime
from pathlib import Path

import pytest

from bot.reading import load_reader
from bot.tasks.task import TaskState
from tests.support.town import Harness, start_town
from tests.tasks.conftest import OPEN_AT_NIGHT, at, listen

POSTER, LEADER, ADMIN = "党建办主任", "书记", "行政办主任"


@pytest.fixture(scope="module")
def reader() -> object:
    return load_reader()


async def posted(store: Path, reader: object, *said: tuple[str, str]) -> Harness:
    """A town in which these people have posted these notices, a minute apart."""
    town = listen(
        await start_town(store, reader=reader, capabilities=OPEN_AT_NIGHT)  # type: ignore[arg-type]
    )
    for index, (sender, text) in enumerate(said):
        await town.until(at(23, f"09:{10 + index}"))
        await town.post("政务群", sender, text)
    return town


@pytest.mark.parametrize(
    ("first", "second", "change", "meant", "deadline"),
    [
        (
            (POSTER, "请各村周四12点前将困难党员名册报党建办。"),
            (POSTER, "请各村周四12点前将流动党员名册报党建办。"),
            (POSTER, "困难党员名册改为周五12点前报"), 0, at(27, "12:00"),
        ),
        (
            (LEADER, "请各村周三下午5点前将低保核查台账报民政办。"),
            (POSTER, "请各村周四上午9点到镇二楼会议室参加党建业务培训。"),
            (LEADER, "更正：时间改为周五下午5点前"), 0, at(27, "17:00"),
        ),
        (
            (LEADER, "请各村周三上午9点到镇三楼参加防汛工作会。"),
            (LEADER, "请各村周四上午9点到镇三楼参加秋收工作会。"),
            (LEADER, "周三的会改到周五上午9点"), 0, at(27, "09:00"),
        ),
        (
            (POSTER, "请各村周四下午3点到镇二楼会议室参加党建业务培训。"),
            (ADMIN, "请各村周五前上报森林防火隐患排查情况。"),
            (LEADER, "党建业务培训改到周五下午3点，请各村准时参加"), 0, at(27, "15:00"),
        ),
        (
            (ADMIN, "请各村周五下午5点前上报森林防火隐患排查情况。"),
            (ADMIN, "请各村周四下午5点前上报秋粮面积统计表。"),
            (ADMIN, "原定周四报的表推迟到11月30日下午5点前"), 1, at(30, "17:00"),
        ),
    ],
)  # fmt: skip
async def test_the_task_that_is_meant_gets_the_new_deadline(
    store: Path,
    reader: object,
    first: tuple[str, str],
    second: tuple[str, str],
    change: tuple[str, str],
    meant: int,
    deadline: datetime,
) -> None:
    town = await posted(store, reader, first, second)
    before = [task.deadline for task in town.app.tasks.all()]
    assert len(before) == 2
    await town.until(at(23, "09:30"))
    await town.post("政务群", *change)
    tasks = town.app.tasks.all()
    assert [task.changes for task in tasks] == [int(index == meant) for index in range(2)]
    assert tasks[meant].deadline == deadline
    assert tasks[1 - meant].deadline == before[1 - meant]
    await town.stop()


async def test_a_cancellation_closes_its_own_task_only(store: Path, reader: object) -> None:
    town = await posted(
        store, reader,
        (LEADER, "请各村书记周四上午9点到镇三楼会议室参加防汛工作会。"),
        (POSTER, "请各村周四下午3点到镇二楼会议室参加党建业务培训。"),
    )  # fmt: skip
    await town.post("政务群", ADMIN, "周四下午的培训取消，各村不用来了")
    assert [task.state for task in town.app.tasks.all()] == [TaskState.OPEN, TaskState.CANCELLED]
    await town.stop()
