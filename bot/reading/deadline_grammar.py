"""The words of Chinese deadlines: one lexer, and the grouping of its tokens into mentions.

A mention is what a reader would call one time expression: `4月23日（星期五）下午2:30` is one.
Whether a mention is a deadline, and which instant it means, is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from re import Match

from bot.reading.normal import exchange

# One character to one character, so that offsets into the original text stay valid.
_FULL = "０１２３４５６７８９：．（）～－–—／，！？；\u3000"
_PLAIN = dict(zip(_FULL, "0123456789:.()~---/,!?; ", strict=True))
_WIDE = re.compile(f"[{_FULL}]")

_DIGIT_VALUES = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_TENS = {"十": 1, "廿": 2, "卅": 3}

NUMBER = r"(?:\d{1,2}(?!\d)|[〇零一二两三四五六七八九十廿卅]{1,3})"
_WEEK = r"(?:周|星期|礼拜|禮拜|週)"
_BEFORE = r"(?:之前|以前|前)"

# What follows N号 when it names a thing (二号工具, 7号楼) and not a day.
_NOT_A_DAY = (
    r"(?!节目|投|楼|线|工[具程]|文|令|桌|机|门|院|店|车|床|病|点位|窗|仓|库|炉|厅|会议[室厅]"
    r"|公[告路寓]|台风|选手|教|厂|井|桥|塘|泵|片"
    r"|网|地|码|宿|柜|屏|摄|岗|卡|路|段|棚|洞|矿|图|通知|建议|检[察票]|样|法庭|车间|仪|船"
    r"|作|组|报告厅|航站)"
)
# What follows N点 when it counts points (3点要求) and not hours.
_NOT_A_CLOCK = (
    r"(?!要求|意见|建议|说明|注意|内容|希望|体会|问题|措施|工作|提醒|想法|看法|理由|原因"
    r"|感受|思考|补充|强调|共识"
    r"|疑[问虑]|变化|安排|纪律|启示|事[项情]?|不足|提示|教训|困难|做法|规定|经验|诉求|:(?!\d"
    r")|一线|儿|位|名|多[吗了])"
)
_MINUTES = r"(?:[0-5]\d|[二三四五]?十[一二三四五六七八九]?|[零〇][一二三四五六七八九]|五(?=分))"

_TOKENS: tuple[tuple[str, str], ...] = (
    (
        "past",
        (
            r"(?<![以之目])(?:昨|前)(?:天|日(?!期)|晚|夜)|昨|大前天|去年|前年|往年|上个?月|上(?:"
            r"一?个)?季度|上半年"
            rf"|上(?:一?个)?{_WEEK}[一二三四五六日天末]?|刚才|那天(?=[的,])"
        ),
    ),
    (
        "every",
        (
            rf"每(?:个)?(?:工作日|天|日|{_WEEK}(?P<ev_week>[一二三四五六日天])?|月(?![底末])(?P<"
            rf"ev_day>{NUMBER})?[日号]?|季度?(?![末底]))"
            r"|每(?=[晚早]|个?(?:月|季度?)[底末])|天天|每逢"
        ),
    ),
    (
        "span",
        (
            rf"(?P<sp_each>每隔?)?(?P<sp_n>半|一个半|\d{{1,3}}|{NUMBER}(?:个半)?)\s*个?\s*"
            rf"(?P<sp_unit>工作日|小时|钟头|分钟|刻钟|天|日|{_WEEK}|月)"
            r"(?(sp_each)(?<=[时头钟])(?=[,]?(?:报|看|巡|拍|测|发|传|查|一[报次]))"
            r"|\s*(?:之内|以内|内(?!部|容|业|的?核酸)|(?P<sp_left>就?(?=(?:开会|开始|集合|出发"
            r"|到位|到齐)))|(?P<sp_after>之后|以后|后)(?=[,]?(?:集合|出发|开会|开始|到|在|交|报"
            r"|发|给|见|必须|我要|来))"
            r"|(?P<sp_time>的?时间)(?=[,。!;]|$)))"
        ),
    ),
    ("iso", r"(?<![\d-])(?P<is_y>20\d\d)[-/.](?P<is_m>\d{1,2})[-/.](?P<is_d>\d{1,2})(?![\d-])日?"),
    (
        "lunar",
        (
            r"(?:(?:农历|阴历|旧历)\s*(?P<lu_m>正|冬|腊|[一二三四五六七八九十]{1,2})月|(?P<lu_m2"
            r">正|冬|腊)月)"
            r"(?P<lu_d>初[一二三四五六七八九十]|[一二三廿]?十[一二三四五六七八九]?"
            r"|廿[一二三四五六七八九]?)"
            r"|(?<![\d一两几多])年(?P<lu_n>二十[一二三四五六七八九]|廿[一二三四五六七八九])"
            r"|(?P<lu_c>(?:大年)?初[一二三四五六七八九十](?![中级步高]))"
        ),
    ),
    (
        "month_day",
        (
            rf"(?:(?P<md_y>20\d\d|今|明|本)年\s*)?(?P<md_m>{NUMBER})\s*月\s*(?P<md_d>{NUMBER})\s*"
            rf"(?:[日号]|(?={_BEFORE}|之|以前|[上下中]午|早|晚|凌晨|到|至|[-~(,。!;)]|截止|开会"
            r"|召开|集合|$))"
        ),
    ),
    (
        "slash",
        (
            r"(?<!\d)(?<!\d[./:-])(?P<sl_m>1[0-2]|0?[1-9])[./](?P<sl_d>3[01]|[12]\d|0?[1-9])(?!"
            r"[\d./%:])"
            rf"(?=\s*(?:{_BEFORE}|截止|[上下中]午|晚上?|\(|\d\d?[:点]))"
        ),
    ),
    (
        "month_end",
        (
            rf"(?:(?P<me_rel>本|这个?|当|下个?|每个?)|(?P<me_m>{NUMBER}))?\s*月(?P<me_part>底|末|尾"
            rf"|中旬|上旬|下旬|中(?={_BEFORE}))"
        ),
    ),
    ("in_month", r"(?<!个)(?:本|这个|当)?月(?:之|以)?内"),
    ("xun", r"(?<!月)(?:本)?旬(?:末|底)"),
    ("quarter", r"(?:(?P<qu_rel>本|这个?|下个?|第?[一二三四1-4])?季度|季)(?:末|底)"),
    ("year_end", r"(?P<ye_rel>今|本|当|明|20\d\d)?年(?:底|末|内|终(?=前))"),
    (
        "day",
        (
            rf"(?<![\d第.\[〔])(?:(?P<dm_rel>本|这个?|当|下个?|次)月\s*)?(?P<dm_d>{NUMBER})\s*(?"
            rf":号{_NOT_A_DAY}|日(?!报(?![名送到我给数])|[一两二三]报|[一两二三]次|常|期|均|程"
            r"|志|子|产|游|元))"
        ),
    ),
    (
        "relative",
        (
            r"大后[天日]|后[天日]|明[天日儿]|听日|今[天日儿]个?|今明两?[天日]|明后两?[天日]"
            r"|当[天日]|即日|[今明](?=[早晚晨夜])|后(?=[早晚](?![点些]))|第二天"
        ),
    ),
    (
        "weekday",
        (
            rf"(?<![每一两几数半\d])(?P<wk_rel>下下|下|本|这|当)?(?:一?个)?{_WEEK}(?P<wk_day>[一"
            r"二三四五六日天](?![次遍轮期报]|年级)|[1-7](?![\d次期轮]))"
        ),
    ),
    ("weekend", r"(?P<we_rel>下|本|这)?(?:个)?周末"),
    ("week", rf"(?P<wn_rel>下下|下|本|这|当)(?:一?个)?{_WEEK}(?!末)"),
    (
        "festival",
        (
            r"(?P<fe_name>大年三十|年三十|除夕|小年|春节|元宵|清明|劳动节|五一|端午|重阳|中秋"
            r"|国庆|元旦|七夕|冬至|腊八|妇女节|三八|植树节"
            r"|青年节|儿童节|六一|建党节|七一|建军节|八一|教师节|十一(?=前|之前|以前|放假|长假"
            r"|假期)|过年(?=前|之前)"
            r"|(?<![\d一二两三四五六七八九十几多今明去当往])年(?=前(?!后))|双?节(?=前))(?:佳?节)"
            r"?(?P<fe_tail>(?:小?长?假期?)?(?:收假|结束|最后一天)|小?长假|假期|放假)?"
            r"|(?P<fe_back>收假)"
        ),
    ),
    (
        "part",
        (
            r"(?P<dp_dawn>凌晨)"
            r"|(?P<dp_am>一大早|大清早|清早|清晨|一早|早上|早晨|早间|上午|上昼|午前|[早晨](?=(?:"
            r"\d{1,2}|[五六七八九十])[点:])|(?<=[天日号一二三四五六末今明后每])(?:早(?![点些就已"
            r"在操期班])|晨))"
            r"|(?P<dp_noon>中午|正午|晌午头?|午间|午饭|中饭|午休)"
            r"|(?P<dp_pm>下午|午后|后晌|下昼|晏昼)"
            r"|(?P<dp_dusk>傍晚|黄昏)"
            r"|(?P<dp_night>半夜|午夜|深夜)"
            r"|(?P<dp_eve>晚上(?!班)|晚间|夜里|夜间|夜晚|(?<=[天日号一二三四五六末今明后每)])(?:"
            r"晚(?![点些会于报婚育])|夜(?![宵校市查巡班]))|晚(?=(?:\d{1,2}|[五六七八九十]"
            r"|十[一二])[点:]))"
            r"|(?P<dp_off>下班(?![后的时途])|放学(?=前|之前|以前)|收工(?!后)|放工|落班)|(?P<dp_o"
            r"n>一?上班(?![后时期的]))"
        ),
    ),
    (
        "clock",
        (
            r"(?<!\d)(?<!\d[:/.])(?P<ck_h>[01]?\d|2[0-4]):(?P<ck_m>[0-5]\d)(?![\d:])"
            r"|(?<![\d几第有这那提讲说])(?<!\d[.:])(?P<ck_h2>(?:[01]?\d|2[0-4])(?!\d)"
            r"|[二两三四五六七八九](?!十)|十[一二三四五六七八九]?|二十[一二三四]?|零"
            r"|(?<![快早晚多少差大小高低])一(?=点(?:半|钟|整|[前之以开集到]|[一三]刻))|(?<=[午"
            r"上晨里])一)\s*(?P<ck_unit>点|时(?!候|间|段|期|常|而|刻|代))"
            rf"(?:(?P<ck_half>半)|(?P<ck_q>[一三13])刻|过?(?P<ck_m2>{_MINUTES})分?(?!之)|钟|整"
            rf"|正|{_NOT_A_CLOCK})钟?"
        ),
    ),
)
_TOKEN_RE = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _TOKENS))
# The characters each kind of token can begin with. Trying only those kinds, and only there, costs a
# fifth of a search with the whole lexer.
_NUMERALS = "0123456789〇零一二两三四五六七八九十廿卅"
_BEGINNINGS = {
    "past": "昨前去往上刚那大",
    "every": "每天",
    "span": _NUMERALS + "半每",
    "iso": "2",
    "lunar": "农阴旧正冬腊年大初",
    "month_day": _NUMERALS + "今明本",
    "slash": "0123456789",
    "month_end": _NUMERALS + "本这当下每个月",
    "in_month": "本这当月",
    "xun": "本旬",
    "quarter": _NUMERALS + "本这下第季",
    "year_end": "今本当明2年",
    "day": _NUMERALS + "本这当下次",
    "relative": "大后明听今当即第",
    "weekday": "下本这当一个周星礼禮週",
    "weekend": "下本这个周",
    "week": "下本这当",
    "festival": "大年除小春元清劳五端重中国七冬腊妇三植青六建八教十过双节收",
    "part": "凌一大清早晨上午中正晌下傍黄半深晚夜放收落",
    "clock": _NUMERALS,
}


def _lexers() -> dict[str, re.Pattern[str]]:
    """One lexer a first character, of the kinds that can begin with it, in the lexer's order."""
    kinds_at: dict[str, list[str]] = {}
    for kind, _ in _TOKENS:
        for char in _BEGINNINGS[kind]:
            kinds_at.setdefault(char, []).append(kind)
    patterns = dict(_TOKENS)
    made: dict[tuple[str, ...], re.Pattern[str]] = {}
    for kinds in map(tuple, kinds_at.values()):
        if kinds not in made:
            made[kinds] = re.compile("|".join(f"(?P<{k}>{patterns[k]})" for k in kinds))
    return {char: made[tuple(kinds)] for char, kinds in kinds_at.items()}


