"""What the model sees of a message: its letters, its cues, its form, and what stands before it.

A feature is a string. Letters (n-grams) of the text stand as they are; everything else begins
with a control character, so that no text can pretend to be one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from bot.core.message import Message, MessageType
from bot.core.reading import Kind
from bot.reading.base import Seen
from bot.reading.briefings import brief
from bot.reading.cue_words import words as cue_words
from bot.reading.normal import fold, plain, shorten
from bot.reading.personal import personal_numbers
from bot.reading.shapes import shapes

TITLE = "\x01"
SIGN = "\x02"
LONGEST, LONGEST_IN_TITLE = 4, 3
"""Lengths of the longest n-grams."""
LETTERS_WEIGHT, SIGN_WEIGHT, LEAST_LETTERS = 4.0, 0.5, 8

_CUES = [(groups[0], tuple((group, word) for group in groups)) for word, groups in cue_words()]
"""Of each word its first group, and each of its groups with the word."""
_AUTOMATON = AhoCorasick(
    [pairs[0][1] for _, pairs in _CUES],
    matchkind=MatchKind.LeftmostLongest,
    implementation=Implementation.ContiguousNFA,
)
_CONTEXT, _LATELY = 3, 8
_SHORT, _LONG = 12, 30
_HEAD_CUE, _TAIL_CUE = 3, 2
_LONGEST_TITLE = 80
_EXTENSION = re.compile(r"\.([a-z0-9]{2,5})$")
_MEMBER = re.compile(r"村|社区|网格|屯|嘎查|组长|支书|会计|文书|代表|楼长")
_OFFICE = re.compile(r"办|所|站|局|科|委|镇长|乡长|书记|主任|中心|政府|街道|县|市")
_WORK_ROOM = re.compile(
    r"工作|政府|党|专班|防|办|镇|街道|乡|局|调度|指挥|网格|村|社区|联络|值班|学习|督"
)
_HOME_ROOM = re.compile(
    r"家|同学|班级|宿舍|吃|玩|友|闺蜜|业主|客户|店|群聊|兄弟|姐妹|球|旅|户外|亲"
)
_ASKS = ("?", "？", "吗", "呢", "不", "没")
_WORTH_BRIEFING, _LONG_CAPTION = 40, 16
_DANGER = "险"
_NONE = "无"
_NAMES = (*Kind, _NONE)
_Match = tuple[int, int, int]


class _Signs(dict[Any, str]):
    """Signs of one form by what fills it, each written once: looking one up costs a third.

    Only for forms that few things can fill, since none is forgotten.
    """

    def __init__(self, form: str) -> None:
        super().__init__()
        self._form = SIGN + form

    def __missing__(self, key: Any) -> str:
        sign = self[key] = self._form.format(*(key if isinstance(key, tuple) else (key,)))
        return sign


_SHAPE, _NUMBER, _IN_TITLE = _Signs("形:{}"), _Signs("号:{}"), _Signs("题:{}")
ENTRY = _SHAPE["接龙名"]
"""Of a text that is the number and the name of somebody in a list, and nothing else."""
_FIRST, _LAST, _NEXT = _Signs("首:{}"), _Signs("尾:{}"), _Signs("{}>{}")
_HAS, _HAS_IN, _HAS_MANY, _GROUPS = (
    _Signs("有:{}"), _Signs("{}:{}"), _Signs("多:{}"), _Signs("类数={}")
)  # fmt: skip
_TYPE, _ROLE, _HOUR, _CALLED = _Signs("式={}{}"), _Signs("角={}"), _Signs("时={}"), _Signs("叫={}")
_LENGTH, _LINES, _DIGITS = _Signs("长={}"), _Signs("行={}"), _Signs("数={}")
_QUOTED, _QUOTED_BY, _QUOTED_TYPE, _QUOTED_OWN, _QUOTED_HAS = (
    _Signs("引={}"), _Signs("引{}={}"), _Signs("引式={}"), _Signs("引己={:d}"), _Signs("引有:{}")
)  # fmt: skip
_OFTEN_LATELY, _DANGER_LATELY = _Signs("近有{}={}"), _Signs("近险={}")
_BEFORE, _BEFORE_ROLE = _Signs("前{}{}={}"), _Signs("前角={0[0]}{1[0]}{2}")
_GAP, _BEFORE_TYPE, _BEFORE_HAS, _BEFORE_ASKED = (
    _Signs("隔={}"), _Signs("前式={}{}"), _Signs("前有:{}"), _Signs("前问{}{}")
)  # fmt: skip


@dataclass(slots=True)
class Features:
    """`text` and `title` are what n-grams are taken from, between ^ and $; `signs` all else.

    `words` are the cue words found, each with its group; `numbers` the sorts of personal number.
    """

    text: str
    title: str
    signs: list[str]
    words: list[tuple[str, str]]
    numbers: list[str]

    def letters(self) -> list[str]:
        """The n-grams, repetitions included; those of the title are marked as such."""
        pieces = grams(self.text, LONGEST)
        pieces += [TITLE + piece for piece in grams(self.title, LONGEST_IN_TITLE)]
        return pieces

    @property
    def share(self) -> float:
        """The weight of one n-gram: the more there are, the less each counts."""
        count = _count(len(self.text), LONGEST) + _count(len(self.title), LONGEST_IN_TITLE)
        return float(LETTERS_WEIGHT / max(count, LEAST_LETTERS) ** 0.5)


def _count(size: int, longest: int) -> int:
    """How many n-grams a text of `size` characters has."""
    if size < longest:
        return size * (size + 1) // 2
    return longest * size - longest * (longest - 1) // 2


def extract(
    message: Message, before: Sequence[Seen] = (), quoted: Seen | None = None, *, hour: int
) -> Features:
    """The features of a message among the room's last ones; `hour` is the town's hour of posting."""
    folded, found = _found(message.text) if message.text else ("", [])
    signs: list[str] = []
    words: list[tuple[str, str]] = []
    numbers: list[str] = []
    bare = plain(folded)
    if folded:
        _cues(len(folded), found, message, signs, words)
        signs += [_SHAPE[name] for name in shapes(bare, folded)]
    title = fold(message.title) if message.title else ""
    bare_title = plain(title)[:_LONGEST_TITLE] if title else ""
    if title:
        _title(title, signs)
    if "0" in bare or title or message.items:
        numbers = personal_numbers("\n".join((folded, title, *message.items)))
        signs += [_NUMBER[sort] for sort in numbers]
    if len(folded) > (_WORTH_BRIEFING if message.type is MessageType.TEXT else _LONG_CAPTION):
        brought = brief(folded)
        signs.append(f"{SIGN}附={brought.points:d}{brought.opinion:d}{title != '':d}")
    _form(message, folded, bare, hour, signs)
    _surroundings(message, len(folded), before, quoted, signs)
    return Features(_marked(bare), _marked(bare_title), signs, words, numbers)


def _marked(bare: str) -> str:
    return f"^{bare}$" if bare else ""


def grams(text: str, longest: int) -> list[str]:
    """Every piece of one to `longest` characters, repetitions included."""
    size = len(text)
    found = list(text)
    for length in range(2, longest + 1):
        found += [text[i : i + length] for i in range(size - length + 1)]
    return found


def _title(title: str, signs: list[str]) -> None:
    found = _EXTENSION.search(title)
    signs.append(f"{SIGN}后缀={found[1] if found else _NONE}")
    signs += [_IN_TITLE[group] for group in _grouped(_AUTOMATON.find_matches_as_indexes(title))]


def _grouped(found: Sequence[_Match]) -> list[str]:
    """The groups of the cue words found, each once, by name."""
    return sorted({group for index, _, _ in found for group, _ in _CUES[index][1]})


@lru_cache(maxsize=256)
def _found(text: str) -> tuple[str, list[_Match]]:
    """A text folded and its cue words; it is asked for again when the room's next message comes."""
    folded = fold(shorten(text))
    return folded, _AUTOMATON.find_matches_as_indexes(folded)


