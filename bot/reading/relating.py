"""Words that tell a change, a cancellation or a reminder, and what two notices have in common."""

import re
from functools import lru_cache

from rapidfuzz import fuzz

from bot.core.message import Message
from bot.reading.normal import fold, shorten

CORRECTS = re.compile(
    r"更正|勘误|以(?:这|此|本|新|上面)(?:条|个|次|份|版)?(?:通知|信息|消息)?为准|改(?:到|为|成|在|至|期|时间|地点)|推迟|推后|延(?:期|后|至|到|迟)|往后(?:推|延|挪)"
    r"|提前(?:到|至)|调整(?:为|到|至)|变更|顺延|挪到|换到|有误|写错|打错|发错|说错|笔误|搞错|不是.{1,10}[,，]?(?:是|而是|在)"
    r"|补充通知|重新通知|时间有变|地点有变|暂停|暂缓"
)
CANCELS = re.compile(
    r"取消(?!.{0,4}(?:资格|低保|补贴|待遇|评优|报名资格|文明))|不(?:开|搞|办|召开|组织|举行)了|停(?:开|办|会)了?|作废|撤销|收回(?:通知|此)"
    r"|不(?:用|必|需要?)(?:再)?(?:报|交|来|参加|去|填|开|到|准备|搞|做|统计|弄)了?|(?:会|表|活动|培训)(?:先)?不(?:开|要|报|搞|办)了|别(?:来|报|填|交|去)了|不来了|无需再"
)
URGES = re.compile(
    r"还(?:没|未|差|缺|有.{1,8}没)|尚未|没(?:有)?(?:交|报|填|回|签)的?|未(?:交|报|填|回|签|上报|提交|反馈)的?|就差|只差|催|倒计时|最后(?:提醒|一次)|再次提醒|提醒一下|温馨提醒"
)
_MOST_ADDED = 14
_TIMES = re.compile(
    r"\d+(?:年|月|日|号|点|时|分|:\d*|/\d*|天)?半?|[一二三四五六七八九十两]+(?:点半?|号|日)|(?:本|下|这)?(?:周|星期|礼拜)[一二三四五六日末天]"
    r"|今天|明天|后天|今日|明日|今晚|明晚|明早|今早|上午|下午|晚上|早上|中午|傍晚|下班|月底|周末|之前|以前|前"
)
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
    """How much two texts speak of the same matter, 0 to 1: shared pairs of letters, shared topic."""
    here, there = _pairs(words), _pairs(earlier)
    if not here or not there:
        return 0.0
    shared = len(here & there) / min(len(here), len(there))
    same_topic = not _topics(words).isdisjoint(_topics(earlier))
    return min(1.0, shared + (0.3 if same_topic else 0.0))


def alike(words: str, earlier: str) -> float:
    """Likeness from 0 to 100 without the times that may differ."""
    return fuzz.ratio(timeless(words), timeless(earlier))


@lru_cache(maxsize=_AT_HAND)
def _topics(words: str) -> frozenset[str]:
    return frozenset(name for name, topic in _TOPICS if topic.search(words))


@lru_cache(maxsize=_PAIRS_AT_HAND)
def _pairs(words: str) -> frozenset[str]:
    kept = timeless(words)
    return frozenset({kept[i : i + 2] for i in range(len(kept) - 1)} - _COMMON)
