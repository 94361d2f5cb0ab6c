"""Look-ups beside the pipeline end with the bot that asked for them."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.pipeline.inquiries import Inquiries
from tests.support.town import Harness


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
