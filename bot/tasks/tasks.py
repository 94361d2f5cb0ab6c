"""Assignments kept until they are done: what the desk, the clock, commands and the page use."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.base import Result
from bot.clockwork.timetable import Duty
from bot.core.message import Message, MessageType
from bot.core.reading import Kind
from bot.delivery.entry import Entry
from bot.delivery.planner import Planner
from bot.judging.judge import Judge
from bot.judging.judgement import Judgement
from bot.state import TownState
from bot.store.journal import Journal
from bot.tasks.archive import read_tasks
from bot.tasks.ledger import Ledger
from bot.tasks.lists import Lists
from bot.tasks.making import Making
from bot.tasks.morning import Morning
from bot.tasks.receipts import Receipts, named_task
from bot.tasks.reminders import Reminders
from bot.tasks.results import Results
from bot.tasks.short import subject
from bot.tasks.task import LIVE, Deed, Misread, Task, TaskState
from bot.town import Town
from bot.words import say
from bot.words.times import day_and_clock, excerpt

_HANDED_OVER = frozenset({MessageType.FILE, MessageType.IMAGE, MessageType.VIDEO})


class Tasks:
    """The tasks of a town. Changed only from within the pipeline."""

    def __init__(self, judge: Judge, state: TownState, planner: Planner) -> None:
        self._judge = judge
        self._ledger = ledger = Ledger()
        self._making = Making(judge, state, planner, ledger)
        self._receipts = Receipts(ledger)
        self._results = Results(judge, planner, ledger)
        self._reminders = Reminders(judge, state, ledger)
        self._morning = Morning(judge, state, ledger)
        self._lists = Lists(judge, state, ledger)

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Take up what earlier processes knew."""
        await read_tasks(connection, self._ledger, now)
        await self._reminders.load(connection, now)
        await self._morning.load(connection)

    def reload(self, town: Town) -> None:
        """Take another town file: hours and people are asked of the judge, who has it already."""

    def duties(self) -> Sequence[Duty]:
        """What the clock asks of tasks."""
        return (self._reminders, self._morning)

    # What the desk tells.

    def judged(self, journal: Journal, judgement: Judgement) -> Sequence[int]:
        """Make or change tasks, note receipts and results; the numbers of tasks made or changed."""
        reading = judgement.reading
        if judgement.settled is not None:
            self._making.completes(judgement)
            return ()
        if reading.assigns and not judgement.waits:
            return self._making.take(journal, judgement)
        if reading.kind is not Kind.ACKNOWLEDGEMENT and reading.kind is not Kind.REPORT:
            return ()
        if judgement.room.managed and self._ledger.busy(judgement.person):
            if reading.kind is Kind.ACKNOWLEDGEMENT:
                self._receipts.heard_in_room(journal, judgement.message, judgement.person)
            else:
                self._results.take(journal, judgement.message, judgement.person)
        return ()

    def recalled(self, journal: Journal, number: int, now: datetime) -> None:
        """A message was taken back by people: a task made from it is withdrawn."""
        task = self._ledger.made_from(number)
        if task is not None:
            self._making.recalled(journal, task, number, now)
        else:
            self._results.taken_back(journal, number, now)

    def heard(self, journal: Journal, message: Message, person: str, now: datetime) -> str | None:
        """A private message that is no command; the answer, or None if it means nothing here."""
        if not self._ledger.busy(person):
            return None
        if message.type in _HANDED_OVER:
            return self._results.handed_in_privately(journal, message, person)
        kind = self._judge.read(message).kind
        if kind is Kind.ACKNOWLEDGEMENT:
            number = named_task(message.text)
            return self._receipts.said_privately(journal, person, number, now, message.number)
        if kind is Kind.REPORT:
            return self._results.handed_in_privately(journal, message, person)
        return None

    def delivered(self, entry: Entry, result: Result) -> None:
        """Listener of the desk: how the bot's own posts and reminders turned out."""
        self._reminders.delivered(entry, result)

    # For commands and the page. Texts are at most 20 short lines. Rights are the caller's to check.

    def get(self, number: int) -> Task | None:
        """A task that is open or was closed in the last 30 days; not to be changed."""
        return self._ledger.get(number)

    def all(self) -> Sequence[Task]:
        """All of them, oldest first."""
        return self._ledger.all()

    def concerning(self, person: str) -> Sequence[Task]:
        """Those that concern somebody, closed ones included."""
        return [task for task in self._ledger.all() if task.concern(person) is not None]

    def made_from(self, message: int) -> Task | None:
        """The task that a message belongs to; not to be changed."""
        return self._ledger.made_from(message)

    def quoted(self, room: str, message_id: str) -> Sequence[Task]:
        """The tasks that a message speaks of which somebody quotes in a room."""
        return self._ledger.quoted(room, message_id) or ()

    def poster_of(self, number: int) -> str | None:
        """Who issued a task; None if there is no such task."""
        task = self._ledger.get(number)
        return None if task is None else task.poster

    def who_missing(self, number: int | None, room: str, now: datetime | None = None) -> str:
        """谁没收到: of that task, or (None) of the newest open one in `room` ("" = of the town)."""
        return self._lists.who_missing(number, room, now)

    def who_not_handed_in(self, number: int | None, room: str, now: datetime | None = None) -> str:
        """谁没交: likewise, of the newest open task that wants something handed in."""
        return self._lists.who_not_handed_in(number, room, now)

    def mine(self, person: str, now: datetime) -> str:
        """待办: what somebody has to do."""
        return self._lists.mine(person, now)

    def acknowledge(
        self, journal: Journal, person: str, number: int | None, now: datetime,
        message: int | None = None,
    ) -> str:  # fmt: skip
        """收到 〈任务号〉, said privately; None: the newest that waits for their receipt. The answer."""
        return self._receipts.said_privately(journal, person, number, now, message)

    def confirm(self, journal: Journal, number: int, person: str, *, by: str, now: datetime) -> str:
        """The poster takes somebody's result as done. The answer."""
        return self._results.confirm(journal, number, person, by=by, now=now)

    def reject(
        self, journal: Journal, number: int, person: str, *, by: str, now: datetime, why: str = ""
    ) -> str:
        """The poster sends somebody's result back; they are told privately. The answer."""
        return self._results.reject(journal, number, person, by=by, now=now, why=why)

    def correct(
        self, journal: Journal, number: int, *, deadline: datetime | None = None, what: str = "",
        by: str, now: datetime, message: int | None = None,
    ) -> str:  # fmt: skip
        """更正: another deadline or other words, ordered by chat or on the page. The answer."""
        task = self._ledger.get(number)
        if task is None or task.state not in LIVE:
            return self._not_there(task, number)
        words = excerpt(what, 40)
        if deadline is not None and deadline != task.deadline:
            moment = day_and_clock(deadline, self._judge.town.zone)
            words = say("task.changed.deadline", deadline=moment)
        self._ledger.correct(
            journal, task, now, by=by, message=message, words=words or say("task.changed"),
            deadline=deadline or task.deadline, parts=task.parts, addressees=task.addressees,
            what=excerpt(what, 80) if what and not task.secret else task.what,
        )  # fmt: skip
        return say("task.corrected", number=number, change=task.change)

    def cancel(self, journal: Journal, number: int, *, by: str, now: datetime) -> str:
        """取消: a task is no longer to be done. The answer."""
        return self._end(journal, number, TaskState.CANCELLED, Deed.CANCELLED, by=by, now=now)

    def drop(self, journal: Journal, number: int, *, by: str, now: datetime) -> str:
        """不是任务: what was taken for one asks for nothing. The answer."""
        return self._end(journal, number, TaskState.WITHDRAWN, Deed.WITHDRAWN, by=by, now=now)

    def _end(
        self, journal: Journal, number: int, state: TaskState, deed: Deed, *, by: str, now: datetime
    ) -> str:
        task = self._ledger.get(number)
        if task is None or task.state not in LIVE:
            return self._not_there(task, number)
        self._ledger.close(journal, task, state, now, deed=deed, by=by)
        answer = "task.cancelled" if deed is Deed.CANCELLED else "task.dropped"
        return say(answer, number=number, what=subject(task.what, 20))

    def misread(self, journal: Journal, message: int, *, by: str, now: datetime) -> Misread | None:
        """误判: a message is no assignment. What came of its task; None where it has none."""
        task = self._ledger.made_from(message)
        return None if task is None else self._making.misread(journal, task, message, now, by)

    def _not_there(self, task: Task | None, number: int) -> str:
        return say("task.unknown_number" if task is None else "task.closed", number=number)
