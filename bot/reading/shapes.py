"""Turns of phrase and forms of text that no list of words can hold.

Each test is tried only where a character that it needs is there: most texts need few of them.
"""

import re

# The 不 is looked for first: it is rarer than the letters around it.
_A_NOT_A = re.compile(r"[不没](?<=([一-龥])[不没])\1")
_ENDS_NOT = re.compile(r"[一-龥](?:不|没|没得|不得|啵|冇|没有|否)[?!。~]*$")
_BEFORE = re.compile(
    r"(?:\d|[点日号天午晚时分底早一二三四五六日末月班])(?:之|以)?前(?!天|面|后|来|往|期|年|两|几|所|头)"
)
_BY_WHOM = re.compile(r"由[^,。;]{1,10}(?:牵头|负责|落实|督办|办理|跟进)")
_LABEL = re.compile(r"[^,。!?\n]{1,8}:")
_PLACE_REPORTS = re.compile(
    r"[^\s,。:!?]{1,7}(?:村|社区|办|站|所|校|组|屯|社|嘎查|院|科|局|支部)[\s,:。]?"
    r"(?:已|零|无|报|全部|今日|今天|共|应|完成|\d|目前|情况)"
)
_ITEMS = re.compile(r"(?:^|\n|[。;])\s?(?:[①②③④⑤]|\d[.、)]|一[、是]|二[、是]|三[、是])")
# The name of a form, the characters of which it needs one, and how it is found.
_WITH_DIGITS = (
    ("时刻", frozenset(":点时"), re.compile(r"\d{1,2}[:点时]\d{0,2}").search),
    (
        "日子",
        frozenset("月./日号"),
        re.compile(r"\d{1,2}[月./]\d{1,2}[日号]?|\d{1,2}[日号]").search,
    ),
    (
        "数量",
        frozenset("户人份亩处个条起例家间头只吨台车公米张名元万%‰袋桶垧针票栋场次块"),
        re.compile(
            r"\d+\s?(?:户|人|份|亩|处|个|条|起|例|家|间|头|只|吨|台|车|公里|米|张|名|元|万|%|‰|袋|桶|垧|针|票|栋|场|次|块)"
        ).search,
    ),
    ("接龙行", frozenset(".、,)"), re.compile(r"\s*\d{1,2}\s?[.、,)]\s?\S{1,12}").match),
    (
        "接龙名",  # a number, a place or a name or both, and nothing else
        frozenset(".、)"),
        re.compile(r"\d{1,3}\s?[.、)]\s?(?:[一-龥·]{1,9}[\s\-—:]{1,2})?[一-龥·]{2,8}$").match,
    ),
    (
        "文号",
        frozenset("〔[(第"),
        re.compile(r"[〔\[(]20\d\d[〕\])]\d*号?|第\d+号").search,
    ),
    ("长数字", frozenset("0"), re.compile(r"\d{12,}").search),
)
_OTHERS = (
    ("之前", frozenset("前"), _BEFORE.search),
    ("由谁", frozenset("由"), _BY_WHOM.search),
    (
        "公文题",
        frozenset("关"),
        re.compile(
            r"关于.{3,80}的[^,。!?\n]{0,8}(?:通知|通报|公告|通告|公示|意见|决定|批复|函|报告|请示|办法|方案|纪要|说明|答复|细则|规定)"
            r"(?:\(.{0,10}\))?$"
        ).search,
    ),
    ("冒号头", frozenset(":"), _LABEL.match),
    ("时刻", frozenset("点"), re.compile(r"[一二三四五六七八九十两]点").search),
    ("日子", frozenset("周星礼"), re.compile(r"(?:周|星期|礼拜)[一二三四五六日末天]").search),
    ("几条", frozenset("0一①"), _ITEMS.search),
)
_MARKS = {
    "?": "问号",
    "!": "感叹",
    "《": "书名号",
    '"': "引号",
    "(": "括号",
    "⌘": "链接",
    "…": "省略",
}
_STOPS = frozenset(",。!?;:、\n")
_SELF = ("我", "俺", "咱", "阮")
_YOU = frozenset("你您恁")
_SOFT = frozenset("吧哈噻嘛撒哦哟喔呗啦咯喽")
_PLACES = frozenset("村区办站所校组屯社查院科局部")
_NOT_ENDS = frozenset("不没得啵冇有否")
_UNPUNCTUATED = 12
_EMOJI = re.compile("[\u2600-\u27bf\U0001f001-\U0010ffff]")


def shapes(bare: str, folded: str) -> list[str]:
    """Names of the forms found; `bare` is `folded` with digits and names made alike."""
    chars = set(bare)
    found = [] if chars.isdisjoint(_MARKS) else [_MARKS[c] for c in _MARKS if c in chars]
    end = bare.rstrip(' !。~,\n")')[-1:]
    found += _manner(bare, end, chars)
    if "不" in chars or "没" in chars or end in "啵冇否":
        if _A_NOT_A.search(bare):
            found.append("甲不甲")
        if bare.rstrip("?!。~")[-1:] in _NOT_ENDS and _ENDS_NOT.search(bare):
            found.append("以不结尾")
    if "0" in chars:
        # What names and links hold is among the characters of the whole text alone.
        whole = chars if chars.isdisjoint("@⌘") else chars | set(folded)
        found += [
            name
            for name, needs, finds in _WITH_DIGITS
            if not whole.isdisjoint(needs) and finds(folded)
        ]
    found += [
        name for name, needs, finds in _OTHERS if not chars.isdisjoint(needs) and finds(folded)
    ]
    if not _PLACES.isdisjoint(bare[:9]) and _PLACE_REPORTS.match(folded):
        found.append("某村开头")
    return found


def _manner(bare: str, end: str, chars: set[str]) -> list[str]:
    """How the text begins and ends, whom it speaks of, how it is punctuated."""
    found = []
    if end == "?":
        found.append("问号结尾")
    elif end == "了":
        found.append("了结尾")
    elif end in _SOFT:
        found.append("吧结尾")
    if bare.startswith(_SELF):
        found.append("我开头")
    if not chars.isdisjoint(_YOU):
        found.append("你")
    if len(bare) >= _UNPUNCTUATED and chars.isdisjoint(_STOPS):
        found.append("无标点")
    if _EMOJI.search(bare) is not None:
        found.append("表情")
    return found
