"""One collected @mention in the room for those whom a private reminder did not reach."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.base import Verb
from bot.judging.judge import Judge
from bot.registry.people import Account
from bot.registry.rooms import KnownRoom
from bot.state import TownState
from bot.store import tables
from bot.store.journal import Journal
from bot.tasks.archive import MENTIONED
from bot.tasks.ledger import Ledger
from bot.tasks.moments import Occasion
from bot.tasks.short import subject
from bot.tasks.task import Task
from bot.words import say
from bot.words.times import day_and_clock

#: Failures come in one by one; those of one reminder are waited for, to be named in one post.
_COLLECT = timedelta(minutes=5)
#: Where the room has heard enough of the bot for now, try again after this.
_LATER = timedelta(minutes=15)
_KEY = "mention"
_MOST = 20


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A reminder (`what` is its mark) that one person was sent."""

    task: int
    what: str
    person: str


class Mentions:
    """Part of the reminders' duty: rebuilt from what the archive says of their delivery."""

    def __init__(self, judge: Judge, state: TownState, ledger: Ledger) -> None:
        self._judge, self._state, self._ledger = judge, state, ledger
        self._waiting: dict[tuple[int, str], list[str]] = defaultdict(list)
        self._due: dict[tuple[int, str], datetime] = {}
        self._done: set[tuple[int, str]] = set()

    def clear(self) -> None:
        """Forget everything, before loading."""
        for memory in (self._waiting, self._due, self._done):
            memory.clear()

    async def load(self, connection: AsyncConnection) -> None:
        """Take up which mentions were posted."""
        table = tables.notices
        rows = await connection.execute(
            select(table.c.key).where(table.c.key.startswith(f"{_KEY}:"))
        )
        for (key,) in rows:
            _, number, what = key.split(":", 2)
            self._finish((int(number), what))

    def failed(self, sent: Undelivered, at: datetime) -> None:
        """A reminder could not be delivered at `at`."""
        key = (sent.task, sent.what)
        if key not in self._done and self._ledger.get(sent.task) is not None:
            self._waiting[key].append(sent.person)
            self._due.setdefault(key, at + _COLLECT)

    def next_due(self) -> datetime | None:
        """When the next of them is to be posted."""
        return min(self._due.values(), default=None)

    def perform(self, journal: Journal, now: datetime) -> None:
        """Post what is due, in working hours and within the room's budget."""
        calendar = self._judge.calendar
        for key in [key for key, due in self._due.items() if due <= now]:
            task = self._ledger.get(key[0])
            room = self._state.rooms.named(task.room) if task is not None else None
            late = task is not None and task.deadline is not None and now >= task.deadline
            if task is None or room is None or not task.open or late:
                self._finish(key)
            elif not calendar.is_open(now):
                self._due[key] = calendar.next_opening(now)
            elif not self._state.outbox.may_speak(room.channel, room.room_id, now):
                self._due[key] = now + _LATER
            else:
                self._post(journal, task, key[1], room, now)

    def _post(
        self, journal: Journal, task: Task, what: str, room: KnownRoom, now: datetime
    ) -> None:
        key = (task.number, what)
        named = [
            (person, account)
            for person in dict.fromkeys(self._waiting[key])
            if (account := self._still_concerned(task, what, person, room, now))
        ]
        self._finish(key)
        notice = f"{_KEY}:{task.number}:{what}"
        if not named:
            journal.add(tables.notices, key=notice, at=now, outbox=None)
            return
        occasion = Occasion(what.partition("@")[0])
        deadline = day_and_clock(task.deadline, self._judge.town.zone) if task.deadline else ""
        text = say(
            f"task.mention.{occasion.value}", number=task.number, what=subject(task.what, 30),
            names=" ".join(f"@{person}" for person, _ in named[:_MOST]), deadline=deadline,
        )  # fmt: skip
        number = self._state.outbox.post(
            journal, purpose=MENTIONED, channel=room.channel, verb=Verb.SEND, due_at=now,
            room_id=room.room_id, text=text, message=task.message,
            mentions=[account.person_id for _, account in named[:_MOST]],
        )  # fmt: skip
        journal.add(tables.notices, key=notice, at=now, outbox=number)

    def _still_concerned(
        self, task: Task, what: str, person: str, room: KnownRoom, now: datetime
    ) -> Account | None:
        """Where to mention somebody who owes an answer still and is at work."""
        concern = task.concern(person)
        if concern is None or self._state.leave.on_leave(person, now) is not None:
            return None
        receipt = what == Occasion.RECEIPT
        owes = concern.acknowledged_at is None if receipt else task.owes(concern)
        account = self._state.people.account(person, room.channel)
        return account if owes and account and account.channel == room.channel else None

    def _finish(self, key: tuple[int, str]) -> None:
        self._done.add(key)
        self._waiting.pop(key, None)
        self._due.pop(key, None)
