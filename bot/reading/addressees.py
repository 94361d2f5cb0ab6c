"""Finds who is told to act: units, people and groups, in the words of the message.

How the guide is read. An addressee is whoever stands where the one who acts stands: at the
beginning of a clause (after a time, too), after 请 or 让, called upon before a colon or comma, in a
list of those still missing (还差…), after 参会人员:. As written, with 们, but without what only
describes a unit's share (各村15岁以上). A nominal group counts (参加谈话的同志); a description
without a noun (还没填的), a condition (哪个村…) or a mere 大家 is everybody. Who only receives
(报党建办), checks, or is spoken of is none. A name the message does not contain is none either:
those of a quoted message are not copied.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, MatchKind

from bot.reading import addressees_grammar, addressees_rolls, addressees_spelt
from bot.reading.deadline_grammar import fold
from bot.reading.opinion import opinion_span

EVERYONE = "所有人"
"""The addressee of an assignment that names nobody."""

_ALL_NAMES = frozenset({"所有人", "全体成员", "全体", "all", "All", "大家"})
_NOBODY = frozenset({"各位", "大家", "所有人", "全体"})
# The name of a blank form that is sent to be filled in tells who fills it in, not who is told.
_FILE = re.compile(r"\.(?:xlsx?|docx?|pdf|et|wps|pptx?|zip)\s*$")
_AT_RE = re.compile(r"@\s?([^\s@,。:!?;、()]+)")


def find_addressees(
    text: str, mentions: Sequence[str] = (), names: Collection[str] = (), *, briefed: bool = False
) -> list[str]:
    """Those told to act, as written and in order; `["所有人"]` if nobody is named.

    `mentions` are the names after @ as the channel reports them, `names` the display names known in
    the town. In a briefed document only the town's own handling opinion is read.
    """
    called = [name for name in mentions if name]
    folded = fold(text)
    if not called and "@" in folded:
        called = [found[1] for found in _AT_RE.finditer(folded)]
    if called:
        return [EVERYONE] if any(name in _ALL_NAMES for name in called) else _unique(called)
    if _FILE.search(folded):
        return [EVERYONE]
    start, end = opinion_span(folded) if briefed else (0, len(folded))
    part = folded[start:end]
    known = _known(frozenset(names), part) if names else []
    if over := addressees_rolls.called_over(part):
        return _unique(text[start + a : start + b] for a, b in over)
    spans = addressees_grammar.phrases(addressees_grammar.Sentence(part, known), briefed=briefed)
    if briefed or not spans or not all(part[a] in "各全" for a, _ in spans):
        spans = _weighed(addressees_spelt.phrases(part, known), spans, briefed=briefed)
    spans = _with_rows(part, spans)
    found = (text[start + a : start + b].strip() for a, b in spans)
    return _unique(name for name in found if name and name not in _NOBODY) or [EVERYONE]


def _weighed(
    spelt: list[tuple[int, int]], worded: list[tuple[int, int]], *, briefed: bool
) -> list[tuple[int, int]]:
    """Choose between what was found by spelling and what by words, as measured over nine authors.

    Phrases with 各 and 全体 are safe with words alone. Elsewhere: where one has all the other has,
    what both have is surer, but a handling opinion names somebody in nearly every clause, and there
    the fuller list is. Where only one found any, it is right more often than not; where they differ
    otherwise, spelling is.
    """
    if not spelt or not worded:
        return spelt or worded
    if set(spelt) < set(worded):
        return worded if briefed else spelt
    if set(worded) < set(spelt):
        return spelt if briefed else worded
    return spelt


def _with_rows(part: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Names in a row that says how many they are stand for whatever else was found among them."""
    rows = addressees_rolls.in_rows(part)
    if not rows:
        return spans or addressees_rolls.alone(part)
    apart = [span for span in spans if all(span[1] <= row[0] or row[1] <= span[0] for row in rows)]
    return sorted({*apart, *rows})


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


@lru_cache(maxsize=4)
def _automaton(names: frozenset[str]) -> AhoCorasick:
    return AhoCorasick(sorted(name for name in names if name), matchkind=MatchKind.LeftmostLongest)


def _known(names: frozenset[str], folded: str) -> list[tuple[int, int]]:
    """Return where the display names known in the town stand."""
    return [(a, b) for _, a, b in _automaton(names).find_matches_as_indexes(folded)]
