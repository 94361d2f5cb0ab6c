"""A town put through any sequence of events, with what it must never do written down beside it."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.app import App
from bot.channels.base import ALL_CAPABILITIES, EVERYONE, NO_CAPABILITIES, Capabilities, Verb
from bot.channels.simulated import Faults, RefusedError, SimulatedChannel, World
from bot.channels.simulated.faults import Hollow, Limit, LoseAnswer, LoseOrder, Refuse, Unsure
from bot.core.clock import DrivenClock
from bot.core.message import Message, Role
from bot.store.engine import open_engine
from bot.store.seal import Seal
from policies import all_policies
from tests.support.fake_reader import FakeReader, mark_of
from tests.support.town import KEY, MONDAY, PEOPLE, Harness, town_of

ZONE = ZoneInfo("Asia/Shanghai")
ROOMS = ("公告群", "政务群", "应急群", "党员群")
LEADERS = ("书记", "镇长")
SENDERS = ("小王", "小王", "小李", "甲村书记", "党建办主任", "行政办主任", *LEADERS)
#: Where a room is closed for the night nobody could break a rule in it.
ALL = replace(ALL_CAPABILITIES, mute_room=False)
ABLE = {
    "all": ALL,
    "delete": Capabilities(delete=EVERYONE, idempotent=True),
    "members": Capabilities(
        delete=frozenset({Role.MEMBER}), delete_max_age=timedelta(minutes=2), idempotent=True
    ),
    "mute": Capabilities(mute=EVERYONE, idempotent=True),
    "none": NO_CAPABILITIES,
}
TROUBLES: dict[str, Callable[[Verb], Any]] = {
    "refuse": lambda _: Refuse(),
    "limit": lambda _: Limit(90),
    "long": lambda _: Limit(4000),
    "hollow": lambda verb: Hollow() if verb is Verb.DELETE else Limit(30),
    "unsure": lambda _: Unsure(),
    "lost order": lambda _: LoseOrder(),
    "lost answer": lambda _: LoseAnswer(),
}
Step = tuple[Any, ...]


@dataclass
class AnyTown:
    """A town at work, which can be stopped and started again at any moment."""

    folder: Path
    template: Path
    restarts: bool = True
    clock: DrivenClock = field(default_factory=lambda: DrivenClock(MONDAY))
    posted: list[Message] = field(default_factory=list)
    harness: Harness = field(init=False)

    async def start(self) -> None:
        """Open the archive; a world with everybody in every room."""
        shutil.copy(self.template, self.folder / "town.db")
        self.town = town_of()
        self.world = World(self.clock)
        for room in self.town.rooms:
            self.world.add_room(room.name, PEOPLE, capabilities=ALL)
        self.faults = Faults(seed=1)
        self.channel = SimulatedChannel(self.world, faults=self.faults)
        await self._open()

    async def _open(self) -> None:
        engine = open_engine(f"sqlite+aiosqlite:///{self.folder / 'town.db'}")
        app = self.app_on(engine)
        await app.start(background=False)
        self.harness = Harness(app, self.world, self.channel, self.clock, engine)
        await self.settle()

    def app_on(self, engine: Any) -> App:
        """The house on an archive, not yet at work."""
        return App(
            self.town, engine=engine, channels={self.channel.name: self.channel},
            reader=FakeReader(), policies=all_policies(), clock=self.clock, seal=Seal(KEY),
            shadow=False,
        )  # fmt: skip

    async def restart(self) -> None:
        """Stop, whatever is under way, and begin again on the same archive."""
        if self.restarts:
            await self.harness.stop()
            await self._open()

    async def settle(self) -> None:
        await self.harness.settle()

    async def run(self, steps: Sequence[Step]) -> None:
        """Do one after the other."""
        for step in steps:
            await getattr(self, f"_{step[0]}")(*step[1:])

    async def _say(self, room: str, sender: str, mark: str) -> None:
        text = f"[{mark}] 第{len(self.posted)}件" if mark != "收到" else mark
        await self._post(room, sender, text)
        await self.settle()

    async def _again(self, which: int, room: str, sender: str) -> None:
        """The words of an earlier message once more."""
        if self.posted:
            await self._post(room, sender, self.posted[which % len(self.posted)].text)
            await self.settle()

    async def _burst(self, room: str, sender: str, count: int) -> None:
        for _ in range(count):
            await self._post(room, sender, f"[di] 第{len(self.posted)}件")
        await self.settle()

    async def _nag(self, room: str, sender: str, mark: str, count: int) -> None:
        """The same offence several times."""
        for _ in range(count):
            await self._say(room, sender, mark)

    async def _cut_off(self, room: str, sender: str, mark: str) -> None:
        """The process ends with a message on its way."""
        await self._post(room, sender, f"[{mark}] 第{len(self.posted)}件")
        await self.restart()
        await self.settle()

    async def _post(self, room: str, sender: str, text: str, **more: Any) -> None:
        try:
            self.posted.append(await self.world.post(room, sender, text, **more))
        except RefusedError:
            return  # muted, or the room is closed: the platform stops it

    async def _brief(self, which: int, room: str, sender: str) -> None:
        """A follow-up that may complete a document."""
        documents = [m for m in self.posted if m.text.startswith("[do")]
        quote = documents[which % len(documents)].id if documents and which % 2 else None
        await self._post(room, sender, f"要点：{len(self.posted)}。拟办：各村", reply_to=quote)
        await self.settle()

    async def _edit(self, which: int, mark: str) -> None:
        kept = self._one(which)
        if kept is not None:
            await self.world.edit(kept.id, f"[{mark}] 改{which}")
            await self.settle()

    async def _recall(self, which: int) -> None:
        kept = self._one(which)
        if kept is not None:
            await self.world.recall(kept.id)
            await self.settle()

    def _one(self, which: int) -> Message | None:
        """A message that still stands."""
        kept = [m for m in self.posted if (k := self.world.message(m.id)) and not k.gone]
        return kept[which % len(kept)] if kept else None

    async def _order(self, who: str, text: str) -> None:
        await self.world.whisper(who, text)
        await self.settle()

    async def _order_aloud(self, room: str, who: str, text: str) -> None:
        try:
            await self.world.post(room, who, f"轻群 {text}")
        except RefusedError:
            return
        await self.settle()

    async def _verdict(self, who: str, word: str, which: int) -> None:
        if self.posted:
            number = which % (2 * len(self.posted)) + 1
            await self._order(who, f"{word} {number}")

    async def _wait(self, seconds: int) -> None:
        await self.harness.until(self.clock.now() + timedelta(seconds=seconds))

    async def _to(self, hour: int, minute: int) -> None:
        """On to the next time the clock shows that."""
        local = self.clock.now().astimezone(ZONE)
        then = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        await self.harness.until(then if then > local else then + timedelta(days=1))

    async def _to_saturday(self) -> None:
        local = self.clock.now().astimezone(ZONE)
        days = (5 - local.weekday()) % 7
        then = (local + timedelta(days=days)).replace(hour=10, minute=0)
        await self.harness.until(then)

    async def _able(self, room: str, name: str) -> None:
        self.world.set_capabilities(room, ABLE[name])

    async def _trouble(self, name: str, verb: Verb, times: int) -> None:
        self.faults.add(TROUBLES[name](verb), verb, times=times)

    async def _outage(self, seconds: int, room: str, sender: str, mark: str) -> None:
        """The line is down while somebody speaks."""
        self.channel.disconnect()
        await self._post(room, sender, f"[{mark}] 第{len(self.posted)}件")
        await self.harness.until(self.clock.now() + timedelta(seconds=seconds))
        self.channel.reconnect()
        await self.settle()

    async def _restart(self) -> None:
        await self.restart()

    async def calm(self) -> None:
        """No more troubles, and time enough for everything that was put off."""
        self.faults.clear()
        for _ in range(2):
            await self._wait(4100)

    def seen(self) -> dict[str, list[tuple[str, str, datetime]]]:
        """What can be read in every room and conversation, by whom, since when."""
        shown = {
            room.id: [(m.sender, m.text, m.at) for m in self.world.messages(room.id)]
            for room in self.world.rooms()
        }
        told = {f"→{who}": [("", m.text, m.at) for m in self.world.inbox(who)] for who in PEOPLE}
        return {**shown, **told}


def sureness(text: str) -> float:
    """How sure the mark of a message says its reading is."""
    mark = mark_of(text)
    for word in (mark or "").split()[1:]:
        try:
            return float(word)
        except ValueError:
            continue
    return 0.99
