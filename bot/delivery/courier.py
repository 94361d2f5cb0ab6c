"""Carries orders to the channels: each at least once, taking effect once, room by room in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.channels.base import Channel, Result, Verb
from bot.core.clock import Clock
from bot.core.decision import Outcome
from bot.core.ending import end
from bot.delivery.entry import WORDS, Entry, Lane
from bot.delivery.outbox import Outbox
from bot.store.journal import Journal

log = logging.getLogger(__name__)

#: Seconds before the second try, the most between two, and between two while the platform is away.
_FIRST_WAIT, _LONGEST_WAIT, _LONGEST_AWAY = 2.0, 600.0, 30.0
_MOST_TRIES = 12
#: Between verbs of these kinds a repetition changes nothing, so a lost answer costs nothing.
_REPEATABLE = frozenset(Verb) - {Verb.SEND, Verb.WHISPER, Verb.ANNOUNCE}

#: What the bot says unasked: several of them that wait are said together, so many at most.
_NOTICES = frozenset(
    {"nudge", "warn", "alert", "shadow", "refused", "outage", "temporary", "imposter", "link"}
)
_MOST_TOGETHER = 8

#: Runs a piece of work on the ledgers and returns when it is durable.
Record = Callable[[Callable[[Journal], None]], Awaitable[None]]
#: Told of every final result.
Told = Callable[[Journal, Entry, Result], None]


class Courier:
    """Tries what is due. One try at a time for each room, rooms side by side."""

    def __init__(
        self,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        clock: Clock,
        record: Record,
        told: Told,
    ) -> None:
        self._outbox, self._channels, self._clock = outbox, channels, clock
        self._record, self._told = record, told
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Work in the background until `stop`."""
        self._task = asyncio.create_task(self._run(), name="courier")

    async def stop(self) -> None:
        """Break off the tries under way; what is left stays in the outbox."""
        if self._task is not None:
            await end([self._task])
            self._task = None

    def wake(self) -> None:
        """There is something new to carry."""
        self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.deliver()
            except ConnectionError:
                log.exception("what was carried could not be noted; it is looked at again")
                await asyncio.sleep(_FIRST_WAIT)
                continue
            lanes, due = self._look()
            if lanes:
                # It has fallen due since the last look.
                continue
            delay = None if due is None else max(0.05, self._clock.real_delay(due))
            try:
                async with asyncio.timeout(delay):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def deliver(self) -> None:
        """Try everything that is due, until nothing more is."""
        while lanes := self._look()[0]:
            await asyncio.gather(*(self._carry(entries) for entries in lanes.values()))

    @property
    def busy(self) -> bool:
        """Whether anything is to be carried now."""
        return bool(self._look()[0])

    def _look(self) -> tuple[dict[Lane, list[Entry]], datetime | None]:
        return self._outbox.look(self._clock.now())

    async def _carry(self, entries: list[Entry]) -> None:
        """Carry one lane's orders in turn; outcomes that nothing waits for are noted together.

        Deeds come before words, so that what is said of several deeds can be said in one post.
        """
        final: list[tuple[Entry, Result]] = []
        said: set[int] = set()
        for place, entry in enumerate(entries):
            if entry.number in said:
                continue
            if not self._outbox.ready(entry):
                await self._finish(final)
                if not self._outbox.ready(entry):
                    break
            parts = await self._gather(entry, entries[place + 1 :])
            said.update(part.number for part in parts)
            result = await self._try(entry, parts)
            if result is None:
                break
            if result.retry_after is None:
                final += [(one, result) for one in (entry, *parts)]
        await self._finish(final)

    async def _gather(self, head: Entry, behind: list[Entry]) -> tuple[Entry, ...]:
        """Several notices that wait for one person or room become one post; what is said with `head`.

        They are joined for good before the first try, so that one that is repeated says the same.
        """
        if head.attempts or head.attempted or not _gatherable(head) or self._outbox.parts(head):
            return self._outbox.parts(head)
        others = [
            entry
            for entry in behind
            if _gatherable(entry)
            and not (entry.attempts or entry.attempted)
            and (entry.order.verb, entry.order.person_id) == (head.order.verb, head.order.person_id)
            and self._outbox.ready(entry)
        ][: _MOST_TOGETHER - 1]
        if others:
            await self._record(lambda journal: self._outbox.join(journal, head, others))
        return self._outbox.parts(head)

    async def _try(self, entry: Entry, parts: Sequence[Entry] = ()) -> Result | None:
        """One try, and its final result; `parts` are said in the same post.

        A result with `retry_after` is noted for another try already; None asks the rest of the
        lane to wait as well: the channel is not there.
        """
        channel = self._channels.get(entry.channel)
        if channel is None:
            return Result(Outcome.UNSUPPORTED, f"no channel {entry.channel}")
        order = entry.order
        failed = entry.after is not None and self._outbox.failed(entry.after)
        if failed and order.verb is Verb.SEND and not entry.text_else:
            # It would put back what was never taken away.
            return Result(Outcome.UNSUPPORTED, "the message still stands")
        order = replace(order, text=self._text(entry))
        if parts:
            order = replace(
                order,
                text="\n\n".join([order.text, *(self._text(part) for part in parts)]),
                mentions=_all_mentioned((entry, *parts)),
            )
        try:
            if entry.attempted and order.verb not in _REPEATABLE:
                seen = await channel.look(order)
                if seen is not None:
                    return Result(seen, "found by looking")
            elif (
                order.verb not in _REPEATABLE and not channel.capabilities(order.room_id).idempotent
            ):
                await self._record(
                    lambda journal: self._outbox.attempt(journal, entry, self._clock.now())
                )
            result = await channel.perform(order)
            if result.outcome is Outcome.UNCONFIRMED and (seen := await channel.look(order)):
                result = replace(result, outcome=seen)
        except (ConnectionError, TimeoutError) as error:
            lost = Result(Outcome.PENDING, str(error) or type(error).__name__)
            await self._again(entry, lost, unknown=True, away=True)
            return None
        except Exception as error:
            log.exception("channel failed", extra={"channel": entry.channel, "verb": order.verb})
            again = Result(Outcome.PENDING, type(error).__name__, retry_after=0)
            return again if await self._again(entry, again, unknown=True) else _given_up(again)
        if result.retry_after is not None:
            await self._again(entry, result, away=True)
            return None
        return result

    def _text(self, entry: Entry) -> str:
        """What an entry says, by what became of the one it waited for."""
        failed = entry.after is not None and not self._outbox.went_well(entry.after)
        return (entry.text_else if failed else "") or entry.order.text

    async def _again(
        self, entry: Entry, result: Result, *, unknown: bool = False, away: bool = False
    ) -> bool:
        """Note another try; False if there have been enough."""
        # However long a platform is away, what was decided waits for it.
        if entry.attempts + 1 >= _MOST_TRIES and not away:
            return False
        wait = result.retry_after
        if not wait:
            longest = _LONGEST_AWAY if away else _LONGEST_WAIT
            wait = min(longest, _FIRST_WAIT * 2 ** min(entry.attempts, _MOST_TRIES))
        due_at = self._clock.now() + timedelta(seconds=wait)
        await self._record(
            lambda journal: self._outbox.again(
                journal, entry, due_at, result.reason, unknown=unknown
            )
        )
        return True

    async def _finish(self, final: list[tuple[Entry, Result]]) -> None:
        """Note outcomes in one piece of work; the list is empty afterwards."""
        if not final:
            return
        told = tuple(final)
        final.clear()

        def note(journal: Journal) -> None:
            for entry, result in told:
                self._outbox.finish(journal, entry, result, self._clock.now())
                self._told(journal, entry, result)

        await self._record(note)


def _given_up(result: Result) -> Result:
    return Result(Outcome.REFUSED, result.reason)


def _gatherable(entry: Entry) -> bool:
    order = entry.order
    spoken = order.verb in WORDS and not order.files
    return spoken and entry.purpose in _NOTICES


def _all_mentioned(entries: Sequence[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(who for entry in entries for who in entry.order.mentions))
