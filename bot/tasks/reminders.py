"""Reminders: privately, in working hours, once each; what is due for a person goes in one message."""

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.base import Result, Verb
from bot.core.decision import Outcome
from bot.delivery.entry import PUBLISHED, RESTORED, Entry
from bot.judging.judge import Judge
from bot.state import TownState
from bot.store import tables
from bot.store.journal import Journal
from bot.tasks.archive import MENTIONED
from bot.tasks.ledger import REMEMBERED, Ledger
from bot.tasks.mentions import Mentions, Undelivered
from bot.tasks.moments import Moments, Occasion, mark
from bot.tasks.short import subject
from bot.tasks.task import Concern, Task
from bot.words import say
from bot.words.times import day_and_clock, excerpt

PURPOSE = "task_reminder"
_KEY = "remind"
_LINES = 12
_FAILED = frozenset({Outcome.REFUSED, Outcome.UNSUPPORTED})


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that one person is to be reminded of."""

    due: datetime
    occasion: Occasion
    task: Task


class Reminders:
    """A duty. Due moments follow from the ledger; the heap only tells when to look at which task."""

    def __init__(self, judge: Judge, state: TownState, ledger: Ledger) -> None:
        self._judge, self._state, self._ledger = judge, state, ledger
        self._heap: list[tuple[datetime, int]] = []
        self._moments: Moments | None = None
        self._sent: dict[int, list[Undelivered]] = {}
        self._published: dict[int, datetime] = {}
        self.mentions = Mentions(judge, state, ledger)
        ledger.changed.append(self._watch)

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Take up what was sent, and what of it could not be delivered."""
        notices, outbox = tables.notices, tables.outbox
        self._sent.clear()
        self._published.clear()
        self.mentions.clear()
        oldest = min((task.made_at for task in self._ledger.all()), default=now)
        rows = await connection.execute(
            select(notices.c.key, notices.c.outbox, outbox.c.outcome, outbox.c.due_at)
            .outerjoin(outbox, outbox.c.number == notices.c.outbox)
            .where(notices.c.key.startswith(f"{_KEY}:"), notices.c.at >= oldest)
            .order_by(notices.c.at)
        )
        for row in rows:
            _, number, what, person = row.key.split(":", 3)
            task = self._ledger.get(int(number))
            concern = task.people.get(person) if task is not None else None
            if concern is None:
                continue
            concern.reminded.add(what)
            sent = Undelivered(int(number), what, person)
            if row.outcome in _FAILED:
                self.mentions.failed(sent, row.due_at)
            elif row.outcome is not None:
                self._sent.setdefault(row.outbox, []).append(sent)
        await self.mentions.load(connection)
        await self._load_publications(connection, now)
        self._moments = None

    async def _load_publications(self, connection: AsyncConnection, now: datetime) -> None:
        """Deferred assignments that were published before their opening."""
        table, tasks = tables.deferrals, tables.tasks
        rows = await connection.execute(
            select(tasks.c.number, table.c.published_at)
            .join(table, table.c.number == tasks.c.message)
            .where(
                table.c.published_at < tasks.c.issued_at, table.c.published_at > now - REMEMBERED
            )
        )
        self._published.update({row.number: row.published_at for row in rows})

    def next_due(self, now: datetime) -> datetime | None:
        """When the next reminder or mention is due."""
        if self._published:
            return now
        self._current()
        moments = [self._heap[0][0]] if self._heap else []
        mention = self.mentions.next_due()
        if mention is not None:
            moments.append(mention)
        return min(moments, default=None)

    def perform(self, journal: Journal, now: datetime) -> None:
        """Remind of everything that is due."""
        for number, at in self._published.items():
            task = self._ledger.get(number)
            if task is not None and at < task.issued_at:
                self._ledger.publish(journal, task, at)
        self._published.clear()
        self._current()
        told: dict[str, list[Due]] = defaultdict(list)
        for task in self._take(now):
            again: datetime | None = None
            for concern in task.concerned:
                later = self._look(task, concern, now, told)
                if later is not None and (again is None or later < again):
                    again = later
            if again is not None:
                heapq.heappush(self._heap, (again, task.number))
        for person, dues in told.items():
            self._tell(journal, person, dues, now)
        self.mentions.perform(journal, now)

    def delivered(self, entry: Entry, result: Result) -> None:
        """How an order of ours turned out."""
        if entry.purpose == PURPOSE:
            sent = self._sent.pop(entry.number, [])
            if result.outcome in _FAILED:
                for one in sent:
                    self.mentions.failed(one, entry.due_at)
        elif entry.purpose in {PUBLISHED, MENTIONED, RESTORED}:
            self._spoken(entry, result)

    def _spoken(self, entry: Entry, result: Result) -> None:
        """The bot has spoken of tasks in a room: what it posted may be quoted."""
        room = self._state.rooms.get(entry.channel, entry.order.room_id)
        task = self._ledger.made_from(entry.message or 0)
        if room is None or task is None:
            return
        tasks = [task]
        if entry.purpose == PUBLISHED:
            if entry.created_at < task.issued_at:
                self._published[task.number] = entry.created_at
            else:
                tasks = self._published_with(task, room.name)
        if result.message_id:
            numbers = [each.number for each in tasks]
            self._ledger.quotable(room.name, result.message_id, numbers)

    def _published_with(self, first: Task, room: str) -> list[Task]:
        """The deferred tasks of a room that appear in one post."""
        return [
            task
            for task in self._ledger.all()
            if task.room == room and task.issued_at == first.issued_at and _deferred(task)
        ]

    def _take(self, now: datetime) -> Sequence[Task]:
        """The tasks to look at now, each once."""
        numbers: dict[int, None] = {}
        while self._heap and self._heap[0][0] <= now:
            numbers[heapq.heappop(self._heap)[1]] = None
        return [task for number in numbers if (task := self._ledger.get(number))]

    def _look(
        self, task: Task, concern: Concern, now: datetime, told: dict[str, list[Due]]
    ) -> datetime | None:
        """Note what is due for one person; when to look again, None for never."""
        calendar = self._judge.calendar
        if task.deadline is not None and now >= task.deadline:
            return None
        later: list[datetime] = []
        for due, occasion in self._current().pending(task, concern):
            if due > now:
                later.append(due)
            elif not calendar.is_open(now):
                later.append(calendar.next_opening(now))
            elif self._out_of_reach(concern.person, now):
                later.append(self._tomorrow(now))
            else:
                told[concern.person].append(Due(due, occasion, task))
        return min(later, default=None)

    def _out_of_reach(self, person: str, now: datetime) -> bool:
        """On leave, or never met on any channel."""
        away = self._state.leave.on_leave(person, now) is not None
        return away or self._state.people.account(person) is None

    def _tomorrow(self, now: datetime) -> datetime:
        """The next opening after this day's."""
        calendar = self._judge.calendar
        return calendar.next_opening(calendar.next_closing(now))

    def _tell(self, journal: Journal, person: str, dues: Sequence[Due], now: datetime) -> None:
        # One line a task: of two reminders the more pressing one is said, both are done with.
        pressing: dict[int, Due] = {}
        for due in sorted(dues, key=lambda one: list(Occasion).index(one.occasion)):
            pressing[due.task.number] = due
        lines = [self._line(due, person) for due in pressing.values()]
        text = lines[0]
        if len(lines) == 1:
            text = say("task.remind.one") + text
        else:
            shown = [f"{index}. {line}" for index, line in enumerate(lines[:_LINES], 1)]
            if len(lines) > _LINES:
                shown.append(say("task.more", count=len(lines) - _LINES))
            text = "\n".join([say("task.remind.many", count=len(lines)), *shown])
        account = self._state.people.account(person)
        if account is None:
            return
        number = self._state.outbox.post(
            journal, purpose=PURPOSE, channel=account.channel, verb=Verb.WHISPER, due_at=now,
            room_id=account.room_id, person_id=account.person_id, text=text,
            message=dues[0].task.message,
        )  # fmt: skip
        for due in dues:
            what = mark(due.occasion, due.task)
            due.task.people[person].reminded.add(what)
            key = f"{_KEY}:{due.task.number}:{what}:{person}"
            journal.add(tables.notices, key=key, at=now, outbox=number)
            sent = Undelivered(due.task.number, what, person)
            self._sent.setdefault(number, []).append(sent)

    def _line(self, due: Due, person: str) -> str:
        task, zone = due.task, self._judge.town.zone
        concern = task.people[person]
        waits = not task.hand_in or concern.acknowledged_at is None
        owed = "receipt" if waits and not task.hand_in else "hand_in"
        return say(
            f"task.remind.{due.occasion.value}", number=task.number, what=subject(task.what, 30),
            room=excerpt(task.room, 12), issued=day_and_clock(task.issued_at, zone),
            deadline=day_and_clock(task.deadline, zone) if task.deadline else "",
            owed=say(f"task.owed.{owed}", number=task.number),
        )  # fmt: skip

    def _watch(self, task: Task) -> None:
        """Look at a task when the first of its reminders falls due."""
        if self._moments is None or self._moments.calendar is not self._judge.calendar:
            return  # everything is looked at anew anyway
        first = self._first(task, self._moments)
        if first is not None:
            heapq.heappush(self._heap, (first, task.number))

    def _current(self) -> Moments:
        """The due moments; worked out anew where hours or working days have changed."""
        moments = self._moments
        if moments is None or moments.calendar is not self._judge.calendar:
            moments = self._moments = Moments(self._judge.calendar)
            found = ((self._first(task, moments), task.number) for task in self._ledger.all())
            self._heap = [(first, number) for first, number in found if first is not None]
            heapq.heapify(self._heap)
        return moments

    @staticmethod
    def _first(task: Task, moments: Moments) -> datetime | None:
        if not task.open:
            return None
        return min(
            (due for concern in task.concerned for due, _ in moments.pending(task, concern)),
            default=None,
        )


def _deferred(task: Task) -> bool:
    return task.issued_at > task.made_at
