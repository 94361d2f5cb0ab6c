"""The courier on a troubled channel: each order takes effect once and is told as it was."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.base import ALL_CAPABILITIES, Result, Verb
from bot.channels.simulated import SimulatedChannel, World
from bot.channels.simulated.faults import Cut, Effect, Hollow, Limit, LoseAnswer, LoseOrder, Unsure
from bot.core.clock import DrivenClock
from bot.core.decision import Outcome
from bot.delivery.courier import Courier
from bot.delivery.entry import Entry
from bot.delivery.outbox import Outbox
from bot.store.journal import Journal, Numbers

ROOM = "镇工作群"


class Post:
    """An outbox and its courier, without an archive."""

    def __init__(self, channel: SimulatedChannel, clock: DrivenClock) -> None:
        self._outbox, self._numbers, self._clock = Outbox(), Numbers(), clock
        self.results: list[Result] = []

        async def record(work: Any) -> None:
            work(Journal(self._numbers))

        def told(journal: Journal, entry: Entry, result: Result) -> None:
            self.results.append(result)

        self._courier = Courier(self._outbox, {"simulated": channel}, clock, record, told)

    async def carry(self, verb: Verb, **fields: Any) -> None:
        """Give one order and try it, now and a few minutes later."""
        self._outbox.post(
            Journal(self._numbers), purpose="test", channel="simulated", verb=verb,
            due_at=self._clock.now(), room_id=ROOM, **fields,
        )  # fmt: skip
        self._outbox.release()
        await self.again()
        await self.again()

    async def again(self) -> None:
        await self._courier.deliver()
        self._clock.advance(timedelta(minutes=5))


@pytest.fixture
def post(channel: SimulatedChannel, clock: DrivenClock) -> Post:
    return Post(channel, clock)


@pytest.mark.parametrize("idempotent", [True, False])
@pytest.mark.parametrize("trouble", [LoseAnswer(), LoseOrder(), Limit(5)])
async def test_a_post_takes_effect_once(
    world: World, channel: SimulatedChannel, post: Post, trouble: Effect, *, idempotent: bool
) -> None:
    world.set_capabilities(ROOM, replace(ALL_CAPABILITIES, idempotent=idempotent))
    channel.faults.add(trouble, times=1)
    await post.carry(Verb.SEND, text="提醒")
    assert [message.text for message in world.messages(ROOM)] == ["提醒"]
    assert [result.outcome for result in post.results] == [Outcome.DONE]


@pytest.mark.parametrize("after", [True, False])
async def test_a_post_survives_a_cut_line(
    world: World, channel: SimulatedChannel, post: Post, *, after: bool
) -> None:
    world.set_capabilities(ROOM, replace(ALL_CAPABILITIES, idempotent=False))
    channel.faults.add(Cut(after=after), times=1)
    await post.carry(Verb.SEND, text="提醒")
    assert post.results == []
    channel.reconnect()
    await post.again()
    assert [message.text for message in world.messages(ROOM)] == ["提醒"]
    assert [result.outcome for result in post.results] == [Outcome.DONE]


@pytest.mark.parametrize(
    ("trouble", "blind", "outcome", "left"),
    [
        (Hollow(), False, Outcome.REFUSED, 1),
        (Hollow(), True, Outcome.UNCONFIRMED, 1),
        (Unsure(), False, Outcome.DONE, 0),
        (Unsure(), True, Outcome.UNCONFIRMED, 0),
        (LoseAnswer(), False, Outcome.DONE, 0),
    ],
)
async def test_a_delete_is_done_only_when_it_is_seen(
    world: World,
    channel: SimulatedChannel,
    post: Post,
    *,
    trouble: Effect,
    blind: bool,
    outcome: Outcome,
    left: int,
) -> None:
    message = await world.post(ROOM, "小王", "拉票")
    channel.faults.add(trouble, times=1)
    channel.faults.blind = blind
    await post.carry(Verb.DELETE, target_id=message.id)
    assert [result.outcome for result in post.results] == [outcome]
    assert len(world.messages(ROOM)) == left
