"""What follows from 误判 and 放行: messages put back, offences cleared, mutes lifted, lessons noted."""

from datetime import datetime

from bot.channels.base import Verb
from bot.commands.archive import Dossier
from bot.commands.base import Call
from bot.commands.clerk import Clerk
from bot.commands.lessons import Lesson
from bot.core.decision import Action, Decision
from bot.core.message import MessageType
from bot.core.reading import Kind, Reading, Trait
from bot.delivery.entry import RESTORED
from bot.judging.judgement import Judgement
from bot.reading.addressees import find_addressees
from bot.reading.deadline import find_deadline
from bot.store import tables
from bot.store.journal import Journal
from bot.tasks.task import LIVE, Misread
from bot.words import say
from bot.words.times import day_and_clock


class Verdict:
    """One decision of an admin about one message, carried out step by step."""

    def __init__(self, clerk: Clerk, call: Call, dossier: Dossier) -> None:
        self._clerk, self._call, self._dossier = clerk, call, dossier
        self._services = clerk.services

    def let_stand(self, journal: Journal) -> str:
        """Put the message back where it is gone; how that was done, as a key of the words."""
        clerk, dossier, call = self._clerk, self._dossier, self._call
        message, state = dossier.message, self._services.state
        state.ledgers.offences.clear(journal, dossier.number, call.now)
        state.ledgers.graces.drop(journal, message.room, message.id, call.now)
        if dossier.mutes(call.now):
            who = message.sender_id or message.sender
            state.mutes.lift(journal, message.room_id, who, call.now)
        if state.deferrals.publish(journal, dossier.number, call.now):
            return "published"
        down = dossier.taken_down
        if down is None:
            return "stands" if dossier.recalled_at is None else "recalled"
        if down.purpose == Action.DEFER.word:
            return "published"
        tries = len(dossier.restoring)
        if dossier.restored or (dossier.number, tries) in clerk.restored:
            return "restored"
        words = self._archived()
        if not words:
            return "purged"
        clerk.restored.add((dossier.number, tries))
        state.outbox.post(
            journal, purpose=RESTORED, channel=message.channel, verb=Verb.SEND, due_at=call.now,
            key=f"{RESTORED}-{dossier.number}-{tries}", room_id=message.room_id, message=dossier.number,
            after=down.number,
            text=say(
                "command.restored.post", name=message.sender, text=words,
                at=day_and_clock(message.at, self._services.judge.town.zone),
            ),
        )  # fmt: skip
        return "restored"

    def _archived(self) -> str:
        """The words the archive kept; a picture or a file can only be named."""
        dossier = self._dossier
        message = dossier.opened(self._services.seal)
        if message is None:
            return ""
        parts = [f"《{message.title}》" if message.title else "", message.text, *message.items]
        if message.type not in {MessageType.TEXT, MessageType.LINK, MessageType.FORWARDED}:
            parts.append(say("command.restored.attachment"))
        return "" if dossier.purged else "\n".join(part for part in parts if part)

    def close(self, journal: Journal, verdict: str, answer: str = "") -> None:
        """Answer every doubt and appeal that is open for the message."""
        for case in self._dossier.open_cases:
            journal.change(
                tables.cases, {"number": case.number}, verdict=verdict, by=self._call.person,
                answer=answer, closed_at=self._call.now,
            )  # fmt: skip

    def teach(self, journal: Journal, kind: Kind | None, traits: frozenset[Trait]) -> None:
        """Note the lesson, and let the reader learn it; a secret message teaches by its label alone."""
        dossier, call = self._dossier, self._call
        message = dossier.message
        # Others' words stand beside one's own: to pass secrets takes the word of two.
        earlier = {
            row.number
            for row in dossier.corrections
            if row.withdrawn_at is None and row.by == call.person
        }
        mine = (dossier.number, call.person)
        for number in earlier | {self._clerk.lessons.get(mine, 0)} - {0}:
            journal.change(tables.corrections, {"number": number}, withdrawn_at=call.now)
        was = Kind(dossier.judged.kind) if dossier.judged.kind else None
        features = self._services.corrections.teach(
            dossier.opened(self._services.seal) or message, kind, traits, by=call.person,
            secret=dossier.secret,
        )  # fmt: skip
        self._clerk.lessons[mine] = journal.add(
            tables.corrections, message=dossier.number, by=call.person, at=call.now,
            words="" if dossier.secret else f"{message.title}\n{message.text}".strip(),
            features=features, kind="" if kind is None else kind.value,
            traits=sorted(trait.value for trait in traits), was="" if was is None else was.value,
        )  # fmt: skip

    def correct(
        self, journal: Journal, kind: Kind | None, traits: frozenset[Trait], spared: str
    ) -> list[int]:
        """Put the record right; the numbers of tasks made from what stands as an assignment.

        A message of a task that is to be done has its task already. What was deleted has none, so
        that letting it pass makes one.
        """
        changes: dict[str, object] = {"spared": spared, "doubtful": False}
        if kind is not None:
            changes["kind"] = kind.value
        number, tasks, message = self._dossier.number, self._services.tasks, self._dossier.message
        self._services.state.ledgers.emergencies.forget_urgent(message.room, message.number)
        was = self._dossier.judged.kind == Kind.ASSIGNMENT.value
        task = tasks.made_from(number)
        there = was and task is not None and task.state in LIVE
        assigns = kind is Kind.ASSIGNMENT or (was and self._deleted and kind is None)
        if not assigns or there:
            journal.change(tables.judgements, {"number": number}, **changes)
            return []
        judgement = self._as_assignment(traits, self._call.now)
        if not was:
            changes["deadline"] = judgement.reading.deadline
            changes["addressees"] = list(judgement.reading.addressees)
        journal.change(tables.judgements, {"number": number}, **changes)
        return list(tasks.judged(journal, judgement))

    @property
    def _deleted(self) -> bool:
        """Whether the bot had taken the message away for good."""
        down = self._dossier.taken_down
        return down is not None and down.purpose != Action.DEFER.word

    def misread(self, journal: Journal, lesson: Lesson) -> tuple[int, Misread] | None:
        """Undo what came of a message that was no assignment: the task, and what became of it.

        Where it broke a rule besides and nobody says what it is, the fault may lie elsewhere:
        its task is kept.
        """
        dossier, tasks = self._dossier, self._services.tasks
        task = tasks.made_from(dossier.number)
        if (
            task is None
            or dossier.judged.kind != Kind.ASSIGNMENT.value
            or lesson.kind is Kind.ASSIGNMENT
        ):
            return None
        if lesson.kind is None and dossier.last_findings:
            return (task.number, Misread.KEPT) if task.state in LIVE else None
        call = self._call
        fate = tasks.misread(journal, dossier.number, by=call.person, now=call.now)
        return None if fate is None else (task.number, fate)

    def _as_assignment(self, traits: frozenset[Trait], now: datetime) -> Judgement:
        """The judgement it would have had, had it been read as an assignment."""
        judge, message = self._services.judge, self._dossier.message
        local = message.at.astimezone(judge.town.zone)
        deadline = find_deadline(message.text, local, judge.calendar)
        names = self._services.state.people.members(message.channel, message.room_id)
        reading = Reading(
            Kind.ASSIGNMENT, 1.0, traits,
            deadline=None if deadline is None else deadline.moment,
            addressees=tuple(find_addressees(message.text, message.mentions, names)),
        )  # fmt: skip
        room = judge.directory.room(message.room, message.channel)
        return Judgement(
            message, reading, Decision(Action.NONE), room,
            judge.directory.person(message.sender, message.sender_id),
            judge.directory.rank(message), judge.directory.entitled(message, room),
            judge.directory.authorised(message), now, threshold=judge.town.reading.threshold,
        )  # fmt: skip

    def tell_sender(self, journal: Journal, key: str, **data: object) -> None:
        """Tell the person privately what became of it."""
        message = self._dossier.message
        text = say(
            f"command.told.{key}", "zh", room=message.room, number=self._dossier.number, **data
        )
        self._clerk.tell(journal, message, text, purpose="verdict", at=self._call.now)
