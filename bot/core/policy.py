"""The contract between the judge and the policies: a pure question and its answer."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from bot.core.decision import Finding, Mode
from bot.core.message import Message, Role, Room, RoomKind
from bot.core.reading import Reading, Relation


class PolicySettings(BaseModel):
    """A policy's numbers. Each field's description is shown by 帮助 〈政策〉."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a policy may know beside the message itself.

    `rank` is the sender's standing in this town and `entitled` whether they may
    post assignments in this room. `working` says whether the room is within its
    hours at the moment of posting (always true where it is always open).
    `burst` counts the sender's messages in the room within the flood window,
    this one included. `relation` names the earlier notice that this one repeats
    or changes, `asked_before` an earlier request of today for the same
    material. `completed` tells that a document's key points and opinion were
    added in time by a follow-up.
    """

    room: Room
    rank: Role
    entitled: bool
    working: bool = True
    next_opening: datetime | None = None
    burst: int = 1
    relation: Relation | None = None
    asked_before: str = ""
    asked_times: int = 1
    completed: bool = False
    emergency: bool = False


def every(mode: Mode, **but: Mode) -> Mapping[RoomKind, Mode]:
    """The same mode in every kind of room, `but` for those named."""
    modes = dict.fromkeys(RoomKind, mode)
    modes.update({RoomKind(kind): other for kind, other in but.items()})
    return MappingProxyType(modes)


class Policy(ABC):
    """One rule. A subclass is found by being in a file of `policies/`.

    Class attributes: `name` (as in files), `title` (中文名), `rule` (one
    sentence), `modes` (default mode by kind of room; a kind left out is off)
    and `Settings`. `judge` is pure: the same arguments give the same answer,
    and it never acts.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    rule: ClassVar[str]
    modes: ClassVar[Mapping[RoomKind, Mode]]
    Settings: ClassVar[type[PolicySettings]] = PolicySettings

    @abstractmethod
    def judge(
        self, message: Message, reading: Reading, context: Context, settings: PolicySettings
    ) -> Finding | None:
        """The finding, or None where the rule is kept."""

    def finding(
        self,
        reason: str,
        comply: str = "",
        *,
        sure: float = 1.0,
        quiet: bool = False,
        alert: bool = False,
        defer: bool = False,
        again: bool = False,
    ) -> Finding:
        """A finding of this policy."""
        return Finding(
            self.name, reason, comply, sure=sure, quiet=quiet, alert=alert, defer=defer, again=again
        )
