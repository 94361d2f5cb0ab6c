"""The whole product through a real gateway: chatter, receipts, a toggle by chat, closing time, outages."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import soak
from odd import ODD
from sqlalchemy import select
from town import Ears, open_town
from wechaty_gateway import TOKEN, Gateway

from bot.app import App
from bot.channels.base import Link
from bot.core.clock import DrivenClock
from bot.core.reading import Kind
from bot.store import tables
from tests.support.town import MONDAY

TOWN = """
[town]
name = "巴汝镇"
[roles]
leaders = ["王五"]
admins = ["张三"]
[[rooms]]
name = "巴汝镇政府工作群"
kind = "announcement"
[[rooms]]
name = "镇政务服务工作群"
kind = "business"
"""
GOV, SERVICE = "gov@chatroom", "service@chatroom"
NIGHT = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


class Place:
    """A town on one archive before one gateway; its bot can be started more than once."""

    def __init__(self, gateway: Gateway, store: Path) -> None:
        self.gateway, self._store = gateway, store
        self.clock = DrivenClock(MONDAY)
        self.app: App
        self.ears: Ears
        self._running: list[App] = []

    async def start(self, town: str = TOWN) -> App:
        self.app, self.ears = await open_town(
            self.gateway, self._store, town, clock=self.clock, room_every=0, total_every=0
        )
        self._running.append(self.app)
        await self.app.start()
        return self.app

    async def stop(self) -> None:
        for app in self._running:
            await app.stop()
        self._running.clear()

    async def post(self, text: str, **fields: Any) -> str:
        """Somebody posts at the town's time."""
        at = int(self.clock.now().timestamp())
        posted: str = await self.gateway.do("post", text=text, at=at, **fields)
        return posted

    async def judged(self, text: str, **fields: Any) -> Any:
        """Somebody posts; the judgement."""
        return await self.ears.judgement(await self.post(text, **fields))

    async def at(self, moment: datetime) -> None:
        self.clock.set(moment)
        await self.app.tick()

    async def told(self, whom: str, words: str) -> str:
        """What the account has sent to a person or a room that holds these words."""
        call = await self.gateway.do("until", call="messageSendText", to=whom, words=words)
        text: str = call["args"][1]
        return text

    async def calls(self) -> list[tuple[str, Any]]:
        """What the account has done since the last time, and to whom."""
        return [(call["name"], call["args"][0]) for call in await self.gateway.do("calls")]

    async def numbers(self) -> list[int]:
        async with self.app.engine.connect() as connection:
            return list(await connection.scalars(select(tables.judgements.c.number)))


@pytest.fixture
async def place(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Place]:
    monkeypatch.setenv("QINGQUN_WECHATY_TOKEN", TOKEN)
    place = Place(gateway, tmp_path / "town.db")
    yield place
    await place.stop()


async def test_a_member_chats_in_the_announcement_group_and_is_told_privately(
    place: Place,
) -> None:
    await place.start()
    row = await place.judged("[ch] 早上好")
    # Nobody can take down another's message on WeChat: it is a nudge, and it is private.
    assert (row.action, row.kind) == ("nudge", "chat")
    assert "不闲聊" in await place.told("zhang", "想提醒您")
    assert ("messageSendText", GOV) not in await place.calls()


async def test_a_receipt_is_counted_without_a_word(place: Place) -> None:
    app = await place.start()
    assert (await place.judged("[as] 请各位周五前报表", talker="wang")).action == "none"
    assert (await place.judged("收到", talker="zhang")).action == "record"
    async with app.engine.connect() as connection:
        people = await connection.execute(
            select(tables.task_people.c.person).where(
                tables.task_people.c.acknowledged_at.is_not(None)
            )
        )
        assert people.scalars().all() == ["张三"]


async def test_an_admin_toggles_a_policy_by_chat(place: Place) -> None:
    await place.start()
    await place.post("轻群 关闭 不闲聊 本群", room=SERVICE, talker="zhang")
    await place.told(SERVICE, "关闭")
    row = await place.judged("[ch] 中午吃啥", room=SERVICE, talker="wang")
    assert row.action == "none"