def _cues(
    size: int,
    found: Sequence[_Match],
    message: Message,
    signs: list[str],
    words: list[tuple[str, str]],
) -> None:
    last = ""
    counts: dict[str, int] = {}
    for index, start, end in found:
        leading, pairs = _CUES[index]
        words += pairs
        for group, _ in pairs:
            counts[group] = counts.get(group, 0) + 1
            if start <= _HEAD_CUE:
                signs.append(_FIRST[group])
            if size - end <= _TAIL_CUE:
                signs.append(_LAST[group])
            if last and last != group:
                signs.append(_NEXT[last, group])
        last = leading
    if not counts:
        signs.append(f"{SIGN}无词")
        return
    form = message.type if message.type is not MessageType.TEXT else message.role[0]
    for group, count in counts.items():
        signs.append(_HAS[group])
        signs.append(_HAS_IN[form, group])
        if count > 2:  # noqa: PLR2004
            signs.append(_HAS_MANY[group])
    signs.append(_GROUPS[min(len(counts), 7)])
    if size <= _LONG:
        signs.append(f"{SIGN}短:{'+'.join(sorted(counts))}")


def _form(message: Message, folded: str, bare: str, hour: int, signs: list[str]) -> None:
    signs.append(_TYPE[message.type, "+" if folded else "-"])
    signs.append(_ROLE[message.role])
    signs.append(_HOUR[hour // 2])
    if message.mentions or "@" in bare:
        everyone = "所有人" in message.mentions or "@所有人" in folded
        signs.append(_CALLED["全" if everyone else min(max(len(message.mentions), 1), 3)])
    signs += _of_sender(message.sender)
    signs.append(_of_room(message.room))
    if folded:
        size = len(bare)
        bits = size.bit_length()
        half = (size >> max(bits - 2, 0)) & 1
        digits = bare.count("0")
        signs.append(_LENGTH[min(bits * 2 + half, 18)])
        signs.append(_LINES[min(folded.count("\n"), 5)])
        signs.append(_DIGITS[min(digits, 6) if digits < 10 else 9 if digits < 30 else 10])  # noqa: PLR2004


class _Heard(NamedTuple):
    """What of another message's text counts: most are looked back at several times."""

    groups: list[str]
    before: list[str]
    danger: bool
    asks: bool


@lru_cache(maxsize=2048)
def _heard(text: str) -> _Heard:
    groups = _grouped(_found(text)[1])
    asks = text.rstrip().endswith(_ASKS)
    return _Heard(groups, [_BEFORE_HAS[group] for group in groups], _DANGER in groups, asks)


@lru_cache(maxsize=4096)
def _of_sender(sender: str) -> tuple[str, ...]:
    member, office = _MEMBER.search(sender) is not None, _OFFICE.search(sender) is not None
    return f"{SIGN}人={member:d}{office:d}", f"{SIGN}人尾={sender[-1:]}"


@lru_cache(maxsize=1024)
def _of_room(room: str) -> str:
    work, home = _WORK_ROOM.search(room) is not None, _HOME_ROOM.search(room) is not None
    return f"{SIGN}群={work:d}{home:d}"


def _surroundings(
    message: Message, size: int, before: Sequence[Seen], quoted: Seen | None, signs: list[str]
) -> None:
    length = "短" if size <= _SHORT else "长"
    if quoted is not None:
        told, seen = quoted
        kind = seen or _NONE
        signs.append(_QUOTED[kind])
        signs.append(_QUOTED_BY[length, kind])
        signs.append(_QUOTED_TYPE[told.type])
        signs.append(_QUOTED_OWN[told.sender == message.sender])
        signs += [_QUOTED_HAS[group] for group in _heard(told.text).groups]
    elif message.reply_to:
        signs.append(f"{SIGN}引?")
    if not before:
        return
    lately = [seen or _NONE for _, seen in before[-_LATELY:]]
    for name in _NAMES:
        if name in lately:
            signs.append(_OFTEN_LATELY[name, 4 * lately.count(name) // len(lately)])
    heard = [_heard(earlier.text) for earlier, _ in before[-_CONTEXT - 1 :]]
    signs.append(_DANGER_LATELY[sum([one.danger for one in heard])])
    for place, (earlier, seen) in enumerate(before[: -_CONTEXT - 1 : -1]):
        name = seen or _NONE
        same = "己" if earlier.sender == message.sender else "他"
        signs.append(_BEFORE[place, same, name])
        if place == 0:
            _just_before(message, earlier, heard[-1], (name, same, length), signs)


def _just_before(
    message: Message, earlier: Message, heard: _Heard, known: tuple[str, str, str], signs: list[str]
) -> None:
    name, same, length = known
    minutes = (message.at - earlier.at).total_seconds() / 60
    gap = 0 if minutes < 2 else 1 if minutes < 15 else 2 if minutes < 90 else 3  # noqa: PLR2004
    signs.append(_BEFORE[length, same, name])
    signs.append(_BEFORE_ROLE[earlier.role, message.role, name])
    signs.append(_GAP[gap])
    signs.append(_BEFORE_TYPE[earlier.type, same])
    signs += heard.before
    if heard.asks:
        signs.append(_BEFORE_ASKED[same, length])
