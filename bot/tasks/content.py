"""What a notice asks, in one line; its numbered items; and whether something is to be handed in."""

import re
from functools import lru_cache

from bot.core.message import Message
from bot.core.reading import Reading, Trait
from bot.words.times import excerpt

#: Pairs of characters that a text must share with a task to be taken for one about it.
ALIKE = 2
_LONGEST, _LONGEST_PART = 80, 60
_CALLED = re.compile(r"@[^\s@]{1,20}\s*")
_CHINESE = "一二三四五六七八九十"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
#: 1. 1、 (1) 一、 （一） ① at the beginning of a line or of a sentence.
_ITEM = re.compile(
    rf"(?:^|(?<=[\n。；;：:！!]))\s*(?:[（(]?(?P<digits>\d{{1,2}})(?:[.．、)）](?!\d))"
    rf"|[（(]?(?P<chinese>[{_CHINESE}]{{1,3}})[、)）.．]|(?P<circled>[{_CIRCLED}]))\s*"
)
_HAND_IN = re.compile(
    r"上报|报送|呈报|报[给至来齐]|报[一-龥]{2,5}(?:办|室|站|所|中心)|报到(?=[^，。；\n]{0,8}[办室站处我])|提交|上交|交[到给至来齐表]|反馈|回传|填报|填写|(?:发|传)[到给至]"
    r"|(?:报|交|送|发|填)[^\s，。；！？,.;!?\n]{0,10}(?:表|台账|名单|材料|总结|报告|数据|数字|清单|方案|信息|照片|截图)"
)
_REST_STANDS = re.compile(r"其[他它余](?:内容|要求|事项)?(?:均|都)?(?:不变|照旧)")
#: The share of a notice's own words that a correction must repeat to be the whole notice anew.
_WHOLE = 0.7
_LONGEST_URGING = 60
_URGES = re.compile(r"还(?:没|未|差)|尚未|没[交报]的|未[交报]的|就差|就等|抓紧|催|加快")
_OPEN_END = re.compile(r"另行通知|时间待定|待通知|时间再定")


def gist(message: Message) -> str:
    """A notice in one line."""
    title = f"《{message.title}》" if message.title else ""
    text = _CALLED.sub("", message.text)
    return excerpt(f"{title}{text}".strip() or message.type.value, _LONGEST)


def items(text: str) -> tuple[str, ...]:
    """The numbered items of a notice, two at least; none where the numbers do not count up."""
    marks = list(_ITEM.finditer(text))
    for sort in ("digits", "chinese", "circled"):
        own = [mark for mark in marks if mark.group(sort)]
        if len(own) > 1 and [_value(mark) for mark in own] == list(range(1, len(own) + 1)):
            ends = [mark.start() for mark in own[1:]] + [len(text)]
            found = [
                excerpt(text[mark.end() : end].strip(" \n；;。"), _LONGEST_PART)
                for mark, end in zip(own, ends, strict=True)
            ]
            return tuple(found) if all(found) else ()
    return ()


def wants_result(text: str, reading: Reading) -> bool:
    """Whether something is to be handed in."""
    return Trait.MATERIAL_DEMAND in reading.traits or _HAND_IN.search(text) is not None


def repeats_all(text: str, before: str) -> bool:
    """Whether a correction tells the whole notice anew, and not only what is different."""
    words = _pairs(before)
    if _REST_STANDS.search(text):
        return False
    return len(words & _pairs(text)) >= max(ALIKE, _WHOLE * len(words))


def urges(text: str) -> bool:
    """Whether it only presses for what was asked before."""
    return len(text) <= _LONGEST_URGING and _URGES.search(text) is not None


def leaves_open(text: str) -> bool:
    """Whether a correction takes the old moment back and gives no new one yet."""
    return _OPEN_END.search(text) is not None


def shared(one: str, other: str) -> int:
    """How many pairs of neighbouring characters two texts have in common, everyday ones aside."""
    return len(_pairs(one) & _pairs(other))


_PLAIN = re.compile(r"[\u4e00-\u9fff]{2,}|[a-z]{3,}")
_EVERYDAY = re.compile(
    r"[今明后昨]天|[上下]午|已经|完成|[各我本全][村办镇]|村委|书记|主任|工作|情况|通知|请[各于]|抓紧"
    r"|(?:月|周|星期)[一-龥]?|务必|前[报交]|按时|落实"
)


@lru_cache(maxsize=512)
def _pairs(text: str) -> frozenset[str]:
    runs = _PLAIN.findall(_EVERYDAY.sub(" ", text.lower()))
    return frozenset(run[start : start + 2] for run in runs for start in range(len(run) - 1))


def _value(mark: re.Match[str]) -> int:
    if mark["digits"]:
        return int(mark["digits"])
    if mark["circled"]:
        return _CIRCLED.index(mark["circled"]) + 1
    return _chinese(mark["chinese"])


def _chinese(word: str) -> int:
    """一 to 九十九; 0 for what is no number."""
    tens, ten, ones = word.partition("十")
    if not ten:
        return _CHINESE.index(word) + 1 if len(word) == 1 else 0
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return (_CHINESE.index(tens) + 1 if tens else 1) * 10 + (
        _CHINESE.index(ones) + 1 if ones else 0
    )
