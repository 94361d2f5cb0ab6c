"""The ledger of tasks: in memory for judging, written through the journal, rebuilt at start."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.message import Message
from bot.store import tables
from bot.store.journal import Journal
from bot.tasks.task import FOR_GOOD, Concern, Deed, Post, Task, TaskState

#: How long a closed task is kept in mind, so that a correction or a cancellation still finds it.
REMEMBERED = timedelta(days=30)
_NONE: dict[int, Task] = {}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new task is made of. `at` is when the bot takes it up."""

    message: Message
    poster: str
    issued_at: datetime
    at: datetime
    what: str
    parts: tuple[str, ...]
    addressees: tuple[str, ...]
    people: tuple[str, ...]
    deadline: datetime | None
    hand_in: bool


class Ledger:
    """Every open task, and those closed lately."""

    def __init__(self) -> None:
        self._tasks: dict[int, Task] = {}
        self._by_message: dict[int, Task] = {}
        self._open_of: dict[str, dict[int, Task]] = defaultdict(dict)
        self._quoted: dict[tuple[str, str], tuple[int, ...]] = {}
        #: Told of a task whose due moments may have changed.
        self.changed: list[Callable[[Task], None]] = []

    def take_up(self, tasks: Iterable[Task]) -> None:
        """Start anew with what the archive holds."""
        self._tasks.clear()
        self._by_message.clear()
        self._open_of.clear()
        self._quoted.clear()
        for task in tasks:
            self._keep(task)

    # Looking.

    def get(self, number: int) -> Task | None:
        """The task of that number, if it is open or was closed lately."""
        return self._tasks.get(number)

    def made_from(self, message: int) -> Task | None:
        """The task that a message belongs to."""
        return self._by_message.get(message)

    def all(self) -> Sequence[Task]:
        """Every task in mind, oldest first."""
        return tuple(self._tasks.values())

    def busy(self, person: str) -> bool:
        """Whether any open task concerns somebody; costs next to nothing."""
        return bool(self._open_of.get(person))

    def open_of(self, person: str) -> Sequence[Task]:
        """The open tasks that concern somebody, the newest last."""
        mine = self._open_of.get(person, _NONE)
        return sorted(mine.values(), key=lambda task: (task.issued_at, task.number))

    def open_in(self, room: str) -> Sequence[Task]:
        """The open tasks posted in a room ("" for all), the newest last."""
        found = (task for task in self._tasks.values() if task.open)
        kept = (task for task in found if not room or room in task.rooms)
        return sorted(kept, key=lambda task: (task.issued_at, task.number))

    def quoted(self, room: str, message_id: str) -> Sequence[Task] | None:
        """The tasks that a quoted message speaks of; None if it speaks of none."""
        numbers = self._quoted.get((room, message_id))
        if numbers is None:
            return None
        return [task for number in numbers if (task := self._tasks.get(number))]

    def quotable(self, room: str, message_id: str, numbers: Iterable[int]) -> None:
        """A post of the bot's own that speaks of tasks."""
        self._quoted[room, message_id] = tuple(numbers)

    # Changing.

    def issue(self, journal: Journal, draft: Draft) -> Task:
        """A new task."""
        message = draft.message
        number = journal.add(
            tables.tasks, message=message.number, room=message.room, poster=draft.poster,
            issued_at=draft.issued_at, what=draft.what, parts=list(draft.parts),
            addressees=list(draft.addressees), deadline=draft.deadline,
            state=TaskState.OPEN.value, closed_at=None,
        )  # fmt: skip
        task = Task(
            number, message.number, message.room, draft.poster, draft.issued_at, draft.at,
            draft.what, draft.parts, draft.addressees, draft.deadline, hand_in=draft.hand_in,
        )  # fmt: skip
        self._keep(task)
        self.note(
            journal, task, Deed.ISSUED, draft.at, person=draft.poster, message=message.number,
            detail="hand_in" if draft.hand_in else "",
        )  # fmt: skip
        self.post(journal, task, message, "notice", draft.issued_at)
        for person in draft.people:
            self._enter(journal, task, person, draft.issued_at)
        self._tell(task)
        return task

    def post(self, journal: Journal, task: Task, message: Message, sort: str, at: datetime) -> bool:
        """One more message that belongs to a task; False if it does already."""
        if message.number in task.posts:
            return False
        journal.add(tables.task_messages, message=message.number, task=task.number, part=sort)
        self._link(task, Post(message.number, sort, message.room, message.id, at))
        return True

    def unpost(self, journal: Journal, task: Task, message: int) -> None:
        """A message of a task was taken back by people, or is none of it."""
        self._sort(journal, task, message, "recalled")

    def repost(self, journal: Journal, task: Task, message: int) -> None:
        """The notice stands after all."""
        self._sort(journal, task, message, "notice")

    def _sort(self, journal: Journal, task: Task, message: int, sort: str) -> None:
        task.posts[message] = replace(task.posts[message], sort=sort)
        journal.change(tables.task_messages, {"message": message}, part=sort)

    def add(self, journal: Journal, task: Task, person: str, at: datetime) -> bool:
        """One more person it concerns, from `at` on; False if it does already."""
        known = task.people.get(person)
        if known is not None and not known.dropped:
            return False
        if known is not None:
            known.dropped, known.since = False, at
            self._write(journal, task, person, excused_until=None)
            if task.open:
                self._open_of[person][task.number] = task
        else:
            self._enter(journal, task, person, at)
        self.note(journal, task, Deed.ADDED, at, person=person)
        self._tell(task)
        return True

    def drop(self, journal: Journal, task: Task, person: str, at: datetime) -> None:
        """It does not concern somebody any more."""
        concern = task.concern(person)
        if concern is not None:
            concern.dropped = True
            self._open_of[person].pop(task.number, None)
            self._write(journal, task, person, excused_until=FOR_GOOD)
            self.note(journal, task, Deed.DROPPED, at, person=person)

    def acknowledge(
        self, journal: Journal, task: Task, person: str, at: datetime, message: int | None
    ) -> bool:
        """Somebody has received it; False if that was known, or does not matter."""
        concern = task.concern(person)
        if concern is None or concern.acknowledged_at is not None:
            return False
        concern.acknowledged_at = at
        self._write(journal, task, person, acknowledged_at=at)
        self.note(journal, task, Deed.ACKNOWLEDGED, at, person=person, message=message)
        return True

    def hand_in(
        self, journal: Journal, task: Task, person: str, at: datetime, message: int
    ) -> bool:
        """Somebody's result, which is a receipt too; False for one that is linked already."""
        concern = task.concern(person)
        if concern is None or concern.result == message:
            return False
        self.acknowledge(journal, task, person, at, message)
        first = concern.handed_in_at or at
        concern.handed_in_at, concern.result, concern.confirmed_at = first, message, None
        self._write(journal, task, person, handed_in_at=first, result=message, confirmed_at=None)
        self.note(journal, task, Deed.HANDED_IN, at, person=person, message=message)
        if task.open and task.hand_in and not any(map(task.owes, task.concerned)):
            self.close(journal, task, TaskState.DONE, at, deed=Deed.DONE)
        return True

    def confirm(self, journal: Journal, task: Task, person: str, at: datetime, by: str) -> None:
        """The poster takes a result as done; nothing new where that was done before."""
        if task.people[person].confirmed_at is not None:
            return
        task.people[person].confirmed_at = at
        self._write(journal, task, person, confirmed_at=at)
        self.note(journal, task, Deed.CONFIRMED, at, person=person, detail=by)

    def undo_result(
        self, journal: Journal, task: Task, person: str, at: datetime, deed: Deed, detail: str = ""
    ) -> None:
        """A result does not count after all: sent back by the poster, or taken back by its sender."""
        concern = task.people[person]
        concern.handed_in_at = concern.confirmed_at = None
        result, concern.result = concern.result, None
        self._write(journal, task, person, handed_in_at=None, result=None, confirmed_at=None)
        self.note(journal, task, deed, at, person=person, message=result, detail=detail)
        if task.state is TaskState.DONE:
            self.reopen(journal, task, at)
        self._tell(task)

    def correct(
        self,
        journal: Journal,
        task: Task,
        at: datetime,
        *,
        by: str,
        message: int | None,
        words: str,
        deadline: datetime | None,
        what: str,
        parts: tuple[str, ...],
        addressees: tuple[str, ...],
    ) -> None:
        """Another deadline, other words, other addressees: all that it asks, changed or not."""
        task.deadline, task.what, task.parts, task.addressees = deadline, what, parts, addressees
        journal.change(
            tables.tasks, {"number": task.number}, deadline=deadline, what=what,
            parts=list(parts), addressees=list(addressees),
        )  # fmt: skip
        task.change, task.changed_at, task.changes = words, at, task.changes + 1
        self.note(journal, task, Deed.CORRECTED, at, person=by, message=message, detail=words)
        self._tell(task)

    def publish(self, journal: Journal, task: Task, at: datetime) -> None:
        """It became readable earlier than it was to be."""
        for concern in task.concerned:
            concern.since = min(concern.since, at)
        task.issued_at = at
        task.posts[task.message] = replace(task.posts[task.message], at=at)
        journal.change(tables.tasks, {"number": task.number}, issued_at=at)
        self._tell(task)

    def close(
        self,
        journal: Journal,
        task: Task,
        state: TaskState,
        at: datetime,
        *,
        deed: Deed,
        by: str = "",
        message: int | None = None,
        since: datetime | None = None,
    ) -> None:
        """Nothing is owed any more; `since` where that holds from an earlier moment."""
        task.state, task.closed_at = state, since or at
        journal.change(
            tables.tasks, {"number": task.number}, state=state.value, closed_at=task.closed_at
        )
        self.note(journal, task, deed, at, person=by, message=message)
        for person in task.people:
            self._open_of[person].pop(task.number, None)

    def reopen(self, journal: Journal, task: Task, at: datetime, by: str = "") -> None:
        """It is to be done after all."""
        task.state, task.closed_at = TaskState.OPEN, None
        journal.change(
            tables.tasks, {"number": task.number}, state=task.state.value, closed_at=None
        )
        self.note(journal, task, Deed.REOPENED, at, person=by)
        self._index(task)
        self._tell(task)

    def note(
        self,
        journal: Journal,
        task: Task,
        deed: Deed,
        at: datetime,
        *,
        person: str = "",
        message: int | None = None,
        detail: str = "",
    ) -> None:
        """One more line of the task's history."""
        journal.add(
            tables.task_events, task=task.number, at=at, event=deed.value, person=person,
            message=message, detail=detail,
        )  # fmt: skip

    def forget(self, before: datetime) -> None:
        """Let go of tasks closed before a moment."""
        gone = {
            task.number for task in self._tasks.values()
            if task.closed_at is not None and task.closed_at < before
        }  # fmt: skip
        if not gone:
            return
        for number in gone:
            for message in self._tasks.pop(number).posts:
                self._by_message.pop(message, None)
        self._quoted = {
            key: numbers for key, numbers in self._quoted.items() if not gone.issuperset(numbers)
        }

    def _keep(self, task: Task) -> None:
        self._tasks[task.number] = task
        self._by_message[task.message] = task
        for post in task.posts.values():
            self._link(task, post)
        self._index(task)

    def _index(self, task: Task) -> None:
        if task.open:
            for concern in task.concerned:
                self._open_of[concern.person][task.number] = task

    def _link(self, task: Task, post: Post) -> None:
        task.posts[post.number] = post
        self._by_message[post.number] = task
        self._quoted[post.room, post.id] = (task.number,)

    def _enter(self, journal: Journal, task: Task, person: str, since: datetime) -> None:
        task.people[person] = Concern(person, since)
        journal.add(tables.task_people, task=task.number, person=person)
        self._open_of[person][task.number] = task

    def _write(self, journal: Journal, task: Task, person: str, **values: object) -> None:
        journal.change(tables.task_people, {"task": task.number, "person": person}, **values)

    def _tell(self, task: Task) -> None:
        for told in self.changed:
            told(task)
