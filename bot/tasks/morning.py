"""The morning list: what concerns each person, at opening on working days, privately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.calendar import WorkCalendar
from bot.channels.base import Verb
from bot.judging.judge import Judge
from bot.state import TownState
from bot.store import tables
from bot.store.journal import Journal
from bot.tasks.ledger import REMEMBERED, Ledger
from bot.tasks.short import ROOM, SCREEN, WHAT, brief, subject
from bot.tasks.task import Concern, Deed, Task, TaskState
from bot.words import say
from bot.words.times import excerpt

#: The day whose list was made last.
_FACT = "tasks.morning"
_KEY = "morning"
#: A task is kept for the record only this long after its deadline, or its issue without one.
_STALE, _STALE_OPEN_END = timedelta(days=30), timedelta(days=60)
_GONE = frozenset({TaskState.CANCELLED, TaskState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class _Line:
    """One thing to be told, under a heading."""

    heading: str
    text: str


class Morning:
    """A duty. What a person was told last is noted with the list itself, so none comes twice."""

    def __init__(self, judge: Judge, state: TownState, ledger: Ledger) -> None:
        self._judge, self._state, self._ledger = judge, state, ledger
        self._told: dict[str, datetime] = {}
        self._next: tuple[WorkCalendar, str, datetime, datetime] | None = None

    async def load(self, connection: AsyncConnection) -> None:
        """Take up when each person was last told."""
        table = tables.notices
        rows = await connection.execute(
            select(table.c.key, table.c.at).where(table.c.key.startswith(f"{_KEY}:"))
        )
        self._told = {row.key.partition(":")[2]: row.at for row in rows}
        self._next = None

    def next_due(self, now: datetime) -> datetime | None:
        """The opening of the first working day whose list is not made and whose hours are not over."""
        calendar, done = self._judge.calendar, self._state.facts.get(_FACT)
        if self._next is not None:
            known, for_done, due, closing = self._next
            if known is calendar and for_done == done and now < closing:
                return due
        local = now.astimezone(calendar.timezone)
        day = local.date()
        opening = calendar.start_of_workday(day)
        if (
            not calendar.is_workday(day)
            or local >= calendar.next_closing(opening)
            or done >= day.isoformat()
        ):
            day = calendar.add_workdays(day, 1)
        due = calendar.start_of_workday(day)
        self._next = calendar, done, due, calendar.next_closing(due)
        return due

    def perform(self, journal: Journal, now: datetime) -> None:
        """Send each person their list, if there is anything in it."""
        calendar = self._judge.calendar
        if not calendar.is_open(now):
            return
        today = now.astimezone(calendar.timezone).date()
        self._tidy(journal, now)
        concerned: dict[str, list[tuple[Task, Concern]]] = {}
        for task in self._ledger.all():
            if task.issued_at <= now:
                for concern in task.concerned:
                    concerned.setdefault(concern.person, []).append((task, concern))
        for person, tasks in concerned.items():
            if self._state.leave.on_leave(person, now) is None:
                self._tell(journal, person, tasks, now, today)
        self._state.facts.set(journal, _FACT, today.isoformat(), now)

    def _tidy(self, journal: Journal, now: datetime) -> None:
        """Close what is over, let go of what was closed long ago."""
        for task in self._ledger.open_in(""):
            people = [*task.concerned]
            end = task.deadline or task.issued_at
            stale = _STALE if task.deadline else _STALE_OPEN_END
            if people and not any(map(task.owes, people)) and end < now:
                answers = [each.handed_in_at or each.acknowledged_at or end for each in people]
                self._ledger.close(
                    journal, task, TaskState.DONE, now, deed=Deed.DONE, since=max(end, *answers)
                )
            elif end < now - stale:
                self._ledger.close(journal, task, TaskState.EXPIRED, now, deed=Deed.EXPIRED)
        self._ledger.forget(now - REMEMBERED)

    def _tell(
        self,
        journal: Journal,
        person: str,
        tasks: Sequence[tuple[Task, Concern]],
        now: datetime,
        today: date,
    ) -> None:
        lines = [line for task, concern in tasks if (line := self._line(task, concern, now))]
        account = self._state.people.account(person)
        if not lines or account is None:
            return
        number = self._state.outbox.post(
            journal, purpose="task_morning", channel=account.channel, verb=Verb.WHISPER,
            due_at=now, room_id=account.room_id, person_id=account.person_id,
            text=self._screen(lines, today),
        )  # fmt: skip
        self._told[person] = now
        journal.put(tables.notices, {"key": f"{_KEY}:{person}"}, at=now, outbox=number)

    def _screen(self, lines: Sequence[_Line], today: date) -> str:
        """Everything under its heading, on one screen."""
        day = say("task.morning.date", month=today.month, day=today.day)
        shown = [say("task.morning", day=day, count=len(lines))]
        left = len(lines)
        for heading in _HEADINGS:
            own = [line.text for line in lines if line.heading == heading]
            # A heading needs a line under it, and the last line tells what is left out.
            room = SCREEN - len(shown) - 2
            if own and room > 0:
                shown += [say(f"task.morning.{heading}"), *own[:room]]
                left -= len(own[:room])
        if left:
            shown.append(say("task.more", count=left))
        return "\n".join(shown)

    def _line(self, task: Task, concern: Concern, now: datetime) -> _Line | None:
        """What somebody is to be told of a task this morning, if anything."""
        last = self._told.get(concern.person)
        if task.state in _GONE:
            return self._gone(task, concern, last, now)
        over = not task.open or (task.deadline is not None and task.deadline < now)
        if over or (task.hand_in and concern.handed_in_at is not None):
            return None
        heading = self._when_due(task, now)
        if heading:
            return self._put(heading, task, "due", now)
        if last is not None and task.changed_at is not None and task.changed_at > last:
            return self._put("changed", task, "change", now, change=excerpt(task.change, 20))
        new = last is None or concern.since > last
        if not new or concern.acknowledged_at is not None:
            return None
        return self._put("new", task, "by" if task.deadline else "plain", now)

    def _gone(
        self, task: Task, concern: Concern, last: datetime | None, now: datetime
    ) -> _Line | None:
        """What was cancelled is told to those who knew of it."""
        told = last is not None and concern.since <= last
        fresh = task.closed_at is not None and (last is None or task.closed_at > last)
        if not fresh or not (told or concern.acknowledged_at is not None):
            return None
        return self._put("changed", task, task.state.value, now)

    def _when_due(self, task: Task, now: datetime) -> str:
        """today, tomorrow, soon (over days off, up to the next working day), or nothing."""
        if task.deadline is None:
            return ""
        calendar = self._judge.calendar
        today = now.astimezone(calendar.timezone).date()
        day = task.deadline.astimezone(calendar.timezone).date()
        if day <= today + timedelta(days=1):
            return "today" if day <= today else "tomorrow"
        return "soon" if day <= calendar.add_workdays(today, 1) else ""

    def _put(self, heading: str, task: Task, form: str, now: datetime, change: str = "") -> _Line:
        zone = self._judge.town.zone
        due = brief(task.deadline, now, zone) if task.deadline else ""
        words = say(f"task.morning.{form}", what=subject(task.what, WHAT), due=due, change=change)
        text = say(
            "task.morning.line", number=task.number, what=words, room=excerpt(task.room, ROOM),
            issued=brief(task.issued_at, now, zone),
        )  # fmt: skip
        return _Line(heading, text)


_HEADINGS = ("today", "tomorrow", "soon", "changed", "new")
