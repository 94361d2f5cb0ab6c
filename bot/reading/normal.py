"""One spelling for what people type in many: widths, case, digits, repeated marks, names after @."""

import re
from collections.abc import Mapping
from re import Pattern

HEAD, TAIL = 300, 100
"""How many characters of a long text are read from its start and from its end."""

_WIDTH: dict[int, int | str | None] = {0xFF01 + i: 0x21 + i for i in range(94)}
_WIDTH |= {0x3000: 0x20, 0x00A0: 0x20, 0x200B: None, 0xFEFF: None, 0xFE0F: None, 0x200D: None}
_WIDTH |= {
    ord(mark): plain
    for mark, plain in {
        "，": ",", "。": "。", "．": ".", "｡": "。", "、": "、", "；": ";", "：": ":", "？": "?",
        "！": "!", "（": "(", "）": ")", "“": '"', "”": '"', "‘": "'", "’": "'", "【": "[",
        "】": "]", "「": '"', "」": '"', "『": '"', "』": '"', "—": "-", "–": "-", "～": "~",
        "﹑": "、", "\t": " ", "\r": "\n", "〜": "~", "‼": "!", "❗": "!", "❓": "?",
    }.items()
}  # fmt: skip
_WIDTH |= {ord(c): c.lower() for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_WIDTH |= {0xFF21 + i: 0x61 + i for i in range(26)}
_PLAIN = {chr(point): chr(point).translate(_WIDTH) for point in _WIDTH}
_WIDE = re.compile(f"[{''.join(map(re.escape, _PLAIN))}]")
_DIGITS = "123456789"
# Digits are left alone: 13900010002 is a telephone.
_REPEATED = re.compile(r"(\D)\1{2,}")
_URL = re.compile(r"(?:https?://|www\.)[!-~]+")
_NAME = re.compile(r"@[^\s@,。:;!?、()]{1,20}\s?")
_NUMBERS = re.compile(r"0{3,}")
_SPACES = re.compile(r" {2,}")


def shorten(text: str) -> str:
    """The part of a long text that is scored: its beginning and its end."""
    if len(text) <= HEAD + TAIL:
        return text
    return text[:HEAD] + "\n" + text[-TAIL:]


def exchange(text: str, marks: Pattern[str], plain: Mapping[str, str]) -> str:
    """The `marks` of a text made `plain`; quicker than to look every character up."""
    for mark in set(marks.findall(text)):
        text = text.replace(mark, plain[mark])
    return text


def fold(text: str) -> str:
    """Half width, lower case, one kind of quotation mark, at most two of a repeated mark or letter."""
    folded = exchange(text, _WIDE, _PLAIN).strip()
    if _REPEATED.search(folded) is None:
        return folded
    return _REPEATED.sub(r"\1\1", folded)


def plain(folded: str) -> str:
    """Folded text with digits made alike, and links and called names as one sign each."""
    if "@" in folded:
        folded = _NAME.sub("@", folded)
    if "://" in folded or "www." in folded:
        folded = _URL.sub("⌘", folded)
    bare = folded
    for digit in _DIGITS:
        bare = bare.replace(digit, "0")
    if "000" in bare:
        bare = _NUMBERS.sub("000", bare)
    if "  " in bare:
        bare = _SPACES.sub(" ", bare)
    return bare


def skeleton(text: str) -> str:
    """What near-identical messages share: letters and digits of the folded text alone."""
    return "".join(c for c in fold(text) if c.isalnum())
