"""The chat world by itself: what its people see."""

import asyncio
from datetime import timedelta

import pytest

from bot.channels.base import Person
from bot.channels.simulated import Refusal, RefusedError, World, changes
from bot.core.clock import DrivenClock
from bot.core.message import Message, MessageType, Role

ROOM = "镇工作群"


def texts(world: World, room: str = ROOM) -> list[str]:
    return [message.text for message in world.messages(room)]


async def test_a_post_carries_who_where_and_when(world: World, clock: DrivenClock) -> None:
    first = await world.post(ROOM, "镇长", "开会", mentions=["小王", "所有人"])
    second = await world.post(ROOM, "小王", "收到", reply_to=first.id)
    assert (first.role, first.sender_id, first.room_id) == (Role.LEADER, "镇长", ROOM)
    assert first.at == clock.now()
    assert first.mentions == ("小王", "所有人")
    assert second.reply_to == first.id
    assert first.id != second.id
    assert texts(world) == ["开会", "收到"]


async def test_ids_may_differ_from_names(clock: DrivenClock) -> None:
    world = World(clock, bot="轻群", bot_id="b1")
    world.add_room("镇群", [Person("u1", "小王"), Person("u2", "小李")], room_id="g1")
    by_id = await world.post("g1", "u1", "一", mentions=["u2"])
    by_name = await world.post("镇群", "小王", "二", mentions=["小李"])
    assert (by_id.sender, by_id.sender_id, by_id.room, by_id.room_id) == (
        "小王",
        "u1",
        "镇群",
        "g1",
    )
    assert by_name.sender_id == "u1"
    assert by_id.mentions == by_name.mentions == ("小李",)


async def test_unknown_rooms_and_people_are_errors_of_the_driver(world: World) -> None:
    with pytest.raises(KeyError, match="没有的群"):
        await world.post("没有的群", "小王", "在吗")
    with pytest.raises(KeyError, match="路人"):
        await world.post(ROOM, "路人", "在吗")
    with pytest.raises(ValueError, match="there already"):
        world.add_room(ROOM)


async def test_only_members_may_post(world: World) -> None:
    with pytest.raises(RefusedError) as caught:
        await world.post("应急群", "小李", "在吗")
    assert caught.value.why is Refusal.NOT_MEMBER
    assert texts(world, "应急群") == []


async def test_a_mute_stops_posts_until_its_end(world: World, clock: DrivenClock) -> None:
    end = clock.now() + timedelta(minutes=10)
    with world.watch() as watch:
        world.mute(world.room(ROOM), "小王", end)
        with pytest.raises(RefusedError, match="禁言") as caught:
            await world.post(ROOM, "小王", "我不服")
        assert caught.value.until == end
        await world.post("应急群", "小王", "这里可以")
        await world.post(ROOM, "小李", "我可以")
        clock.set(end)
        world.tick()
        await world.post(ROOM, "小王", "回来了")
        kinds = [type(change) for change in watch.taken()]
    assert texts(world) == ["我可以", "回来了"]
    assert kinds == [
        changes.Muted,
        changes.Stopped,
        changes.Shown,
        changes.Shown,
        changes.Unmuted,
        changes.Shown,
    ]


async def test_a_mute_ends_by_the_clock_alone(world: World, clock: DrivenClock) -> None:
    world.mute(world.room(ROOM), "小王", clock.now() + timedelta(seconds=1))
    clock.advance(timedelta(seconds=1))
    await world.post(ROOM, "小王", "回来了")
    assert texts(world) == ["回来了"]


async def test_in_a_closed_room_leaders_and_admins_still_post(world: World) -> None:
    world.close(world.room(ROOM))
    for person in ("镇长", "主任"):
        await world.post(ROOM, person, person)
    with pytest.raises(RefusedError) as caught:
        await world.post(ROOM, "小王", "下班了吗")
    assert caught.value.why is Refusal.ROOM_CLOSED
    world.open(world.room(ROOM))
    await world.post(ROOM, "小王", "早")
    assert texts(world) == ["镇长", "主任", "早"]


async def test_a_recalled_message_is_gone_for_everybody(world: World, clock: DrivenClock) -> None:
    message = await world.post(
        ROOM, "小王", type=MessageType.FILE, title="名单.xlsx", content=b"secret"
    )
    clock.advance(timedelta(seconds=5))
    await world.recall(message.id)
    assert world.messages(ROOM) == ()
    (kept,) = world.history(ROOM)
    assert (kept.gone, kept.gone_by, kept.gone_at) == (True, "小王", clock.now())
    assert kept.message.title == ""
    assert world.content(message.id) is None
    with pytest.raises(RefusedError) as caught:
        await world.edit(message.id, "又来")
    assert caught.value.why is Refusal.GONE


