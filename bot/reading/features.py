"""What the model sees of a message: its letters, its cues, its form, and what stands before it.

A feature is a string. Letters (n-grams) of the text stand as they are; everything else begins
with a control character, so that no text can pretend to be one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

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

_CUES = cue_words()
_AUTOMATON = AhoCorasick(
    [word for word, _ in _CUES],
    matchkind=MatchKind.LeftmostLongest,
    implementation=Implementation.ContiguousNFA,
)
_CONTEXT = 3
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
_NAMES = (*(str(kind) for kind in Kind), _NONE)


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
    folded = fold(shorten(message.text)) if message.text else ""
    signs: list[str] = []
    words: list[tuple[str, str]] = []
    numbers: list[str] = []
    bare = plain(folded)
    if folded:
        _cues(folded, message, signs, words)
        signs += [f"{SIGN}形:{name}" for name in shapes(bare, folded)]
    title = fold(message.title) if message.title else ""
    bare_title = plain(title)[:_LONGEST_TITLE]
    if title:
        _title(title, signs)
    if "0" in bare or title or message.items:
        numbers = personal_numbers("\n".join((folded, title, *message.items)))
        signs += [f"{SIGN}号:{sort}" for sort in numbers]
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
    groups = {
        group
        for index, _, _ in _AUTOMATON.find_matches_as_indexes(title)
        for group in _CUES[index][1]
    }
    signs += [f"{SIGN}题:{group}" for group in sorted(groups)]


def _cues(folded: str, message: Message, signs: list[str], words: list[tuple[str, str]]) -> None:
    size, last = len(folded), ""
    counts: dict[str, int] = {}
    for index, start, end in _AUTOMATON.find_matches_as_indexes(folded):
        word, groups = _CUES[index]
        for group in groups:
            words.append((group, word))
            counts[group] = counts.get(group, 0) + 1
            if start <= _HEAD_CUE:
                signs.append(f"{SIGN}首:{group}")
            if size - end <= _TAIL_CUE:
                signs.append(f"{SIGN}尾:{group}")
            if last and last != group:
                signs.append(f"{SIGN}{last}>{group}")
        last = groups[0]
    if not counts:
        signs.append(f"{SIGN}无词")
        return
    form = message.type if message.type is not MessageType.TEXT else message.role[0]
    for group, count in counts.items():
        signs.append(f"{SIGN}有:{group}")
        signs.append(f"{SIGN}{form}:{group}")
        if count > 2:  # noqa: PLR2004
            signs.append(f"{SIGN}多:{group}")
    signs.append(f"{SIGN}类数={min(len(counts), 7)}")
    if size <= _LONG:
        signs.append(f"{SIGN}短:{'+'.join(sorted(counts))}")


def _form(message: Message, folded: str, bare: str, hour: int, signs: list[str]) -> None:
    role = message.role
    signs.append(f"{SIGN}式={message.type}{'+' if folded else '-'}")
    signs.append(f"{SIGN}角={role}")
    signs.append(f"{SIGN}时={hour // 2}")
    if message.mentions or "@" in bare:
        everyone = "所有人" in message.mentions or "@所有人" in folded
        signs.append(f"{SIGN}叫={'全' if everyone else min(max(len(message.mentions), 1), 3)}")
    signs += _of_sender(message.sender)
    signs.append(_of_room(message.room))
    if folded:
        size = len(bare)
        bits = size.bit_length()
        half = (size >> max(bits - 2, 0)) & 1
        digits = bare.count("0")
        signs.append(f"{SIGN}长={min(bits * 2 + half, 18)}")
        signs.append(f"{SIGN}行={min(folded.count(chr(10)), 5)}")
        signs.append(f"{SIGN}数={min(digits, 6) if digits < 10 else 9 if digits < 30 else 10}")  # noqa: PLR2004


@lru_cache(maxsize=2048)
def _groups(text: str) -> frozenset[str]:
    """The groups of cue words in another message; most are asked for several times."""
    return frozenset(
        group
        for index, _, _ in _AUTOMATON.find_matches_as_indexes(fold(shorten(text)))
        for group in _CUES[index][1]
    )


@lru_cache(maxsize=2048)
def _heard(text: str, where: str) -> tuple[str, ...]:
    return tuple(f"{SIGN}{where}:{group}" for group in sorted(_groups(text)))


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
        kind = quoted[1] or _NONE
        signs.append(f"{SIGN}引={kind}")
        signs.append(f"{SIGN}引{length}={kind}")
        signs.append(f"{SIGN}引式={quoted[0].type}")
        signs.append(f"{SIGN}引己={quoted[0].sender == message.sender:d}")
        signs += _heard(quoted[0].text, "引有")
    elif message.reply_to:
        signs.append(f"{SIGN}引?")
    if not before:
        return
    lately = [seen or _NONE for _, seen in before[-8:]]
    total = len(lately)
    for name in _NAMES:
        count = lately.count(name)
        if count:
            signs.append(f"{SIGN}近有{name}={(4 * count) // total}")
    danger = sum(_DANGER in _groups(earlier.text) for earlier, _ in before[-_CONTEXT - 1 :])
    signs.append(f"{SIGN}近险={danger}")
    for place, (earlier, seen) in enumerate(reversed(before[-_CONTEXT:])):
        name = seen or _NONE
        same = "己" if earlier.sender == message.sender else "他"
        signs.append(f"{SIGN}前{place}{same}={name}")
        if place == 0:
            _just_before(message, earlier, name, same, length, signs)


def _just_before(
    message: Message, earlier: Message, name: str, same: str, length: str, signs: list[str]
) -> None:
    minutes = (message.at - earlier.at).total_seconds() / 60
    gap = 0 if minutes < 2 else 1 if minutes < 15 else 2 if minutes < 90 else 3  # noqa: PLR2004
    signs.append(f"{SIGN}前{length}{same}={name}")
    signs.append(f"{SIGN}前角={earlier.role[0]}{message.role[0]}{name}")
    signs.append(f"{SIGN}隔={gap}")
    signs.append(f"{SIGN}前式={earlier.type}{same}")
    signs += _heard(earlier.text, "前有")
    if earlier.text.rstrip().endswith(_ASKS):
        signs.append(f"{SIGN}前问{same}{length}")
