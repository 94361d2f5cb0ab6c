"""What can go wrong on a platform, by script or by chance; one seed, one run of bad luck."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from bot.channels.base import Capabilities, Event, Order, Verb
from bot.core.decision import Outcome
from bot.core.message import Role


@dataclass(frozen=True, slots=True)
class Refuse:
    """The platform says no, in its own words."""

    reason: str = "ERR_NOT_GROUP_ADMIN"
    outcome: Outcome = Outcome.REFUSED


@dataclass(frozen=True, slots=True)
class Limit:
    """Too many calls: try again after so many seconds."""

    seconds: float = 30.0
    reason: str = "429 rate limited"


@dataclass(frozen=True, slots=True)
class Hollow:
    """The platform says true and does nothing."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """The thing is done, but the platform's answer does not prove it."""


@dataclass(frozen=True, slots=True)
class LoseOrder:
    """The call fails on the way out: nothing was done."""


@dataclass(frozen=True, slots=True)
class LoseAnswer:
    """The thing is done, and the answer is lost on the way back."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection goes down on this call, before (or `after`) it takes effect."""

    after: bool = False


@dataclass(frozen=True, slots=True)
class Delay:
    """The platform takes so many seconds of the world's clock (see World.tick)."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hold:
    """The call waits: `reached` is set when it got there, and it goes on once `go` is set."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)


Answer = Refuse | Limit | Hollow | Unsure | LoseOrder | LoseAnswer | Cut
Effect = Answer | Delay | Hold


@dataclass(slots=True)
class Rule:
    """When something goes wrong. What is left empty matches everything.

    `times` counts down and None never ends; `chance` (0 to 1) is drawn for each
    order that matches. `role` is that of the person acted on.
    """

    effect: Effect
    verb: Verb | None = None
    room_id: str = ""
    person_id: str = ""
    role: Role | None = None
    times: int | None = None
    chance: float = 1.0

    def matches(self, order: Order, person_id: str, role: Role | None) -> bool:
        """Whether the order is one that it is about."""
        return (
            self.times != 0
            and self.verb in {None, order.verb}
            and self.room_id in {"", order.room_id}
            and self.person_id in {"", person_id}
            and self.role in {None, role}
        )


class Outage(StrEnum):
    """What becomes of the events of an outage when the connection is there again."""

    LOST = "lost"
    LATER = "later"
    REPLAYED = "replayed"


#: For each copy of an event that arrives, after how many later events it does: (0,) in order,
#: (0, 0) twice, (3,) late, () never.
Script = Callable[[Event], Sequence[int]]


@dataclass
class Faults:
    """All troubles of one channel; everything may be changed while it runs.

    `duplicate` and `reorder` are the chances that an event comes twice or late.
    After a reconnect the last `history` messages of each room come once more,
    marked as replayed where `history_marked`. `blind`: nothing can be read back.
    `claims` are rooms whose capabilities the channel believes wrongly.
    """

    seed: int = 0
    duplicate: float = 0.0
    reorder: float = 0.0
    script: Script | None = None
    outage: Outage = Outage.LATER
    history: int = 0
    history_marked: bool = True
    blind: bool = False
    claims: dict[str, Capabilities] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)  # noqa: S311 - troubles, not secrets

    def add(
        self,
        effect: Effect,
        verb: Verb | None = None,
        *,
        room_id: str = "",
        person_id: str = "",
        role: Role | None = None,
        times: int | None = None,
        chance: float = 1.0,
    ) -> Rule:
        """From now on this goes wrong with the orders described; see Rule."""
        rule = Rule(effect, verb, room_id, person_id, role, times, chance)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """No more rules; what already waits goes on when it is let go."""
        self.rules.clear()

    def strike(
        self, order: Order, person_id: str, role: Role | None
    ) -> tuple[list[Delay | Hold], Answer | None]:
        """What goes wrong with an order: every wait, and the first answer, in the rules' order."""
        waits: list[Delay | Hold] = []
        answer: Answer | None = None
        for rule in self.rules:
            waiting = isinstance(rule.effect, Delay | Hold)
            if (answer is not None and not waiting) or not rule.matches(order, person_id, role):
                continue
            if rule.chance < 1 and self._random.random() >= rule.chance:
                continue
            if rule.times is not None:
                rule.times -= 1
            if isinstance(rule.effect, Delay | Hold):
                waits.append(rule.effect)
            else:
                answer = rule.effect
        return waits, answer

    def plan(self, event: Event) -> Sequence[int]:
        """When the copies of an event arrive; see Script."""
        if self.script is not None:
            return self.script(event)
        lags = [0]
        if self.reorder and self._random.random() < self.reorder:
            lags = [self._random.randint(1, 3)]
        if self.duplicate and self._random.random() < self.duplicate:
            lags.append(lags[0] + self._random.randint(0, 3))
        return lags

    def claimed(self, room_id: str, real: Capabilities) -> Capabilities:
        """What the channel believes it can do in a room."""
        return self.claims.get(room_id, real)
