"""What the courier makes of deletes nobody confirms, and of an archive that takes nothing."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.channels.base import NO_CAPABILITIES, Order, Result, Verb
from bot.core import ending
from bot.core.clock import DrivenClock
from bot.core.decision import Outcome
from bot.delivery import courier as carrying
from bot.delivery.courier import Courier
from bot.delivery.outbox import Outbox
from bot.store.journal import Journal, Numbers
from tests.support.town import MONDAY


class Platform:
    """Says that it deleted, and lets nobody see whether it did."""

    name = "c"

    def __init__(self) -> None:
        self.did: list[str] = []

    def capabilities(self, room: str) -> Any:
        return NO_CAPABILITIES

    async def look(self, order: Order) -> Outcome | None:
        return None

    async def perform(self, order: Order) -> Result:
        self.did.append(order.verb.value)
        return Result(Outcome.UNCONFIRMED if order.verb is Verb.DELETE else Outcome.DONE)


class Desk:
    """An outbox, a courier, and an archive that can be full."""

    def __init__(self, platform: Any = None) -> None:
        self.box, self.platform, self.numbers = Outbox(), platform or Platform(), Numbers()
        self.full, self.failed = False, asyncio.Event()
        self.outcomes: list[tuple[str, Outcome]] = []
        channels: dict[str, Any] = {"c": self.platform}
        self.courier = Courier(
            self.box, channels, DrivenClock(MONDAY), self._record,
            lambda _, entry, result: self.outcomes.append((entry.purpose, result.outcome)),
        )  # fmt: skip

    async def _record(self, work: Callable[[Journal], Any]) -> Any:
        if self.full:
            self.failed.set()
            raise ConnectionError("archive: disk full")
        return work(Journal(self.numbers))

    def order(self, purpose: str, verb: Verb, after: int | None = None) -> int:
        number = self.box.post(
            Journal(self.numbers), purpose=purpose, channel="c", verb=verb, due_at=MONDAY,
            room_id="r", target_id="m", text="words", after=after,
        )  # fmt: skip
        self.box.release()
        return number


async def test_what_was_probably_deleted_can_be_put_back() -> None:
    desk = Desk()
    gone = desk.order("delete", Verb.DELETE)
    await desk.courier.deliver()
    desk.order("restore", Verb.SEND, after=gone)
    await desk.courier.deliver()
    assert desk.outcomes == [("delete", Outcome.UNCONFIRMED), ("restore", Outcome.DONE)]


async def test_an_archive_that_is_full_for_a_while_does_not_end_the_courier(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(carrying, "_FIRST_WAIT", 0.0)
    desk = Desk()
    desk.full = True
    desk.order("delete", Verb.DELETE)
    desk.courier.start()
    await desk.failed.wait()
    desk.full = False
    async with asyncio.timeout(5):
        while not desk.outcomes:
            await asyncio.sleep(0)
    await desk.courier.stop()
    assert desk.outcomes == [("delete", Outcome.UNCONFIRMED)]


class Stubborn(Platform):
    """Swallows the first orders to stop, as grpclib does where a connection is lost meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.trying, self.swallows = asyncio.Event(), 2

    async def perform(self, order: Order) -> Result:
        while True:
            self.trying.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if not self.swallows:
                    raise
                self.swallows -= 1


async def test_a_try_that_swallows_the_order_to_stop_does_not_hold_the_stop_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ending, "_PATIENCE", 0.0)
    desk = Desk(Stubborn())
    number = desk.order("delete", Verb.DELETE)
    desk.courier.start()
    await desk.platform.trying.wait()
    async with asyncio.timeout(5):
        await desk.courier.stop()
    assert not desk.platform.swallows
    assert [entry.number for entry in desk.box.waiting()] == [number], (
        "it is tried again by the next process"
    )
