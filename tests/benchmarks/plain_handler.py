"""The usual group bot, to compare with: nonebot2 matches keywords, and stores each message."""

import re
import time
from collections.abc import Sequence
from pathlib import Path

import aiosqlite
import nonebot
from nonebot.adapters.onebot.v11 import Adapter, Bot, GroupMessageEvent
from nonebot.adapters.onebot.v11 import Message as Segments
from nonebot.adapters.onebot.v11.event import Sender
from nonebot.message import handle_event

from bot.core.message import Message

_WORDS = ("早安", "投票", "砍价", "贷款", "兼职", "红包")


class PlainHandler:
    """One `on_message` handler with a store, driven without a network."""

    @staticmethod
    async def measure(store: Path, batch: Sequence[Message]) -> float:
        """Messages a second through nonebot's event handling."""
        nonebot.init(driver="~none", log_level="ERROR")
        driver = nonebot.get_driver()
        adapter = Adapter(driver)
        bot = Bot(adapter, "1")
        keyword = re.compile("|".join(_WORDS))
        async with aiosqlite.connect(store) as connection:
            await connection.execute("pragma journal_mode=wal")
            await connection.execute("pragma synchronous=normal")
            await connection.execute(
                "create table said (id integer, room text, text text, hit int)"
            )
            matcher = nonebot.on_message()

            @matcher.handle()
            async def keep(event: GroupMessageEvent) -> None:
                text = event.get_plaintext()
                values = (event.message_id, str(event.group_id), text, bool(keyword.search(text)))
                await connection.execute("insert into said values (?, ?, ?, ?)", values)
                await connection.commit()

            started, cpu = time.perf_counter(), time.process_time()
            for message in batch:
                await handle_event(bot, _event(message))
            spent = (time.process_time() - cpu) / len(batch) * 1e6
            print(f"keyword handler's processor: {spent:.0f} µs a message")
            return len(batch) / (time.perf_counter() - started)


def _event(message: Message) -> GroupMessageEvent:
    words = Segments(message.text)
    return GroupMessageEvent(
        time=int(message.at.timestamp()), self_id=1, post_type="message", sub_type="normal",
        user_id=2, message_type="group", message_id=int(message.id), message=words,
        original_message=words, raw_message=message.text, font=0, sender=Sender(user_id=2),
        group_id=3, to_me=False,
    )  # fmt: skip
