"""Tasks from assignments: made, posted elsewhere, corrected, cancelled, taken back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.decision import Action
from bot.core.message import Message
from bot.core.reading import RelationKind
from bot.delivery.planner import Planner
from bot.judging.judge import Judge
from bot.judging.judgement import Judgement
from bot.registry.people import UNVERIFIED
from bot.state import TownState
from bot.store.journal import Journal
from bot.tasks.content import (
    ALIKE,
    gist,
    items,
    leaves_open,
    repeats_all,
    shared,
    urges,
    wants_result,
)
from bot.tasks.ledger import Draft, Ledger
from bot.tasks.short import WHAT, subject
from bot.tasks.task import KEPT_BACK, LIVE, POSTINGS, Deed, Misread, Task, TaskState
from bot.town.directory import EVERYONE_WORDS, Resolved
from bot.words import say
from bot.words.times import day_and_clock, excerpt

_DUPLICATES = "duplicate_notice"


class Making:
    """What an assignment of an authorised sender does to the ledger."""

    def __init__(self, judge: Judge, state: TownState, planner: Planner, ledger: Ledger) -> None:
        self._judge, self._state, self._planner, self._ledger = judge, state, planner, ledger
        #: What completed a document, until that document is handled right after it.
        self._completing: dict[int, Judgement] = {}

    def take(self, journal: Journal, judgement: Judgement) -> Sequence[int]:
        """Make or change what the assignment asks for; the numbers of the tasks concerned."""
        if not self._counts(judgement):
            return ()
        known = self._ledger.made_from(judgement.message.number) or (
            self._ledger.made_from(judgement.part_of) if judgement.part_of else None
        )
        if known is not None and known.state is TaskState.WITHDRAWN:
            return self._stands_after_all(journal, known, judgement)
        if known is not None:
            return self._told_anew(journal, known, judgement)
        relation = judgement.relation
        if relation is None:
            pressed = self._pressed(judgement)
            if pressed is not None:
                return self._urged(journal, pressed, judgement)
        else:
            earlier = self._ledger.made_from(relation.number)
            if earlier is not None and earlier.state in LIVE:
                return self._related(journal, earlier, relation.kind, judgement)
        if relation is not None and relation.kind is RelationKind.CANCELLATION:
            return ()
        return (self._made(journal, judgement).number,)

    def _pressed(self, judgement: Judgement) -> Task | None:
        """The open task that somebody is urged about; None for an assignment of its own."""
        message = judgement.message
        if not urges(message.text):
            return None
        if message.reply_to is not None:
            quoted = self._ledger.quoted(message.room, message.reply_to) or ()
            return next((task for task in quoted if task.open), None)
        return next(
            (
                task
                for task in reversed(self._ledger.open_in(message.room))
                if shared(message.text, "\n".join((task.what, *task.parts))) >= ALIKE
            ),
            None,
        )

    def _urged(self, journal: Journal, task: Task, judgement: Judgement) -> Sequence[int]:
        """Urging makes no task of its own; another deadline in it is a correction."""
        message, deadline = judgement.message, judgement.reading.deadline
        if deadline is not None and deadline != task.deadline:
            return self._related(journal, task, RelationKind.CORRECTION, judgement)
        self._ledger.post(journal, task, message, "urging", message.at)
        return ()

    def _related(
        self, journal: Journal, task: Task, kind: RelationKind, judgement: Judgement
    ) -> Sequence[int]:
        """A notice that repeats, corrects or cancels an earlier one."""
        match kind:
            case RelationKind.CANCELLATION:
                self._cancelled(journal, task, judgement)
            case RelationKind.DUPLICATE:
                self._posted_again(journal, task, judgement)
            case RelationKind.CORRECTION:
                message = judgement.message
                self._ledger.post(journal, task, message, "correction", message.at)
                self._change(journal, task, judgement, message)
        return (task.number,)

    def completes(self, judgement: Judgement) -> None:
        """A follow-up that completes its document is part of what is made from the document."""
        if judgement.settled is not None:
            self._completing = {judgement.settled.message.number: judgement}

    def recalled(
        self, journal: Journal, task: Task, number: int, now: datetime, by: str = ""
    ) -> None:
        """One of a task's messages was taken back; with the last posting of it the task goes."""
        standing = [post.number for post in task.posts.values() if post.sort in POSTINGS]
        if number not in standing or task.state not in LIVE:
            return
        self._ledger.unpost(journal, task, number)
        if len(standing) == 1:
            self._ledger.close(
                journal, task, TaskState.WITHDRAWN, now, deed=Deed.WITHDRAWN, by=by, message=number
            )

    def misread(
        self, journal: Journal, task: Task, number: int, now: datetime, by: str
    ) -> Misread | None:
        """One of a task's messages says nothing of the kind: what comes of it is undone."""
        sort = task.posts[number].sort if number in task.posts else ""
        if sort in POSTINGS and task.state in LIVE:
            self.recalled(journal, task, number, now, by)
            return Misread.WITHDRAWN if task.state is TaskState.WITHDRAWN else Misread.KEPT
        if sort == "cancellation" and task.state is TaskState.CANCELLED:
            self._ledger.unpost(journal, task, number)
            self._ledger.reopen(journal, task, now, by)
            return Misread.REOPENED
        if sort == "correction" and task.state in LIVE:
            return Misread.CORRECTED
        return None

    def _stands_after_all(
        self, journal: Journal, task: Task, judgement: Judgement
    ) -> Sequence[int]:
        """What was withdrawn as misread is an assignment after all; its receipts still count."""
        number = judgement.message.number
        post = task.posts.get(number)
        if post is None or post.sort != "recalled":
            return ()
        self._ledger.repost(journal, task, number)
        self._ledger.reopen(journal, task, judgement.at)
        return (task.number,)

    def _counts(self, judgement: Judgement) -> bool:
        """Whether an assignment stands: deleted ones do not, but for a duplicate of one that does."""
        if not (judgement.authorised and judgement.room.managed):
            return False
        if judgement.decision.action in {Action.DELETE, Action.MUTE, Action.REMOVE}:
            return {finding.policy for finding in judgement.decision.findings} == {_DUPLICATES}
        return True

    def _made(self, journal: Journal, judgement: Judgement) -> Task:
        message, reading = judgement.message, judgement.reading
        secret = judgement.secret
        resolved = self._resolve(judgement)
        deferred = judgement.decision.action is Action.DEFER
        issued = judgement.next_opening if deferred else None
        completing, said = self._completing.pop(message.number, None), message
        if completing is not None:
            said = replace(message, text=f"{message.text}\n{completing.message.text}".strip())
            secret = secret or completing.secret
        task = self._ledger.issue(
            journal,
            Draft(
                message,
                judgement.person,
                issued or message.at,
                judgement.at,
                KEPT_BACK if secret else gist(said),
                () if secret else items(said.text),
                () if secret else tuple(reading.addressees),
                resolved.people,
                reading.deadline,
                wants_result(said.text, reading),
            ),
        )
        if completing is not None:
            added = completing.message
            self._ledger.post(journal, task, added, "notice", added.at)
        if judgement.part_of and self._ledger.made_from(judgement.part_of) is None:
            document = replace(message, number=judgement.part_of, id=message.reply_to or "")
            self._ledger.post(journal, task, document, "notice", message.at)
        if resolved.unknown and not secret:
            self._report_unknown(journal, task, judgement, resolved.unknown)
        return task

    def _resolve(self, judgement: Judgement) -> Resolved:
        """The people meant; those in the room, but for the poster, where everybody is."""
        message = judgement.message
        present = [
            name
            for name in self._state.people.members(message.channel, message.room_id)
            if not name.endswith(UNVERIFIED)
        ]
        words = judgement.reading.addressees or ("所有人",)
        resolved = self._judge.directory.resolve(words, present)
        others = tuple(name for name in resolved.people if name != judgement.person)
        named_alone = bool(resolved.people) and not others and not EVERYONE_WORDS & set(words)
        return resolved if named_alone else Resolved(others, resolved.unknown)

    def _report_unknown(
        self, journal: Journal, task: Task, judgement: Judgement, unknown: Sequence[str]
    ) -> None:
        """Who could not be found is the poster's to name; said once, when people work."""
        near = replace(judgement.message, at=self._judge.calendar.next_opening(judgement.at))
        key = "task.unknown" if task.people else "task.unknown.all"
        text = say(
            key, number=task.number, what=subject(task.what, WHAT), count=len(task.people),
            words="、".join(excerpt(word, 12) for word in unknown[:8]),
        )  # fmt: skip
        self._planner.tell(journal, judgement.person, text, purpose="task_unknown", near=near)

    def _posted_again(self, journal: Journal, task: Task, judgement: Judgement) -> None:
        """The same notice in another room: one task, and the people of that room have it too."""
        message = judgement.message
        if self._ledger.post(journal, task, message, "duplicate", message.at):
            self._ledger.note(
                journal, task, Deed.POSTED, judgement.at, person=judgement.person,
                message=message.number, detail=message.room,
            )  # fmt: skip
        since = max(message.at, task.issued_at)
        for person in self._resolve(judgement).people:
            if person != task.poster:
                self._ledger.add(journal, task, person, since)

    def _told_anew(self, journal: Journal, task: Task, judgement: Judgement) -> Sequence[int]:
        """A message that is known was edited, or judged once more: only a difference counts."""
        if task.state not in LIVE:
            return ()
        message = judgement.message
        post = task.posts.get(message.number)
        if post is not None and post.sort in {"duplicate", "cancellation"}:
            return ()
        return (task.number,) if self._change(journal, task, judgement, message) else ()

    def _change(self, journal: Journal, task: Task, judgement: Judgement, message: Message) -> bool:
        """Take over what is different; False if nothing is."""
        reading, at = judgement.reading, judgement.at
        whole = task.message == message.number or repeats_all(message.text, task.what)
        deadline = reading.deadline or (None if leaves_open(message.text) else task.deadline)
        secret = task.secret or judgement.secret
        named = set(reading.addressees) - EVERYONE_WORDS and not secret
        # A short correction may name only those for whom something changes.
        kept = () if whole else task.addressees
        addressees = (
            tuple(dict.fromkeys((*kept, *reading.addressees))) if named else task.addressees
        )
        parts = task.parts
        what = KEPT_BACK if secret else task.what
        if whole and not secret:
            what, parts = gist(message), items(message.text)
        changed = (deadline, what, parts, addressees) != (
            task.deadline, task.what, task.parts, task.addressees,
        )  # fmt: skip
        correction = task.message != message.number
        if not changed and not correction:
            return False
        words = self._in_words(task, deadline, "" if secret else message.text)
        self._ledger.correct(
            journal, task, at, by=judgement.person, message=message.number, words=words,
            deadline=deadline, what=what, parts=parts, addressees=addressees,
        )  # fmt: skip
        if named:
            self._readdress(journal, task, judgement, whole=whole)
        return True

    def _readdress(
        self, journal: Journal, task: Task, judgement: Judgement, *, whole: bool
    ) -> None:
        """Others are told to act; nobody is let off unless the whole notice was told anew."""
        people = [name for name in self._resolve(judgement).people if name != task.poster]
        if not people:
            return
        for person in people:
            self._ledger.add(journal, task, person, judgement.at)
        if whole and len(task.rooms) == 1:
            for concern in [*task.concerned]:
                if concern.person not in people:
                    self._ledger.drop(journal, task, concern.person, judgement.at)

    def _in_words(self, task: Task, deadline: datetime | None, text: str) -> str:
        zone = self._judge.town.zone
        if deadline == task.deadline:
            return excerpt(text, 40) if text else say("task.changed")
        if deadline is None:
            return say("task.changed.open")
        return say("task.changed.deadline", deadline=day_and_clock(deadline, zone))

    def _cancelled(self, journal: Journal, task: Task, judgement: Judgement) -> None:
        message = judgement.message
        self._ledger.post(journal, task, message, "cancellation", message.at)
        self._ledger.close(
            journal, task, TaskState.CANCELLED, judgement.at, deed=Deed.CANCELLED,
            by=judgement.person, message=message.number,
        )  # fmt: skip
