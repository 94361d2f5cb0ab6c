"""The troubles of a platform, by script and by chance."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.base import ALL_CAPABILITIES, Event, Link, LinkChanged, Order, Posted, Verb
from bot.channels.simulated import Faults, Outage, SimulatedChannel, World
from bot.channels.simulated.faults import (
    Cut,
    Delay,
    Hold,
    Hollow,
    Limit,
    LoseAnswer,
    LoseOrder,
    Refuse,
    Unsure,
)
from bot.core.clock import DrivenClock
from bot.core.decision import Outcome
from bot.core.message import Role
from tests.channels.conftest import Seen

ROOM = "镇工作群"
SAY = Order(Verb.SEND, "k1", room_id=ROOM, text="提醒")


async def post(world: World, *texts: str, sender: str = "小王") -> list[str]:
    return [(await world.post(ROOM, sender, text)).id for text in texts]


def delete(message_id: str) -> Order:
    return Order(Verb.DELETE, f"d{message_id}", room_id=ROOM, message_id=message_id)


async def test_a_refusal_hits_what_it_names_and_no_more(
    world: World, channel: SimulatedChannel
) -> None:
    channel.faults.add(
        Refuse("decode failed!"), Verb.DELETE, room_id=ROOM, role=Role.ADMIN, times=1
    )
    (by_member,) = await post(world, "一")
    (by_admin,) = await post(world, "二", sender="主任")
    assert (await channel.perform(delete(by_member))).outcome is Outcome.DONE
    refused = await channel.perform(delete(by_admin))
    assert (refused.outcome, refused.reason) == (Outcome.REFUSED, "decode failed!")
    assert (await channel.perform(delete(by_admin))).outcome is Outcome.DONE


async def test_a_refusal_can_be_for_one_person(world: World, channel: SimulatedChannel) -> None:
    channel.faults.add(Refuse("对方未添加好友"), Verb.WHISPER, person_id="小王")
    told = Order(Verb.WHISPER, "w1", person_id="小王", text="提醒")
    assert (await channel.perform(told)).reason == "对方未添加好友"
    other = replace(told, key="w2", person_id="小李")
    assert (await channel.perform(other)).outcome is Outcome.DONE
    assert world.inbox("小王") == ()


async def test_a_channel_can_believe_in_rights_it_does_not_have(
    world: World, channel: SimulatedChannel
) -> None:
    world.set_capabilities(ROOM, replace(ALL_CAPABILITIES, delete=frozenset({Role.MEMBER})))
    channel.faults.claims[ROOM] = ALL_CAPABILITIES
    (by_admin,) = await post(world, "一", sender="主任")
    assert Role.ADMIN in channel.capabilities(ROOM).delete
    assert (await channel.perform(delete(by_admin))).outcome is Outcome.REFUSED


async def test_a_rate_limit_asks_for_another_try(world: World, channel: SimulatedChannel) -> None:
    channel.faults.add(Limit(12.5), times=1)
    limited = await channel.perform(SAY)
    assert (limited.outcome, limited.retry_after) == (Outcome.PENDING, 12.5)
    assert (await channel.perform(SAY)).outcome is Outcome.DONE
    assert len(world.messages(ROOM)) == 1


async def test_a_hollow_recall_is_unconfirmed_and_found_out(
    world: World, channel: SimulatedChannel, seen: Seen
) -> None:
    channel.faults.add(Hollow(), Verb.DELETE)
    (message_id,) = await post(world, "一")
    assert (await channel.perform(delete(message_id))).outcome is Outcome.UNCONFIRMED
    assert len(world.messages(ROOM)) == 1
    assert await channel.look(delete(message_id)) is Outcome.REFUSED
    channel.faults.blind = True
    assert await channel.look(delete(message_id)) is None
    await channel.settled()
    assert [type(event) for event in seen.plain] == [Posted]


async def test_an_unsure_answer_is_settled_by_looking(
    world: World, channel: SimulatedChannel
) -> None:
    channel.faults.add(Unsure())
    (message_id,) = await post(world, "一")
    assert (await channel.perform(delete(message_id))).outcome is Outcome.UNCONFIRMED
    assert await channel.look(delete(message_id)) is Outcome.DONE
    assert (await channel.perform(delete("没有"))).outcome is Outcome.REFUSED


@pytest.mark.parametrize("idempotent", [True, False])
async def test_an_answer_can_be_lost_after_the_act(
    world: World, channel: SimulatedChannel, *, idempotent: bool
) -> None:
    world.set_capabilities(ROOM, replace(ALL_CAPABILITIES, idempotent=idempotent))
    channel.faults.add(LoseAnswer(), Verb.SEND, times=1)
    assert await channel.look(SAY) is None
    with pytest.raises(ConnectionError):
        await channel.perform(SAY)
    assert channel.connected
    assert await channel.look(SAY) is Outcome.DONE
    assert (await channel.perform(SAY)).outcome is Outcome.DONE
    assert len(world.messages(ROOM)) == (1 if idempotent else 2)


async def test_a_call_can_be_lost_on_the_way_out(world: World, channel: SimulatedChannel) -> None:
    channel.faults.add(LoseOrder(), times=1)
    with pytest.raises(ConnectionError):
        await channel.perform(SAY)
    assert world.messages(ROOM) == ()
    assert await channel.look(SAY) is None


@pytest.mark.parametrize(("after", "posted"), [(False, 0), (True, 1)])
async def test_a_call_can_take_the_line_down(
    world: World, channel: SimulatedChannel, seen: Seen, *, after: bool, posted: int
) -> None:
    channel.faults.add(Cut(after=after), times=1)
    with pytest.raises(ConnectionError):
        await channel.perform(SAY)
    assert len(world.messages(ROOM)) == posted
    with pytest.raises(ConnectionError):
        await channel.perform(SAY)
    assert await channel.look(SAY) is None
    channel.reconnect()
    assert (await channel.perform(SAY)).outcome is Outcome.DONE
    await channel.settled()
    states = [event.state for event in seen.events if isinstance(event, LinkChanged)]
    assert states == [Link.CONNECTED, Link.DISCONNECTED, Link.CONNECTED]


async def test_a_delay_runs_on_the_worlds_clock(
    world: World, channel: SimulatedChannel, clock: DrivenClock
) -> None:
    channel.faults.add(Delay(30), times=1)
    trying = asyncio.create_task(channel.perform(SAY))
    for seconds in (0, 29):
        clock.advance(timedelta(seconds=seconds))
        world.tick()
        await asyncio.sleep(0)
        assert not trying.done()
    clock.advance(timedelta(seconds=1))
    world.tick()
    assert (await trying).outcome is Outcome.DONE


async def test_a_held_call_goes_on_when_it_is_let_go_and_may_find_the_line_down(
    world: World, channel: SimulatedChannel
) -> None:
    holds = [Hold(), Hold()]
    for hold in holds:
        channel.faults.add(hold, times=1)
    trying = asyncio.create_task(channel.perform(SAY))
    for hold in holds:
        await hold.reached.wait()
        assert world.messages(ROOM) == ()
        hold.go.set()
    assert (await trying).outcome is Outcome.DONE

    hold = Hold()
    channel.faults.add(hold, times=1)
    trying = asyncio.create_task(channel.perform(replace(SAY, key="k2")))
    await hold.reached.wait()
    channel.disconnect()
    hold.go.set()
    with pytest.raises(ConnectionError):
        await trying
    assert len(world.messages(ROOM)) == 1


@pytest.mark.parametrize(
    ("outage", "expected"),
    [
        (Outage.LOST, [("前", False), ("后", False)]),
        (Outage.LATER, [("前", False), ("中", False), ("后", False)]),
        (Outage.REPLAYED, [("前", False), ("中", True), ("后", False)]),
    ],
)
async def test_events_of_an_outage(
    world: World,
    channel: SimulatedChannel,
    seen: Seen,
    outage: Outage,
    expected: list[tuple[str, bool]],
) -> None:
    channel.faults.outage = outage
    await post(world, "前")
    channel.disconnect("掉线")
    await post(world, "中")
    channel.reconnect()
    await post(world, "后")
    await channel.settled()
    arrived = [(e.message.text, e.replayed) for e in seen.events if isinstance(e, Posted)]
    assert arrived == expected


@pytest.mark.parametrize("marked", [True, False])
async def test_history_comes_again_after_a_reconnect(
    world: World, channel: SimulatedChannel, seen: Seen, *, marked: bool
) -> None:
    channel.faults.outage = Outage.LOST
    channel.faults.history, channel.faults.history_marked = 3, marked
    ids = await post(world, "一", "二", "三", "四")
    await world.recall(ids[1])
    channel.disconnect()
    await post(world, "五")
    channel.reconnect()
    await channel.settled()
    links = [at for at, e in enumerate(seen.events) if isinstance(e, LinkChanged)]
    again = [e for e in seen.events[links[-1] :] if isinstance(e, Posted)]
    assert [(e.message.text, e.replayed) for e in again] == [
        ("三", marked), ("四", marked), ("五", marked),
    ]  # fmt: skip


async def test_events_held_up_arrive_late_though_the_line_is_up(
    world: World, channel: SimulatedChannel, seen: Seen
) -> None:
    await channel.settled()
    channel.pause()
    await post(world, "一")
    assert (await channel.perform(SAY)).outcome is Outcome.DONE
    assert seen.texts == []
    channel.resume()
    await channel.settled()
    assert seen.texts == ["一"]


async def test_events_by_script(world: World, channel: SimulatedChannel, seen: Seen) -> None:
    plans: dict[str, Sequence[int]] = {"迟": (2,), "双": (0, 0), "丢": ()}

    def script(event: Event) -> Sequence[int]:
        return plans.get(event.message.text, (0,)) if isinstance(event, Posted) else (0,)

    channel.faults.script = script
    await post(world, "迟", "双", "丢", "常")
    await channel.settled()
    assert seen.texts == ["双", "双", "迟", "常"]


async def test_chance_reorders_and_repeats_but_loses_nothing(world: World) -> None:
    runs = []
    for _ in range(2):
        seen = Seen()
        channel = SimulatedChannel(world, faults=Faults(seed=7, duplicate=0.3, reorder=0.3))
        await channel.start(seen)
        sent = [str(number) for number in range(100)]
        await post(world, *sent)
        await channel.settled()
        assert set(seen.texts) == set(sent)
        assert len(seen.texts) > len(sent)
        assert list(dict.fromkeys(seen.texts)) != sent
        runs.append(seen.texts)
        await channel.stop()
        world.detach(channel)
    assert runs[0] == runs[1]


async def test_chance_decides_over_orders_by_the_seed() -> None:
    def run(seed: int) -> list[bool]:
        faults = Faults(seed=seed)
        faults.add(Refuse(), chance=0.5)
        return [faults.strike(SAY, "", None)[1] is None for _ in range(64)]

    assert run(1) == run(1) != run(2)
    assert 10 < sum(run(1)) < 54


@pytest.mark.parametrize("outage", list(Outage))
async def test_a_stop_is_an_outage_and_nothing_unstored_is_forgotten(
    world: World, outage: Outage
) -> None:
    stuck, first, second = asyncio.Event(), Seen(), Seen()

    async def never(events: Sequence[Event]) -> None:
        stuck.set()
        await asyncio.Event().wait()
        await first(events)

    channel = SimulatedChannel(world, faults=Faults(outage=outage))
    await channel.start(never)
    await post(world, "在途")
    await stuck.wait()
    await channel.stop()
    await post(world, "停机")
    await channel.start(second)
    await post(world, "之后")
    await channel.settled()
    assert first.events == []
    assert second.texts == (["之后"] if outage is Outage.LOST else ["在途", "停机", "之后"])
    links = [event for event in second.events if isinstance(event, LinkChanged)]
    assert len(links) == 1
    await channel.stop()


async def test_what_happened_before_the_first_start_is_not_brought(
    world: World, seen: Seen
) -> None:
    channel = SimulatedChannel(world)
    await post(world, "早就说过")
    await channel.start(seen)
    await channel.settled()
    assert seen.texts == []
    channel.send_history(5, replayed=False)
    await channel.settled()
    assert seen.texts == ["早就说过"]
    await channel.stop()