_LEXERS = _lexers()
_BEGIN_RE = re.compile(f"[{''.join(_LEXERS)}]")

# Without one of these no mention can arise; most messages stop here.
_HINT_RE = re.compile(r"[点时号日天旬底末前内晚早午夜晨班拜钟月\d]|[周期节年]|[除收]")

DATE_KINDS = frozenset(
    [
        "iso",
        "lunar",
        "month_day",
        "slash",
        "month_end",
        "in_month",
        "xun",
        "quarter",
        "year_end",
        "day",
        "relative",
        "weekday",
        "weekend",
        "week",
        "festival",
    ]
)
_RANK = {"past": 0, "every": 0, "span": 1, "part": 2, "clock": 3} | dict.fromkeys(DATE_KINDS, 1)

_LONGEST_GAP = 5
_PARTS_RANK = 2
_PARTS: tuple[str, ...] = tuple(re.findall(r"dp_\w+", dict(_TOKENS)["part"]))
_GAP_RE = re.compile(r"[\s)]*(?:那天|当天|这天|起|一|的)?[\s,!(]{0,2}")
_NOTE_GAP_RE = re.compile(r"\s*[(,/]?\s*(?:即|就是|农历|也就是)?")
_RANGE_GAP_RE = re.compile(r"\)?\s*(?:起)?\s*(?:至|到|[-~]+)\s*")
_LIST_RE = re.compile(r"\s*[、和及,]\s*")
# A second date that only repeats the first one in other words.
_NOTES = frozenset({"weekday", "lunar", "relative", "festival"})


