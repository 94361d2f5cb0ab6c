"""Tasks that do not end at the first order to."""

import asyncio

import pytest

from bot.core import ending
from bot.core.ending import end


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "_PATIENCE", 0.0)


async def swallow(orders: int, *, fails: bool = False) -> None:
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            orders -= 1
            if orders < 0 and not fails:
                raise
        if orders < 0:
            raise ValueError("in its own way")


@pytest.mark.parametrize("orders", [0, 1, 3])
async def test_they_are_asked_until_they_are_over(orders: int) -> None:
    tasks = [asyncio.create_task(swallow(each)) for each in (0, orders)]
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await end(tasks)
    assert all(task.cancelled() for task in tasks)


async def test_one_that_fails_instead_is_over_too_and_says_nothing() -> None:
    said: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))
    task = asyncio.create_task(swallow(1, fails=True))
    await asyncio.sleep(0)
    await end([task])
    del task
    await asyncio.sleep(0)
    assert said == []


async def test_those_that_are_over_need_no_asking() -> None:
    done = asyncio.create_task(asyncio.sleep(0))
    await done
    await end([done])
    await end([])


@pytest.mark.parametrize(("patience", "whole"), [(5.0, True), (None, False)])
async def test_one_that_clears_up_is_given_its_time(patience: float | None, *, whole: bool) -> None:
    cleared: list[bool] = []

    async def slow() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(20):
                await asyncio.sleep(0)
            cleared.append(True)

    task = asyncio.create_task(slow())
    await asyncio.sleep(0)
    await end([task], patience=patience)
    assert cleared == [True] * whole
