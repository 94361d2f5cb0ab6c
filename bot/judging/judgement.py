"""What is decided about one message, and what the judge remembers of earlier ones."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.decision import WAITS, Action, Decision
from bot.core.message import Message, Role, Room
from bot.core.reading import Reading, Relation
from bot.judging.emergencies import Emergencies
from bot.judging.graces import Graces
from bot.judging.modes import Modes
from bot.judging.offences import Offences
from bot.judging.recent import Recent
from bot.reading.materials import Materials
from bot.reading.notices import Notices

#: The policies that more than their own rooms of the house know by name.
SECRECY, RECEIPTS = "secrecy", "quiet_receipts"


@dataclass(slots=True)
class Judgement:
    """Everything about one message's decision, for the record and for what follows from it.

    Filled in by the judge alone, and not changed by anybody once it is handed on.

    `waits` is set while a document's grace runs: its decision is yet to come.
    `grace_minutes` is how long, 0 where nobody is told of it.
    `part_of` is the number of the document that this follow-up belongs to, and
    `settled` holds the judgement of a document that this message completed.
    Nothing of a `secret` message's words may be kept or shown. `would` is the
    action that a room in its first week was spared; `excused` tells what emergency exempts it.
    """

    message: Message
    reading: Reading
    decision: Decision
    room: Room
    person: str
    rank: Role
    entitled: bool
    authorised: bool
    at: datetime
    working: bool = True
    backlog: bool = False
    relation: Relation | None = None
    next_opening: datetime | None = None
    waits: bool = False
    part_of: int = 0
    settled: "Judgement | None" = None
    threshold: float = 0.0
    secret: bool = False
    would: Action = Action.NONE
    took_us: int = 0
    burst: int = 1
    excused: str = ""
    grace_minutes: int = 0

    @property
    def spared(self) -> str:
        """Why less was done than the findings ask for, or why nobody was asked; else empty."""
        return WAITS if self.waits else self.decision.why_spared or self.excused


@dataclass
class Ledgers:
    """What the judge remembers; each part is rebuilt from the archive at start."""

    recent: Recent
    offences: Offences
    modes: Modes
    emergencies: Emergencies
    graces: Graces
    notices: Notices
    materials: Materials
    shadow_until: dict[str, datetime]
