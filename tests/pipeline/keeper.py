"""A process that stores messages until it is killed; prints the id of each one acknowledged."""

import asyncio
import sys
from pathlib import Path

from bot.channels.base import Posted
from bot.core.message import Message
from tests.support.town import MONDAY, start_town


async def main(store: Path) -> None:
    """Bring messages from eight rooms at once, for ever."""
    harness = await start_town(store)

    async def bring(room: str) -> None:
        for index in range(1_000_000):
            one = Message(
                f"{room}-{index}", room, f"人{index % 20}", MONDAY,
                text=f"[ch] 第 {index} 条", room_id=room, sender_id=f"人{index % 20}",
            )  # fmt: skip
            await harness.app.pipeline.receive([Posted(one)])
            print(one.id, flush=True)

    rooms = [room.name for room in harness.app.town.rooms]
    await asyncio.gather(*(bring(room) for room in rooms))


asyncio.run(main(Path(sys.argv[1])))
