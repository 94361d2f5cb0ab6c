"""Finds the phrases that stand where the one who acts stands, by their spelling.

`addressees_grammar` looks for the same by the classes of words; the two miss different things, and
`addressees` weighs one against the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.reading.addressees_spelling import NAME, NOT_EACH, NOT_WITHIN, NOUN
from bot.reading.deadline_grammar import mentions as time_mentions

_LABEL = re.compile(
    r"(?:参会人员|参会对象|参加人员|参加对象|参会范围|参会|参加|出席人员|出席|参训人员|对象"
    r"|人员|参演单位|责任单位)\s*:\s*([^\n。;📝📍⏰]+)"
)
_DUE = re.compile(r"[还就只][差剩缺等]|[未没][报交]")
_LACKING = re.compile(
    r"(?:还差|就差|只差|就剩|只剩|还剩|还缺|就缺|就等|还没报的有|没报的有|未报的有|没交的有"
    r"|未交的?(?:有|单位)?:|没交的?:|未报:)(?:了)?\s*([^,。;!?\n]{2,30})"
)
# 桃源，就差你了
_WAITED = re.compile(
    r"(?:^|[。!?;\n,])\s*([\u4e00-\u9fff]{2,5}(?:[、 和][\u4e00-\u9fff]{2,5})*)\s*,?\s*(?:现在)?"
    r"(?:就|只)(?:差|等|剩)(?:了)?[你您]"
)
# 惠民、北门还没报: bare names of places in a row, where a sentence begins.
_LISTED = re.compile(
    r"(?:^|[。!?;\n,])\s*((?:[\u4e00-\u9fff]{2,4}[、 ])+[\u4e00-\u9fff]{2,4}?)"
    r"(?=(?:[两三四]个?(?:家|村|社区))?(?:还没|没报|没交|未报|把|的增|,?就等|今天|明天|马上"
    r"|别|先|必须|,今|,明))"
)
_ITEM = re.compile(
    r"\s*(?:、|和|及|以及)\s*(?:请)?([\u4e00-\u9fff]{2,7}?)(?=[、,:。]|和|一家|每|各|把|在"
    r"|先|马上|立即|今|明|本周|全|都|必须|要|负责|配合|参加|现在|提前|准备|自行|做好|迅速|抓紧"
    r"|分别|共同|一起|一并|立刻|尽快|务必|同时|征求|动员|督促|于|\d|$)"
)
_AFTER_BOUNDARY = re.compile(
    # A first look at a character that each begins with spares trying the rest everywhere.
    r"(?=[,。!?;\n:\s\]】)\"”请让由叫喂望麻辛要通定意①②③④⑤⑥⑦⑧⑨\d一二三四其特但])"
    r"(?:[,。!?;\n:\s\]】)\"”请让由叫喂望]\s*|麻烦|辛苦|要求|通知|定的|意见|[①②③④⑤⑥⑦⑧⑨]|\d\."
    r"|[一二三四](?:、|是)|其中|特别是|但)"
)
_AFTER_TIME = re.compile(r"[前内之以,的起开始 ]*")
_EACH_OR_ALL = re.compile(r"(?=[各每全机])(?:[各每全]|机关全体)")
_JOINT = re.compile(r"\s*(?:、|和|及|以及|与)\s*|\s+")
_LABEL_JOINT = re.compile(r"\s*(?:、|,|和(?!谐)|及|以及|与)\s*")
_LIST_JOINT = re.compile(r"\s*(?:、|和|及|以及|与|会同)\s*")
_BOUNDARY = re.compile(
    r"(?:^|[,。;!?\n:\s\]】)\"”]|请|让|由|叫|麻烦|辛苦|烦请|望|要求|通知|喂|定的|意见"
    r"|[①②③④⑤⑥⑦⑧⑨]|\d\.|一、|二、|三、|四、|一是|二是|三是|四是|其中|特别是|但)$"
)
# Before a unit, these make it the receiver or an object and not the one who acts.
_OBJECT = re.compile(
    r"(?:报|交|送|发|给|到|往|向|对|找|跟|将|把|在|从|为|与|据|按|经|被|去|来|是|问|查|看|进|转"
    r"|联系|通知到|配合|协助|报送|反馈|返回|告诉|比|替)$"
)
_NOT_SUBJECT = re.compile(
    r"\s*(?:之间|里头|内部|以外|门口|办公楼|楼下|广场|会议室|群|方面|情况|数据|台账|名单|材料"
    r"|报表|也要求|要求|通报|反映|来(?:检查|暗访|督导|调研)|说|讲了|在等|等着|要数|催|刚刚|刚才)"
)
_ACTING = re.compile(
    r"\s*(?:\([^)]*\))?\s*(?:[,:]|请|牵头|负责|务必|必须|要|须|需|应|把|将|在|于|今|明|后天"
    r"|本周|下周|\d|马上|立即|立刻|赶紧|抓紧|尽快|先|都|也|全部|全|统一|带|派|出|到|去|来"
    r"|参加|参会|准时|按|组织|安排|做好|落实"
    r"|上报|报|交|填|补|配合|汇总|通知|注意|听|看|盯|守|自查|自己|自行|自|抽|跟|加|对|继续"
    r"|逐|每|从|认真|迅速|关|包|留|拿|收|开|点|用|没|凡|随|坐镇|查|核|打|跑|拉|排|清|撤|起"
    r"|现在|再|不|可|你|各|一|两|准备|回|上|下|转|发|写|做|教|照|统|值|轮|管|联系|提|确认"
    r"|巡|进|放|停|盖|签|建|月|年|周|上午|下午|晚|早|中午|前|就|直接|挨|登|录|扫|贴|换|量"
    r"|拆|救|$)"
)
_NOT_ACTING_NAME = re.compile(
    r"的|说|讲|那|家|已|刚|同意|批|通知|请假|也|在|的|,|叫|今天[上下]午|[、。!?]"
)
_VOCATIVE = 12  # how far into the text those called upon may stand
# Who checks, asks or watches is not told to act.
_OTHERS = re.compile(
    r"(?:督导|督查|检查|考核|测评|暗访|普查|巡察|巡视|审计|调研|验收|观摩|专家|考察)组"
    r"|^[县市区省州国][里委局]|[县市区省](?:委|局)|组织部|领导小组|上级|我[村镇乡办院校局所]"
)


def phrases(folded: str, known: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """Return the spans of those told to act; `known` are those of names known in the town."""
    return (
        _labelled(folded)
        or _lacking(folded)
        or _acting(folded, known)
        or _listed(folded)
        or _every(folded)
    )


def _labelled(folded: str) -> list[tuple[int, int]]:
    """Return the list after 参会人员: or the like."""
    found = _LABEL.search(folded) if ":" in folded else None
    return list(_split(folded, found.start(1), found.end(1), _LABEL_JOINT)) if found else []


def _lacking(folded: str) -> list[tuple[int, int]]:
    """Those of whom something is still due: 表还差白马、银厂."""
    if not _DUE.search(folded):
        return []
    waited = _WAITED.search(folded)
    if waited:
        return list(_split(folded, waited.start(1), waited.end(1), _JOINT))
    for found in _LACKING.finditer(folded):
        end = found.end(1)
        body = re.match(
            r"(?:[\u4e00-\u9fff]{2,6}?(?:[、和及]|\s))*[\u4e00-\u9fff]{2,5}(?=[了的两三四]?家?(?"
            r":[两三四]家)?|$)",
            found[1],
        )
        if body and not re.search(r"\d|一|几|户|人|份|张|点", found[1]):
            end = found.start(1) + body.end()
            trimmed = re.sub(
                r"(?:[两三四]家|没报|没交|未报|未交|的|了|两个|三个|你们)+$",
                "",
                folded[found.start(1) : end],
            )
            return list(_split(folded, found.start(1), found.start(1) + len(trimmed), _JOINT))
    return []


def _every(folded: str) -> list[tuple[int, int]]:
    """每村报2人 names the villages, where nobody else is named."""
    start = folded.find("每")
    while start >= 0:
        found = NOUN.match(folded, start)
        if found is not None and found.lastgroup == "every":
            return [found.span()]
        start = folded.find("每", start + 1)
    return []


def _listed(folded: str) -> list[tuple[int, int]]:
    found = _LISTED.search(folded) if "、" in folded or " " in folded else None
    return list(_split(folded, found.start(1), found.end(1), _JOINT)) if found else []


def _split(folded: str, start: int, end: int, joint: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    position = start
    for found in joint.finditer(folded, start, end):
        if found.start() > position:
            yield position, found.start()
        position = found.end()
    rest = re.sub(
        r"(?:等)?(?:准时|务必|必须)?(?:参会|参加|出席|到会)?[,，]?\S{0,0}$",
        "",
        folded[position:end],
    )
    rest = re.split(r"[,!?]", rest)[0]
    if rest.strip():
        yield position, position + len(rest)


def _acting(folded: str, known: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Noun phrases that stand where the one who acts stands."""
    spans: list[tuple[int, int]] = []
    times = [(m.start, m.end) for m in time_mentions(folded)]
    places = _places(folded, times, known)
    ends = dict(known)
    position = 0
    while places:
        start = places.pop()
        if start < position:
            continue
        if start in ends:
            end, kind = ends[start], "known"
        elif found := NOUN.match(folded, start):
            end, kind = found.end(), found.lastgroup or ""
        else:
            continue
        person = NAME.match(folded, start) if kind == "body" else None
        if not _is_actor(folded, start, end, kind, spans, times) and person is not None:
            end, kind = person.end(), "name"  # 秦老师快撤回: not a unit but a person
        if _is_actor(folded, start, end, kind, spans, times):
            spans.append((start, end))
            position = end
            if kind in ("body", "role", "name", "known", "each"):
                position = _take_list(folded, spans)
            joint = _LIST_JOINT.match(folded, position)
            if joint is not None:
                places.append(joint.end())
        else:
            position = start + 1 if kind in ("body", "name", "described") else end
    return spans


