"""What the reader says a message is. The labels are defined by the labelling guide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """Exactly one for every message."""

    # Enum's own hash is a Python call; every message looks up dozens.
    __hash__ = str.__hash__

    ASSIGNMENT = "assignment"
    DISCUSSION = "discussion"
    REPORT = "report"
    DOCUMENT = "document"
    ACKNOWLEDGEMENT = "acknowledgement"
    CHAT = "chat"


class Trait(StrEnum):
    """Any number for every message."""

    __hash__ = str.__hash__

    URGENT = "urgent"
    REPLY_DEMAND = "reply_demand"
    MATERIAL_DEMAND = "material_demand"
    VOTE_SOLICITATION = "vote_solicitation"
    FLATTERY = "flattery"
    SOUP = "soup"
    ADVERTISEMENT = "advertisement"
    SECRET = "secret"  # noqa: S105
    PERSONAL_DATA = "personal_data"
    BRIEFED = "briefed"


_NONE: Mapping[Trait, float] = MappingProxyType({})
_NO_KINDS: Mapping[Kind, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reading:
    """A reader's answer.

    `confidence` is the calibrated probability (0 to 1) that `kind` is right;
    `kinds` and `traits_at` give the probability of each label that was
    considered. `because` holds the cues and n-grams that decided, most telling
    first. `deadline` is aware; `addressees` are as written. `courtesy` marks a
    bare 谢谢 or 辛苦了.
    """

    kind: Kind
    confidence: float = 1.0
    traits: frozenset[Trait] = frozenset()
    deadline: datetime | None = None
    addressees: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    kinds: Mapping[Kind, float] = field(default_factory=lambda: _NO_KINDS)
    traits_at: Mapping[Trait, float] = field(default_factory=lambda: _NONE)
    courtesy: bool = False

    def chance(self, *kinds: Kind) -> float:
        """Probability that the message is of one of `kinds`; the worse case where only `kind` is known."""
        if self.kinds:
            return sum(self.kinds.get(kind, 0.0) for kind in kinds)
        return self.confidence if self.kind in kinds else 1.0 - self.confidence

    @property
    def assigns(self) -> bool:
        """Whether it tells people what to do: an assignment, or a document with the town's opinion."""
        return self.kind is Kind.ASSIGNMENT or (
            self.kind is Kind.DOCUMENT and Trait.BRIEFED in self.traits
        )

    def sureness(self, trait: Trait) -> float:
        """Probability that the message carries `trait`."""
        return self.traits_at.get(trait, 1.0 if trait in self.traits else 0.0)


class RelationKind(StrEnum):
    """How a notice stands to an earlier one."""

    DUPLICATE = "duplicate"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"


@dataclass(frozen=True, slots=True)
class Relation:
    """A notice and the earlier one it repeats, corrects or cancels."""

    kind: RelationKind
    of: str
    number: int = 0
    room: str = ""
