"""What each puppet can do, from its source, and what its answers have taught since."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from bot.channels.base import EVERYONE, NOBODY, Capabilities

#: WeChat itself lets people take back their own messages only, and only so long.
WECHAT_RECALL = timedelta(minutes=2)
#: So many refusals or empty promises in a row, and it is not tried again.
_ENOUGH = 2


class Can(Enum):
    """How far a puppet's word goes."""

    NO = "no"
    YES = "yes"
    TRY = "try"  # unknown: tried, and believed only when it is seen to have happened
    ADMIN = "admin"  # where the bot is the room's owner or admin


class Power(Enum):
    """What can be learnt about a puppet."""

    RECALL = "recall"
    REMOVE = "remove"
    ANNOUNCE = "announce"


@dataclass(frozen=True, slots=True)
class Puppet:
    """One puppet's row: `recall` is of others' messages, `own_recall` how old one's own may be.

    `needs_friend`: private messages reach friends only. `admin_only`: removing and announcing
    need the room's owner or an admin, as on WeChat.
    """

    recall: Can = Can.NO
    remove: Can = Can.NO
    announce: Can = Can.NO
    own_recall: timedelta | None = WECHAT_RECALL
    needs_friend: bool = True
    admin_only: bool = True


PUPPETS: dict[str, Puppet] = {
    "unknown": Puppet(Can.TRY, Can.TRY, Can.TRY, admin_only=False),
    "padlocal": Puppet(Can.NO, Can.YES, Can.YES),
    "wechat4u": Puppet(Can.NO, Can.YES, Can.NO),
    "xp": Puppet(Can.NO, Can.NO, Can.NO),
    "whatsapp": Puppet(Can.ADMIN, Can.YES, Can.YES, own_recall=None, needs_friend=False),
    "oicq": Puppet(Can.NO, Can.NO, Can.NO, needs_friend=False),
    "lark": Puppet(Can.NO, Can.YES, Can.NO, own_recall=None, needs_friend=False),
}


class Powers:
    """The table's row for one channel, corrected by what happened in each room."""

    def __init__(self, puppet: str) -> None:
        self.puppet = PUPPETS[puppet]
        self._failed: Counter[tuple[Power, str]] = Counter()
        self._gone: set[Power] = set()

    def can(self, power: Power, room_id: str, *, admin: bool | None) -> bool:
        """Whether it is worth ordering. `admin` tells if the bot runs the room; None is unknown."""
        level: Can = getattr(self.puppet, power.value)
        if level is Can.NO or power in self._gone or self._failed[power, room_id] >= _ENOUGH:
            return False
        if level is Can.TRY:
            return True
        if level is Can.ADMIN:
            return admin is True
        return admin is not False or not self.puppet.admin_only

    def failed(self, power: Power, room_id: str, *, for_good: bool = False) -> None:
        """It was refused, or promised and not done; `for_good` if the puppet never can."""
        if for_good:
            self._gone.add(power)
        self._failed[power, room_id] += 1

    def worked(self, power: Power, room_id: str) -> None:
        """It was seen to have happened."""
        self._gone.discard(power)
        self._failed.pop((power, room_id), None)

    def capabilities(self, room_id: str, *, admin: bool | None) -> Capabilities:
        """As the rest of the bot understands it. There is no mute and no receipt on WeChat."""
        recall = self.can(Power.RECALL, room_id, admin=admin)
        return Capabilities(
            delete=EVERYONE if recall else NOBODY,
            delete_max_age=self.puppet.own_recall,
            kick=self.can(Power.REMOVE, room_id, admin=admin),
            announce=self.can(Power.ANNOUNCE, room_id, admin=admin),
        )