@dataclass(slots=True)
class Mention:
    """One time expression: its place in the text and the tokens it is made of."""

    start: int
    end: int
    every: Match[str] | None = None
    past: bool = False
    span: Match[str] | None = None
    date: Match[str] | None = None
    parts: list[Match[str]] = field(default_factory=list)
    clock: Match[str] | None = None
    since: Mention | None = None
    """The beginning of the range whose end this is."""

    @property
    def date_kind(self) -> str:
        """Which kind of date token it has, or an empty string."""
        return self.date.lastgroup or "" if self.date else ""

    @property
    def part(self) -> str:
        """The part of the day it names last (am, noon, pm, eve, off …), or an empty string."""
        for token in reversed(self.parts):
            for name in _PARTS:
                if token[name]:
                    return name[3:]
        return ""


@lru_cache(maxsize=8)
def fold(text: str) -> str:
    """`text` with full-width digits and marks made plain, every offset kept."""
    return exchange(text, _WIDE, _PLAIN)


def may_mention(text: str) -> bool:
    """Return a cheap test that rules most texts out."""
    return _HINT_RE.search(text) is not None


def number(text: str) -> int:
    """Return the value of Arabic or Chinese numerals below a hundred."""
    if text.isdecimal() and text.isascii():
        return int(text)
    value = 0
    for char in text:
        if char in _TENS:
            value = (value or 1) * 10 if char == "十" else _TENS[char] * 10
        else:
            value += _DIGIT_VALUES[char]
    return value


