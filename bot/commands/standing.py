"""How strictly a policy is kept now: in a room, or over the rooms of the town."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from bot.commands.services import Services
from bot.core.decision import Mode
from bot.core.message import Room
from bot.core.policy import Policy
from bot.judging.modes import TOWN


@dataclass(frozen=True)
class Standing:
    """The view of a scope: a room's name, or empty for the town."""

    services: Services
    place: str
    at: datetime

    def rooms(self) -> list[Room]:
        """The rooms of the scope as the town file describes them."""
        judge = self.services.judge
        if self.place != TOWN:
            return [judge.directory.room(self.place)]
        return [table.room() for table in judge.town.rooms]

    def mode(self, policy: Policy) -> Mode:
        """The mode in force; for the town the one that most of the rooms concerned have."""
        return Counter(self._modes(policy)).most_common(1)[0][0]

    def mixed(self, policy: Policy) -> bool:
        """Whether the rooms concerned keep the policy differently."""
        return len(set(self._modes(policy))) > 1

    def _modes(self, policy: Policy) -> list[Mode]:
        modes, rooms = self.services.state.ledgers.modes, self.rooms()
        concerned = [room for room in rooms if room.kind in policy.modes] or rooms
        return [modes.mode(policy, room, self.at) for room in concerned]

    def ends(self, policy: Policy) -> datetime | None:
        """When the change by chat that is in force will end by itself."""
        holding = [
            change
            for change in self.services.state.ledgers.modes.history
            if change.policy == policy.name
            and change.scope in {self.place, TOWN}
            and change.holds(self.at)
        ]
        return holding[-1].until if holding else None

    def first_week(self) -> datetime | None:
        """The end of the first week, in which rooms are only observed; None once it is over."""
        shadow = self.services.state.ledgers.shadow_until
        ends = [end for room, end in shadow.items() if self.at < end and self.place in {room, TOWN}]
        return max(ends, default=None)
