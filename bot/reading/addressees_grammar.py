"""The grammar of addressees, over one class letter a word (see `addressees_words`)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from bot.reading.addressees_spelling import ALL, EACH, NOT_EACH, NOT_WITHIN
from bot.reading.addressees_words import cut

# A phrase of each kind, matched where a word begins.
_EACH = re.compile(
    r"E(?:[nsfadX?bmUP]{0,4}?|[nsfaX?v]{0,4}?)[UPhk](?:\([UPhkns]{1,2}\))?"
    r"(?:[nsfaX?x]{0,2}[UPh]|v{1,2}(?=P)P)*"
    r"|Ev?[nsX?f]{1,2}?(?=[TNOQorVL,.:(_mvdAEW@]|$)"
)
_ALL = re.compile(r"A(?:[nsfaX?vbm]{0,5}?[UPhk])(?:[nsfaX?]{0,2}[UPh])*")
_NAME = re.compile(r"Zz+")
_EVERY = re.compile(r"W(?:[nsfaX?]{0,3}?[UPhk])(?:[nsfa]{0,2}[UPh])*")
_UNIT = re.compile(
    r"(?:[nsf?XahmxU][nsf?XahmxUPvd]{0,3}?h|(?:[nsf?XahmxUP][nsf?XahmxUPvd]{0,3}?)??U)"
    r"(?:[nsfm?]{0,2}[Uh])*(?:[nsa?v]{0,2}P)*"
)
_ROLE = re.compile(r"(?:[nsf?vhU]{0,3}?P)(?:[nsfaU]{0,1}P)*")
_BARE = re.compile(r"[?sXxnfaUhmk]{1,4}")
_DESCRIBED = re.compile(r"[^,.:;Q_LE@rc]{1,6}?u(?:m?q?)[nsf?]{0,2}[PUh]+")
_COUNTING = re.compile(
    r"[\d一二三四五六七八九十两几]+(?:点|户|家|栋|个|村|乡|镇|处|名|位|人|室)|.*(?:没|未|不|少于|低于|超过|谁|哪)"
)
_SPOKEN_OF = re.compile(
    r".{0,3}(?:家属|客户|群众|老人|领导|老板|患者|学生|娃儿|居民|消费者|隐患点|住户|农户|车主|旅客|别人|个别同志|移民|选民|残疾人|老人家|工人|病人|行人|收款户|大户|市民|点位|门店|接种点)$|(?:书记|主席|镇长|县长|主任|乡长|镇里|乡里|街道|员)$"
)
_DATE = re.compile(r"[\d一二三四五六七八九十]+(?:[月日号点时]|:\d|个?工作日|天内|小时内)")
_PLACE = re.compile(
    r"食堂|学校|幼儿园|村里|村上|消防|企业|银行|门店|酒店|小区|项目|片区|窗口|卡口|水库"
)
_TOGETHER = re.compile(
    r"(?:^|[,。;:!?\n请])((?:[\u4e00-\u9fff]{2,4}[、和 ])+[\u4e00-\u9fff]{2,4}?)"
    r"(?=[两三四五六]个?(?:社区|村|镇|乡|家|组|街道|单位|网格|人|大棚))"
)
_LISTED = re.compile(r"[\u4e00-\u9fff]{2,4}(?:[、和 ][\u4e00-\u9fff]{2,4})+")

_THINGS = frozenset(
    "表单册账料数片书图案结告息网费物车会证票钱款件号码群话灯门水电路"
    "药苗粮卡牌旗箱信文字题课饭菜肉房屋井桥塘线机衣服声照"
)
_LABEL = re.compile(
    r"(?:参会人员|参会对象|参加人员|参加对象|参会范围|与会人员|参会|参加|出席人员|出席|参训人员"
    r"|参训对象|培训对象|对象|人员|参演单位|责任单位)\s*:\s*([^\n。;📝📍⏰]+)"
)
_DUE = re.compile(r"[还就只][差剩缺等没欠]|[未没][报交]|呢")
_LACKING = re.compile(
    r"(?:还差|就差|只差|就剩|只剩|还剩|还缺|就缺|就等|还没报的有|没报的有|未报的有|没交的有"
    r"|未交的?(?:有|单位)?:|没交的?:|未报:|没报的?:)(?:了)?\s*([^,。;!?\n]{2,40})"
)
_WAITED = re.compile(
    r"(?:^|[。!?;\n,])\s*([\u4e00-\u9fff]{2,5}(?:[、 和][\u4e00-\u9fff]{2,5})*)\s*,?\s*(?:现在)?"
    r"(?:就|只)(?:差|等|剩)(?:了)?[你您]"
)
_UNPAID = re.compile(
    r"(?:^|[。!?;\n,:])\s*((?:[\u4e00-\u9fff]{2,4}[、 和])*[\u4e00-\u9fff]{2,4}?)"
    r"(?:[两三四]个?(?:家|村|社区))?(?=还没|没报|没交|未报|未交|还欠|(?<=[、 和]..)的?呢)"
)
_NOT_UNPAID = re.compile(
    r"谁|哪|还|都|全|没|有|昨|今|前|已|的|表|数|这|那|我|你|他|人|村$|单位|个|家$|如|若|凡|到|仍|也"
)
_LIST_END = re.compile(
    r"(?:等|这|那)?(?:[一二两三四五六\d]个?(?:家|村|社区|个|单位))?(?:的|了|没有?[报交]|未[报交]|哈|啊)*$"
)
_JOINT = re.compile(r"\s*(?:、|,|和(?!谐)|及|以及|与|\s)\s*")
_COUNTED = re.compile(r"\d|一|几|户|人|份|张|点|天|小时|分钟")
_OTHERS = re.compile(
    r"(?:督导|督查|检查|考核|测评|暗访|普查|巡察|巡视|审计|调研|验收|观摩|专家|考察|评估)组"
    r"|^[县市区省州国旗][里委局直级疾应教卫农气水公消纪]|[县市区省](?:委|局|医院)|组织部|领导小组|上级"
    r"|^我[村镇乡办院校局所们]|^[这那哪某]|救护车|^平台"
)
_AFTER_NOT = re.compile(
    r"\s*(?:之间|里头|内部|以外|门口|办公楼|楼下|广场|会议室|群|方面|情况|数据|台账|名单|材料|报表"
    r"|也?要求|通报|反映|来(?:检查|暗访|督导|调研|了)|说|讲|在等|要数|催|刚刚|刚才|已|同意|批|请假|的(?!人|同志|(?:请|全|都|马上|立即|赶紧|先|往|把))|布置|定|规定|做法|打算|部署|商定|决定|老龄|有|只知道|来拉|要看)"
)
# 卫生院的马上来, 登瀛社区的人全部下楼: told by where they belong.
_THEIRS = re.compile(
    r"的(?:人|同志)?们?(?:请|全|都(?!是|有)|马上|立即|立刻|赶紧|抓紧|先|往|把|[你您])"
)
_CONDITION = re.compile(r"(?:哪个|哪家|谁家|谁的|哪|凡是?|如果|要是)[^,。]*,?$")
_NAME_END = frozenset(
    "去来带把先做写补撤你管送接领守跟主拉配上下到在再给要会今明马立负牵派看听说打发填报交的了也都就请一出"
)
_TITLE = re.compile(
    r"副?(?:书记|主任|镇长|乡长|部长|主席|所|站|总|工|队|镇|姐|哥|叔|婶|嫂|婆|师傅|警官|大夫|医生|老师)"
)
_VOCATIVE = 12  # how far into the text those called upon may stand
_LONGEST, _LONGEST_NAME = 14, 4  # characters of a phrase, and of the bare name of a place
_AFTER_ITEM = ("", *"TNOoVvQdrmL,.:_(AEWp")
_START = frozenset(",.:(@_)Qc")


class Sentence:
    """A folded text cut into words: `letters[i]` is the class of the word that begins at `at[i]`."""

    __slots__ = ("at", "known", "letters", "text")

    def __init__(self, text: str, known: Sequence[tuple[int, int]] = ()) -> None:
        self.text = text
        self.letters, self.at = cut(text)
        self.known = known


def phrases(sentence: Sentence, *, briefed: bool) -> list[tuple[int, int]]:
    """Spans of those told to act, in order."""
    text = sentence.text
    if ":" in text and (found := _LABEL.search(text)):
        return _split(text, *found.span(1))
    return _missing(text) or _Acting(sentence, briefed=briefed).spans()


def _missing(text: str) -> list[tuple[int, int]]:
    """Those of whom something is still due."""
    if not _DUE.search(text):
        return []
    if found := _WAITED.search(text):
        return _split(text, *found.span(1))
    for found in _LACKING.finditer(text):
        if not _COUNTED.search(_LIST_END.sub("", found[1])):
            start, end = found.span(1)
            return _split(text, start, end - len(found[1]) + len(_LIST_END.sub("", found[1])))
    if (found := _UNPAID.search(text)) and not _NOT_UNPAID.search(found[1]):
        return _split(text, *found.span(1))
    return []


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    position = start
    for found in (*_JOINT.finditer(text, start, end), None):
        stop = found.start() if found else end
        if stop > position:
            item = re.sub(
                r"(?:等)?(?:准时|务必|必须|都)?(?:参会|参加|出席|到会|要到)?$",
                "",
                text[position:stop],
            )
            if item.strip() and not (spans and re.match(r"不得|务必|请|带|提前|准时|不", item)):
                spans.append((position, position + len(item)))
            elif spans:
                break
        position = found.end() if found else end
    return spans


class _Acting:
    """Walks through the words once and takes the phrases that stand where the actor stands."""

    def __init__(self, sentence: Sentence, *, briefed: bool) -> None:
        self.text, self.letters, self.at = sentence.text, sentence.letters, sentence.at
        self.known = dict(sentence.known)
        self.briefed = briefed
        self.found: list[tuple[int, int]] = []
        self.every: list[tuple[int, int]] = []

    def spans(self) -> list[tuple[int, int]]:
        letters, count = self.letters, len(self.letters)
        place, initial = 0, True
        while place < count:
            letter = letters[place]
            end = 0
            if letter in "EA":
                end = self._each(place, initial=initial)
            elif letter == "W":
                if (
                    (found := _EVERY.match(letters, place))
                    and not self._before(place, "Oo")
                    and not self.text.startswith(("家", "户"), self.at[place + 1])
                ):
                    self.every.append((self.at[place], self.at[found.end()]))
            elif initial:
                end = self._initial(place)
            if end:
                place = self._list(end)
                if (
                    letters[place : place + 1] == ":"
                    and self.at[self._first()] < _VOCATIVE
                    and not self.briefed
                ):
                    break
                initial = False
                continue
            if letter in _START:
                initial = True
            elif letter not in "TmL" or (
                letter == "m" and letters[place + 1 : place + 2] not in ("T", ":", "L", "m")
            ):
                initial = False
            place += 1
        return self.found or self.every

    def _first(self) -> int:
        return self.at.index(self.found[0][0]) if self.found[0][0] in self.at else 0

    def _before(self, place: int, letters: str) -> bool:
        return place > 0 and self.letters[place - 1] in letters

    def _take(self, start: int, end: int) -> int:
        self.found.append((self.at[start], self.at[end]))
        return end

    def _each(self, place: int, *, initial: bool) -> int:
        end = self._each_end(place)
        if not end or self._before(place, "O") or (self._before(place, "u") and not initial):
            return 0
        if self.text[self.at[end] :].startswith(("群", "会议室", "大会")):
            return 0
        if self.letters[place] == "A" and not initial and self.letters[end - 1] == "U":
            return 0
        if self.text[self.at[place] : self.at[end]] == "各位":
            return 0
        return self._take(place, end)

    def _each_end(self, place: int) -> int:
        """Where a phrase with 各 or 全体 that begins at `place` ends; 0 if there is none."""
        is_each = self.letters[place] == "E"
        if is_each and NOT_EACH.match(self.text, self.at[place]):
            return 0
        found = (_EACH if is_each else _ALL).match(self.letters, place)
        end = self._tail(found.end()) if found else 0
        spelt = (EACH if is_each else ALL).match(self.text, self.at[place])
        if spelt is not None and spelt.end() > self.at[end] * (end > 0):
            end = max(end, bisect_left(self.at, spelt.end()))
        return end

    def _initial(self, place: int) -> int:
        """A unit, a person or a role at the beginning of a clause."""
        letters, at = self.letters, self.at
        if letters[place] in "TNQOoVL,.:()_@cEAWry":
            return 0
        if at[place] in self.known and self.known[at[place]] in at:
            return self._take(place, at.index(self.known[at[place]]))
        for end, kind in self._nominals(place):
            if self._acts(place, end, kind):
                return self._take(place, end)
        return 0

    def _nominals(self, place: int) -> Iterator[tuple[int, str]]:
        letters = self.letters
        if letters[place] == "Z":
            yield from ((end, "name") for end in self._person(place))
        if found := _UNIT.match(letters, place):
            end = found.end()
            yield from ((e, "name") for e in self._person(end))
            yield self._tail(end), "unit"
        if found := _ROLE.match(letters, place):
            end = found.end()
            yield from ((e, "name") for e in self._person(end))
            yield self._tail(end), "role"
        if found := _DESCRIBED.match(letters, place):
            yield found.end(), "described"
        if found := _BARE.match(letters, place):
            yield from ((end, "bare") for end in range(place + 1, found.end() + 1))

    def _tail(self, end: int) -> int:
        """Where a phrase ends that may go on with 长 or 员 (各分局长) and 们."""
        for char in ("长", "员", "们"):
            end += self.text.startswith(char, self.at[end])
        return end

    def _person(self, place: int) -> list[int]:
        """Where a person's name that begins at `place` ends, if one does."""
        found = _NAME.match(self.letters, place)
        return [found.end()] if found else []

    def _acts(self, start: int, end: int, kind: str) -> bool:
        phrase = self.text[self.at[start] : self.at[end]]
        following = self.letters[end : end + 1]
        # Asked first: most unknown words can be no name.
        if kind == "bare" and not self._is_name(start, end, phrase):
            return False
        if self._excluded(start, end, kind, phrase):
            return False
        if kind == "bare":
            return self._bare_acts(start, end, following) or (
                following == "u" and self._goes_on(start, end, kind, following)
            )
        if kind == "described":
            return following != "" and following in "TNOoQVv" and self._begins_clause(start)
        if following in ("", ".", ",", "L", "_"):
            return self._stands_alone(start, kind, phrase, following)
        return self._goes_on(start, end, kind, following)

    def _excluded(self, start: int, end: int, kind: str, phrase: str) -> bool:
        """Whether a phrase is somebody spoken of, a number of things, or part of a condition."""
        text, place = self.text, self.at[start]
        return (
            len(phrase) > _LONGEST
            or (kind != "name" and bool(_COUNTING.match(phrase) or _SPOKEN_OF.match(phrase)))
            # 让家长给班主任请假 is told to those named before
            or (bool(self.found) and self._before(start, "Q") and text[place - 1] in "让叫由喊")
            or _OTHERS.search(phrase) is not None
            or (kind != "name" and NOT_WITHIN.match(phrase) is not None)
            or _AFTER_NOT.match(text, self.at[end]) is not None
            or _CONDITION.search(text, max(0, place - 12), place) is not None
        )

    def _begins_clause(self, start: int) -> bool:
        return start == 0 or self._before(start, ",.:(@_)QTc")

    def _stands_alone(self, start: int, kind: str, phrase: str, following: str) -> bool:
        """Whether a phrase before a mark is called upon or heads a list."""
        if following in ("", "."):
            plural = kind == "role" and phrase.endswith("们")
            return plural or (kind == "name" and self._before(start, ","))
        if following == ",":
            return start == 0 or kind == "name" or phrase.endswith("们")
        return True

    def _goes_on(self, start: int, end: int, kind: str, following: str) -> bool:
        """Whether what follows a phrase tells it to act."""
        place = self.at[end]
        if following == "r":
            return self.text[place] in "你您"
        if following == "u" and kind in ("unit", "bare"):
            return _THEIRS.match(self.text, place) is not None
        if self.briefed:
            return following != "u"
        if kind == "name" and following in "na":
            return start == 0 or self._before(start, ".")
        if following == "m":
            return kind != "unit" or end > start + 1 or _DATE.match(self.text, place) is not None
        if _PLACE.fullmatch(self.text, self.at[start], place):
            return following in "TNo:QA("  # 食堂包饺子 tells what will be, 食堂今天… what to do
        return following in "TNOoVvQd:(AEW"

    def _bare_acts(self, start: int, end: int, following: str) -> bool:
        """Whether an unknown word that can be a name is that of a place or person who acts."""
        kinds = set(self.letters[start:end])
        if following == "r":
            return self.text[self.at[end]] in "你您"
        if (found := _TOGETHER.match(self.text, max(0, self.at[start] - 1))) and found.start(
            1
        ) == self.at[start]:
            return following == "L" or self.at[end] == found.end(1)
        if following == "L" and (found := _LISTED.match(self.text, self.at[start])):
            last = found.end()
            place = bisect_left(self.at, last)
            return self.letters[place : place + 1] in ("T", "N", "o", "V", "v", "Q", "A", "E")
        if following and following in "TNoV":
            return "?" in kinds
        return False

    def _is_name(self, start: int, end: int, phrase: str) -> bool:
        """Whether an unknown word can be a name at all."""
        return (
            1 < len(phrase) <= _LONGEST_NAME
            and phrase[-1] not in _THINGS
            and not set(self.letters[start:end]).isdisjoint("?sX")
            and phrase.isalpha()
            and not phrase.isascii()
            and phrase[0] not in "许带别不再上"
        )

    def _list(self, end: int) -> int:
        """Take what continues a list (派出所、城管), and return where it ends."""
        letters = self.letters
        while end < len(letters):
            start = end
            while start < len(letters) and letters[start] in "L_":
                start += 1
            if start == end or start >= len(letters) or letters[start] == "W":
                return end
            if letters[start] == "Q":
                start += 1
            if start >= len(letters):
                return end
            if letters[start : start + 1] in ("E", "A"):
                each_end = self._each_end(start)
                if not each_end:
                    return end
                end = self._take(start, each_end)
                continue
            if "L" not in letters[end:start]:
                return end
            options = self._nominals(start)
            chosen = next(
                (
                    e
                    for e, kind in options
                    if kind in ("name", "unit", "role")
                    or (kind == "bare" and letters[e : e + 1] in _AFTER_ITEM)
                ),
                0,
            )
            if not chosen:
                return end
            end = self._take(start, chosen)
        return end
