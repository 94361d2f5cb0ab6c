"""A town at a gateway that is killed again and again, and what became of every message."""

import asyncio
import itertools
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import func, select
from town import Ears
from wechaty_gateway import Gateway

from bot.app import App
from bot.channels.base import Link
from bot.store import tables

#: Ordinary talk, day and night, of few people: neither hours nor floods are the point here.
TOWN = """
[town]
name = "巴汝镇"
[hours]
open = "00:00"
close = "23:59"
[roles]
leaders = ["王五"]
[[rooms]]
name = "巴汝镇政府工作群"
kind = "business"
always_open = true
[[rooms]]
name = "镇政务服务工作群"
kind = "business"
always_open = true
[policies.business]
flood = "off"
no_chat = "observe"
work_hours = "off"
duplicate_notice = "observe"
"""
#: Talk that is nobody's offence; its count follows it.
WORDS = ("各村进度正在汇总", "会议室的投影修好了", "下午两点的会我去参加", "这个事我再跟他们对一下")
#: After a restart a puppet tells of its latest messages once more, and now and then of one twice.
_AGAIN, _TWICE = 60, 50
#: What the ids of the messages begin with.
_MARK = "s"


@dataclass
class Told:
    """What is left to look at: everything that was stored, and memory on the way."""

    lost: list[int] = field(default_factory=list)
    out_of_order: int = 0
    judged_twice: int = 0
    rows: int = 0
    judgements: int = 0
    links: list[Link] = field(default_factory=list)
    #: Messages judged so far and MiB held then.
    memory: list[tuple[int, int]] = field(default_factory=list)


class Times(MutableMapping[str, int]):
    """How often each of so many messages was judged, a byte for each from the start.

    The soak's own books are in the bot's process: they must not grow with what is measured.
    """

    def __init__(self, messages: int) -> None:
        self._times, self._count = bytearray(messages), 0

    def __getitem__(self, message_id: str) -> int:
        times = self._times[_number(message_id)]
        if not times:
            raise KeyError(message_id)
        return times

    def __setitem__(self, message_id: str, times: int) -> None:
        number = _number(message_id)
        self._count += bool(times) - bool(self._times[number])
        self._times[number] = times

    def __delitem__(self, message_id: str) -> None:
        self[message_id] = 0

    def __iter__(self) -> Iterator[str]:
        return (f"{_MARK}-{number}" for number, times in enumerate(self._times) if times)

    def __len__(self) -> int:
        return self._count


def _number(message_id: str) -> int:
    return int(message_id.removeprefix(f"{_MARK}-"))


async def soak(
    app: App,
    ears: Ears,
    gateway: Gateway,
    *,
    messages: int,
    kills: int,
    rate: int,
    marks: Sequence[int] = (),
    seed: int = 1,
) -> Told:
    """Have `messages` posted at `rate` a second and pull the gateway's plug `kills` times.

    What is on its way when the plug is pulled is told of again by the next gateway, as puppets do
    at a login, together with a good many that were judged already.
    """
    told, dice = Told(), Random(seed)  # noqa: S311
    ends = [
        messages * (life + 1) // (kills + 1) - dice.randrange(messages // (kills + 1) // 2)
        for life in range(kills)
    ]
    waiting = sorted(marks)
    for life in range(kills + 1):
        await ears.until(lambda life=life: ears.links.count(Link.CONNECTED) > life)
        first = max(0, len(ears.judged) - _AGAIN)
        emitting = asyncio.create_task(
            gateway.do(
                "burst", n=messages - first, rate=rate, mark=_MARK, twice=_TWICE, within=3600,
                words=WORDS, rooms=["gov@chatroom", "service@chatroom"], **{"from": first},
            )
        )  # fmt: skip
        # A few messages at least must have come from this gateway, however far behind the bot is.
        end = messages
        if life < kills:
            end = min(max(ends[life], len(ears.judged) + 2 * _AGAIN), messages - 1)
        while len(ears.judged) < end:
            mark = min([end, *waiting])
            await ears.until(lambda mark=mark: len(ears.judged) >= mark, within=3600)
            while waiting and len(ears.judged) >= waiting[0]:
                told.memory.append((waiting.pop(0), resident()))
        if life < kills:
            await asyncio.to_thread(gateway.kill)
            await asyncio.gather(emitting, return_exceptions=True)
            await ears.until(lambda life=life: ears.links.count(Link.DISCONNECTED) > life)
            await asyncio.to_thread(gateway.start)
        else:
            await emitting
    await app.idle()
    return await _look(app, ears, messages, told)


async def _look(app: App, ears: Ears, messages: int, told: Told) -> Told:
    async with app.engine.connect() as connection:
        ids = await connection.scalars(
            select(tables.messages.c.id).order_by(tables.messages.c.number)
        )
        found = [_number(id_) for id_ in ids]
        told.judgements = (
            await connection.scalar(select(func.count()).select_from(tables.judgements)) or 0
        )
    told.rows = len(found)
    told.lost = sorted(set(range(messages)) - set(found))
    told.out_of_order = sum(one > other for one, other in itertools.pairwise(found))
    told.judged_twice = sum(times > 1 for times in ears.judged.values())
    told.links = ears.links
    return told


def resident() -> int:
    """MiB that this process holds in memory now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
    raise OSError("no VmRSS")
