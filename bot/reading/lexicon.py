"""Rebuilds `addressees.bin`: common words by class, from jieba's dictionary and the corpus.

`python -m bot.reading.lexicon` needs jieba, which the extra `train` brings; only its word list is
read. The same dictionary and the same corpus give the same bytes.
"""

import importlib.util
import re
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.reading.addressees_words import LEXICON, OWN, SURNAMES
from bot.reading.deadline_grammar import fold
from bot.reading.records import load_records
from bot.reading.train import CORPUS

# jieba's part of speech to the grammar's class; whatever else there is counts as a noun.
_CLASS = {
    "v": "v", "vn": "v", "vd": "v", "vg": "v", "vi": "v", "vq": "v", "zg": "v", "i": "v", "l": "v",
    "a": "a", "ag": "a", "an": "a", "z": "a", "ad": "d", "d": "d", "df": "d", "dg": "d",
    "m": "m", "mq": "m", "mg": "m", "q": "q", "r": "r", "rr": "r", "rz": "r", "t": "t", "tg": "t",
    "p": "p", "c": "c", "f": "f", "s": "f", "ns": "s",
    "u": "u", "ud": "u", "ug": "u", "uj": "u", "ul": "u", "uv": "u", "uz": "u",
    "y": "u", "e": "u", "o": "u",
}  # fmt: skip
_PERSONS = frozenset({"nr", "nrt", "nrfg"})
_LONGEST, _SINGLE = 4, 300
# How often jieba has met a word: one of the corpus, a person's name of the corpus, any other.
_MET, _MET_NAME, _COMMON = 3, 50, 1500
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")

# These begin another word before them: 请各, 把表.
_CUT_BEFORE = "各每请让把将给由"
_WHOLE = frozenset(
    [
        "每次",
        "让步",
        "把关",
        "把握",
        "把手",
        "给予",
        "由于",
        "请假",
        "请示",
        "请教",
        "请求",
        "让座",
        "每逢",
    ]
)
_NOT_WORDS = frozenset(["请各", "把各", "让各", "的各", "全员"])

_UNIT = re.compile(
    r"(?:村|镇|乡|县|办|站|所|局|队|组|院|校|社|科|股|室|处|部|厂|店|园|中心|公司|连|屯|庄|寨|网格|支部)$"
)
_NO_UNIT = re.compile(
    r"(?:干部|内部|全部|外部|底部|头部|场所|住所|厕所|到处|用处|好处|公园|教室|家园|办公|会议室|局部|[西东南北中]部)$"
)
_PERSON = re.compile(r"(?:员|长|师|生|者|工|民|户|手|人)$")
_NO_PERSON = re.compile(
    r"(?:人工|卫生|时长|成长|施工|手工|双手|生长|延长|增长|先生|发生|产生|民生|养生|一生|再生|野生|[动开完停复竣分]工"
    r"|新人|账户|窗户|[入上落]户|[右左抓着动洗]手|[本个别有无专每死]人|人人)$"
)
_NOMINAL = frozenset("nsf")


def build(dictionary: Iterable[str], texts: Iterable[str]) -> bytes:
    """The packed lexicon; `dictionary` has lines of a word, how often it was met, its part of speech."""
    seen = _pieces(fold("\n".join(texts)))
    own = {word for listed in OWN.values() for word in listed.split(" ")}
    by_class: defaultdict[str, set[str]] = defaultdict(set)
    for word, kind in _classified(dictionary, seen):
        if word not in own:
            by_class[kind].add(word)
    lines = (" ".join((kind, *sorted(words))) for kind, words in sorted(by_class.items()))
    return zlib.compress("\n".join(lines).encode(), 9)


def _pieces(text: str) -> set[str]:
    return {text[i : i + n] for n in range(2, _LONGEST + 1) for i in range(len(text) - n + 1)}


def _classified(dictionary: Iterable[str], seen: set[str]) -> Iterator[tuple[str, str]]:
    units = tuple(word for word in OWN["U"].split(" ") if len(word) > 1)
    # 今天下午: the grammar reads each word for itself.
    times = tuple(word for word in OWN["T"].split(" ") if len(word) > 1)
    people = tuple(word for word in OWN["P"].split(" ") if len(word) > 1)
    for line in dictionary:
        word, count, sort = line.split()
        if len(word) > _LONGEST or _CHINESE.fullmatch(word) is None:
            continue
        met, kind = int(count), _CLASS.get(sort, "n")
        if len(word) == 1:
            if met >= _SINGLE:
                yield word, kind
            continue
        name = sort in _PERSONS and word[0] in SURNAMES
        wanted = met >= _COMMON or (word in seen and met >= (_MET_NAME if name else _MET))
        begins = word[0] in _CUT_BEFORE and word not in _WHOLE
        if not wanted or begins or word in _NOT_WORDS or word.startswith(times):
            continue
        if kind in _NOMINAL:
            kind = _of_noun(word, kind)
            if len(word) > 2 and word.endswith(people):  # noqa: PLR2004
                kind = "P"
            elif len(word) > 2 and word.endswith(units):  # noqa: PLR2004
                kind = "U"
        yield word, kind


def _of_noun(word: str, kind: str) -> str:
    """A noun is a unit or a kind of people by its end."""
    if _UNIT.search(word) and not _NO_UNIT.search(word):
        return "U"
    if _PERSON.search(word) and not _NO_PERSON.search(word):
        return "P"
    return kind


def main() -> None:
    """Rebuild the file in its place."""
    found = importlib.util.find_spec("jieba")
    if found is None or found.origin is None:
        sys.exit("jieba is needed: pip install 'qingqun[train]'")
    words = (Path(found.origin).parent / "dict.txt").read_text("utf-8").splitlines()
    records = load_records(sorted(CORPUS.glob("*.jsonl")))
    LEXICON.write_bytes(
        build(words, (f"{one.message.text}\n{one.message.title}" for one in records))
    )


if __name__ == "__main__":
    main()
