"""Which task a 收到 means, and whose receipt it is."""

import re
from datetime import datetime, timedelta

from bot.core.message import Message
from bot.store.journal import Journal
from bot.tasks.ledger import Ledger
from bot.tasks.short import subject
from bot.tasks.task import Task
from bot.words import say

#: A 收到 said in another room means a task issued no longer ago than this.
_ELSEWHERE = timedelta(days=3)
_NUMBERED = re.compile(r"(?:任务|收到)[\s#：:]*(?:任务|编号)?[\s#：:]*(\d{1,9})(?!\d)")


def named_task(text: str) -> int | None:
    """The number of the task that a text names: 收到 12, 任务12."""
    match = _NUMBERED.search(text)
    return int(match[1]) if match else None


class Receipts:
    """Notes receipts; a wrong guess here could hide that somebody never read their task.

    So an unquoted 收到 counts for one task only: the newest in that room that
    concerns its sender, even if they have answered that one before.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def heard_in_room(self, journal: Journal, message: Message, person: str) -> None:
        """A receipt in a room; what it means is not asked back, nothing is said."""
        for task in self._meant(message, person):
            self._ledger.acknowledge(journal, task, person, message.at, message.number)

    def _meant(self, message: Message, person: str) -> list[Task]:
        mine = [task for task in self._ledger.open_of(person) if task.issued_at <= message.at]
        if message.reply_to is not None:
            quoted = self._ledger.quoted(message.room, message.reply_to)
            return [task for task in mine if task in quoted] if quoted else []
        number = named_task(message.text)
        if any(task.number == number for task in mine):
            return [task for task in mine if task.number == number]
        here = [(at, task) for task in mine if (at := task.last_post(message.room))]
        if here:
            return [max(here, key=lambda found: (found[0], found[1].number))[1]]
        return [
            task
            for task in mine
            if task.issued_at > message.at - _ELSEWHERE and _waits(task, person)
        ][-1:]

    def said_privately(
        self, journal: Journal, person: str, number: int | None, now: datetime, message: int | None
    ) -> str:
        """收到 〈任务号〉, or without a number for the newest that waits; the answer."""
        mine = [
            task for task in self._ledger.open_of(person)
            if task.issued_at <= now or task.number == number
        ]  # fmt: skip
        if number is None:
            task = next((task for task in reversed(mine) if _waits(task, person)), None)
            if task is None:
                return say("task.receipt.nothing")
        else:
            found = self._ledger.get(number)
            task = next((task for task in mine if task.number == number), None)
            if task is None:
                closed = found is not None and found.concern(person) is not None
                return say(
                    "task.receipt.closed" if closed else "task.receipt.unknown", number=number
                )
        noted = self._ledger.acknowledge(journal, task, person, now, message)
        lines = [
            say(
                "task.receipt.noted" if noted else "task.receipt.known",
                number=task.number, what=subject(task.what, 20),
            )
        ]  # fmt: skip
        left = [other.number for other in mine if other is not task and _waits(other, person)]
        if left:
            lines.append(
                say("task.receipt.left", count=len(left), numbers="、".join(map(str, left[-5:])))
            )
        return "\n".join(lines)


def _waits(task: Task, person: str) -> bool:
    concern = task.concern(person)
    return concern is not None and concern.acknowledged_at is None
