"""Results: which task a report, a file or a photo belongs to; the poster takes it or sends it back."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.core.message import Message
from bot.delivery.planner import Planner
from bot.judging.judge import Judge
from bot.store.journal import Journal
from bot.tasks.content import ALIKE, shared
from bot.tasks.ledger import Ledger
from bot.tasks.receipts import named_task
from bot.tasks.short import subject
from bot.tasks.task import LIVE, Deed, Task
from bot.words import say
from bot.words.times import excerpt


class Results:
    """Links results to tasks.

    Without evidence nothing is linked: what is wrongly taken as handed in would never be asked for.
    """

    def __init__(self, judge: Judge, planner: Planner, ledger: Ledger) -> None:
        self._judge, self._planner, self._ledger = judge, planner, ledger

    def take(self, journal: Journal, message: Message, person: str) -> Task | None:
        """Link what an addressee handed in; the task, or None where it belongs to none."""
        task = self._meant(message, person)
        if task is not None:
            self._ledger.hand_in(journal, task, person, message.at, message.number)
        return task

    def _meant(self, message: Message, person: str) -> Task | None:
        mine = [task for task in self._ledger.open_of(person) if task.issued_at <= message.at]
        if message.reply_to is not None:
            quoted = self._ledger.quoted(message.room, message.reply_to) or ()
            named = [task for task in mine if task in quoted]
            if named:
                return named[-1]
        text = f"{message.title}\n{message.text}"
        number = named_task(text)
        if number is not None and any(task.number == number for task in mine):
            return self._ledger.get(number)
        likeness = [(shared(text, "\n".join((task.what, *task.parts))), task) for task in mine]
        best = max(
            likeness,
            key=lambda found: (found[0], found[1].hand_in, found[1].issued_at),
            default=None,
        )
        if best is not None and best[0] >= ALIKE:
            return best[1]
        return self._asked_for_here(mine, message, person)

    def _asked_for_here(self, mine: Sequence[Task], message: Message, person: str) -> Task | None:
        """The newest that wants something from them, where its results are to be sent."""
        owed = [task for task in mine if task.hand_in and _owed(task, person)]
        if message.private:
            return owed[-1] if owed else None
        room = self._judge.directory.room
        here: list[Callable[[Task], bool]] = [
            lambda task: message.room in task.rooms,
            lambda task: any(room(name).results_to == message.room for name in task.rooms),
        ]
        for fits in here:
            found = [task for task in owed if fits(task)]
            if found:
                return found[-1]
        return None

    def handed_in_privately(self, journal: Journal, message: Message, person: str) -> str | None:
        """A file, a photo or a report sent to the bot; the answer, None where nobody waits for it."""
        task = self.take(journal, message, person)
        if task is None:
            return None
        return say("task.result.noted", number=task.number, what=subject(task.what, 20))

    def taken_back(self, journal: Journal, message: int, now: datetime) -> None:
        """A message was recalled: a result that it was does not count any more."""
        for task in self._ledger.all():
            for concern in task.people.values():
                if concern.result == message and task.state in LIVE:
                    self._ledger.undo_result(journal, task, concern.person, now, Deed.TAKEN_BACK)
                    return

    def confirm(self, journal: Journal, number: int, person: str, *, by: str, now: datetime) -> str:
        """The poster takes somebody's result as done; the answer."""
        task, problem = self._handed_in(number, person)
        if task is None:
            return problem
        self._ledger.confirm(journal, task, person, now, by)
        return say("task.result.confirmed", number=number, name=person)

    def reject(
        self, journal: Journal, number: int, person: str, *, by: str, now: datetime, why: str
    ) -> str:
        """The poster sends somebody's result back, who hears of it when people work; the answer."""
        task, problem = self._handed_in(number, person)
        if task is None:
            return problem
        self._ledger.undo_result(journal, task, person, now, Deed.REJECTED, by)
        opening = self._judge.calendar.next_opening(now)
        near = Message("", "", by, opening, channel="", number=task.message)
        text = say(
            "task.result.returned", number=number, what=subject(task.what, 20), by=by,
            why=say("task.result.why", why=excerpt(why, 60)) if why else "",
        )  # fmt: skip
        told = self._planner.tell(journal, person, text, purpose="task_rejected", near=near)
        return say(
            "task.result.rejected" if told else "task.result.rejected.untold",
            number=number, name=person,
        )  # fmt: skip

    def _handed_in(self, number: int, person: str) -> tuple[Task | None, str]:
        task = self._ledger.get(number)
        if task is None:
            return None, say("task.unknown_number", number=number)
        concern = task.concern(person)
        if concern is None:
            return None, say("task.result.not_theirs", number=number, name=person)
        if concern.handed_in_at is None or task.state not in LIVE:
            return None, say("task.result.none", number=number, name=person)
        return task, ""


def _owed(task: Task, person: str) -> bool:
    concern = task.concern(person)
    return concern is not None and task.owes(concern)
