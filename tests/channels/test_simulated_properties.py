"""Whatever people and the bot do in whatever order, the world keeps its promises."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.channels.base import ALL_CAPABILITIES, Order, Posted, Recalled, Verb
from bot.channels.simulated import Faults, RefusedError, SimulatedChannel, World
from bot.channels.simulated.faults import Hollow, LoseAnswer, LoseOrder, Refuse
from bot.core.clock import DrivenClock
from bot.core.decision import Outcome
from bot.core.message import Role
from tests.channels.conftest import START, Seen

ROOM = "群"
RANKS = {"镇长": Role.LEADER, "主任": Role.ADMIN, "小王": Role.MEMBER, "小李": Role.MEMBER}

people = st.sampled_from(sorted(RANKS))
minutes = st.integers(1, 30)
keys = st.sampled_from(["k1", "k2", "k3"])


class ChatWorld(RuleBasedStateMachine):
    """A model that knows only who may post, what is gone, and which keys were sent."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = DrivenClock(START)
        self.world = World(self.clock)
        self.world.add_room(ROOM, RANKS)
        self.channel = SimulatedChannel(self.world, echo=True)
        self.seen = Seen()
        self.mutes: dict[str, datetime] = {}
        self.closed = False
        self.there: dict[str, str] = {}
        self.gone: dict[str, tuple[str, datetime]] = {}
        self.keys: dict[str, str] = {}
        self.do(self.channel.start(self.seen))

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.do(self.channel.stop())
        self.runner.close()

    def obey(self, verb: Verb, key: str = "", **fields: Any) -> Any:
        order = replace(Order(verb, key or f"{verb}", room_id=ROOM), **fields)
        return self.do(self.channel.perform(order))

    @rule(person=people, text=st.text(max_size=5))
    def post(self, person: str, text: str) -> None:
        muted = person in self.mutes and self.clock.now() < self.mutes[person]
        stopped = muted or (self.closed and RANKS[person] is Role.MEMBER)
        try:
            message = self.do(self.world.post(ROOM, person, text))
        except RefusedError:
            assert stopped
        else:
            assert not stopped
            self.there[message.id] = text

    @rule(person=people, length=minutes)
    def mute(self, person: str, length: int) -> None:
        until = self.clock.now() + timedelta(minutes=length)
        result = self.obey(Verb.MUTE, person_id=person, until=until)
        assert result.outcome is Outcome.DONE
        self.mutes[person] = until

    @rule(person=people)
    def unmute(self, person: str) -> None:
        assert self.obey(Verb.UNMUTE, person_id=person).outcome is Outcome.DONE
        self.mutes.pop(person, None)

    @rule(close=st.booleans())
    def close_or_open(self, *, close: bool) -> None:
        verb = Verb.CLOSE_ROOM if close else Verb.OPEN_ROOM
        assert self.obey(verb).outcome is Outcome.DONE
        self.closed = close

    @rule(length=minutes, tick=st.booleans())
    def wait(self, length: int, *, tick: bool) -> None:
        self.clock.advance(timedelta(minutes=length))
        if tick:
            self.world.tick()

    @rule(pick=st.integers(0, 20))
    def delete(self, pick: int) -> None:
        ids = [*self.there, *self.gone]
        if ids:
            message_id = ids[pick % len(ids)]
            result = self.obey(Verb.DELETE, message_id=message_id)
            assert result.outcome is Outcome.DONE
            self._lost(message_id, "轻群")

    @rule(pick=st.integers(0, 20), person=people)
    def recall(self, pick: int, person: str) -> None:
        ids = [*self.there, *self.gone]
        if not ids:
            return
        message_id = ids[pick % len(ids)]
        kept = self.world.message(message_id)
        assert kept is not None
        own = kept.message.sender_id == person
        allowed = message_id in self.there and (own or RANKS[person] is not Role.MEMBER)
        try:
            self.do(self.world.recall(message_id, by=person))
        except RefusedError:
            assert not allowed
        else:
            assert allowed
            self._lost(message_id, person)

    @rule(key=keys)
    def send(self, key: str) -> None:
        result = self.obey(Verb.SEND, key, text=key)
        assert result.outcome is Outcome.DONE
        if key in self.keys:
            assert result.message_id == self.keys[key]
        else:
            self.keys[key] = result.message_id
            self.there[result.message_id] = key

    def _lost(self, message_id: str, by: str) -> None:
        if self.there.pop(message_id, None) is not None:
            self.gone[message_id] = (by, self.clock.now())

    @invariant()
    def the_room_shows_what_was_allowed_and_is_not_gone(self) -> None:
        shown = {message.id: message.text for message in self.world.messages(ROOM)}
        assert shown == self.there

    @invariant()
    def what_is_gone_is_marked_and_blank_for_good(self) -> None:
        marks = {
            kept.message.id: (kept.gone_by, kept.gone_at)
            for kept in self.world.history(ROOM)
            if kept.gone and not kept.message.text
        }
        assert marks == self.gone

    @invariant()
    def the_bot_was_told_of_everything_once(self) -> None:
        self.do(self.channel.settled())
        posted = [e.message.id for e in self.seen.events if isinstance(e, Posted)]
        recalled = [e.message_id for e in self.seen.events if isinstance(e, Recalled)]
        assert sorted(posted) == sorted([*self.there, *self.gone])
        assert sorted(recalled) == sorted(self.gone)


