"""Title, number, issuing body, dates, demands and marks in the lines of a document."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from bot.files.facts import FileFacts, Hint

_HEAD, _TOP, _FOOT = 30, 12, 14
_LONGEST_TITLE, _LONGEST_DEMAND = 80, 120
_MOST_DATES, _MOST_DEMANDS, _MOST_NUMBERS = 20, 8, 9999

_NUMBER = re.compile(
    r"(?P<body>[一-龥]{1,16}?(?:发明电|发电|发|字|函|办|电|令|通|呈|报|委|指|组|规|会|领|纪要)?)"
    r"\s*[〔\[【（(﹝〈]\s*(?P<year>(?:19|20)\d{2})\s*[〕\]】）)﹞〉]\s*(?:第\s*)?(?P<n>\d{1,4})\s*号"
)
_REFERS = re.compile(r"(?:现将|按照?|根据|依据|参照|落实|贯彻|执行|转发|印发|废止|关于|详?见)")
_KINDS = (
    "通知|通告|公告|公报|方案|办法|意见|决定|决议|通报|批复|规定|规则|细则|纪要|预案|条例|函|令"
    "|倡议书|公开信"
)
_OWN = "报告|总结|情况|请示|汇报|计划|简报|信息|小结|讲话|发言"
_TABLES = "统计表|汇总表|登记表|明细表|花名册|名册|名单|台账|清单|清册|表"
_TITLE = re.compile(rf"(?:{_KINDS}|{_OWN})(?:[（(].{{1,20}}[）)])?$")
_OFFICIAL = re.compile(rf"(?:{_KINDS})(?:[（(].{{1,20}}[）)])?$")
_TABLE = re.compile(rf"(?:{_TABLES})(?:[（(].{{1,20}}[）)])?$")
_BODY = (
    "人民政府|政府办公室|人民政府办公室|办公室|委员会|党委|党组|党工委|工委|县委|市委|省委|镇委|乡委|区委|局|厅|部|院"
    "|指挥部|领导小组|工作专班|专班|街道办事处|办事处|管委会|镇|乡|联合会|总工会|法院|检察院|中心"
)
_RED_HEAD = re.compile(rf"^(?P<body>[一-龥（）()、]{{2,30}}?(?:{_BODY}))文件$")
_SIGNED = re.compile(rf"^[一-龥（）()、]{{2,30}}(?:{_BODY})$")
_DAY = re.compile(r"(?P<y>(?:19|20)\d{2})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日")
_DAY_WORDS = re.compile(
    r"(?P<y>[二一][〇零○Oo0九一二三四五六七八]{3})年(?P<m>[一二三四五六七八九十]{1,2})月"
    r"(?P<d>[一二三四五六七八九十]{1,3})日"
)
_WORDS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | dict.fromkeys("零○Oo0", 0)
_DEMAND = re.compile(
    r"(?:请|须|需|务必|应当?|要|不得)[^。；]*?(?:报送|上报|报至|报到|报|交|参加|完成|落实|整改|填写|反馈|排查|开展|组织|做好|召开|转发|执行|遵照)"
)
_WHEN = re.compile(r"\d{1,2}日|\d{1,2}点|前(?:将|把|报|完成|反馈|交)|之前|以前|截止|日内|下班")
_SENTENCES = re.compile(r"[。；;!！\n]")
_SECRET = re.compile(r"(绝\s*密|机\s*密|秘\s*密)\s*[★☆✩✭⭐*]\s*(长期|\d+\s*(?:年|个月|月|天))?")
_SECRET_LINE = re.compile(r"^[（(【\[]?(绝密|机密|秘密)[）)】\]]?$")
_INTERNAL = re.compile(
    r"^[（(【\[]?(内部(?:资料|文件|使用|材料|传阅)|不得外传|严禁外传|注意保存|不得翻印|阅后(?:即焚|收回|销毁))"
    r"[，,、 ]*(?:不得外传|注意保存|严禁外传|不得翻印|请勿外传)?[）)】\]]?$"
)
_SPACED = re.compile(r"(?<=[一-龥])[ \u3000]+(?=[一-龥])")
_BLANKS = re.compile(r"\s")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{2,5}$")
_JOINED = 3


def find_facts(
    lines: Sequence[str], name: str = "", *, table: bool = False, codes: Sequence[str] = ()
) -> FileFacts:
    """What `lines` tell; what they do not, the file's `name` may. `table`: they are a sheet's rows."""
    lines = [tidy for line in lines if (tidy := _tidy(line))]
    named = _EXTENSION.sub("", _tidy(name))
    number = own_number(lines[:_HEAD]) or own_number([named])
    title = _title(lines[:_HEAD], table=table) or _title([_NUMBER.sub("", named).strip()])
    issuer, headed = _issuer(lines)
    text = "\n".join(lines)
    return FileFacts(
        title,
        number,
        issuer,
        find_dates(text),
        find_demands(text),
        text,
        find_marks(lines),
        tuple(codes),
        _hint(title, number, table=table, headed=headed),
    )


def title_facts(title: str) -> FileFacts:
    """What a link's or a file's title tells by itself."""
    return find_facts((), title)


def own_number(lines: Sequence[str]) -> str:
    """The document's own number, in one spelling; empty where none is shown as its own."""
    for line in lines:
        found = _NUMBER.search(line)
        if found is None or found.start() > 0:
            continue
        body = found["body"]
        # 按照西府办发〔2021〕12号文件要求 refers to another document.
        if _REFERS.match(body) or line[found.end() :].startswith(("文", "精神", "要求", "通知")):
            continue
        return f"{body}〔{found['year']}〕{int(found['n'])}号"
    return ""


