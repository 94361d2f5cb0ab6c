"""Run a transcript through the real pipeline on a simulated channel, message by message."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import App
from bot.channels.base import ALL_CAPABILITIES, Capabilities, Event, Posted, Result, Verb
from bot.channels.simulated import SimulatedChannel, World
from bot.core.clock import DrivenClock
from bot.core.decision import Action, Outcome
from bot.core.message import Message
from bot.core.policy import Policy
from bot.delivery.entry import Entry
from bot.judging.judgement import Judgement
from bot.reading.base import Reader
from bot.store.journal import Journal
from bot.town import Town

#: Messages put in before their decisions are carried out and printed.
CHUNK = 200
#: Messages that each room remembers, for what is taken down after a grace: those of a chunk and of
#: the busiest ten minutes before. Private conversations are not read by anybody.
KEPT, KEPT_PRIVATE = 500, 1

#: Told of a room that is closed or opened: its name, whether closed, and when.
RoomTold = Callable[[str, bool, datetime], None]


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """How a transcript is run. `shadow` starts every room in its first week."""

    capabilities: Capabilities = ALL_CAPABILITIES
    shadow: bool = False


class Replay:
    """One run. `results` yields a record for each message, in the order of the input."""

    def __init__(
        self,
        town: Town,
        engine: AsyncEngine,
        reader: Reader,
        policies: Mapping[str, Policy],
        start: datetime,
        options: ReplayOptions,
        room_told: RoomTold,
    ) -> None:
        self._clock = DrivenClock(start)
        self._world = World(
            self._clock,
            capabilities=options.capabilities,
            keep=KEPT,
            keep_private=KEPT_PRIVATE,
        )
        self._channel = SimulatedChannel(self._world)
        self.app = App(
            town,
            engine=engine,
            channels={self._channel.name: self._channel},
            reader=reader,
            policies=policies,
            clock=self._clock,
            shadow=options.shadow,
            purges=False,  # the archive is thrown away at the end
            moments=self._moments,
        )
        self._room_told = room_told
        self._open: OrderedDict[str, _Pending] = OrderedDict()
        self._numbers: dict[int, str] = {}
        self.app.desk.watchers.append(self._judged)
        self.app.desk.listeners.append(self._delivered)

    async def results(self, messages: Iterable[Message]) -> AsyncIterator[dict[str, Any]]:
        """Feed messages in order; memory stays flat however many there are."""
        await self.app.load()
        await self.app.pipeline.start()
        await self._channel.start(self.app.pipeline.receive)
        try:
            source = iter(messages)
            while chunk := list(islice(source, CHUNK)):
                for message in chunk:
                    self._open[message.id] = _Pending(message)
                await self._world.feed(chunk)
                await self._channel.settled()
                await self.app.idle()
                for record in self._ready():
                    yield record
            await self._end()
            for record in self._ready(everything=True):
                yield record
        finally:
            await self._channel.stop()
            await self.app.pipeline.stop()

    def _moments(self, event: Event) -> Iterator[datetime]:
        """Move the clock to each due moment before a message, then to the message."""
        if isinstance(event, Posted):
            yield from self._until(event.message.at)
        else:
            yield self._clock.now()

    def _until(self, target: datetime) -> Iterator[datetime]:
        while (due := self.app.timetable.next_due(self._clock.now())) and due <= target:
            self._clock.set(due)
            yield self._clock.now()
        self._clock.set(target)
        yield self._clock.now()

    async def _end(self) -> None:
        """Let the graces that still run come to their end."""
        last = max((p.message.at for p in self._open.values()), default=self._clock.now())
        end = max(
            (due for due in [self.app.state.ledgers.graces.last_end()] if due), default=last
        ) + timedelta(seconds=1)

        def run(journal: Journal) -> None:
            for moment in self._until(end):
                self.app.timetable.run_due(journal, moment)

        await self.app.pipeline.work(run)
        await self.app.idle()

    def _judged(self, judgement: Judgement, made: Sequence[int]) -> None:
        pending = self._open.get(judgement.message.id)
        if pending is not None:
            pending.judgement, pending.tasks = judgement, tuple(made)
            self._numbers[judgement.message.number] = judgement.message.id

    def _delivered(self, entry: Entry, result: Result) -> None:
        if entry.order.verb in {Verb.CLOSE_ROOM, Verb.OPEN_ROOM}:
            if result.outcome is Outcome.DONE:
                closed = entry.order.verb is Verb.CLOSE_ROOM
                self._room_told(entry.order.room_id, closed, entry.due_at)
            return
        pending = self._open.get(self._numbers.get(entry.message or 0, ""))
        if pending is None or pending.judgement is None:
            return
        if entry.purpose == pending.judgement.decision.action.word:
            pending.outcome = result.outcome

    def _ready(self, *, everything: bool = False) -> Iterator[dict[str, Any]]:
        while self._open:
            _, pending = next(iter(self._open.items()))
            if not everything and pending.judgement is not None and pending.judgement.waits:
                return
            self._open.popitem(last=False)
            if pending.judgement is not None:
                self._numbers.pop(pending.judgement.message.number, None)
            yield pending.record()


class _Pending:
    """A message whose line is not yet printed."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.judgement: Judgement | None = None
        self.tasks: tuple[int, ...] = ()
        self.outcome: Outcome | None = None

    def record(self) -> dict[str, Any]:
        """What `qingqun replay` prints for this message."""
        if self.judgement is None:
            # Said to the bot, or not a person's: never judged.
            action = Action.NONE if self.message.bot else Action.RECORD
            return {
                "id": self.message.id,
                "kind": None,
                "traits": [],
                "findings": [],
                "action": action.word,
                "also": [],
                "outcome": None,
                "relation": None,
                "tasks": [],
            }
        reading, decision = self.judgement.reading, self.judgement.decision
        relation = self.judgement.relation
        return {
            "id": self.message.id,
            "kind": reading.kind.value,
            "traits": sorted(trait.value for trait in reading.traits),
            "findings": [
                {"policy": f.policy, "mode": f.mode.value, "reason": f.reason}
                for f in decision.findings
            ],
            "action": decision.action.word,
            "also": [action.word for action in decision.also],
            "outcome": self._outcome(decision.action),
            "relation": {"kind": relation.kind.value, "of": relation.of} if relation else None,
            "tasks": list(self.tasks),
        }

    def _outcome(self, action: Action) -> str | None:
        if self.outcome is not None:
            return self.outcome.value
        if action is Action.NONE:
            return None
        return (Outcome.DONE if action is Action.RECORD else Outcome.PENDING).value