TestChatWorld = ChatWorld.TestCase
TestChatWorld.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)

troubles: dict[str, Callable[[], Any]] = {
    "fine": lambda: None,
    "lost answer": LoseAnswer,
    "lost order": LoseOrder,
    "refused": Refuse,
    "hollow": Hollow,
}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(keys, st.sampled_from(sorted(troubles))), max_size=12))
def test_a_key_posts_at_most_once_whatever_goes_wrong(tries: list[tuple[str, str]]) -> None:
    async def run() -> None:
        world = World(DrivenClock(START))
        world.add_room(ROOM, RANKS)
        channel = SimulatedChannel(world)
        await channel.start(Seen())
        acted: set[str] = set()
        for key, trouble in tries:
            channel.faults.clear()
            if (effect := troubles[trouble]()) is not None:
                channel.faults.add(effect)
            order = Order(Verb.SEND, key, room_id=ROOM, text=key)
            try:
                result = await channel.perform(order)
            except ConnectionError:
                assert trouble.startswith("lost")
            else:
                assert (result.outcome is Outcome.DONE) is (trouble == "fine")
            if trouble in {"fine", "lost answer"}:
                acted.add(key)
            assert (await channel.look(order) is Outcome.DONE) is (key in acted)
        assert sorted(m.text for m in world.messages(ROOM)) == sorted(acted)
        await channel.stop()

    asyncio.run(run())


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    steps=st.lists(st.sampled_from(["post", "down", "up", "settle"]), max_size=30),
)
def test_no_event_is_lost_over_outages_repeats_and_disorder(seed: int, steps: list[str]) -> None:
    async def run() -> None:
        world = World(DrivenClock(START))
        world.add_room(ROOM, RANKS, capabilities=ALL_CAPABILITIES)
        seen = Seen()
        faults = Faults(seed=seed, duplicate=0.3, reorder=0.3, history=2)
        channel = SimulatedChannel(world, faults=faults, limit=5)
        await channel.start(seen)
        for step in steps:
            if step == "post":
                await world.post(ROOM, "小王", "在")
            elif step == "down":
                channel.disconnect()
            elif step == "up":
                channel.reconnect()
            else:
                await channel.settled()
        channel.reconnect()
        await channel.settled()
        assert {m.id for m in seen.messages} == {m.id for m in world.messages(ROOM)}
        await channel.stop()

    asyncio.run(run())