def find_dates(text: str) -> tuple[date, ...]:
    """Every full date, in order, each once; those in Chinese figures included."""
    found: list[tuple[int, date]] = []
    for match in _DAY.finditer(text):
        day = _date(int(match["y"]), int(match["m"]), int(match["d"]))
        if day is not None:
            found.append((match.start(), day))
    for match in _DAY_WORDS.finditer(text):
        year = int("".join(str(_WORDS[c]) for c in match["y"]))
        day = _date(year, _small(match["m"]), _small(match["d"]))
        if day is not None:
            found.append((match.start(), day))
    return tuple(dict.fromkeys(day for _, day in sorted(found)))[:_MOST_DATES]


def find_demands(text: str) -> tuple[str, ...]:
    """Sentences that ask for something; those that name a time come first."""
    asked = [
        sentence.strip()[:_LONGEST_DEMAND]
        for sentence in _SENTENCES.split(text)
        if _DEMAND.search(sentence)
    ]
    asked.sort(key=lambda sentence: _WHEN.search(sentence) is None)
    return tuple(dict.fromkeys(asked))[:_MOST_DEMANDS]


def find_marks(lines: Sequence[str]) -> tuple[str, ...]:
    """Marks of secrecy (a star anywhere, the bare word at the top) and of internal use."""
    marks: list[str] = []
    for place, line in enumerate(lines):
        starred = _SECRET.finditer(line)
        marks += [_BLANKS.sub("", f"{found[1]}★{found[2] or ''}") for found in starred]
        if place < _TOP:
            bare = line.replace(" ", "")
            alone = _SECRET_LINE.match(bare)
            if alone is not None:
                marks.append(f"{alone[1]}★")
            internal = _INTERNAL.match(bare)
            if internal is not None:
                marks.append(internal[1])
    return tuple(dict.fromkeys(marks))


def _tidy(line: str) -> str:
    """Without the spaces that spread a heading, and with one kind of blank."""
    return _SPACED.sub("", line.replace("\u3000", " ").replace("\xa0", " ").strip())


def _title(lines: Sequence[str], *, table: bool = False) -> str:
    """The first heading: a line, or up to three together, that end like a document's name."""
    for place, line in enumerate(lines):
        bare = line.replace(" ", "")
        heads = _TITLE.search(bare) or ((table or place == 0) and _TABLE.search(bare))
        if len(bare) > _LONGEST_TITLE or not heads:
            continue
        if "关于" in bare or place == 0:
            return _shorn(bare)
        for start in range(max(0, place - _JOINED + 1), place):
            together = "".join(part.replace(" ", "") for part in lines[start : place + 1])
            if "关于" in lines[start] and len(together) <= _LONGEST_TITLE:
                return _shorn(together)
        if bare not in {"通知", "函", "令"} or place < _TOP:
            return _shorn(bare)
    return ""


def _shorn(title: str) -> str:
    """A title without a number or a mark that stands before it in the same line."""
    return _SECRET.sub("", _NUMBER.sub("", title)).strip("《》 ")


def _issuer(lines: Sequence[str]) -> tuple[str, bool]:
    """Who issued it, and whether a heading 某某文件 says so; else the signature over the date."""
    for line in lines[:_TOP]:
        head = _RED_HEAD.match(line.replace(" ", ""))
        if head is not None:
            return head["body"], True
    for signature, below in pairwise(lines[-_FOOT:]):
        bare = signature.replace(" ", "")
        dated = below.replace(" ", "")
        if _SIGNED.match(bare) and (_DAY.match(dated) or _DAY_WORDS.match(dated)):
            return bare, False
    return "", False


def _hint(title: str, number: str, *, table: bool, headed: bool) -> Hint:
    official = _OFFICIAL.search(title) is not None
    if headed or (number and not table) or (official and not table):
        return Hint.DOCUMENT
    return Hint.REPORT if table or title else Hint.UNKNOWN


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _small(words: str) -> int:
    """A number below a hundred in Chinese figures."""
    tens, ten, ones = words.rpartition("十")
    if not ten:
        return _WORDS.get(words, 0)
    return (_WORDS.get(tens, 0) if tens else 1) * 10 + (_WORDS.get(ones, 0) if ones else 0)