async def test_closing_time_comes(place: Place) -> None:
    """No mute here: the sender is asked, an appeal goes to an admin, the morning's list has it all."""
    await place.start()
    assert (await place.judged("[di] 还差两个村", room=SERVICE)).action == "none"
    await place.at(NIGHT)
    row = await place.judged("[di] 睡不着，再说两句", room=SERVICE)
    assert row.action == "nudge"
    nudge = await place.told("zhang", "现在不是工作时间")
    assert f"申诉 {row.number}" in nudge
    late = await place.judged("[as] 请张三明早八点半到会议室", talker="wang")
    assert late.action == "nudge"
    assert "工作安排到下次上班再发布" in await place.told("wang", "现在不是工作时间")
    assert (await place.judged("[as+urgent] 后山着火，都来", talker="wang")).action == "none"
    await place.post(f"申诉 {row.number}", to="bot")
    await place.told("zhang", "申诉")
    await place.at(MORNING)
    assert "到会议室" in await place.told("zhang", "与您有关的工作")
    # Nothing was said in a group, and nothing tried that WeChat does not know.
    assert {name for name, _ in await place.calls()} == {"messageSendText"}


async def test_a_gateway_that_dies_and_comes_back_loses_nothing_that_is_said_later(
    place: Place, process: Gateway
) -> None:
    app = await place.start()
    assert (await place.judged("[di] 之前", id="old")).kind == Kind.DISCUSSION
    await asyncio.to_thread(process.kill)
    await place.ears.until(lambda: Link.DISCONNECTED in place.ears.links)
    place.clock.advance(timedelta(minutes=5))
    await asyncio.to_thread(process.start)
    await place.ears.until(lambda: place.ears.links.count(Link.CONNECTED) == 2)
    # Admins hear of the outage, over the gateway that has come back.
    assert "断开" in await place.told("zhang", "09:05")
    assert (await place.post("[di] 之前", id="old")) == "old"  # puppets tell again at a login
    later = [await place.post(f"[di] 之后{i}") for i in range(20)]
    await place.ears.judgement(later[-1])
    assert [id_ for id_ in place.ears.judged if id_ in later] == later
    assert set(place.ears.judged.values()) == {1}
    async with app.engine.connect() as connection:
        outage = (await connection.execute(select(tables.outages))).one()
    assert outage.until - outage.from_at == timedelta(minutes=5)


async def test_whatever_a_gateway_sends_the_town_goes_on(place: Place) -> None:
    app = await place.start()
    posted = []
    for turn in range(20):
        for event, payload, _ in ODD:
            if event != "logout":
                await place.gateway.do("raw", event=event, payload=payload)
        await place.gateway.do("error", plain=[None, "a text", {"message": "x"}][turn % 3])
        # No sender, no text, an unknown type, a date that makes no sense: all are messages.
        odd = [
            {"talker": ""},
            {"text": None},
            {"type": 99},
            {"at": 10**15},
            {"room": "nowhere@chatroom"},
        ]
        await place.gateway.do("post", **{"text": "[di] 怪", **odd[turn % 5]})
        posted.append(await place.post(f"[di] 正经{turn}"))
    await place.ears.judgement(posted[-1])
    assert [id_ for id_ in place.ears.judged if id_ in posted] == posted
    assert place.ears.links == [Link.CONNECTED]
    async with app.engine.connect() as connection:
        stored = list(await connection.scalars(select(tables.messages.c.number)))
    assert len(stored) == 40
    assert sorted(await place.numbers()) == sorted(stored)


async def test_five_thousand_at_once_are_each_judged_once_and_in_order(place: Place) -> None:
    app = await place.start(soak.TOWN)
    await place.gateway.do(
        "burst", n=5000, mark="b", rooms=[GOV, SERVICE], at=int(MONDAY.timestamp())
    )
    await place.ears.until(lambda: len(place.ears.judged) == 5000)
    await app.idle()
    assert list(place.ears.judged) == [f"b-{number}" for number in range(5000)]
    assert set(place.ears.judged.values()) == {1}
    assert len(await place.numbers()) == 5000


async def test_a_restart_judges_nothing_twice(place: Place) -> None:
    await place.start()
    await place.judged("[ch] 一", id="one")
    await place.stop()
    await place.start()
    await place.post("[ch] 一", id="one")
    await place.judged("[ch] 二", id="two")
    assert "one" not in place.ears.judged
    assert len(await place.numbers()) == 2
