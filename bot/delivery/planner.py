"""Turn a decision into orders: what is deleted, who is told, and in which words."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.channels.base import Verb
from bot.core.decision import Action, Finding, Mode
from bot.core.message import Message, Role
from bot.core.policy import Policy
from bot.delivery.deferrals import Deferrals
from bot.delivery.mutes import Mutes
from bot.delivery.outbox import Outbox
from bot.judging.judgement import SECRECY, Judgement
from bot.registry.people import People
from bot.store.journal import Journal
from bot.town import Town
from bot.words import say
from bot.words.times import day_and_clock, excerpt, length

#: An outage shorter than this delays nothing that anybody would miss.
_WORTH_TELLING = timedelta(minutes=2)


class Planner:
    """Knows the words and the ways; the ladder has decided what."""

    def __init__(
        self,
        town: Town,
        policies: Mapping[str, Policy],
        outbox: Outbox,
        deferrals: Deferrals,
        mutes: Mutes,
        people: People,
    ) -> None:
        self._policies, self._outbox, self._people = policies, outbox, people
        self._deferrals, self._mutes = deferrals, mutes
        self.reload(town)

    def reload(self, town: Town) -> None:
        """Take another town file."""
        self._town = town

    def carry_out(self, journal: Journal, judgement: Judgement) -> None:
        """Note the orders that a judgement asks for."""
        steps, after = judgement.decision.steps, None
        if steps & {Action.DELETE, Action.DEFER}:
            after = self._take_down(journal, judgement)
        if Action.DEFER in steps and judgement.next_opening is not None:
            self._deferrals.defer(journal, judgement.message, judgement.next_opening)
        if Action.MUTE in steps:
            until = judgement.at + timedelta(seconds=judgement.decision.mute_seconds)
            self._mutes.begin(journal, judgement.message, judgement.person, judgement.at, until)
        if Action.NUDGE in steps:
            self._nudge(journal, judgement, after)
        if Action.WARN in steps:
            self._warn(journal, judgement)
        if Action.ALERT in steps:
            self._alert(journal, judgement, after)

    def tell(
        self,
        journal: Journal,
        person: str,
        text: str,
        *,
        purpose: str,
        near: Message,
        after: int | None = None,
        text_else: str = "",
    ) -> bool:
        """Say something privately; False if nothing is known of that person on any channel."""
        account = self._people.account(person, near.channel)
        if account is None:
            return False
        self._outbox.post(
            journal,
            purpose=purpose,
            channel=account.channel,
            verb=Verb.WHISPER,
            due_at=near.at,
            person_id=account.person_id,
            room_id=account.room_id,
            text=text,
            text_else=text_else,
            message=near.number,
            after=after,
        )
        return True

    def tell_admins(self, journal: Journal, text: str, *, purpose: str, near: Message) -> None:
        """Say something privately to every admin, or to the leaders where there is no admin."""
        for person in self._town.roles.admins or self._town.roles.leaders:
            self.tell(journal, person, text, purpose=purpose, near=near)

    def tell_outage(
        self, journal: Journal, channel: str, since: datetime, until: datetime, near: Message
    ) -> None:
        """Tell admins of a time the bot was not there; short ones are nobody's concern."""
        if until - since >= _WORTH_TELLING:
            text = say(
                "outage",
                channel=channel,
                since=day_and_clock(since, self._town.zone),
                until=day_and_clock(until, self._town.zone),
            )
            self.tell_admins(journal, text, purpose="outage", near=near)

    def _take_down(self, journal: Journal, judgement: Judgement) -> int:
        message = judgement.message
        under_way = self._outbox.taking_down(message.channel, message.room_id, message.id)
        if under_way is not None:
            return under_way
        return self._outbox.post(
            journal,
            purpose=judgement.decision.action.word,
            channel=message.channel,
            verb=Verb.DELETE,
            due_at=judgement.at,
            room_id=message.room_id,
            person_id=message.sender_id,
            target_id=message.id,
            message=message.number,
            about=message.role.value,
        )

    def _nudge(
        self, journal: Journal, judgement: Judgement, after: int | None, purpose: str = "nudge"
    ) -> None:
        message, decision = judgement.message, judgement.decision
        if decision.action >= Action.DELETE:
            head = "nudge.deleted"
        else:
            head = "nudge.deferred" if decision.action is Action.DEFER else "nudge.stays"
        secret = any(finding.policy == SECRECY for finding in decision.findings)
        fallback = "nudge.please_recall" if secret else "nudge.stays"
        if secret and after is None:
            head = fallback
        text = self._nudge_text(judgement, head)
        text_else = self._nudge_text(judgement, fallback) if after else ""
        self._outbox.tell_sender(
            journal, message, text,
            purpose=purpose, due_at=judgement.at, text_else=text_else, after=after,
        )  # fmt: skip

    def _nudge_text(self, judgement: Judgement, head: str) -> str:
        message, decision = judgement.message, judgement.decision
        secret = any(finding.policy == SECRECY for finding in decision.findings)
        opening = judgement.next_opening
        lines = [
            say(
                head,
                room=message.room,
                number=message.number,
                quote="（内容不再显示）" if secret else excerpt(message.text or message.title),
                opening=day_and_clock(opening, self._town.zone) if opening else "",
            )
        ]
        if judgement.rank is Role.LEADER:
            lines[0] = say("nudge.leader") + lines[0]
        lines += [
            say(
                "nudge.reason",
                title=self._policies[finding.policy].title,
                reason=finding.reason,
                comply=finding.comply,
            )
            for finding in spoken(decision.findings)
        ]
        if decision.mute_seconds:
            lines.append(
                say("nudge.muted", length=length(timedelta(seconds=decision.mute_seconds)))
            )
        if head == "nudge.deferred":
            lines.append(say("nudge.publish_now", number=message.number))
        lines.append(say("nudge.tail", number=message.number))
        return "\n".join(lines)

    def _warn(self, journal: Journal, judgement: Judgement) -> None:
        """In the room if the hour's budget allows, else privately."""
        message = judgement.message
        text = say(
            "warn",
            name=message.sender,
            reasons="；".join(finding.reason for finding in spoken(judgement.decision.findings)),
            number=message.number,
        )
        if self._outbox.may_speak(message.channel, message.room_id, judgement.at):
            self._outbox.post(
                journal,
                purpose="warn",
                channel=message.channel,
                verb=Verb.SEND,
                due_at=judgement.at,
                room_id=message.room_id,
                text=text,
                mentions=(message.sender_id,),
                message=message.number,
            )
        else:
            self._nudge(journal, judgement, None, "warn")

    def _alert(self, journal: Journal, judgement: Judgement, after: int | None) -> None:
        message, decision = judgement.message, judgement.decision
        secret = next((f for f in decision.findings if f.policy == SECRECY), None)
        if secret is None:
            reasons = "；".join(finding.reason for finding in spoken(decision.findings))
            text = say(
                "alert.repeat",
                name=message.sender,
                room=message.room,
                reasons=reasons,
                number=message.number,
            )
            self.tell_admins(journal, text, purpose="alert", near=message)
            return
        texts = [
            say(
                "alert.secrecy",
                room=message.room,
                name=message.sender,
                number=message.number,
                what=secret.reason,
                state=say(f"alert.secrecy.{state}"),
            )
            for state in ("deleted", "stays")
        ]
        gone, stays = texts if after else (texts[1], "")
        officer = self._town.town.secrecy_officer
        if not (
            officer
            and self.tell(
                journal, officer, gone, purpose="alert", near=message, after=after, text_else=stays
            )
        ):
            self.tell_admins(journal, texts[0 if after else 1], purpose="alert", near=message)


def spoken(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that people are told about."""
    return [
        finding
        for finding in findings
        if not (finding.quiet or finding.again) and finding.mode not in {Mode.OFF, Mode.OBSERVE}
    ]
