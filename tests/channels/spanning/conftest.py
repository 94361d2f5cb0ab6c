"""Two platforms at once: the people of a homeserver and those of QQ."""

from tests.channels.matrix.conftest import homeserver, square
from tests.channels.onebot.conftest import peer

__all__ = ["homeserver", "peer", "square"]
