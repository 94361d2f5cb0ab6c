"""Whoever asked for work may have gone by the time it is done; that is nobody else's loss."""

import asyncio
import logging

import pytest

from bot.store.journal import Journal
from tests.support.town import Harness


async def test_work_whose_asker_has_gone_fails_nobody(
    town: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def work(_: Journal) -> None:
        done.append("work")

    with caplog.at_level(logging.ERROR):
        asker = asyncio.create_task(town.app.pipeline.work(work))
        await asyncio.sleep(0)
        asker.cancel()
        await asyncio.gather(asker, return_exceptions=True)
        await town.app.pipeline.work(work)
    assert done == ["work", "work"]
    assert not caplog.records


async def test_failing_work_whose_asker_has_gone_fails_nobody(
    town: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    def work(_: Journal) -> None:
        raise ValueError("no")

    with caplog.at_level(logging.ERROR):
        asker = asyncio.create_task(town.app.pipeline.work(work))
        await asyncio.sleep(0)
        asker.cancel()
        await asyncio.gather(asker, return_exceptions=True)
        await town.settle()
    assert not caplog.records
