"""Finds the deadline of an assignment: when it must be done, or when its meeting begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from bot.calendar import Hours, WorkCalendar
from bot.reading import deadline_cues as cues
from bot.reading.deadline_cues import Strength
from bot.reading.deadline_grammar import Mention, fold, may_mention, mentions
from bot.reading.deadline_moments import Clock, DeadlineCalendar, is_exact
from bot.reading.opinion import opinion_span

__all__ = ["Deadline", "DeadlineCalendar", "find_deadline"]

_ASIDE = re.compile(r"期间\s*\([^)]*$")
_BY = re.compile(r"\s*\)?\s*(?:之|以)?[前内]|截止|为止")
_MARK = re.compile(r"[,。!?;\n]")
# A time of day after one of these is not a time of its last day.
_PERIODS = frozenset(
    {"week", "weekend", "month_end", "in_month", "xun", "quarter", "year_end", "festival"}
)
_MORNING, _EVENING = 7, 18
_CALENDAR_DATES = frozenset({"month_day", "slash"})
_FAR = 270
_STOP = re.compile(r"[。!?;\n]")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment, and the words of the text it was read from."""

    moment: datetime
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    mention: Mention
    moment: datetime
    strength: Strength
    changed: bool

    @property
    def has_time(self) -> bool:
        return self.mention.clock is not None or bool(self.mention.parts)

    @property
    def is_tentative(self) -> bool:
        """A bare day, or a festival that may only name the occasion: 清明前的防火."""
        return self.strength == Strength.VAGUE or self.mention.date_kind == "festival"


def find_deadline(
    text: str, at: datetime, calendar: DeadlineCalendar | None = None, *, briefed: bool = False
) -> Deadline | None:
    """Return the deadline that `text`, posted at `at` (aware), sets; None if it sets none.

    In a briefed document only the town's own handling opinion counts, not the quoted key points.
    """
    if at.utcoffset() is None:
        raise ValueError("an aware datetime is needed")
    if not may_mention(text):
        return None
    folded = fold(text)
    found = mentions(folded)
    if not found:
        return None
    if calendar is None:
        calendar = _default_calendar(at.tzinfo)
    start, end = opinion_span(folded) if briefed else (0, len(folded))
    candidates = _candidates(folded, found, Clock(at, calendar), start, end)
    chosen = _choose(folded, candidates, briefed=briefed)
    if chosen is None:
        return None
    mention = chosen.mention
    begin = mention.since.start if mention.since else mention.start
    return Deadline(chosen.moment, begin, mention.end, text[begin : mention.end])


@lru_cache(maxsize=8)
def _default_calendar(timezone: tzinfo | None) -> WorkCalendar:
    return WorkCalendar(Hours(), timezone or UTC)


def _candidates(  # noqa: C901
    folded: str, found: Sequence[Mention], clock: Clock, start: int, end: int
) -> list[_Candidate]:
    result: list[_Candidate] = []
    anchor: _Anchor | None = None
    began: _Anchor | None = _NEVER
    ranged = Strength.NONE
    ends_of = {id(m.since): m for m in found if m.since is not None}
    for mention in found:
        if not start <= mention.start < end:
            continue
        strength = cues.strength(folded, mention)
        day = clock.day(mention) if not mention.past else None
        later = ends_of.get(id(mention))
        if later is not None and (
            later.date is not None or cues.strength(folded, later) == Strength.FIRM
        ):
            anchor = _Anchor(day, mention) if day else anchor
            continue  # the end of this range is what counts
        if (
            later is not None
            and mention.clock is not None
            and not cues.has_beginning(folded, mention)
        ):
            began = _Anchor(day, mention) if day else anchor
            ranged = strength
            continue  # 接种8:30-17:00: who comes by its end is in time
        if mention.since is not None and mention.date is None and strength < Strength.FIRM:
            if began is _NEVER:
                continue  # 停水8:00-18:00, 团建14:00-17:00: its beginning counts
            strength, anchor, began = max(strength, ranged), began, _NEVER
        carried = _carried(folded, mention, anchor, clock, strength)
        if strength < Strength.FIRM and _is_past(mention, day, clock.today):
            continue
        if strength and not _ASIDE.search(folded, max(0, mention.start - 30), mention.start):
            gathering = cues.is_gathering(folded, mention)
            moment = clock.moment(
                mention, carried, firm=strength == Strength.FIRM or gathering, gathering=gathering
            )
            if moment is None and carried is None and anchor is not None and mention.date is None:
                moment = clock.moment(mention, anchor.day, firm=False, gathering=gathering)
            if moment is not None and not (
                strength < Strength.FIRM and cues.is_cancelled(folded, mention)
            ):
                result.append(
                    _Candidate(mention, moment, strength, cues.is_change(folded, mention))
                )
        if day is not None and mention.date_kind not in _PERIODS and mention.clock is None:
            anchor = _Anchor(day, mention) if not _BY.match(folded, mention.end) else None
        elif mention.date_kind == "week":
            anchor = _Anchor(day, mention) if day else None
    return result


