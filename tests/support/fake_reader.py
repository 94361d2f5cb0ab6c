"""A reader for tests of everything but reading: what a message is stands at its beginning."""

from collections.abc import Sequence
from datetime import datetime

from bot.calendar import WorkCalendar
from bot.core.message import Message
from bot.core.reading import Kind, Reading, Trait
from bot.reading.base import Briefing, Seen

_KINDS = {kind.value[:2]: kind for kind in Kind}


class FakeReader:
    """Reads marks such as `[as]`, `[do+briefed]`, `[ch 0.6]`, `[as by=2026-11-24T18:00+08:00 to=各村]`.

    The first two letters name the kind, `+` adds traits, a number is the
    confidence. A message without a mark is discussion, a bare 收到 an
    acknowledgement.
    """

    def reload(self, calendar: WorkCalendar) -> None:
        """The marks name moments, not hours of work."""

    def read(
        self, message: Message, before: Sequence[Seen] = (), quoted: Seen | None = None
    ) -> Reading:
        """What the mark says."""
        mark = mark_of(message.text)
        if mark is None:
            receipt = message.text.strip(" 。！") == "收到"
            return Reading(Kind.ACKNOWLEDGEMENT if receipt else Kind.DISCUSSION, 0.99)
        words = mark.split()
        kind, *traits = words[0].split("+")
        sure, deadline, addressees, courtesy = 0.99, None, ("所有人",), False
        for word in words[1:]:
            name, _, value = word.partition("=")
            if name == "by":
                deadline = datetime.fromisoformat(value)
            elif name == "to":
                addressees = tuple(value.split("、"))
            elif name == "courtesy":
                courtesy = True
            else:
                sure = float(word)
        read = Kind(_KINDS[kind])
        found = frozenset(Trait(trait) for trait in traits)
        assigns = read is Kind.ASSIGNMENT or Trait.BRIEFED in found
        return Reading(
            read,
            sure,
            found,
            deadline,
            addressees if assigns else (),
            (mark,),
            kinds={
                read: sure,
                Kind.DISCUSSION if read is not Kind.DISCUSSION else Kind.CHAT: 1 - sure,
            },
            traits_at=dict.fromkeys(found, sure),
            courtesy=courtesy,
        )

    def briefing(self, text: str) -> Briefing:
        """Looks for the two words."""
        return Briefing("要点" in text, "拟办" in text)


def mark_of(text: str) -> str | None:
    """What stands in the brackets at the beginning."""
    if not text.startswith("["):
        return None
    return text[1 : text.index("]")]
