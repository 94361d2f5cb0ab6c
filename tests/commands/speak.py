"""Short ways to order the bot about and to see what came of it."""

from bot.store import tables
from tests.support.town import Harness

ADMIN, LEADER, POSTER, OFFICER, MEMBER = "行政办主任", "书记", "党建办主任", "保密员", "小王"
BUSINESS, NOTICES = "政务群", "公告群"


async def tell(town: Harness, who: str, text: str) -> str:
    """Say something privately; the private answer."""
    heard = len(town.inbox(who))
    await town.whisper(who, text)
    return "\n".join(town.inbox(who)[heard:])


async def order(town: Harness, room: str, who: str, text: str, **more: object) -> str:
    """Say something in a room; what the bot then says there."""
    before = {message.id for message in town.world.messages(room)}
    await town.post(room, who, text, **more)
    return "\n".join(
        message.text
        for message in town.world.messages(room)
        if message.bot and message.id not in before
    )


async def number_of(town: Harness, message_id: str) -> int:
    """The number under which the archive keeps a message."""
    rows = await town.rows(tables.messages)
    return next(int(str(row.number)) for row in rows if row.id == message_id)


async def audit(town: Harness, *deeds: str) -> list[tuple[str, str, str, str, str, bool]]:
    """The audit, of some deeds or of all: who, what, on what, from, to, allowed."""
    return [
        (row.actor, row.deed, row.object, row.before, row.after, row.allowed)
        for row in await town.rows(tables.audit)
        if not deeds or row.deed in deeds
    ]
