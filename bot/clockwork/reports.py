"""What admins hear by the clock: a room's first week, temporary rooms past their end."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.message import Message
from bot.delivery.planner import Planner
from bot.judging.judge import Judge
from bot.pipeline.inquiries import Inquiries
from bot.registry.rooms import KnownRoom
from bot.state import TownState
from bot.store.journal import Journal
from bot.summary.shadow import ShadowReport, shadow_report
from bot.words import say

#: Runs a piece of work on the ledgers; returns when it is durable.
Ask = Callable[[Callable[[Journal], None]], Awaitable[None]]


class ReportShadow:
    """A week after a room was met, its admins hear what the bot would have done there."""

    def __init__(
        self, judge: Judge, state: TownState, planner: Planner, inquiries: Inquiries, ask: Ask
    ) -> None:
        self._judge, self._state, self._planner = judge, state, planner
        self._inquiries, self._ask = inquiries, ask
        self._asked: set[str] = set()

    def next_due(self, now: datetime) -> datetime | None:
        """When the next first week is over."""
        return min((self._due(room) for room in self._observed()), default=None)

    def perform(self, journal: Journal, now: datetime) -> None:
        """Look up what is to be told; it is told once, however often the process is killed."""
        for room in self._observed():
            if self._due(room) <= now:
                self._asked.add(room.name)
                self._inquiries.ask(
                    partial(_look, room, now), partial(self._tell, room=room, now=now)
                )

    def _observed(self) -> list[KnownRoom]:
        return [
            room
            for room in self._state.rooms.all()
            if room.shadow_until is not None
            and room.name not in self._asked
            and not self._state.facts.get(_key(room))
        ]

    def _due(self, room: KnownRoom) -> datetime:
        return room.first_seen + timedelta(days=self._judge.town.town.shadow_days)

    async def _tell(self, report: ShadowReport, room: KnownRoom, now: datetime) -> None:
        def tell(journal: Journal) -> None:
            near = Message("", room.name, "", now, channel=room.channel)
            self._planner.tell_admins(journal, report.text(), purpose="shadow", near=near)
            self._state.facts.set(journal, _key(room), "told", now)

        await self._ask(tell)


async def _look(room: KnownRoom, now: datetime, connection: AsyncConnection) -> ShadowReport:
    return await shadow_report(connection, room.name, room.first_seen, now)


def _key(room: KnownRoom) -> str:
    return f"shadow:{room.channel}:{room.room_id}"


class RemindTemporary:
    """Admins hear every Monday at opening of temporary rooms past their end."""

    FACT = "temporary-reminded"

    def __init__(self, judge: Judge, state: TownState, planner: Planner) -> None:
        self._judge, self._state, self._planner = judge, state, planner

    def next_due(self, now: datetime) -> datetime | None:
        """The opening of the week in which nobody was told yet."""
        if not any(room.ends for room in self._judge.town.rooms):
            return None
        told = self._state.facts.get(self.FACT)
        local = now.astimezone(self._judge.town.zone)
        monday = (local - timedelta(days=local.weekday())).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        if told == monday.date().isoformat():
            monday += timedelta(days=7)
        return self._judge.calendar.next_opening(monday)

    def perform(self, journal: Journal, now: datetime) -> None:
        """Tell of each room that is past its end."""
        local = now.astimezone(self._judge.town.zone)
        for room in self._judge.town.rooms:
            if room.ends and room.ends < local.date():
                near = Message("", room.name, "", now)
                text = say("temporary.over", room=room.name, ends=room.ends)
                self._planner.tell_admins(journal, text, purpose="temporary", near=near)
        monday = local.date() - timedelta(days=local.weekday())
        self._state.facts.set(journal, self.FACT, monday.isoformat(), now)
