"""Look-ups beside the pipeline end with the bot that asked for them."""

import asyncio
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.pipeline.inquiries import Inquiries
from tests.support.town import Harness, start_town


async def test_a_stop_does_not_wait_for_a_look_up_and_leaves_none_behind(
    town: Harness,
) -> None:
    inquiries, looking, answers = Inquiries(town.app.engine), asyncio.Event(), list[int]()

    async def look(_: AsyncConnection) -> int:
        looking.set()
        await asyncio.Event().wait()
        return 1

    async def answer(found: int) -> None:
        answers.append(found)

    inquiries.ask(look, answer)
    await looking.wait()
    async with asyncio.timeout(5):
        await inquiries.stop()
    assert not inquiries.busy
    assert not answers


async def test_an_order_given_just_before_a_stop_is_obeyed(tmp_path: Path) -> None:
    town = await start_town(tmp_path / "town.db")
    number = (await town.judged(await town.post("政务群", "小王", "[ch] 早安"))).number
    await town.world.whisper("行政办主任", f"误判 {number}")
    await town.channel.settled()
    await town.app.stop()
    again = await start_town(tmp_path / "town.db", world=town.world, clock=town.clock)
    assert sum("早安" in text for text in again.texts("政务群")) == 1
    await again.stop()
    assert not again.app.inquiries.busy
