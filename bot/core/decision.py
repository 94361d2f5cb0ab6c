"""What is found in a message, what is decided about it, and how that turned out."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Self


class Mode(StrEnum):
    """How strictly a policy is kept in a room."""

    OFF = "off"
    OBSERVE = "observe"
    REMIND = "remind"
    ENFORCE = "enforce"


#: Why nothing is done yet about a document whose key points may still be added.
WAITS = "grace"


class Action(IntEnum):
    """What the bot does about a message, weakest first; the order is the strength."""

    NONE = 0
    RECORD = 1
    NUDGE = 2
    ALERT = 3
    WARN = 4
    DEFER = 5
    DELETE = 6
    MUTE = 7
    REMOVE = 8

    @property
    def word(self) -> str:
        """The name used in files and on the command line."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Self:
        """The action with that word; KeyError for an unknown one."""
        return cls[word.upper()]


#: What takes a message out of its room for good.
TAKES_DOWN = frozenset({Action.DELETE, Action.MUTE, Action.REMOVE})


class Outcome(StrEnum):
    """How an action turned out. `done` only when the platform has confirmed it."""

    PENDING = "pending"
    DONE = "done"
    UNCONFIRMED = "unconfirmed"
    REFUSED = "refused"
    TOO_LATE = "too_late"
    UNSUPPORTED = "unsupported"


#: An order with one of these has taken effect, as far as one can tell.
TOOK_EFFECT = (Outcome.DONE, Outcome.UNCONFIRMED)
#: One with one of these has done so, or still may.
NOT_FAILED = (*TOOK_EFFECT, Outcome.PENDING)


@dataclass(frozen=True, slots=True)
class Finding:
    """A policy's answer to a message.

    `reason` is the evidence and `comply` the way out, both in words a cadre
    understands and never quoting secret content. `sure` is the probability
    (0 to 1) of what the finding rests on; a finding that does not rest on the
    reading (a count, a checksum) leaves it at 1. `quiet` asks that nobody be
    reproached; `alert` that the secrecy officer be told; `defer` that the
    message be published later instead of being lost; `again` marks the further
    messages of one offence.
    """

    policy: str
    reason: str
    comply: str = ""
    sure: float = 1.0
    quiet: bool = False
    alert: bool = False
    defer: bool = False
    again: bool = False
    mode: Mode = Mode.ENFORCE


@dataclass(frozen=True, slots=True)
class Decision:
    """One message's one action, with all reasons.

    `also` lists the weaker things done beside `action`. `doubtful` findings
    were not sure enough for what their mode asks and wait for an admin.
    `offences` are the policies for which this counts against the sender.
    """

    action: Action
    also: tuple[Action, ...] = ()
    findings: tuple[Finding, ...] = ()
    doubtful: bool = False
    offences: tuple[str, ...] = ()
    mute_seconds: int = 0
    why_spared: str = field(default="")

    @property
    def steps(self) -> frozenset[Action]:
        """The action and everything beside it."""
        return frozenset((self.action, *self.also))