def _places(
    folded: str, times: list[tuple[int, int]], known: Sequence[tuple[int, int]]
) -> list[int]:
    """Where a phrase may begin, the last place first: trying everywhere costs ten times as much."""
    places = {0} | {start for start, _ in known}
    places.update(found.end() for found in _AFTER_BOUNDARY.finditer(folded))
    places.update(found.start() for found in _EACH_OR_ALL.finditer(folded))
    # 25日前会同财务股: what stands between the time and the phrase belongs to neither.
    places.update(_AFTER_TIME.match(folded, end).end() for _, end in times)  # type: ignore[union-attr]
    return sorted(places, reverse=True)


def _take_list(folded: str, spans: list[tuple[int, int]]) -> int:
    """Add the plain words that continue a list (派出所、城管), and returns where it ends."""
    end = spans[-1][1]
    while item := _ITEM.match(folded, end):
        noun = NOUN.match(folded, item.start(1))
        if noun is not None and noun.lastgroup != "described":
            break
        spans.append(item.span(1))
        end = item.end(1)
    return end


def _is_none(folded: str, start: int, end: int, kind: str) -> bool:
    """Whether it is nobody, or somebody who is never told to act."""
    if kind == "each" and NOT_EACH.match(folded, start):
        return True
    return _OTHERS.search(folded[start:end]) is not None or bool(NOT_WITHIN.match(folded, start))