async def test_members_recall_their_own_and_admins_anybodys(world: World) -> None:
    message = await world.post(ROOM, "小王", "说错了")
    with pytest.raises(RefusedError) as caught:
        await world.recall(message.id, by="小李")
    assert caught.value.why is Refusal.NOT_YOURS
    await world.recall(message.id, by="主任")
    assert world.history(ROOM)[0].gone_by == "主任"


async def test_an_edit_keeps_what_was_said_before(world: World) -> None:
    message = await world.post(ROOM, "小王", "周三交")
    await world.edit(message.id, "周四交")
    kept = world.message(message.id)
    assert kept is not None
    assert (kept.message.text, kept.earlier) == ("周四交", ("周三交",))


async def test_coming_going_and_new_names(world: World) -> None:
    await world.join("应急群", "小李", Person("u9", "新人"), "小王")
    assert set(world.room("应急群").members) == {"轻群", "小王", "小李", "u9"}
    await world.leave("应急群", "小李")
    with pytest.raises(RefusedError):
        await world.post("应急群", "小李", "我还在")
    await world.rename("应急群", "应急指挥群")
    message = await world.post("应急群", "新人", "大家好")
    assert (message.room, message.room_id) == ("应急指挥群", "应急群")


async def test_feed_keeps_ids_and_times_and_makes_what_is_missing(
    world: World, clock: DrivenClock
) -> None:
    earlier = clock.now() - timedelta(days=30)
    lines = [
        Message("t1", ROOM, "小王", earlier, text="一"),
        Message("t2", "新群", "新人", earlier, role=Role.ADMIN, text="二"),
    ]
    world.close(world.room(ROOM))
    assert await world.feed(lines) == 2
    (kept,) = world.messages(ROOM)
    assert (kept.id, kept.at, kept.room_id, kept.sender_id) == ("t1", earlier, ROOM, "小王")
    assert world.room("新群").role("新人") is Role.ADMIN
    with pytest.raises(ValueError, match="t1"):
        await world.feed(lines[:1])


async def test_only_the_last_messages_are_kept(clock: DrivenClock) -> None:
    world = World(clock, keep=2)
    world.add_room("群", ["小王"])
    for text in "一二三":
        await world.post("群", "小王", text, content=b"x")
        await world.whisper("小王", text)
    assert texts(world, "群") == ["二", "三"]
    assert [message.text for message in world.conversation("小王")] == ["二", "三"]
    assert world.message("sim-1") is None
    assert world.content("sim-1") is None


async def test_a_watcher_reads_changes_as_they_come(world: World) -> None:
    watch = world.watch()

    async def read() -> list[changes.Change]:
        return [change async for change in watch]

    reading = asyncio.create_task(read())
    await world.post(ROOM, "小王", "一")
    await world.whisper("小王", "悄悄话")
    watch.close()
    await world.post(ROOM, "小王", "没人看")
    first, second = await reading
    assert isinstance(first, changes.Shown)
    assert first.message.text == "一"
    assert isinstance(second, changes.Whispered)
    assert (second.person_id, second.message.private, second.message.bot) == ("小王", True, False)


async def test_a_slow_watcher_is_told_that_it_missed_something(world: World) -> None:
    watch = world.watch(limit=3)
    for number in range(5):
        await world.post(ROOM, "小王", str(number))
    first, *rest = watch.taken()
    assert isinstance(first, changes.Missed)
    assert [c.message.text for c in rest if isinstance(c, changes.Shown)] == ["3", "4"]


async def test_callbacks_can_be_ended(world: World) -> None:
    heard: list[changes.Change] = []
    end = world.on_change(heard.append)
    await world.post(ROOM, "小王", "一")
    end()
    await world.post(ROOM, "小王", "二")
    assert len(heard) == 1


async def test_sleeping_on_a_driven_clock_ends_with_a_tick(
    world: World, clock: DrivenClock
) -> None:
    sleeper = asyncio.create_task(world.sleep_until(clock.now() + timedelta(hours=1)))
    await asyncio.sleep(0)
    clock.advance(timedelta(minutes=59))
    world.tick()
    await asyncio.sleep(0)
    assert not sleeper.done()
    clock.advance(timedelta(minutes=1))
    world.tick()
    await sleeper
