"""What is done with each event: who is spoken to, what is judged, what follows from it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import literal, select

from bot.channels.base import (
    Edited,
    Event,
    Joined,
    Left,
    LinkChanged,
    Person,
    Posted,
    Recalled,
    Result,
    RightsChanged,
    Topic,
    Verb,
)
from bot.core.decision import TOOK_EFFECT, Action, Outcome
from bot.core.message import Message, MessageType
from bot.core.reading import Reading
from bot.delivery.entry import OWED, Entry
from bot.delivery.hints import Hints
from bot.delivery.planner import Planner
from bot.judging.judge import BACKLOG, Judge
from bot.judging.judgement import Judgement
from bot.judging.record import record
from bot.pipeline.links import Links
from bot.reading.contents import Content
from bot.registry.people import UNVERIFIED
from bot.registry.rooms import UNTIL_TOLD, KnownRoom
from bot.state import TownState
from bot.store import tables
from bot.store.journal import Journal
from bot.store.rows import sound
from bot.store.seal import Seal
from bot.store.tables import Moment
from bot.words import say

log = logging.getLogger(__name__)


class Assignments(Protocol):
    """What follows from judgements for tasks and receipts."""

    def judged(self, journal: Journal, judgement: Judgement) -> Sequence[int]:
        """Make or change tasks, note receipts and results; the numbers of tasks made or changed."""
        ...

    def recalled(self, journal: Journal, number: int, now: datetime) -> None:
        """A message was taken back by people: a task made from it is withdrawn."""
        ...

    def heard(self, journal: Journal, message: Message, person: str, now: datetime) -> str | None:
        """A private message that is no command; the answer, or None if it means nothing here."""
        ...


class Commands(Protocol):
    """What people order the bot to do by chat."""

    def addressed(self, message: Message) -> bool:
        """Whether a message is said to the bot."""
        ...

    def obey(self, journal: Journal, message: Message, person: str, now: datetime) -> None:
        """Do what is ordered if the sender may, and answer."""
        ...


#: Told of every judgement, after what follows from it: for the page, the measures, the replay.
Watcher = Callable[[Judgement, Sequence[int]], None]

#: Told of every final result of an order.
Listener = Callable[[Entry, Result], None]


class Desk:
    """Handles events one after the other, on the ledgers."""

    def __init__(
        self,
        state: TownState,
        judge: Judge,
        planner: Planner,
        assignments: Assignments,
        commands: Commands,
        seal: Seal,
        *,
        shadow: bool = True,
    ) -> None:
        self._state, self._judge, self._planner = state, judge, planner
        self._assignments, self._commands = assignments, commands
        self.links = Links(state, planner)
        self._hints = Hints(planner, state.facts)
        self._seal, self._shadow = seal, shadow
        self._readings: dict[int, tuple[Reading, bool]] = {}
        self.watchers: list[Watcher] = []
        self.listeners: list[Listener] = []
        self.recalls: list[Callable[[int], None]] = []

    def look_at(self, message: Message, *, again: bool = False) -> bool:
        """Read a message before it is stored; True if its words must not be stored in clear.

        The reading is kept for its judgement, which comes once the message is durable. `again`
        tells that the message is known, with other words.
        """
        if message.bot or message.type is MessageType.SYSTEM:
            return False
        try:
            reading = self._judge.read(message, again=again)
        except Exception:
            # What cannot be read may be anything: it is sealed, and its judgement says what is wrong.
            log.exception("message could not be read")
            return True
        secret = self._judge.is_secret(message, reading)
        if secret:
            self._state.ledgers.recent.amend(message.blank(), reading.kind)
        self._readings[message.number] = reading, secret
        return secret

    def unread(self, number: int) -> None:
        """A message that was looked at could not be stored: it comes again with another number."""
        self._readings.pop(number, None)

    def handle(self, journal: Journal, event: Event, now: datetime) -> None:
        """Handle one event that has been stored."""
        match event:
            case Posted(message):
                self._posted(journal, message, now, replayed=event.replayed)
            case Edited(message):
                self._edited(journal, message, event, now)
            case Recalled():
                self._recalled(journal, event, now)
            case Joined(channel, room_id, people):
                for person in people:
                    self._meet(journal, channel, room_id, person, now)
            case Left(channel, room_id, people):
                for person in people:
                    self._state.people.leave(journal, channel, room_id, person.id, now)
            case Topic(channel, room_id, name):
                self.meet_room(journal, channel, room_id, name, now)
            case RightsChanged(channel, room_id):
                known = self._state.rooms.get(channel, room_id)
                if known is not None:
                    self._state.rooms.regain(journal, known)
            case LinkChanged():
                self.links.changed(journal, event)

    def meet_room(
        self, journal: Journal, channel: str, room_id: str, name: str, now: datetime
    ) -> None:
        """Note a room; one that is new and in the town file is observed for its first week."""
        known = self._state.rooms.get(channel, room_id)
        if known is not None and known.name == name:
            return
        managed = self._judge.directory.room(name, channel).managed
        observed = self._shadow and managed and self._judge.town.town.shadow_days > 0
        until = UNTIL_TOLD if observed else None
        self._state.rooms.meet(
            journal, channel=channel, room_id=room_id, name=name, now=now, shadow_until=until
        )
        self._state.refresh_shadow()

    def _meet(
        self, journal: Journal, channel: str, room_id: str, person: Person, now: datetime
    ) -> None:
        name = self._judge.directory.person(person.name, person.id)
        self._state.people.meet(journal, channel, room_id, person, name, now)

    def _posted(
        self, journal: Journal, message: Message, now: datetime, *, replayed: bool = False
    ) -> None:
        read = self._readings.pop(message.number, None)
        if message.bot or message.type is MessageType.SYSTEM:
            self._unjudged(journal, message, now, "bot" if message.bot else "system")
            return
        message = self._known_sender(journal, message, now)
        person = self._judge.directory.person(message.sender, message.sender_id)
        late = now - message.at > BACKLOG or replayed
        if message.private or self._commands.addressed(message):
            self._state.ledgers.recent.amend(message, None)
            self._unjudged(journal, message, now, "command" if not message.private else "private")
            if not late:
                self._said_to_bot(journal, message, person, now)
            return
        judgement = self._judge.judge(journal, message, now, read=read, replayed=replayed)
        record(journal, judgement)
        self._follow(journal, judgement)
        self._hints.give(journal, judgement)
        if judgement.settled is not None:
            self.settled(journal, judgement.settled)

    def _known_sender(self, journal: Journal, message: Message, now: datetime) -> Message:
        """Note room and sender; an account that bears another's name loses that name's rank."""
        directory = self._judge.directory
        if message.room:
            self.meet_room(journal, message.channel, message.room_id, message.room, now)
        if not self._state.people.verify(journal, message, directory.listed):
            text = say("alert.imposter", room=message.room, name=message.sender)
            self._planner.tell_admins(journal, text, purpose="imposter", near=message)
            message = replace(message, sender=message.sender + UNVERIFIED)
        person = Person(message.sender_id or message.sender, message.sender, message.role)
        self._meet(journal, message.channel, message.room_id, person, now)
        return message

    def _said_to_bot(self, journal: Journal, message: Message, person: str, now: datetime) -> None:
        if message.private and not self._commands.addressed(message):
            answer = self._assignments.heard(journal, message, person, now)
            if answer is not None:
                self._planner.tell(journal, person, answer, purpose="answer", near=message)
                return
        self._commands.obey(journal, message, person, now)

    def settled(self, journal: Journal, judgement: Judgement) -> None:
        """A document's grace is over: what was decided takes the place of what was open."""
        record(journal, judgement, first=False)
        self._follow(journal, judgement)

    def _follow(self, journal: Journal, judgement: Judgement) -> None:
        """Everything that a judgement leads to."""
        self._planner.carry_out(journal, judgement)
        made = self._assignments.judged(journal, judgement)
        for watcher in self.watchers:
            watcher(judgement, made)

    def _edited(self, journal: Journal, message: Message, event: Edited, now: datetime) -> None:
        """An edited message is judged again."""
        table, revision = tables.messages, event.revision
        earlier = select(table.c.number, literal(revision), table.c.text, literal(now, Moment))
        journal.execute(
            tables.revisions.insert().from_select(
                ["message", "revision", "text", "at"],
                earlier.where(table.c.number == message.number),
            )
        )
        secret = self.look_at(message, again=True)
        journal.change(
            table,
            {"number": message.number},
            revision=revision,
            text="" if secret else sound(message.text),
            sealed=self._seal.close(message) if secret else None,
        )
        read = self._readings.pop(message.number, None)
        if message.bot or message.private or self._commands.addressed(message):
            # A command is obeyed once, as it was first said, and never judged.
            return
        message = self._known_sender(journal, message, now)
        late = now - (event.at or now) > BACKLOG
        judgement = self._judge.judge(journal, message, now, read=read, replayed=late, edited=True)
        record(journal, judgement, revision=revision, first=False)
        self._follow(journal, judgement)

    def looked_into(
        self, journal: Journal, earlier: Judgement, content: Content, now: datetime
    ) -> None:
        """A file or picture shows more than its name did: what that changes is judged again.

        `earlier` is the message's newest judgement.
        """
        message = earlier.message
        if self._state.outbox.took_down(message.channel, message.room_id, message.id):
            return
        again = self._judge.look_again(earlier, content)
        if again is None:
            return
        secret, shown = again.secret, again.message
        journal.change(
            tables.messages,
            {"number": message.number},
            text="" if secret else sound(shown.text),
            title="" if secret else sound(shown.title),
            items=[] if secret else [sound(line) for line in shown.items],
            sealed=self._seal.close(shown) if secret else None,
        )
        if again.reading.kind is not earlier.reading.kind:
            # What was taken for somebody's result is none.
            self._assignments.recalled(journal, message.number, now)
        judgement = self._judge.judge_again(journal, earlier, again, now)
        record(journal, judgement, first=False)
        self._follow(journal, judgement)

    def not_seen(self, journal: Journal, judgement: Judgement, why: str) -> None:
        """The content of a file was not to be seen; 为什么 says so."""
        if not judgement.secret:
            because = [*judgement.reading.because, why]
            journal.change(tables.judgements, {"number": judgement.message.number}, because=because)

    def _recalled(self, journal: Journal, event: Recalled, now: datetime) -> None:
        """Either the platform confirms what the bot asked for, or people took a message back."""
        state = self._state
        entry = state.outbox.confirm(journal, event.channel, event.room_id, event.message_id, now)
        if entry is not None:
            self._outcome(journal, entry, Outcome.DONE)
        if event.number:
            journal.change(tables.messages, {"number": event.number}, recalled_at=event.at)
        if state.outbox.took_down(event.channel, event.room_id, event.message_id):
            return
        room = state.rooms.get(event.channel, event.room_id)
        if room is not None:
            state.ledgers.graces.drop(journal, room.name, event.message_id, now)
            state.ledgers.notices.forget(room.name, event.message_id)
        if event.number:
            self._assignments.recalled(journal, event.number, now)
            for gone in self.recalls:
                gone(event.number)

    def _unjudged(self, journal: Journal, message: Message, now: datetime, why: str) -> None:
        """Note that a message was handled without being judged."""
        action = Action.RECORD if why == "command" else Action.NONE
        journal.add(
            tables.judgements,
            number=message.number,
            at=message.at,
            room=message.room,
            person=message.sender,
            decided_at=now,
            action=action.word,
            spared=why,
        )

    def delivered(self, journal: Journal, entry: Entry, result: Result) -> None:
        """An order is final: note it with the message, and learn from a refusal."""
        self._outcome(journal, entry, result.outcome)
        for listener in self.listeners:
            listener(entry, result)
        gone = result.outcome in TOOK_EFFECT
        if entry.order.verb is Verb.DELETE and entry.message is not None and not gone:
            # It stands where it was posted: published as well, it would be there twice.
            self._state.deferrals.withdraw(journal, entry.message, "stands")
        if result.outcome in {Outcome.REFUSED, Outcome.UNSUPPORTED}:
            self._refused(journal, entry, result)
        if entry.purpose in OWED:
            self._owed(journal, entry, result)

    def _outcome(self, journal: Journal, entry: Entry, outcome: Outcome) -> None:
        if entry.message is not None:
            key = {"number": entry.message, "action": entry.purpose}
            journal.change(tables.judgements, key, outcome=outcome.value)

    def _owed(self, journal: Journal, entry: Entry, result: Result) -> None:
        """What is posted for others and refused is tried again, and an admin hears of it."""
        stands = entry.after is not None and self._state.outbox.failed(entry.after)
        missing = result.outcome not in TOOK_EFFECT and not stands
        again = self._judge.calendar.later_opening(entry.due_at) if missing else None
        numbers = self._state.deferrals.final(journal, entry.number, again) or (entry.message,)
        room = self._state.rooms.get(entry.channel, entry.order.room_id)
        if not missing or room is None:
            return
        # Without its words, which may be secret.
        text = say(
            f"unsaid.{entry.purpose}",
            room=room.name,
            numbers="、".join(map(str, numbers)),
            reason=result.reason or result.outcome.value,
        )
        self._complain(journal, entry, room, text)

    def _refused(self, journal: Journal, entry: Entry, result: Result) -> None:
        """What a platform refuses once it is not asked for again, and an admin hears of it once."""
        room = self._state.rooms.get(entry.channel, entry.order.room_id)
        verb = entry.order.verb
        if room is None or verb not in _DEGRADES:
            return
        what = _DEGRADES[verb]
        if what in {"delete", "mute"} and entry.about:
            what = f"{what}:{entry.about}"
        if verb in {Verb.CLOSE_ROOM, Verb.OPEN_ROOM}:
            self._state.rooms.set_closed(journal, room, closed=verb is Verb.OPEN_ROOM)
        if self._state.rooms.lose(journal, room, what):
            text = say(
                "alert.refused",
                room=room.name,
                what=say(f"verb.{verb.value}"),
                reason=result.reason or result.outcome.value,
            )
            self._complain(journal, entry, room, text)

    def _complain(self, journal: Journal, entry: Entry, room: KnownRoom, text: str) -> None:
        """Tell admins what a platform does not let the bot do in a room."""
        near = Message("", room.name, "", entry.due_at, channel=entry.channel)
        self._planner.tell_admins(journal, text, purpose="refused", near=near)


_DEGRADES = {
    Verb.DELETE: "delete",
    Verb.MUTE: "mute",
    Verb.CLOSE_ROOM: "mute_room",
    Verb.OPEN_ROOM: "mute_room",
    Verb.REMOVE: "kick",
    Verb.ANNOUNCE: "announce",
}
