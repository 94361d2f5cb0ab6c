"""日历 and 日历 关闭: a person's own deadlines, as a calendar that a telephone subscribes to."""

import re

from bot.commands.base import Call, Command, Right
from bot.commands.clerk import Clerk
from bot.store.journal import Journal

_OFF = re.compile(r"关闭|停用|取消|作废|off|stop", re.IGNORECASE)


def _calendar(clerk: Clerk, journal: Journal, call: Call) -> None:
    """The address is a key, so it is told privately and not kept in the archive."""
    feed = clerk.services.feed
    if feed is None:
        clerk.decline(journal, call, clerk.say(call, "login.none"))
        return
    if _OFF.search(call.rest):
        count = feed.close(journal, call.person)
        clerk.answer(
            journal, call, clerk.say(call, "calendar.closed" if count else "calendar.none")
        )
        clerk.note(journal, call, thing="calendar", after=f"{count} addresses ended")
        return
    link = feed.open(journal, call.person, call.now)
    clerk.note(journal, call, thing="calendar", after="address given")
    clerk.whisper_unrecorded(call, clerk.say(call, "calendar.link", link=link))


COMMANDS = (
    Command(
        "calendar", ("日历",), ("calendar",), Right.EVERYONE, _calendar, glued=_OFF, spaced=_OFF
    ),
)  # fmt: skip
