"""Put the rooms of the house together: one town, running."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.calendar import WorkCalendar
from bot.channels.base import (
    NO_CAPABILITIES,
    Capabilities,
    Channel,
    Event,
    Joined,
    LetsSpeak,
    Topic,
)
from bot.clockwork.alarm import Alarm
from bot.clockwork.duties import KeepHours, SettleDocuments
from bot.clockwork.reports import RemindTemporary, ReportShadow
from bot.clockwork.retention import PurgeTexts
from bot.clockwork.timetable import Duty, Timetable
from bot.clockwork.weekly import WeeklySummary
from bot.commands import CommandDesk, Services
from bot.core.clock import Clock
from bot.core.message import Message, Role
from bot.core.policy import Policy
from bot.core.reading import Trait
from bot.delivery.courier import Courier
from bot.delivery.planner import Planner
from bot.files.facts import Unreadable
from bot.files.glance import Glance
from bot.files.worker import Worker
from bot.judging.judge import Judge
from bot.judging.judgement import Judgement
from bot.measures import Measures
from bot.pipeline.desk import Desk
from bot.pipeline.inquiries import Inquiries
from bot.pipeline.pipeline import Pipeline
from bot.reading.base import Reader
from bot.reading.contents import Content
from bot.reading.corrections import Corrections
from bot.registry.rooms import KnownRoom, less
from bot.state import TownState
from bot.store.journal import Journal
from bot.store.seal import Seal
from bot.tasks import Tasks
from bot.town import Town
from bot.town.hours import HOURS_FACT, calendar_of
from bot.words import say

#: Seconds for what was asked before a stop to be answered.
_LAST_ANSWERS = 5.0


class App:
    """A town at work: its channels, its pipeline, its clock."""

    def __init__(
        self,
        town: Town,
        *,
        engine: AsyncEngine,
        channels: Mapping[str, Channel],
        reader: Reader,
        policies: Mapping[str, Policy],
        clock: Clock,
        seal: Seal | None = None,
        corrections: Corrections | None = None,
        shadow: bool = True,
        purges: bool = True,
        reports: Path | None = None,
        moments: Callable[[Event], Iterable[datetime]] | None = None,
        worker: Worker | None = None,
    ) -> None:
        self.town, self.engine, self.channels, self.clock = town, engine, channels, clock
        self.policies = policies
        self.state = TownState.empty(town, policies)
        state = self.state
        self.judge = Judge(
            town, calendar_of(town), reader, policies, state.ledgers, self._capabilities_for
        )
        self.planner = Planner(
            town, policies, state.outbox, state.deferrals, state.mutes, state.people
        )
        self.timetable = Timetable()
        self._speakers: dict[str, frozenset[str]] = {}
        self.seal = seal or Seal()
        self.hours = KeepHours(
            self.judge, state.ledgers, state.rooms, state.outbox, self.room_capabilities
        )
        self.tasks = Tasks(self.judge, state, self.planner)
        self.inquiries = Inquiries(engine)
        self.corrections = Corrections() if corrections is None else corrections
        self.commands = CommandDesk(
            Services(
                self.judge,
                state,
                self.planner,
                self.tasks,
                self.hours,
                self.inquiries,
                self.ask,
                self.calendar_for,
                channels=channels,
                seal=self.seal,
                corrections=self.corrections,
            )
        )
        self.desk = Desk(
            state, self.judge, self.planner, self.tasks, self.commands, self.seal, shadow=shadow
        )
        self.glance = Glance(channels, self._seen, worker)
        self.desk.watchers.append(self.glance.judged)
        self.desk.recalls.append(self.glance.forget)
        duties: tuple[Duty, ...] = (
            SettleDocuments(self.judge, state.ledgers, self.desk.settled),
            self.hours,
            state.deferrals,
            state.mutes,
            *self.tasks.duties(),
            ReportShadow(self.judge, state, self.planner, self.inquiries, self.ask),
            RemindTemporary(self.judge, state, self.planner),
            *((PurgeTexts(self.judge, state),) if purges else ()),
        )
        for duty in duties:
            self.timetable.add(duty)
        weekly = WeeklySummary(self.judge, state, self.inquiries, self.ask, reports)
        if reports is not None:
            # Only where there is a place for its files.
            self.commands.services.weekly = weekly.answer
            self.timetable.add(weekly)
        self.desk.watchers.append(self._watch)
        self.measures = Measures(clock, lambda: self.pipeline.depth, lambda: len(state.outbox))
        self.desk.watchers.append(self.measures.judged)
        self.desk.listeners.append(self.measures.delivered)
        self.desk.listeners.append(self.tasks.delivered)
        self.pipeline = Pipeline(
            engine,
            state,
            self.desk,
            clock,
            self.timetable,
            self.seal,
            released=self._released,
            decided=self.measures.decided.observe,
            moments=moments,
        )
        self.courier = Courier(
            state.outbox, channels, clock, self.pipeline.work, self.desk.delivered
        )
        self.alarm = Alarm(self.timetable, clock, self.pipeline.work)

    async def load(self) -> None:
        """Rebuild the ledgers from the archive."""
        now = self.clock.now()
        async with self.engine.connect() as connection:
            await self.state.load(connection, now)
            await self.tasks.load(connection, now)
            await self.commands.load(connection, now)
            await self.corrections.load(connection)
        self.judge.reload(self.town, self.calendar_for(self.town))

    async def start(self, *, background: bool = True) -> None:
        """Load, connect and work until `stop`.

        Without `background` whoever drives the clock calls `tick` and `idle`: nothing is carried
        out or falls due by itself.
        """
        await self.load()
        await self.pipeline.start()
        for channel in self.channels.values():
            await channel.start(self.pipeline.receive)
            await self._meet(channel)
        self._let_leaders_speak()
        if background:
            self.courier.start()
            self.alarm.start()

    async def stop(self) -> None:
        """Take nothing new, finish what is under way, let go of everything."""
        self.alarm.stop()
        for channel in self.channels.values():
            await channel.stop()
        await self.glance.stop()
        if not self.pipeline.stuck:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_ANSWERS):
                    await self.pipeline.idle()
                    await self.inquiries.idle()
        await self.courier.stop()
        await self.pipeline.stop()
        # Asked while the pipeline handled what was left; nobody takes their answers any more.
        await self.inquiries.stop()
        await self.engine.dispose()

    async def ask(self, work: Callable[[Journal], None]) -> None:
        """Change ledgers in turn, as a page's button or a looked-up answer does."""
        await self.pipeline.work(work)

    async def idle(self) -> None:
        """Wait until nothing is queued, due or being looked up; for replays and tests."""
        while True:
            await self.pipeline.idle()
            await self.courier.deliver()
            await self.inquiries.idle()
            await self.glance.idle()
            beside = self.inquiries.busy or self.glance.busy
            if not self.pipeline.depth and not beside and not self.courier.busy:
                return

    async def tick(self) -> None:
        """Do what the clock asks for now, and everything that follows from it."""
        await self.pipeline.work(lambda journal: self.timetable.run_due(journal, self.clock.now()))
        await self.idle()

    async def reload(self, town: Town) -> None:
        """Take another town file while running; store and channels stay as they are."""

        def take(journal: Journal) -> None:
            self.town = town
            self.judge.reload(town, self.calendar_for(town))
            for part in (self.planner, self.state.deferrals, self.tasks, self.commands):
                part.reload(town)
            self.hours.reset()
            now = self.clock.now()
            self.state.deferrals.retime(journal, now, self.judge.calendar.next_opening(now))
            self._let_leaders_speak()

        await self.pipeline.work(take)
        self.alarm.reset()

    def calendar_for(self, town: Town) -> WorkCalendar:
        """The town's calendar, with the hours that were set by chat if any."""
        return calendar_of(town, self.state.facts.get(HOURS_FACT))

    def room_capabilities(self, room: KnownRoom) -> Capabilities:
        """What can be done in a room: the channel's word, less what its platform has refused."""
        channel = self.channels.get(room.channel)
        if channel is None:
            return NO_CAPABILITIES
        return less(channel.capabilities(room.room_id), room.lost)

    def _capabilities_for(self, message: Message) -> Capabilities:
        room = self.state.rooms.get(message.channel, message.room_id)
        return NO_CAPABILITIES if room is None else self.room_capabilities(room)

    def _let_leaders_speak(self) -> None:
        """Leaders may speak in rooms that are closed for the night, where the platform has a way."""
        leaders = self.judge.directory.leaders
        for channel in self.channels.values():
            if isinstance(channel, LetsSpeak):
                accounts = [self.state.people.account(name, channel.name) for name in leaders]
                ids = frozenset(a.person_id for a in accounts if a and a.channel == channel.name)
                if ids != self._speakers.get(channel.name):
                    self._speakers[channel.name] = ids
                    channel.set_speakers(ids)

    def _watch(self, judgement: Judgement, _: Sequence[int]) -> None:
        if judgement.rank is Role.LEADER:
            self._let_leaders_speak()
        if Trait.URGENT in judgement.reading.traits:
            # Its room opens at once, and not when the alarm would ring anyway.
            self.hours.reset()
            self.alarm.reset()

    async def _seen(self, judgement: Judgement, found: Content | Unreadable) -> None:
        """Hand in what a look into a file or picture found, in turn with everything else."""

        def take(journal: Journal) -> None:
            if isinstance(found, Unreadable):
                self.desk.not_seen(journal, judgement, say(f"file.{found.reason}"))
            else:
                self.desk.looked_into(journal, judgement, found, self.clock.now())

        await self.pipeline.work(take)

    def _released(self) -> None:
        self.courier.wake()
        self.alarm.reset()

    async def _meet(self, channel: Channel) -> None:
        """Tell the pipeline which rooms and people a channel shows."""
        now = self.clock.now()
        events: list[Event] = []
        for room in await channel.rooms():
            events.append(Topic(channel.name, room.id, room.name, now))
            if channel.capabilities(room.id).list_members:
                people = tuple(await channel.members(room.id))
                events.append(Joined(channel.name, room.id, people, now))
        await self.pipeline.receive(events)
