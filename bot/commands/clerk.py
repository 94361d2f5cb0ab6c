"""Answers, refuses, audits and looks things up for the commands."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.base import Order, Verb
from bot.commands.base import Call
from bot.commands.parse import Lexicon
from bot.commands.services import Services
from bot.core.decision import TOOK_EFFECT, Mode, Outcome
from bot.core.message import Message
from bot.core.policy import Policy
from bot.store import tables
from bot.store.journal import Journal
from bot.words import say
from bot.words.times import day_and_clock

log = logging.getLogger(__name__)

T = TypeVar("T")
Perform = Callable[[Journal, Call], None]

#: An answer in a room is at most this long, in lines and characters.
_LINES, _CHARACTERS = 4, 160
_COLUMN = 255
#: A change for the whole town takes effect when it is confirmed in less than this.
CONFIRM_WITHIN = timedelta(minutes=5)


class Clerk:
    """What every command needs of the house."""

    def __init__(self, services: Services, lexicon: Lexicon, beside: "Clerk | None" = None) -> None:
        """A clerk `beside` another one shares what that one remembers."""
        self.services, self.lexicon = services, lexicon
        #: Changes for the whole town that wait for 确认, by account; they die with the process.
        self._pending: dict[tuple[str, str], tuple[datetime, Call, Perform]] = {}
        #: Messages put back by this process, each by which try, so that two admins at once restore
        #: one message once.
        self.restored: set[tuple[int, int]] = set()
        #: The last lesson from each message by each person, for the same reason.
        self.lessons: dict[tuple[int, str], int] = {}
        if beside is not None:
            self._pending = beside._pending  # noqa: SLF001 - of the same class
            self.restored, self.lessons = beside.restored, beside.lessons

    # Words.

    def say(self, call: Call, key: str, **data: object) -> str:
        """A text of the commands in the language of the call."""
        return say(f"command.{key}", call.language, **data)

    def moment(self, call: Call, moment: datetime) -> str:
        """A moment as people of that language read it."""
        zone = self.services.judge.town.zone
        if call.language == "en":
            return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}"
        return day_and_clock(moment, zone)

    def end(self, call: Call, moment: datetime) -> str:
        """A moment at which something ends: midnight belongs to the day that is over."""
        zone = self.services.judge.town.zone
        local = moment.astimezone(zone)
        if call.language == "en" or local.time() != time.min:
            return self.moment(call, moment)
        return day_and_clock(local - timedelta(days=1), zone).replace("00:00", "24:00")

    def mode(self, call: Call, mode: Mode) -> str:
        """The word for a mode."""
        return self.say(call, f"mode.{mode.value}")

    def title(self, call: Call, policy: Policy) -> str:
        """What a policy is called."""
        return policy.name if call.language == "en" else policy.title

    def place(self, call: Call, room: str) -> str:
        """A room's name as it is spoken of; the town where it is empty."""
        return self.say(call, "place.room", room=room) if room else self.say(call, "place.town")

    def until(self, call: Call, until: datetime | None) -> str:
        """The words for the end of a change; none where it has no end."""
        return "" if until is None else self.say(call, "until", until=self.end(call, until))

    # Answers.

    def answer(self, journal: Journal, call: Call, text: str, *, public: bool = False) -> None:
        """Answer whoever gave the command: in the room only where it is `public`, short and allowed."""
        message, outbox = call.message, self.services.state.outbox
        short = text.count("\n") < _LINES and len(text) <= _CHARACTERS
        if (
            public and short and call.governs and message.room
            and outbox.may_speak(message.channel, message.room_id, call.now)
        ):  # fmt: skip
            outbox.post(
                journal, purpose="answer", channel=message.channel, verb=Verb.SEND,
                due_at=call.now, room_id=message.room_id, target_id=message.id, text=text,
                message=message.number,
            )  # fmt: skip
            return
        self.tell(journal, message, text, purpose="answer", at=call.now)

    def tell(
        self, journal: Journal, message: Message, text: str, *, purpose: str, at: datetime
    ) -> None:
        """Say something privately to the very account that sent a message."""
        self.services.state.outbox.tell_sender(journal, message, text, purpose=purpose, due_at=at)

    def whisper_unrecorded(self, call: Call, text: str) -> None:
        """Say privately what must not stand in the archive: past the outbox, and tried once.

        It is said after what the journal notes of it is durable.
        """

        async def nothing(_: AsyncConnection) -> None:
            await self.services.ask(lambda _: None)

        self.services.inquiries.ask(nothing, lambda _: self._whisper(call, text))

    async def _whisper(self, call: Call, text: str) -> None:
        message = call.message
        channel = self.services.channels.get(message.channel)
        order = Order(
            Verb.WHISPER, f"unrecorded-{message.number}", room_id=message.room_id,
            person_id=message.sender_id or message.sender, text=text,
        )  # fmt: skip
        outcome = Outcome.UNSUPPORTED
        if channel is not None:
            try:
                outcome = (await channel.perform(order)).outcome
            except (ConnectionError, TimeoutError):
                outcome = Outcome.REFUSED
        if outcome not in TOOK_EFFECT:
            failed = self.say(call, "unrecorded.failed")
            await self.services.ask(lambda journal: self.answer(journal, call, failed))

    def is_own(self, call: Call, message: Message) -> bool:
        """Whether a message is the caller's: of the same account, or of the same listed person.

        Two people whom nobody has listed may bear one name; then only the account counts.
        """
        mine = call.message
        if (mine.channel, mine.sender_id or mine.sender) == (
            message.channel, message.sender_id or message.sender,
        ):  # fmt: skip
            return True
        directory = self.services.judge.directory
        sender = directory.person(message.sender, message.sender_id)
        return sender == call.person and sender in directory.listed

    # Records.

    def note(
        self,
        journal: Journal,
        call: Call,
        *,
        thing: str = "",
        before: str = "",
        after: str = "",
        allowed: bool = True,
    ) -> None:
        """Note who did what. Words of members do not belong here: the audit outlives them."""
        journal.add(
            tables.audit, at=call.now, actor=call.person[:_COLUMN], deed=call.command.name,
            object=(thing or self._where(call))[:_COLUMN], before=before, after=after,
            allowed=allowed,
        )  # fmt: skip

    def refuse(self, journal: Journal, call: Call, key: str = "refused", thing: str = "") -> None:
        """Say privately that this is not the caller's to order, and note that it was tried."""
        self.answer(journal, call, self.say(call, key, word=call.spoken.word))
        self.note(journal, call, thing=thing, allowed=False)

    def decline(self, journal: Journal, call: Call, text: str) -> None:
        """Nothing was changed: say what to say instead."""
        self.answer(journal, call, text)
        self.note(journal, call, after="not done")

    @staticmethod
    def _where(call: Call) -> str:
        return call.room or "private"

    # The archive.

    def look(
        self,
        query: Callable[[AsyncConnection], Awaitable[T]],
        then: Callable[[Journal, T], None],
    ) -> None:
        """Look something up beside the pipeline and go on with what was found, in turn."""

        async def go_on(found: T) -> None:
            await self.services.ask(lambda journal: then(journal, found))

        self.services.inquiries.ask(query, go_on)

    # Confirmation.

    def hold(self, call: Call, perform: Perform) -> None:
        """Keep a change until its giver confirms it; a newer one takes its place."""
        self._pending[_account(call)] = call.now + CONFIRM_WITHIN, call, perform

    def take_held(self, call: Call) -> tuple[Call, Perform] | None:
        """What the caller has to confirm, once; None if there is nothing or its time is over."""
        held = self._pending.pop(_account(call), None)
        if held is None or call.now >= held[0]:
            return None
        return held[1], held[2]


def _account(call: Call) -> tuple[str, str]:
    return call.message.channel, call.message.sender_id or call.message.sender
