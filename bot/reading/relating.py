"""Words that tell a change, a cancellation or a reminder, and what two notices have in common."""

import re
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from bot.core.message import Message
from bot.reading.normal import fold, shorten

CORRECTS = re.compile(
    r"更正(?!后|好|完|并)|勘误|以(?:这|此|本|新|上面)(?:条|个|次|份|版)?(?:通知|信息|消息)?为准|改(?:到|为|成|在|至|期|时间|地点)|推迟|推后|延(?:期|后|至|到|迟|长)|往后(?:推|延|挪)"
    r"|提前(?:到|至)|调整(?:为|到|至)|变更|顺延|挪到|换到|有误(?!的)|写错|打错|发错|说错|笔误|搞错|不是.{1,10}[,，]?(?:是|而是|在)"
    r"|补充通知|重新通知|时间有变|地点有变|暂停|暂缓"
)
CANCELS = re.compile(
    r"取消(?!.{0,4}(?:资格|低保|补贴|待遇|评优|报名资格|文明))|不(?:开|搞|办|召开|组织|举行)了|停(?:开|办|会)了?|作废|撤销|收回(?:通知|此)"
    r"|不(?:用|必|需要?)(?:再)?(?:报|交|来|参加|去|填|开|到|准备|搞|做|统计|弄)了?|(?:会|表|活动|培训)(?:先)?不(?:开|要|报|搞|办)了|别(?:来|报|填|交|去)了|不来了|无需再"
)
URGES = re.compile(
    r"还(?:没|未|差|缺|有.{1,8}没)|尚未|没(?:有)?(?:交|报|填|回|签)的?|未(?:交|报|填|回|签|上报|提交|反馈)的?|就差|只差|催|倒计时|最后(?:提醒|一次)|再次提醒|提醒一下|温馨提醒"
)
_CHANGES = re.compile(f"{CORRECTS.pattern}|{CANCELS.pattern}")
_MOST_ADDED = 14
_TIMES = re.compile(
    r"\d+(?:年|月|日|号|点|时|分|:\d*|/\d*|天)?半?|[一二三四五六七八九十两]+(?:点半?|号|日)|(?:本|下|这)?(?:周|星期|礼拜)[一二三四五六日末天]"
    r"|今天|明天|后天|今日|明日|今晚|明晚|明早|今早|上午|下午|晚上|早上|中午|傍晚|下班|月底|周末|之前|以前|前"
)
#: Tokens that tell one day, or half of one, from another; another of the same sort speaks against.
_DAYS = (
    re.compile(r"(?:周|星期|礼拜)([一二三四五六日末天])"),
    re.compile(r"(\d+)[日号]"),
    re.compile(r"(上午|下午|晚上)"),
)
_SAME_DAY, _OTHER_DAY = 0.2, -0.3
#: What a series counts by: of another month or round it is another notice, not a changed one.
_PERIODS = re.compile(
    r"第?[一二三四五六七八九十\d]+(?:期|批次?|轮|场|季度|阶段|学期)|\d+月份?(?![\d底初中前上下内])|[上下]半年"
)
#: Words about a notice that do not say which.
_FILLER = re.compile(
    r"刚才|刚刚|刚|上一?条|上面|前面|那条|这条|此|一下|时间|地点|大家|各位|同志们?|通知|消息|信息|注意|抱歉|不好意思|对不起"
    r"|截止|截至|时限|期限|其[他它余]|内容|要求|不变|另行|请|各村|各办|现|将|由|原定?|统一|了|的|为|到|至|在|是|我"
)
_LEAST_MATTER, _LETTERS = 2, re.compile(r"[一-龥a-z]")
_NOT_WORDS = re.compile(r"[^\w]+|_")
_COMMON = frozenset(
    re.findall(
        r"\S+",
        "请各 各村 大家 通知 注意 更正 取消 推迟 改到 改为 上午 下午 明天 今天 后天 晚上 时间 地点 不用 不开 "
        "开了 为准 以此 这条 作废 之前 的通 关于 同志 各位 按时 准时 参加 务必 不变 其他 其余 另行",
    )
)
_TOPICS = (
    ("会", re.compile(r"会|培训|学习|座谈|例会|碰头|宣讲|观看|讲座|课")),
    ("表", re.compile(r"表|台账|名单|统计|数据|材料|总结|报送|上报|清册|花名册|照片|截图|数字")),
    ("检", re.compile(r"检查|迎检|督导|督查|调研|验收|暗访|考核|核查")),
    ("班", re.compile(r"值班|值守|带班|卡点|巡逻|巡查|巡山|夜巡")),
    (
        "场",
        re.compile(
            r"集合|出发|劳动|打扫|清扫|义务|植树|种树|核酸|疫苗|体检|演练|活动|比赛|慰问|走访|入户"
        ),
    ),
)
#: Texts whose parts are kept at hand: about as many as there are notices of one week.
_AT_HAND, _PAIRS_AT_HAND = 2048, 256
#: A change is compared with all its room's notices one after the other.
_CHANGES_AT_HAND = 16


