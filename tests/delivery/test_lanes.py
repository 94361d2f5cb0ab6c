"""What can be carried is known without a search, and is what a search would find."""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import bot.delivery
from bot.channels.base import NO_CAPABILITIES, Order, Result, Verb
from bot.core.clock import Clock, DrivenClock
from bot.core.decision import Outcome
from bot.delivery.courier import Courier
from bot.delivery.entry import Entry
from bot.delivery.outbox import Outbox
from bot.store.journal import Journal, Numbers
from tests.support.town import MONDAY

_SOON = timedelta(seconds=30)


def searched(box: Outbox, now: datetime) -> dict[tuple[str, str], list[int]]:
    """What is to be carried, by looking at every entry that waits: slow, and plainly right."""
    lanes: dict[tuple[str, str], list[int]] = defaultdict(list)
    blocked: set[tuple[str, str]] = set()
    for entry in box.waiting():
        if entry.lane in blocked or not box.ready(entry):
            continue
        if entry.due_at <= now:
            lanes[entry.lane].append(entry.number)
        elif entry.order.verb is Verb.SEND and entry.attempts:
            blocked.add(entry.lane)
    return dict(lanes)


def found(box: Outbox, now: datetime) -> dict[tuple[str, str], list[int]]:
    lanes, _ = box.look(now)
    return {lane: sorted(entry.number for entry in entries) for lane, entries in lanes.items()}


_VERBS = st.sampled_from([Verb.SEND, Verb.WHISPER, Verb.DELETE])
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("post"), _VERBS, st.integers(0, 2), st.integers(0, 3), st.integers(0, 5)),
        st.tuples(st.just("again"), st.integers(0, 30), st.integers(1, 4)),
        st.tuples(st.just("finish"), st.integers(0, 30)),
        st.tuples(st.just("join"), st.integers(0, 30)),
        st.tuples(st.just("wait"), st.integers(1, 5)),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(_STEPS)
def test_what_is_found_is_what_a_search_finds(steps: list[Any]) -> None:
    box, numbers, now = Outbox(), Numbers(), MONDAY
    for step in steps:
        journal = Journal(numbers)
        due = [entry for lane in box.look(now)[0].values() for entry in lane]
        match step:
            case ("post", verb, room, behind, late):
                waiting = [entry.number for entry in box.waiting()]
                after = waiting[-behind] if 0 < behind <= len(waiting) else None
                box.post(
                    journal, purpose="nudge", channel="c", verb=verb, room_id=f"r{room}",
                    due_at=now + max(0, late - 3) * _SOON, after=after,
                )  # fmt: skip
                box.release()
            case ("again", which, wait) if due:
                box.again(journal, due[which % len(due)], now + wait * _SOON, "busy")
            case ("finish", which) if due:
                head = due[which % len(due)]
                for entry in (head, *box.parts(head)):
                    box.finish(journal, entry, Result(Outcome.DONE), now)
            case ("join", which) if due:
                head = due[which % len(due)]
                others = [e for e in due if e.lane == head.lane and e.number > head.number]
                box.join(journal, head, [e for e in others if not box.parts(e)])
            case ("wait", long):
                now += long * _SOON
        assert found(box, now) == searched(box, now)


def test_the_next_look_is_due_when_the_next_order_is() -> None:
    box, numbers = Outbox(), Numbers()
    for late in (5, 3, 4):
        _post(box, numbers, MONDAY + late * _SOON)
    assert box.look(MONDAY) == ({}, MONDAY + 3 * _SOON)
    lanes, later = box.look(MONDAY + 3 * _SOON)
    assert [entry.number for [entry] in lanes.values()] == [2]
    assert later == MONDAY + 4 * _SOON


def test_a_lane_with_thousands_is_shown_in_part_deeds_before_words() -> None:
    box, numbers = Outbox(), Numbers()
    for _ in range(500):
        _post(box, numbers, MONDAY)
    deed = _post(box, numbers, MONDAY, Verb.DELETE)
    [entries] = box.look(MONDAY)[0].values()
    assert len(entries) < 100
    assert [entry.number for entry in entries[:4]] == [deed, 1, 2, 3]


async def test_what_falls_due_just_before_the_courier_lies_down_is_carried() -> None:
    class Slipping(DrivenClock):
        """A moment passes between any two looks at it."""

        def now(self) -> datetime:
            seen = super().now()
            self.set(seen + _SOON)
            return seen

    box, numbers = Outbox(), Numbers()
    courier, platform = _courier(box, numbers, Slipping(MONDAY))
    _post(box, numbers, MONDAY + _SOON)
    courier.start()
    async with asyncio.timeout(5):
        while not platform.did:
            await asyncio.sleep(0)
    await courier.stop()


async def test_one_more_order_costs_the_same_however_many_wait() -> None:
    few, many = [await _cost_of_one_more(waiting) for waiting in (100, 3000)]
    assert many < 1.5 * few, (few, many)


async def test_throttled_orders_cost_the_same_each_however_many_there_are() -> None:
    few, many = [await _cost_of_throttled(waiting) / waiting for waiting in (100, 800)]
    assert many < 1.5 * few, (few, many)


async def _cost_of_one_more(waiting: int) -> int:
    """Steps of the courier's and the outbox's code for a release while `waiting` are throttled."""
    box, numbers = Outbox(), Numbers()
    courier, platform = _courier(box, numbers)
    platform.wait = 600
    for _ in range(waiting):
        _post(box, numbers, MONDAY)
    await courier.deliver()
    assert len(platform.did) == waiting

    async def one_more() -> None:
        _post(box, numbers, MONDAY)
        await courier.deliver()
        assert not courier.busy

    return await _steps(one_more)


async def _cost_of_throttled(waiting: int) -> int:
    """Steps of that code until each of `waiting` orders has been tried and is to be tried again."""
    box, numbers = Outbox(), Numbers()
    courier, platform = _courier(box, numbers)
    platform.wait = 600
    for _ in range(waiting):
        _post(box, numbers, MONDAY)
    steps = await _steps(courier.deliver)
    assert len(platform.did) == waiting
    return steps


async def _steps(work: Callable[[], Any]) -> int:
    """Lines run in bot/delivery, each round of a comprehension counted."""
    place, count = str(Path(bot.delivery.__file__).parent), 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(place):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        await work()
    finally:
        sys.settrace(before)
    return count


class Platform:
    """Takes every order, or has each wait."""

    name, wait = "c", 0.0

    def __init__(self) -> None:
        self.did: list[str] = []

    def capabilities(self, room: str) -> Any:
        return NO_CAPABILITIES

    async def look(self, order: Order) -> Outcome | None:
        return None

    async def perform(self, order: Order) -> Result:
        self.did.append(order.text)
        if self.wait:
            return Result(Outcome.PENDING, "busy", retry_after=self.wait)
        return Result(Outcome.DONE)


def _courier(box: Outbox, numbers: Numbers, clock: Clock | None = None) -> tuple[Courier, Platform]:
    platform = Platform()

    async def record(work: Callable[[Journal], Any]) -> Any:
        return work(Journal(numbers))

    def told(journal: Journal, entry: Entry, result: Result) -> None:
        pass

    return Courier(box, {"c": platform}, clock or DrivenClock(MONDAY), record, told), platform


def _post(box: Outbox, numbers: Numbers, due_at: datetime, verb: Verb = Verb.WHISPER) -> int:
    number = box.post(
        Journal(numbers), purpose="answer", channel="c", verb=verb, room_id="r", person_id="p",
        due_at=due_at, text="words",
    )  # fmt: skip
    box.release()
    return number
