"""What a command is: its names, who may give it, and the hand that carries it out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from bot.core.message import Message, Role
from bot.store.journal import Journal


class Right(Enum):
    """Who may give a command: posters, admins (leaders too), those who judge cases, the officer."""

    EVERYONE = "everyone"
    POSTER = "poster"
    ADMIN = "admin"
    JUDGE = "judge"
    OFFICER = "officer"


#: What may follow a command word for it to be a command at all.
NOTHING = re.compile(r"")
A_NUMBER = re.compile(r"(?:(?:编号|任务|no\.?)?\s*#?\s*\d{1,9}\s*号?)?", re.IGNORECASE)
NUMBERED = re.compile(r"(?:(?:编号|任务|no\.?|#)?\s*#?\d{1,9}.*)?", re.DOTALL | re.IGNORECASE)
ANYTHING = re.compile(r".+", re.DOTALL)


@dataclass(frozen=True)
class Command:
    """One thing people can order.

    `words` are its Chinese forms and `english` the others; the one that was said is in the call.
    `glued` must match all that follows the word without a space, `spaced` what follows after one.
    """

    name: str
    words: tuple[str, ...]
    english: tuple[str, ...]
    right: Right
    #: The first of its arguments is the clerk, who knows commands and is not known to them.
    run: "Callable[[Any, Journal, Call], None]"
    glued: re.Pattern[str] = NOTHING
    spaced: re.Pattern[str] = ANYTHING

    def fits(self, rest: str) -> bool:
        """Whether what follows the word can belong to this command."""
        if not rest.strip():
            return True
        if rest[0].isspace() or rest[0] in ",:;(\"'":
            return self.spaced.fullmatch(rest.strip(" ,:;")) is not None
        return self.glued.fullmatch(rest) is not None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text understood as a command. `rest` is folded, `data` the same stretch as it was typed.

    `command` is None for a near miss; `near` then names the command that was probably meant.
    """

    command: Command | None
    word: str = ""
    rest: str = ""
    data: str = ""
    english: bool = False
    near: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A command given by somebody at a moment. `at` is when it was said, `now` when it is obeyed."""

    message: Message
    person: str
    rank: Role
    spoken: Spoken
    command: Command
    now: datetime
    poster: bool = False
    officer: bool = False

    @property
    def at(self) -> datetime:
        """The moment from which a length of time is counted."""
        return min(self.message.at, self.now)

    @property
    def room(self) -> str:
        """The room it was said in; empty when it was said privately."""
        return self.message.room

    @property
    def language(self) -> str:
        """The language it was said in, which is the one it is answered in."""
        return "en" if self.spoken.english else "zh"

    @property
    def rest(self) -> str:
        """What follows the command word, folded."""
        return self.spoken.rest

    @property
    def governs(self) -> bool:
        """Whether a leader or an admin gave it."""
        return self.rank is not Role.MEMBER

    def may(self, right: Right) -> bool:
        """Whether whoever gave it has that right."""
        match right:
            case Right.EVERYONE:
                return True
            case Right.POSTER:
                return self.governs or self.poster
            case Right.ADMIN:
                return self.governs
            case Right.JUDGE:
                return self.governs or self.officer
            case Right.OFFICER:
                return self.officer
