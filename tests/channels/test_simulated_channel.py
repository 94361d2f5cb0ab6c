"""The channel on a world that behaves: events in, orders out."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.channels.base import (
    ALL_CAPABILITIES,
    NO_CAPABILITIES,
    Capabilities,
    Channel,
    Edited,
    Event,
    Joined,
    Left,
    Link,
    LinkChanged,
    Order,
    Person,
    Posted,
    Recalled,
    RoomInfo,
    Topic,
    Verb,
)
from bot.channels.simulated import SimulatedChannel, World
from bot.core.clock import DrivenClock
from bot.core.decision import Outcome
from bot.core.message import Message, MessageType, Role
from tests.channels.conftest import START, Seen

ROOM = "镇工作群"


def test_it_is_a_channel(world: World) -> None:
    channel: Channel = SimulatedChannel(world)
    assert channel.name == "simulated"


async def test_events_come_in_order_with_the_line_first(
    world: World, channel: SimulatedChannel, seen: Seen
) -> None:
    message = await world.post(ROOM, "小王", "周三交")
    edited = await world.edit(message.id, "周四交")
    await world.recall(message.id)
    await world.join("应急群", "小李")
    await world.leave("应急群", "小李")
    await world.rename("应急群", "应急指挥群")
    whispered = await world.whisper("小李", "待办")
    await channel.settled()
    li = (Person("小李", "小李"),)
    assert seen.events == [
        LinkChanged("simulated", Link.CONNECTED, START),
        Posted(message),
        Edited(edited),
        Recalled("simulated", ROOM, message.id, START, "小王"),
        Joined("simulated", "应急群", li, START),
        Left("simulated", "应急群", li, START),
        Topic("simulated", "应急群", "应急指挥群", START),
        Posted(whispered),
    ]
    assert whispered.private


async def test_a_channel_of_another_name_puts_it_on_everything(world: World, seen: Seen) -> None:
    channel = SimulatedChannel(world, name="demo")
    await channel.start(seen)
    message = await world.post(ROOM, "小王", "一")
    await world.recall(message.id)
    await channel.settled()
    posted, recalled = seen.plain
    assert isinstance(posted, Posted)
    assert isinstance(recalled, Recalled)
    assert posted.message.channel == recalled.channel == "demo"
    await channel.stop()


async def test_rooms_and_members_leave_the_bot_out(world: World, channel: SimulatedChannel) -> None:
    assert await channel.rooms() == [RoomInfo(ROOM, ROOM), RoomInfo("应急群", "应急群")]
    people = await channel.members(ROOM)
    assert [(p.name, p.role) for p in people] == [
        ("镇长", Role.LEADER), ("主任", Role.ADMIN), ("小王", Role.MEMBER), ("小李", Role.MEMBER),
    ]  # fmt: skip
    world.set_capabilities(ROOM, Capabilities(list_members=False))
    assert await channel.members(ROOM) == []
    assert await channel.members("没有的群") == []


async def test_without_the_right_to_read_all_only_mentions_arrive(
    world: World, channel: SimulatedChannel, seen: Seen
) -> None:
    world.set_capabilities(ROOM, Capabilities(read_all=False))
    unseen = await world.post(ROOM, "小王", "闲聊")
    await world.recall(unseen.id)
    await world.post(ROOM, "小王", "状态", mentions=["轻群"])
    await channel.settled()
    assert [type(event) for event in seen.plain] == [Posted]
    assert seen.texts == ["状态"]


async def test_a_bot_that_was_taken_out_sees_and_does_nothing(
    world: World, channel: SimulatedChannel, seen: Seen
) -> None:
    await world.leave(ROOM, "轻群")
    await world.post(ROOM, "小王", "它走了")
    await channel.settled()
    assert seen.texts == []
    assert [room.id for room in await channel.rooms()] == ["应急群"]
    assert (
        await channel.perform(Order(Verb.SEND, "k1", room_id=ROOM, text="在吗"))
    ).outcome is Outcome.REFUSED


async def test_capabilities_are_those_of_the_room(world: World, channel: SimulatedChannel) -> None:
    only = Capabilities(delete=frozenset({Role.MEMBER}))
    world.set_capabilities(ROOM, only)
    assert channel.capabilities(ROOM) == only
    assert channel.capabilities("应急群") == ALL_CAPABILITIES
    assert channel.capabilities("") == ALL_CAPABILITIES
    assert channel.capabilities("没有的群") == NO_CAPABILITIES


async def test_files_can_be_fetched_up_to_a_limit_until_they_are_gone(
    world: World, channel: SimulatedChannel
) -> None:
    message = await world.post(ROOM, "小王", type=MessageType.IMAGE, content=b"0123456789")
    assert message.attachment
    assert await channel.fetch(message, 4) == b"0123"
    assert await channel.fetch(await world.post(ROOM, "小王", "无"), 4) is None
    await world.recall(message.id)
    assert await channel.fetch(message, 4) is None


async def test_a_full_queue_holds_the_driver_back(world: World) -> None:
    gate, seen = asyncio.Event(), Seen()

    async def slow(events: Sequence[Event]) -> None:
        await gate.wait()
        await seen(events)

    channel = SimulatedChannel(world, limit=10)
    await channel.start(slow)

    async def drive() -> None:
        for number in range(30):
            await world.post(ROOM, "小王", str(number))

    driver = asyncio.create_task(drive())
    for _ in range(50):
        await asyncio.sleep(0)
    assert not driver.done()
    assert len(world.messages(ROOM)) < 12
    gate.set()
    await driver
    await channel.settled()
    assert seen.texts == [str(number) for number in range(30)]
    await channel.stop()


async def test_what_could_not_be_stored_comes_again(world: World, clock: DrivenClock) -> None:
    seen, tried = Seen(), asyncio.Event()

    async def broken_once(events: Sequence[Event]) -> None:
        if not tried.is_set():
            tried.set()
            raise ConnectionError("archive: disk full")
        await seen(events)

    channel = SimulatedChannel(world)
    await channel.start(broken_once)
    message = await world.post(ROOM, "小王", "一")
    await tried.wait()
    await asyncio.sleep(0)
    clock.advance(timedelta(seconds=1))
    world.tick()
    await channel.settled()
    assert seen.messages == [message]
    await channel.stop()


async def test_a_broken_inbox_is_not_silent(world: World) -> None:
    async def broken(events: Sequence[Event]) -> None:
        raise RuntimeError("a bug")

    channel = SimulatedChannel(world)
    await channel.start(broken)
    with pytest.raises(RuntimeError, match="a bug"):
        await channel.settled()
    with pytest.raises(RuntimeError, match="a bug"):
        await channel.stop()


async def test_feeding_is_cheap(clock: DrivenClock) -> None:
    count, taken = 5_000, 0

    async def inbox(events: Sequence[Event]) -> None:
        nonlocal taken
        taken += len(events)

    world = World(clock, keep=500)
    channel = SimulatedChannel(world)
    await channel.start(inbox)
    lines = [
        Message(f"t{n}", f"群{n % 10}", f"人{n % 40}", START + timedelta(seconds=n), text="一" * 20)
        for n in range(count)
    ]
    started = time.process_time()
    await world.feed(lines)
    await channel.settled()
    took = time.process_time() - started
    assert taken == count + 1
    assert count / took > 10_000
    await channel.stop()
