"""The weekly summary goes out at the first opening of a week, once and only once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.base import Verb
from bot.core.message import Message
from bot.judging.judge import Judge
from bot.pipeline.inquiries import Inquiries
from bot.state import TownState
from bot.store.journal import Journal
from bot.summary.counting import kept_fact
from bot.summary.folder import tidy
from bot.summary.report import Report, weekly_report
from bot.summary.weeks import Week

#: Runs a piece of work on the ledgers; returns when it is durable.
Ask = Callable[[Callable[[Journal], None]], Awaitable[None]]

#: After this a report that did not come about is tried again.
_AGAIN = timedelta(minutes=10)
#: Weeks that are made up for after a long silence, a holiday's among them.
_MADE_UP = 4
#: On this day of the week 周报 still means the week before.
_MONDAY = 0


class WeeklySummary:
    """The duty, and the answer to 周报. `folder` takes the files; None sends the text alone."""

    FACT = "weekly"

    def __init__(
        self,
        judge: Judge,
        state: TownState,
        inquiries: Inquiries,
        ask: Ask,
        folder: Path | None = None,
    ) -> None:
        self._judge, self._state = judge, state
        self._inquiries, self._ask, self._folder = inquiries, ask, folder
        self._not_before: datetime | None = None

    def next_due(self, now: datetime) -> datetime | None:
        """The first opening after the oldest week that nobody has been told of."""
        zone = self._judge.town.zone
        pending = self._pending(now)
        if not pending:
            return self._judge.calendar.next_opening(Week.of(now, zone).end(zone))
        opening = self._judge.calendar.next_opening(Week.of(now, zone).start(zone))
        if opening < now:
            # The bot was away at the opening: leaders are not woken for it.
            opening = self._judge.calendar.next_opening(now)
        return opening if self._not_before is None else max(opening, self._not_before)

    def perform(self, journal: Journal, now: datetime) -> None:
        """Have the reports made; each is sent with the fact that tells it was."""
        self._not_before = now + _AGAIN
        weeks = self._pending(now)
        self._inquiries.ask(partial(self._look_all, now, weeks), partial(self._send, now=now))

    def answer(self, journal: Journal, asked: Message, person: str, now: datetime) -> None:
        """周报: this week so far, or on a Monday the one before; to whoever asked."""
        week = Week.of(now, self._judge.town.zone)
        if now.astimezone(self._judge.town.zone).weekday() == _MONDAY:
            week = week.before
        account = (asked.channel, asked.room_id, asked.sender_id or asked.sender)

        async def send(report: Report) -> None:
            await self._ask(
                lambda journal: self._post(
                    journal, report, now, Verb.WHISPER, account, message=asked.number
                )
            )

        self._inquiries.ask(partial(self._look, now, week), send)

    def _pending(self, now: datetime) -> list[Week]:
        """Whole weeks that nobody was told of, the oldest first; only the last one at the start."""
        last = Week.of(now, self._judge.town.zone).before
        told = self._state.facts.get(self.FACT)
        weeks = [last]
        while told and len(weeks) < _MADE_UP and Week.named(told) < weeks[0].before:
            weeks.insert(0, weeks[0].before)
        return [week for week in weeks if not told or Week.named(told) < week]

    async def _look_all(
        self, now: datetime, weeks: Sequence[Week], connection: AsyncConnection
    ) -> list[Report]:
        return [await self._look(now, week, connection) for week in weeks]

    async def _look(self, now: datetime, week: Week, connection: AsyncConnection) -> Report:
        town = self._judge.town
        if self._folder is not None and self._folder.is_dir():
            await asyncio.to_thread(tidy, self._folder, now, town.town.retention_days)
        return await weekly_report(
            connection,
            town,
            now=now,
            week=week,
            folder=self._folder,
            titles=self._titles(),
            silent_too=False,
        )

    def _titles(self) -> Mapping[str, str]:
        return {name: policy.title for name, policy in self._judge.policies.items()}

    async def _send(self, reports: Sequence[Report], now: datetime) -> None:
        await self._ask(lambda journal: self._tell(journal, reports, now))

    def _tell(self, journal: Journal, reports: Sequence[Report], now: datetime) -> None:
        """Note posts and facts together: after a crash either all of it was done, or nothing."""
        self._not_before = None
        for report in reports:
            if report.week not in self._pending(now):
                continue
            self._state.facts.set(journal, self.FACT, report.week.name, now)
            self._state.facts.set(journal, kept_fact(report.week.name), report.kept, now)
            if not report.empty:
                self._to_all(journal, report, now)

    def _to_all(self, journal: Journal, report: Report, now: datetime) -> None:
        """To the leaders' room and to each leader privately; admins where there is neither."""
        town, people = self._judge.town, self._state.people
        room = self._state.rooms.named(town.town.leaders_room)
        if room is not None:
            place = (room.channel, room.room_id, "")
            self._post(journal, report, now, Verb.SEND, place)
        for person in town.roles.leaders or town.roles.admins:
            account = people.account(person, room.channel if room else "")
            if account is not None:
                place = (account.channel, account.room_id, account.person_id)
                self._post(journal, report, now, Verb.WHISPER, place)

    def _post(
        self,
        journal: Journal,
        report: Report,
        now: datetime,
        verb: Verb,
        place: tuple[str, str, str],
        *,
        message: int | None = None,
    ) -> None:
        """Text and files as two orders: a file that a platform refuses costs nobody the text."""
        channel, room_id, person_id = place
        for text, files in ((report.text, ()), ("", report.files)):
            if text or files:
                self._state.outbox.post(
                    journal,
                    purpose="weekly",
                    channel=channel,
                    verb=verb,
                    due_at=now,
                    room_id=room_id,
                    person_id=person_id,
                    text=text,
                    files=[str(path) for path in files],
                    message=message,
                )
