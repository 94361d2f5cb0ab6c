"""The judge: gathers what policies may know, asks them, and lets the ladder decide."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.calendar import WorkCalendar
from bot.channels.base import Capabilities
from bot.core.decision import Action, Decision, Finding, Mode
from bot.core.message import Message, Role, Room
from bot.core.policy import Context, Policy, PolicySettings
from bot.core.reading import Kind, Reading, Trait
from bot.judging.emergencies import AFTER_URGENT, MAYBE_URGENT, URGENT
from bot.judging.graces import Grace
from bot.judging.judgement import RECEIPTS, SECRECY, Judgement, Ledgers
from bot.judging.ladder import Standing, decide
from bot.reading.base import Reader
from bot.reading.contents import Again, Content, taken_together
from bot.store.journal import Journal
from bot.town import Directory, Town

#: What arrives later than this after its posting is recorded, never punished.
BACKLOG = timedelta(minutes=2)
#: A chance of an emergency above this lets a message pass.
_MAYBE_URGENT = 0.2

_CHAT, _BRIEF, _FLOOD = "no_chat", "brief_documents", "flood"


class Judge:
    """Judges messages one after the other. Reads no database and speaks to no channel."""

    def __init__(
        self,
        town: Town,
        calendar: WorkCalendar,
        reader: Reader,
        policies: Mapping[str, Policy],
        ledgers: Ledgers,
        capabilities: Callable[[Message], Capabilities],
    ) -> None:
        self._reader = reader
        self.policies = policies
        secrecy = policies.get(SECRECY)
        self._secrecy_settings = secrecy.Settings() if secrecy else PolicySettings()
        self._ledgers = ledgers
        self._capabilities = capabilities
        self.reload(town, calendar)

    def reload(self, town: Town, calendar: WorkCalendar) -> None:
        """Take another town file, or other hours."""
        self.town, self.calendar, self.directory = town, calendar, Directory(town)
        self._reader.reload(calendar)
        self._ledgers.modes.reload(town)

    def read(self, message: Message, *, again: bool = False) -> Reading:
        """What the message is, with what was said before it in its room.

        `again` tells that it has been read before, with other words.
        """
        recent = self._ledgers.recent
        reading = self._reader.read(message, recent.before(message), recent.quoted(message))
        (recent.amend if again else recent.note)(message, reading.kind)
        return reading

    def holds_secret(self, message: Message) -> bool:
        """Whether words that are no message of a room, such as a command's, hold something secret."""
        return self.is_secret(message, self._reader.read(message))

    def is_secret(self, message: Message, reading: Reading) -> bool:
        """Whether the message may hold what must never lie about in clear, however unsure that is."""
        policy = self.policies.get(SECRECY)
        if policy is None:
            return False
        context = Context(Room(message.room), Role.MEMBER, entitled=False)
        return policy.judge(message, reading, context, self._secrecy_settings) is not None

    def _read_secrecy(self, message: Message, reading: Reading) -> tuple[Reading, bool]:
        return reading, self.is_secret(message, reading)

    def judge(
        self,
        journal: Journal,
        message: Message,
        now: datetime,
        *,
        read: tuple[Reading, bool] | None = None,
        replayed: bool = False,
        edited: bool = False,
    ) -> Judgement:
        """Judge a new message, or one that was edited.

        `read` is its reading and whether it is secret, where that has been found already. An
        edited one counts once, as it reads now; its age is for the caller to judge (`replayed`).
        """
        started = time.perf_counter_ns()
        if read is None:
            read = self._read_secrecy(message, self.read(message))
        backlog = replayed or (not edited and now - message.at > BACKLOG)
        judgement = self._stand(message, read, now, backlog=backlog)
        # What is edited was counted when it came.
        judgement.burst = 1 if edited else self._burst(judgement)
        if not self._follow_up(journal, judgement):
            self._first(journal, judgement)
        self._remember(journal, judgement, again=edited)
        judgement.took_us = (time.perf_counter_ns() - started) // 1000
        return judgement

    def look_again(self, earlier: Judgement, content: Content) -> Again | None:
        """What a look into its file or picture makes of a message; None where that changes nothing."""
        message = content.within(earlier.message)
        reading = taken_together(
            earlier.message, earlier.reading, self._reader.read(message), content
        )
        again = Again(message, *self._read_secrecy(message, reading))
        changed = reading.kind is not earlier.reading.kind or (again.secret and not earlier.secret)
        return again if changed or (earlier.waits and message != earlier.message) else None

    def judge_again(
        self, journal: Journal, earlier: Judgement, again: Again, now: datetime
    ) -> Judgement:
        """Judge a message as if what is known of it now had been known when it came."""
        read = again.reading, again.secret
        judgement = self._stand(again.message, read, now, backlog=earlier.backlog)
        judgement.burst, judgement.part_of = earlier.burst, earlier.part_of
        self._ledgers.offences.clear(journal, again.message.number, now)
        kept = again.message.blank() if again.secret else again.message
        self._ledgers.recent.amend(kept, again.reading.kind)
        self._first(journal, judgement)
        self._remember(journal, judgement, again=True)
        return judgement

    def settle(self, journal: Journal, grace: Grace, now: datetime) -> Judgement:
        """The grace is over: judge the document as it stands now."""
        self._ledgers.graces.close(journal, grace, now)
        reading = self._read_whole(grace)
        judgement = self._stand(grace.document, self._read_secrecy(grace.document, reading), now)
        self._decide(judgement)
        self._remember(journal, judgement)
        return judgement

    def _stand(
        self, message: Message, read: tuple[Reading, bool], now: datetime, *, backlog: bool = False
    ) -> Judgement:
        """Who the sender is in this room, and what the clock said when it was posted."""
        reading, secret = read
        room = self.directory.room(message.room, message.channel)
        open_now = room.always_open or self.calendar.is_open(message.at)
        return Judgement(
            message,
            reading,
            Decision(Action.NONE),
            room,
            self.directory.person(message.sender, message.sender_id),
            self.directory.rank(message),
            self.directory.entitled(message, room),
            self.directory.authorised(message),
            now,
            working=open_now,
            backlog=backlog,
            next_opening=None if open_now else self.calendar.next_opening(message.at),
            threshold=self.town.reading.threshold,
            secret=secret,
            excused=self._excuse(message, reading),
        )

    def _follow_up(self, journal: Journal, judgement: Judgement) -> bool:
        """A message that adds to a waiting document belongs to it, and may complete it."""
        message, graces = judgement.message, self._ledgers.graces
        if not len(graces) or not message.text:
            return False
        poster = self.directory.is_poster(message)
        grace = graces.meant_by(message, judgement.rank, poster=poster)
        if grace is None:
            return False
        brought = self._reader.briefing(message.text)
        if not (brought.points or brought.opinion):
            return False
        grace = graces.add(journal, grace, message.text)
        self._decide(judgement, only=frozenset({SECRECY}))
        judgement.part_of = grace.document.number
        whole = self._read_whole(grace)
        if Trait.BRIEFED in whole.traits:
            graces.close(journal, grace, judgement.at, completed_by=message.number)
            settled = self._stand(
                grace.document, self._read_secrecy(grace.document, whole), judgement.at
            )
            self._decide(settled, completed=True)
            self._remember(journal, settled)
            judgement.settled = settled
        return True

    def _read_whole(self, grace: Grace) -> Reading:
        """The document with its follow-ups: still a document, briefed where they brought both parts."""
        reading = self._reader.read(grace.whole())
        briefing = self._reader.briefing(grace.whole().text)
        traits = reading.traits | {Trait.BRIEFED} if briefing.whole else reading.traits
        return replace(reading, kind=Kind.DOCUMENT, traits=traits)

    def _first(self, journal: Journal, judgement: Judgement) -> None:
        """A raw document waits for its grace, unless it is secret or excused; all else is decided."""
        waits = self._must_wait(judgement)
        self._decide(judgement, only=frozenset({SECRECY}) if waits else None)
        if not waits or judgement.decision.action is not Action.NONE:
            # What an edit or a look inside has changed may have waited until now.
            self._ledgers.graces.release(journal, judgement.message.number, judgement.at)
            return
        settings = self._ledgers.modes.settings(self.policies[_BRIEF], judgement.room)
        minutes = getattr(settings, "grace_minutes", 10)
        until = judgement.message.at + timedelta(minutes=minutes)
        if self._speaks(self.policies[_BRIEF], judgement.room, judgement.message.at):
            judgement.grace_minutes = minutes
        self._ledgers.graces.open(journal, judgement.message, until)
        judgement.waits = True

    def _speaks(self, policy: Policy, room: Room, at: datetime) -> bool:
        """Whether anybody hears of a policy in a room, or it is only watched."""
        mode = self._ledgers.modes.mode(policy, room, at)
        spoken = mode in {Mode.REMIND, Mode.ENFORCE}
        return room.managed and spoken and not self._in_shadow(room, at)

    def _must_wait(self, judgement: Judgement) -> bool:
        reading, policy = judgement.reading, self.policies.get(_BRIEF)
        if policy is None or reading.kind is not Kind.DOCUMENT or Trait.BRIEFED in reading.traits:
            return False
        if judgement.backlog or judgement.excused:
            return False
        return (
            self._ledgers.modes.mode(policy, judgement.room, judgement.message.at) is not Mode.OFF
        )

    def _excuse(self, message: Message, reading: Reading) -> str:
        """Why only secrecy is asked of a message: an emergency, or what may be one; else empty.

        What is doubtful passes by itself and opens nothing for others.
        """
        urgent = reading.sureness(Trait.URGENT)
        if Trait.URGENT in reading.traits and urgent >= self.town.reading.threshold:
            return URGENT
        if urgent > _MAYBE_URGENT:
            return MAYBE_URGENT
        after = self._ledgers.emergencies.urgent_window(message.room, message.at)
        return AFTER_URGENT if after else ""

    def _decide(
        self, judgement: Judgement, *, completed: bool = False, only: frozenset[str] | None = None
    ) -> None:
        """Ask the policies that apply, and the ladder."""
        message = judgement.message
        judgement.relation = self._ledgers.notices.relate(message, judgement.reading)
        findings = self._findings(judgement, completed=completed, only=only)
        if not findings:
            return
        capabilities = self._capabilities(message)
        standing = Standing(
            judgement.rank,
            can_delete=_can_delete(capabilities, message, judgement.at),
            can_mute=message.role in capabilities.mute,
            managed=judgement.room.managed,
            backlog=judgement.backlog,
            threshold=judgement.threshold,
            offences=self._ledgers.offences.counts(judgement.person, message.at, message.number),
        )
        if self._in_shadow(judgement.room, message.at):
            judgement.would = decide(findings, standing).action
            findings = [
                f if f.policy == SECRECY else replace(f, mode=Mode.OBSERVE) for f in findings
            ]
        judgement.decision = decide(findings, standing)

    def _findings(
        self, judgement: Judgement, *, completed: bool, only: frozenset[str] | None
    ) -> Sequence[Finding]:
        """Each applicable policy's finding, with the mode it was made in."""
        wanted = only or self._applicable(judgement)
        context: Context | None = None
        findings = []
        message, reading, room = judgement.message, judgement.reading, judgement.room
        for policy, mode, settings in self._ledgers.modes.kept(room, message.at):
            if wanted is not None and policy.name not in wanted:
                continue
            context = context or self._context(judgement, completed=completed)
            finding = policy.judge(message, reading, context, settings)
            if finding is not None:
                findings.append(replace(finding, mode=mode))
        return findings

    def _applicable(self, judgement: Judgement) -> frozenset[str] | None:
        """Names of the policies that alone may speak; None for all of them."""
        if judgement.excused:
            return frozenset({SECRECY})
        if judgement.reading.kind is Kind.ACKNOWLEDGEMENT:
            return frozenset({SECRECY, RECEIPTS})
        if judgement.reading.courtesy:
            return frozenset({SECRECY, _CHAT})
        return None

    def _context(self, judgement: Judgement, *, completed: bool) -> Context:
        message = judgement.message
        asked, times = self._ledgers.materials.asked_before(message, judgement.reading)
        return Context(
            judgement.room,
            judgement.rank,
            judgement.entitled,
            working=judgement.working,
            next_opening=judgement.next_opening,
            burst=judgement.burst,
            relation=judgement.relation,
            asked_before=asked,
            asked_times=times,
            completed=completed,
            emergency=self._ledgers.emergencies.current(message.at, message.room) is not None,
        )

    def _burst(self, judgement: Judgement) -> int:
        """How many messages the sender posted in the room within the flood policy's window."""
        if _FLOOD not in self.policies:
            return 1
        settings = self._ledgers.modes.settings(self.policies[_FLOOD], judgement.room)
        window = timedelta(seconds=getattr(settings, "seconds", 60))
        return self._ledgers.recent.burst(judgement.message, judgement.person, window)

    def _in_shadow(self, room: Room, at: datetime) -> bool:
        """Whether a room is still only observed, as every new one is at first."""
        until = self._ledgers.shadow_until.get(room.name)
        return until is not None and at < until

    def _remember(self, journal: Journal, judgement: Judgement, *, again: bool = False) -> None:
        """What later judgements depend on; of one judged `again` in place of what it was before."""
        if again:
            room, id_ = judgement.message.room, judgement.message.id
            self._ledgers.emergencies.forget_urgent(room, judgement.message.number)
            self._ledgers.notices.forget(room, id_)
            self._ledgers.materials.forget(room, id_)
        if judgement.waits:
            return
        message, reading, decision = judgement.message, judgement.reading, judgement.decision
        if judgement.spared == URGENT:
            self._ledgers.emergencies.note_urgent(message.room, message.number, message.at)
        if decision.action < Action.DELETE and not judgement.secret:
            # What was taken down is no earlier notice to compare with.
            self._ledgers.notices.note(message, reading)
            self._ledgers.materials.note(message, reading)
        for policy in decision.offences:
            self._ledgers.offences.add(
                journal,
                person=judgement.person,
                policy=policy,
                room=message.room,
                message=message.number,
                at=message.at,
            )


def _can_delete(capabilities: Capabilities, message: Message, now: datetime) -> bool:
    if message.role not in capabilities.delete:
        return False
    oldest = capabilities.delete_max_age
    return oldest is None or now - message.at < oldest
