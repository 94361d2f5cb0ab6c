"""Orders on a world that behaves: what the bot's account may do, and what people see of it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import (
    ALL_CAPABILITIES,
    NO_CAPABILITIES,
    Capabilities,
    Left,
    Order,
    Recalled,
    Verb,
)
from bot.channels.simulated import RefusedError, SimulatedChannel, World
from bot.core.clock import DrivenClock
from bot.core.decision import Outcome
from bot.core.message import MessageType, Role
from tests.channels.conftest import START, Seen

ROOM = "镇工作群"


def order(verb: Verb, key: str = "k1", **fields: object) -> Order:
    return replace(Order(verb, key, room_id=ROOM), **fields)  # type: ignore[arg-type]


async def test_send_quotes_mentions_and_attaches(
    world: World, channel: SimulatedChannel, seen: Seen, tmp_path: Path
) -> None:
    asked = await world.post(ROOM, "小王", "周报呢")
    sheet, picture = tmp_path / "周报.xlsx", tmp_path / "周报.png"
    sheet.write_bytes(b"sheet")
    picture.write_bytes(b"picture")
    result = await channel.perform(
        order(Verb.SEND, text="请看", message_id=asked.id, mentions=("小王",),
              files=(str(sheet), str(picture)))
    )  # fmt: skip
    said, first, second = world.messages(ROOM)[1:]
    assert (result.outcome, result.message_id) == (Outcome.DONE, said.id)
    assert (said.bot, said.sender, said.reply_to, said.mentions) == (
        True, "轻群", asked.id, ("小王",),
    )  # fmt: skip
    assert (first.type, first.title, second.type) == (
        MessageType.FILE, "周报.xlsx", MessageType.IMAGE,
    )  # fmt: skip
    assert await channel.fetch(second, 100) == b"picture"
    await channel.settled()
    assert seen.messages == [asked]
    gone = await channel.perform(order(Verb.SEND, "k2", files=(str(tmp_path / "没有"),)))
    assert gone.outcome is Outcome.REFUSED


async def test_with_echo_the_bots_own_messages_come_back(world: World, seen: Seen) -> None:
    channel = SimulatedChannel(world, echo=True)
    await channel.start(seen)
    await channel.perform(order(Verb.SEND, text="提醒"))
    await channel.settled()
    assert [message.bot for message in seen.messages] == [True]
    await channel.stop()


@pytest.mark.parametrize("verb", [Verb.SEND, Verb.WHISPER, Verb.ANNOUNCE])
async def test_one_key_posts_once_where_the_platform_knows_keys(
    world: World, channel: SimulatedChannel, verb: Verb
) -> None:
    said = order(verb, text="提醒", person_id="小王")
    first, second = await channel.perform(said), await channel.perform(said)
    assert first == second
    posted = [*world.messages(ROOM), *world.inbox("小王"), *world.room(ROOM).board]
    assert len(posted) == 1
    world.set_capabilities(ROOM, replace(ALL_CAPABILITIES, idempotent=False))
    assert (await channel.perform(said)).outcome is Outcome.DONE
    assert len([*world.messages(ROOM), *world.inbox("小王"), *world.room(ROOM).board]) == 2


async def test_two_tries_of_one_order_at_once_post_once(
    world: World, channel: SimulatedChannel, tmp_path: Path
) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"a")
    said = order(Verb.SEND, files=(str(file),))
    first, second = await asyncio.gather(channel.perform(said), channel.perform(said))
    assert first == second
    assert len(world.messages(ROOM)) == 1


async def test_private_messages_go_both_ways(
    world: World, channel: SimulatedChannel, seen: Seen
) -> None:
    await world.whisper("小王", "为什么")
    told = Order(Verb.WHISPER, "w1", person_id="小王", text="因为下班了")
    assert (await channel.perform(told)).outcome is Outcome.DONE
    await channel.settled()
    assert seen.texts == ["为什么"]
    assert [m.text for m in world.inbox("小王")] == ["因为下班了"]
    assert [m.text for m in world.conversation("小王")] == ["为什么", "因为下班了"]
    assert world.inbox("小李") == ()
    nobody = await channel.perform(replace(told, key="w2", person_id="路人"))
    assert nobody.outcome is Outcome.REFUSED
    world.capabilities = Capabilities(private=False)
    closed = await channel.perform(replace(told, key="w3"))
    assert closed.outcome is Outcome.UNSUPPORTED


async def test_a_delete_is_seen_by_all_and_confirmed_by_an_event(
    world: World, channel: SimulatedChannel, seen: Seen
) -> None:
    message = await world.post(ROOM, "小王", "拉票")
    delete = order(Verb.DELETE, message_id=message.id)
    assert await channel.look(delete) is Outcome.REFUSED
    assert (await channel.perform(delete)).outcome is Outcome.DONE
    assert (await channel.perform(delete)).outcome is Outcome.DONE
    assert await channel.look(delete) is Outcome.DONE
    await channel.settled()
    assert world.messages(ROOM) == ()
    assert seen.plain[1:] == [Recalled("simulated", ROOM, message.id, START, "轻群")]


async def test_deletes_keep_to_roles_ages_and_rooms(
    world: World, channel: SimulatedChannel, clock: DrivenClock
) -> None:
    age = timedelta(minutes=2)
    world.set_capabilities(ROOM, Capabilities(delete=frozenset({Role.MEMBER}), delete_max_age=age))
    by_admin = await world.post(ROOM, "主任", "一")
    by_member = await world.post(ROOM, "小王", "二")

    async def delete(message_id: str) -> Outcome:
        return (await channel.perform(order(Verb.DELETE, message_id=message_id))).outcome

    assert await delete(by_admin.id) is Outcome.REFUSED
    assert await delete("没有") is Outcome.REFUSED
    clock.advance(age + timedelta(seconds=1))
    assert await delete(by_member.id) is Outcome.TOO_LATE
    world.set_capabilities(ROOM, NO_CAPABILITIES)
    assert await delete(by_member.id) is Outcome.UNSUPPORTED
    own = await channel.perform(order(Verb.SEND, text="说错了"))
    assert await delete(own.message_id) is Outcome.DONE
    assert len(world.messages(ROOM)) == 2


async def test_mutes_keep_to_roles_and_lengths(
    world: World, channel: SimulatedChannel, clock: DrivenClock
) -> None:
    world.set_capabilities(
        ROOM, Capabilities(mute=frozenset({Role.MEMBER}), mute_max=timedelta(hours=1))
    )

    async def mute(person: str, minutes: int) -> Outcome:
        until = clock.now() + timedelta(minutes=minutes)
        asked = order(Verb.MUTE, person_id=person, until=until)
        return (await channel.perform(asked)).outcome

    assert await mute("镇长", 10) is Outcome.REFUSED
    assert await mute("路人", 10) is Outcome.REFUSED
    assert await mute("小王", 61) is Outcome.REFUSED
    assert await mute("小王", 0) is Outcome.TOO_LATE
    assert await mute("小王", 10) is Outcome.DONE
    with pytest.raises(RefusedError):
        await world.post(ROOM, "小王", "我不服")
    assert (await channel.perform(order(Verb.UNMUTE, person_id="小王"))).outcome is Outcome.DONE
    await world.post(ROOM, "小王", "谢谢")
    world.set_capabilities(ROOM, NO_CAPABILITIES)
    assert await mute("小王", 10) is Outcome.UNSUPPORTED


async def test_rooms_close_and_open(world: World, channel: SimulatedChannel) -> None:
    close, open_ = order(Verb.CLOSE_ROOM), order(Verb.OPEN_ROOM)
    assert await channel.look(open_) is Outcome.DONE
    assert (await channel.perform(close)).outcome is Outcome.DONE
    assert await channel.look(close) is Outcome.DONE
    assert await channel.look(open_) is Outcome.REFUSED
    with pytest.raises(RefusedError):
        await world.post(ROOM, "小王", "夜里")
    assert (await channel.perform(order(Verb.SEND, text="已下班"))).outcome is Outcome.DONE
    assert (await channel.perform(open_)).outcome is Outcome.DONE
    world.set_capabilities(ROOM, NO_CAPABILITIES)
    assert (await channel.perform(close)).outcome is Outcome.UNSUPPORTED


async def test_in_a_closed_room_a_bot_without_rank_cannot_speak(
    world: World, channel: SimulatedChannel
) -> None:
    world.set_role(ROOM, "轻群", Role.MEMBER)
    world.close(world.room(ROOM))
    result = await channel.perform(order(Verb.SEND, text="在吗"))
    assert (result.outcome, result.reason) == (Outcome.REFUSED, "本群已开启全员禁言")


async def test_remove_takes_somebody_out(
    world: World, channel: SimulatedChannel, seen: Seen
) -> None:
    remove = order(Verb.REMOVE, person_id="小王")
    assert await channel.look(remove) is Outcome.REFUSED
    assert (await channel.perform(remove)).outcome is Outcome.DONE
    assert (await channel.perform(remove)).outcome is Outcome.DONE
    await channel.settled()
    assert [type(event) for event in seen.plain] == [Left]
    with pytest.raises(RefusedError):
        await world.post(ROOM, "小王", "让我进来")