def _tokens(folded: str) -> Iterator[Match[str]]:
    """Every token, leftmost first; as `finditer` of the whole lexer, but quicker."""
    position = 0
    for begin in _BEGIN_RE.finditer(folded):
        start = begin.start()
        if start >= position and (token := _LEXERS[begin[0]].match(folded, start)) is not None:
            yield token
            position = token.end()


@lru_cache(maxsize=8)
def mentions(folded: str) -> tuple[Mention, ...]:
    """Every time expression in a folded text, in order; the end of a range knows its beginning.

    The last texts are kept: deadline and addressees both ask. Nobody changes what is returned.
    """
    found: list[Mention] = []
    rank = -1
    for token in _tokens(folded):
        kind = token.lastgroup or ""
        last = found[-1] if found else None
        if last is not None:
            gap = folded[last.end : token.start()]
            if _joins(last, rank, kind, gap):
                _add(last, token)
                rank = max(rank, _RANK[kind])
                continue
        current = Mention(token.start(), token.end())
        _add(current, token)
        if last is not None and _RANGE_GAP_RE.fullmatch(folded, last.end, token.start()):
            current.since = last
        elif (
            last is not None
            and last.every is not None
            and _LIST_RE.fullmatch(folded, last.end, token.start())
        ):
            current.every = current.every or last.every  # 每天9点、17点
        rank = _RANK[kind]
        found.append(current)
    return tuple(
        m for m in found if m.span or m.date or m.parts or m.clock or m.past or _is_dated(m)
    )


def _is_dated(mention: Mention) -> bool:
    """Whether a recurrence names its own day: 每周五, 每月5号."""
    return mention.every is not None and bool(mention.every["ev_week"] or mention.every["ev_day"])


def _joins(last: Mention, rank: int, kind: str, gap: str) -> bool:
    if len(gap) > _LONGEST_GAP or last.span is not None or kind in ("past", "every"):
        return False
    following = _RANK[kind]
    if following == 1 and rank == 1:
        return (
            kind in _NOTES
            and kind != last.date_kind
            and _NOTE_GAP_RE.fullmatch(gap) is not None
            and gap != ","
        )
    if following == rank == _PARTS_RANK:
        return not gap.strip()
    if following <= rank:
        return False
    if last.date is None and not last.past and last.every is None:
        return not gap.strip()
    return _GAP_RE.fullmatch(gap) is not None


def _add(mention: Mention, token: Match[str]) -> None:
    kind = token.lastgroup
    mention.end = token.end()
    if kind == "past":
        mention.past = True
    elif kind == "every":
        mention.every = token
    elif kind == "span":
        mention.span = token
    elif kind == "part":
        mention.parts.append(token)
    elif kind == "clock":
        mention.clock = token
    elif mention.date is None:
        mention.date = token