@dataclass(frozen=True, slots=True)
class _Anchor:
    """The day the text spoke of last, for a later time of day that names none."""

    day: date
    mention: Mention


def _is_past(mention: Mention, day: date | None, today: date) -> bool:
    """Whether a day is likelier the last than the next: 9月1日没到校的, said on the fourth."""
    return mention.date_kind in _CALENDAR_DATES and day is not None and (day - today).days > _FAR


_NEVER = _Anchor(date.min, Mention(0, 0))


def _carried(  # noqa: PLR0911
    folded: str, mention: Mention, anchor: _Anchor | None, clock: Clock, strength: Strength
) -> date | None:
    """Return the day a bare time of day belongs to, when the text before it says so."""
    if (
        anchor is None
        or mention.date is not None
        or (mention.every is not None and anchor.day <= clock.today)
    ):
        return None
    between = folded[anchor.mention.end : mention.start]
    if len(_STOP.findall(between)) > 1:
        return None
    if mention.every is not None:
        if not re.match(r"\)?(?:起|开始)", between):
            return None
        # 从下周起: from its Monday, though 下周 as a deadline is its Sunday.
        return anchor.day - timedelta(days=6) if anchor.mention.date_kind == "week" else anchor.day
    if anchor.mention.date_kind == "week":
        return None
    if not _MARK.search(between):
        return anchor.day
    today = clock.moment(mention, None, firm=False, gathering=False)
    exact = mention.clock is not None and is_exact(mention.clock) and strength == Strength.FIRM
    if today is None or (not exact and not _MORNING <= today.hour < _EVENING):
        return anchor.day  # 20:00 的“明天…，8:30在路口等”: not tonight at half past eight
    begin, end = cues.clause(folded, mention)
    alone = end - begin <= mention.end - mention.start + 1
    if alone or strength < Strength.FIRM or cues.is_gathering(folded, mention):
        return anchor.day
    meeting = cues.has_meeting(folded, *cues.clause(folded, anchor.mention))
    return anchor.day if meeting and not _BY.match(folded, mention.end) else None


def _choose(folded: str, candidates: list[_Candidate], *, briefed: bool) -> _Candidate | None:
    """Return the first deadline mentioned, unless a later one corrects or narrows it."""
    if not candidates:
        return None
    first = candidates[0]
    for other in candidates[1:]:
        between = folded[first.mention.end : other.mention.start]
        if other.changed and not first.changed and not _STOP.search(between):
            return other  # 由上午10点改到下午3点半
        if other.mention.every is not None and other.mention.every is first.mention.every:
            first = min(first, other, key=lambda c: c.moment)
    if (first.mention.span is not None and first.strength > Strength.VAGUE) or (
        first.mention.clock is not None and first.strength > Strength.VAGUE
    ):
        return first
    for other in candidates[1:]:
        if (
            first.is_tentative
            and not briefed
            and other.strength > Strength.VAGUE
            and _is_firmer(first, other)
        ):
            return other
        if other.mention.clock is not None or (other.has_time and not first.has_time):
            same_day = other.moment.date() == first.moment.date()
            if same_day and not _BY.match(folded, first.mention.end):
                return other  # 今天最后一天，下午5点锁表
    return first


def _is_firmer(first: _Candidate, other: _Candidate) -> bool:
    return other.strength == Strength.FIRM or first.mention.date_kind == "festival"
