"""Commands: heard, checked, obeyed, audited."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commands import (
    absence,
    assignments,
    cases,
    emergency,
    explain,
    help,  # noqa: A004 - the command is called that
    hours,
    lists,
    policies,
    policy,
    sealed,
    subscription,
)
from bot.commands.base import Call, Command, Right, Spoken
from bot.commands.clerk import Clerk
from bot.commands.parse import Lexicon
from bot.commands.services import Services
from bot.core.message import Message, MessageType, Role
from bot.core.policy import Policy
from bot.store.journal import Journal
from bot.town import Town

__all__ = ["COMMANDS", "CommandDesk", "Services"]

COMMANDS: Sequence[Command] = (
    *help.COMMANDS, *policy.COMMANDS, *policies.COMMANDS, *emergency.COMMANDS, *hours.COMMANDS,
    *explain.COMMANDS, *cases.COMMANDS, *lists.COMMANDS, *assignments.COMMANDS, *absence.COMMANDS,
    *sealed.COMMANDS, *subscription.COMMANDS,
)  # fmt: skip
#: What stands for a text that is no command.
_NOTHING = Command("unknown", (), (), Right.EVERYONE, lambda *_: None)
_SHORT = 30


class CommandDesk:
    """Hears what is said to the bot, checks the right to say it, and has it done."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lexicon = Lexicon(_commands(services.judge.policies), services.bot_names)
        self._clerk = Clerk(services, self._lexicon)

    @property
    def services(self) -> Services:
        """What commands work with; parts that come later are set here."""
        return self._services

    @property
    def clerk(self) -> Clerk:
        """Who carries commands out; the local page has a clerk beside this one."""
        return self._clerk

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Nothing to take up: what waits for 确认 dies with the process, everything else is in ledgers."""

    def reload(self, town: Town) -> None:
        """Nothing to do: every command asks the judge for the town of the moment."""

    def addressed(self, message: Message) -> bool:
        """Whether a message is a command; in a room also one with a slip of the finger.

        What a leader or an admin says to the bot is never taken for chat, understood or not. In a
        room a command that holds something secret is a message like any other.
        """
        if self._hear(message) is None and not self._spoken_to_by_admin(message):
            return False
        return message.private or not self._services.judge.holds_secret(message)

    def obey(self, journal: Journal, message: Message, person: str, now: datetime) -> None:
        """Do what is ordered if the sender may, and answer; what is no command is answered with help."""
        spoken = self._hear(message) or self._leniently(message)
        if spoken is None or spoken.command is None:
            self._not_understood(journal, message, person, now, spoken)
            return
        call = self._call(message, person, now, spoken, spoken.command)
        if not call.may(spoken.command.right):
            self._clerk.refuse(journal, call)
        elif self._services.judge.holds_secret(message):
            # Its words would be passed on and kept, in clear.
            self._clerk.decline(journal, call, self._clerk.say(call, "secret"))
        else:
            spoken.command.run(self._clerk, journal, call)

    def _spoken_to_by_admin(self, message: Message) -> bool:
        rank = self._services.judge.directory.rank(message)
        return (
            not message.private
            and rank is not Role.MEMBER
            and message.type is MessageType.TEXT
            and self._lexicon.calls(message.text)
        )

    def _hear(self, message: Message) -> Spoken | None:
        if message.type is not MessageType.TEXT:
            return None
        names = {name.lower() for name in self._services.bot_names}
        called = any(mention.lower() in names for mention in message.mentions)
        return self._lexicon.hear(message.text, private=message.private, called=called)

    def _leniently(self, message: Message) -> Spoken | None:
        """A short private text that means nothing else may be a command with a space left out."""
        if message.type is not MessageType.TEXT or len(message.text) > _SHORT:
            return None
        return self._lexicon.hear(message.text, private=True, called=True)

    def _call(
        self, message: Message, person: str, now: datetime, spoken: Spoken, command: Command
    ) -> Call:
        directory = self._services.judge.directory
        return Call(
            message, person, directory.rank(message), spoken, command, now,
            poster=directory.is_poster(message),
            officer=bool(directory.officer) and person == directory.officer,
        )  # fmt: skip

    def _not_understood(
        self, journal: Journal, message: Message, person: str, now: datetime, spoken: Spoken | None
    ) -> None:
        """Say so once; thanks, pictures and files that belong to no task want no lecture."""
        if message.type is not MessageType.TEXT or self._lexicon.says_nothing(message.text):
            return
        spoken = spoken or Spoken(None)
        call = self._call(message, person, now, spoken, _NOTHING)
        key = "unknown.near" if spoken.near else "unknown"
        self._clerk.answer(
            journal, call, self._clerk.say(call, key, text=spoken.word, near=spoken.near)
        )


def _commands(known: Mapping[str, Policy]) -> Sequence[Command]:
    """All commands; 提醒 and its like are commands without a space only before a policy's name."""
    glued = policy.glued(known)
    return [
        replace(command, glued=glued) if command.name == "set" else command for command in COMMANDS
    ]