def _is_actor(  # noqa: C901, PLR0911
    folded: str,
    start: int,
    end: int,
    kind: str,
    spans: list[tuple[int, int]],
    times: list[tuple[int, int]],
) -> bool:
    before = folded[max(0, start - 4) : start]
    follows_list = bool(spans) and _LIST_JOINT.fullmatch(folded, spans[-1][1], start) is not None
    follows_time = any(
        a < start and b <= start and not folded[b:start].strip("前内之以,的起开始 ")
        for a, b in times
    )
    at_boundary = _BOUNDARY.search(before) is not None or not before.strip()
    if _NOT_SUBJECT.match(folded, end) or any(a <= start < b for a, b in times):
        return False
    if follows_list:
        return True
    if _is_none(folded, start, end, kind):
        return False
    if kind == "every" and spans:
        return False
    if (
        kind in ("body", "role")
        and spans
        and folded.startswith(":", spans[0][1])
        and spans[0][0] < _VOCATIVE
    ):
        return False  # 各位家长:学校明天放假 calls upon the parents only
    if kind in ("each", "all"):
        return _OBJECT.search(before) is None
    if not (at_boundary or follows_time) or folded.startswith("的", end):
        return False
    if kind == "role":
        return (
            folded[end - 1] == "们"
            or _ACTING.match(folded, end) is not None
            or _ITEM.match(folded, end) is not None
        )
    if kind == "known":
        return True
    rest = folded[end : end + 1]
    if kind == "described":
        return at_boundary and _ACTING.match(folded, end) is not None
    if kind == "name":
        return _NOT_ACTING_NAME.match(folded, end) is None
    if kind == "body" and folded.startswith(",", end) and start > 0:
        return False
    return _ACTING.match(folded, end) is not None or (
        bool(rest) and _LIST_JOINT.match(folded, end) is not None
    )