def bare(message: Message) -> str:
    """Letters and digits of title and text, as far as a long one is read."""
    return _bare(f"{message.title}{shorten(message.text)}")


@lru_cache(maxsize=16)
def _bare(text: str) -> str:
    return _NOT_WORDS.sub("", fold(text))


@lru_cache(maxsize=_AT_HAND)
def timeless(words: str) -> str:
    """The same without days and hours."""
    return _TIMES.sub("", words)


def adds_nothing(words: str, earlier: str) -> bool:
    """Whether `words` is the earlier text with no more than the words of one who passes it on."""
    if not earlier or earlier not in words:
        return False
    added = words.replace(earlier, "", 1)
    return len(added) <= _MOST_ADDED and not any(c.isdigit() for c in added)


def common_ground(words: str, earlier: str) -> float:
    """How much a change speaks of the matter of an earlier text, 0 to 1: pairs of letters, topic."""
    here, there = _pairs(_matter(words)), _pairs(earlier)
    fewest = min(len(here), len(there))
    shared = len(here & there) / fewest if fewest else 0.0
    same_topic = not _topics(words).isdisjoint(_topics(earlier))
    return min(1.0, shared + (0.3 if same_topic else 0.0))


def names_nothing(words: str) -> bool:
    """Whether a change does not say of what: 时间改为周五."""
    matter = _matter(words).replace(" ", "")
    return len(matter) < _LEAST_MATTER and not any(t.search(matter) for _, t in _TOPICS)


@lru_cache(maxsize=_CHANGES_AT_HAND)
def _matter(words: str) -> str:
    """What a change is about: its words without times, words of changing and those that say little."""
    return _FILLER.sub(" ", timeless(_CHANGES.sub(" ", words)))


def same_days(words: str, earlier: str) -> float:
    """What the days that a change takes back say: above 0 for an earlier text, below 0 against it.

    周三的会改到周五 is about the one on Wednesday.
    """
    score = 0.0
    for here, there in zip(_days(_taken_back(words)), _days(earlier), strict=True):
        if here and there:
            score += _SAME_DAY if here & there else _OTHER_DAY
    return score


@lru_cache(maxsize=_CHANGES_AT_HAND)
def _taken_back(words: str) -> str:
    """What a change says before its word of changing."""
    change = _CHANGES.search(words)
    return words[: change.start()] if change else words


@lru_cache(maxsize=_AT_HAND)
def _days(words: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(days.findall(words)) for days in _DAYS)


def other_matter(words: str, earlier: str) -> bool:
    """Whether two texts that are much alike ask for different things: 困难党员名册, 流动党员名册.

    A slip of the pen changes a letter; where several stand in place of several it is no slip.
    """
    here, there = timeless(words), timeless(earlier)
    return any(
        len(_LETTERS.findall(here[one.src_start : one.src_end])) >= _LEAST_MATTER
        and len(_LETTERS.findall(there[one.dest_start : one.dest_end])) >= _LEAST_MATTER
        for one in Levenshtein.opcodes(here, there)
        if one.tag == "replace"
    )


def same_period(words: str, earlier: str) -> bool:
    """Whether two texts are about the same month, round or part of a series."""
    return set(_PERIODS.findall(words)) == set(_PERIODS.findall(earlier))


def alike(words: str, earlier: str) -> float:
    """Likeness from 0 to 100 without the times that may differ."""
    return fuzz.ratio(timeless(words), timeless(earlier))


@lru_cache(maxsize=_AT_HAND)
def _topics(words: str) -> frozenset[str]:
    return frozenset(name for name, topic in _TOPICS if topic.search(words))


@lru_cache(maxsize=_PAIRS_AT_HAND)
def _pairs(words: str) -> frozenset[str]:
    kept = timeless(words)
    pairs = {kept[i : i + 2] for i in range(len(kept) - 1)}
    return frozenset({pair for pair in pairs if " " not in pair} - _COMMON)
