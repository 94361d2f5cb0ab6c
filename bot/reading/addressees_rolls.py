"""Finds addressees in a row or alone: 凤岭、玄湾两村, 没交的:甲、乙, 东礁？."""

from __future__ import annotations

import re

from bot.reading.addressees_words import cut
from bot.reading.deadline_grammar import number

Spans = list[tuple[int, int]]

_NAME = r"[\u4e00-\u9fff]{2,4}"
_MANY = r"(?:两|[二三四五六七八九十]|[2-9])"
_BODIES = (
    r"(?:社区|村(?!民|小组)|乡镇|镇|乡|街道|家|组|单位|网格|支部|科室|站所|部门|片区|园区|大棚"
    r"|队|班|学校|厂)"
)
# 请鹤洲、登瀛两社区: the number says that the row is whole.
_ROW = re.compile(
    r"(?:^|[,。;:!?()\s的])(?:截至目前|目前|今天|其中|以及|涉及|(?:还|就)?(?:差|剩)|请|由|让|叫|(?P<not>影响|走访|途经|经过|走))?"
    rf"((?:{_NAME}?[、和])+{_NAME}?)(?:这|那|等)?(?P<many>{_MANY})个?{_BODIES}"
    r"(?![\u4e00-\u9fff]{0,3}的(?!人)|之间|交界)"
)
_JOINT = re.compile(r"[、和]")
# 未交盘点表的:水利站、文化站。 下列人员请于明早来领:戚小曼、张恒
_CALLED_OVER = re.compile(
    r"(?:(?:尚未|还没|还未|没有|没|未|漏)[^,。;:!?\n]{1,14}的|[下以]列?(?:人员|同志|单位|村|同事)[^。;:!?\n]{0,24})"
    r"[^,。;:!?\n]{0,14}:\s*([^。;!?\n]{2,160})"
)
_SPOKEN_OF = re.compile(r"(?:死亡|去世|疑似|涉嫌|举报|信访|反映|通知)")
_ITEM = re.compile(
    rf"\s*(?P<name>[\u4e00-\u9fff·]{{2,10}}?)\s*(?:\([^)]*\))?(?:\s*[\dx*][\dx* \-]{{5,}})?\s*"
    rf"(?:等?{_MANY}个?{_BODIES})?(?P<joint>$|[、,])"
)
_ALONE = re.compile(r"\s*(?P<name>[\u4e00-\u9fff]{2,5}?)呢?(?P<mark>[?!。~…]*)\s*$")
_UNKNOWN = frozenset("?sX")


def in_rows(text: str) -> Spans:
    """Names before a number that says how many they are."""
    spans: Spans = []
    if "、" not in text and "和" not in text:
        return spans
    for found in _ROW.finditer(text):
        names = _parts(*found.span(2), text)
        if found["not"] is None and len(names) == number(found["many"]):
            spans += names
    return spans


def called_over(text: str) -> Spans:
    """Names after 没交的: or 下列人员…:, whatever numbers stand between them."""
    found = _CALLED_OVER.search(text) if ":" in text else None
    if found is None or _SPOKEN_OF.search(text, 0, found.start(1)):
        return []
    spans: Spans = []
    place, end = found.span(1)
    joint = ""
    while place < end and (item := _ITEM.match(text, place, end)) is not None:
        spans.append(item.span("name"))
        place = item.end()
        if joint == "、" and item["joint"] == ",":
            break  # 一小区、六小区,现在补发
        joint = item["joint"]
    return spans if len(spans) > 1 else []


def alone(text: str) -> Spans:
    """The name of a place or person that is the whole message, as in 东礁？."""
    found = _ALONE.match(text)
    if found is None:
        return []
    letters, _ = cut(found["name"])
    known = set(letters) - _UNKNOWN
    if known - set("Uhna") or not (set(letters) & set("?sU")):
        return []
    return [found.span("name")]


def _parts(start: int, end: int, text: str) -> Spans:
    spans: Spans = []
    place = start
    for joint in _JOINT.finditer(text, start, end):
        spans.append((place, joint.start()))
        place = joint.end()
    return [*spans, (place, end)]
