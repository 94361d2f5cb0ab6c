"""How often anybody may try a key: token buckets per address and for all together."""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

#: Tries at once, and seconds until one more is allowed.
_ONE, _ONE_REFILL = 10, 30.0
_ALL, _ALL_REFILL = 60, 2.0
_ADDRESSES = 4096
_PREFIX = 64


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime

    def fill(self, size: int, refill: float, now: datetime) -> None:
        gained = max(0.0, (now - self.at).total_seconds()) / refill
        self.left, self.at = min(float(size), self.left + gained), now


class Limits:
    """Bounded in memory: of many addresses those not heard of for longest are forgotten."""

    def __init__(self) -> None:
        self._each: OrderedDict[str, _Bucket] = OrderedDict()
        self._all: _Bucket | None = None

    def spend(self, address: str, now: datetime) -> bool:
        """Take one try; False where the address, or everybody together, has none left."""
        one = self._bucket(_network(address), now)
        one.fill(_ONE, _ONE_REFILL, now)
        if self._all is None:
            self._all = _Bucket(_ALL, now)
        self._all.fill(_ALL, _ALL_REFILL, now)
        # One who has used up his own tries does not use up those of the others.
        if one.left < 1 or self._all.left < 1:
            return False
        one.left -= 1
        self._all.left -= 1
        return True

    def _bucket(self, network: str, now: datetime) -> _Bucket:
        bucket = self._each.setdefault(network, _Bucket(_ONE, now))
        self._each.move_to_end(network)
        if len(self._each) > _ADDRESSES:
            self._each.popitem(last=False)
        return bucket


def _network(address: str) -> str:
    """One house has one IPv4 address, but a whole /64 of the others."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004
        return str(parsed)
    return str(ipaddress.ip_network((parsed, _PREFIX), strict=False))
