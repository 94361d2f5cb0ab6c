"""What tells a deadline from any other time: the words around a mention."""

from __future__ import annotations

import re
from enum import IntEnum
from re import Match

from bot.reading.deadline_grammar import Mention


class Strength(IntEnum):
    """How surely a mention is a deadline."""

    NONE = 0
    VAGUE = 1  # a day, with something to be done in the same clause
    FAIR = 2  # a time of day, with something to be done or a meeting
    FIRM = 3  # 前, 截止, 时间: …


_AFTER_FIRM = re.compile(
    r"\s*\)?\s*(?:钟)?(?:的时候)?(?:之前|以前|前(?!往|后|置|期|几[天日]|两[天日]|[一二三]天"
    r"|台|面|端|任|沿|段|线|的(?!话))|之内|以内"
    r"|内(?!部|容)|前?为止|止(?!血)|(?:准时|正式)?截止|截至|到期|停止(?:受理|收|接|报|申)|(?"
    r":准时)?(?:关|锁|封)[表账网库系]?)"
)
_BEFORE_FIRM = re.compile(
    r"(?:截止(?:时间|日期|期限|日)?|截至|最迟|最晚|至迟|不[晚迟]于|不得[晚迟]于|限(?:期"
    r"|时)?|时限|期限|赶在|(?:还款|到期|截止)日"
    r"|(?:会议|集合|活动|培训|报名|上报|报送|完成|开会|出发|考试|检查)?时间(?:定|改|为|是"
    r"|在)?|定|订|下一?次|第一次|首次)"
    r"[于在到至为是:\s]*$"
)
_CHANGE = re.compile(
    r"(?:(?:改|推迟|推后|推|延后|延期|延迟|延长|延|顺延|提前|提早|提|挪|调整?|变更|移|换|缓"
    r"|往后放|往前赶)(?:到|至|为|成|期到|在|于)|改|改期)\s*$"
)
_UNTIL = re.compile(r"(?:(?<![等拖推报送发寄达看直赶要])到|至)\s*$")
_IS = re.compile(r"(?<![不还就也都正又倒算一二三四五六])是\s*$")
_NOT = re.compile(
    r"(?:不是|并非|(?:不要|别|莫|不得|不能|不准|勿)(?:再)?(?:等|拖)到?|等到|拖到|原定|原来"
    r"|不要再\S{0,6}|已经?)\s*$"
)
_FROM = re.compile(r"(?:从|自|打)\s*$")
_AFTER_NOT = re.compile(
    r"\s*\)?\s*(?:那[次天回场批份个]|[的]?时候|(?:份)?的(?:表|数据|数|文件|通知|名单|台账"
    r"|材料|情况|照片|版本|总结|报告|会议纪要)"
    r"|期间|几点|多少|(?:左右)?(?:已|刚)|(?:左右)?就[^,。!;]{0,8}了|起(?!床|草|降|诉|飞|来)"
    r"|后(?!面|山|坝|勤|[天院坂来])|以后|之后|过后"
    r"|前的(?!话)|至今|以来|就是|就该|的话)"
)
# 截至17:20，共转移32人 tells how far things are.
_SO_FAR = re.compile(r"\s*,?\s*(?:共|已|累计|全[镇村县乡市区]|我[镇村县乡市区]|未|无)")
_OPENING = re.compile(r"\s*开始")
# 放假1月28日至2月4日, 高考期间6月7日至9日: what happens then, not what is to be done by then.
_MEANWHILE = re.compile(r"(?:放假|休假|调休|期间)[为是:]?\s*$")
# 雪停后2小时内, 一经发现三日内: counted from what may happen.
_ONCE = re.compile(r"(?:[^今以之然]后|一经[^,。]{0,6}|(?<!未)发现[^,。]{0,3}|一旦[^。]{0,12})\s*$")
_OVER = re.compile(r"(?!前|之前|以前)[^,。!?;]{0,4}已经?(?!定|安排)")
_BEGINS = re.compile(
    r"停|断[网电]|检修|清洗|会(?![员计费])|课|活动|团建|开放|演练|场地|比赛|仪式|讲座|值班|夜班|作息"
)
_COUNT_OF = re.compile(r"(?:第|比例?|共|截至|有|近|过去|未来|今后|连续|超|满|最近|这)\s*$")

_OTHERS = (
    r"(?:督导|督查|检查|考核|测评|暗访|普查|巡察|巡视|审计|调研|验收|观摩|专家|考察|工作)组"
    r"|[县市区省州]委|[县市区省州旗]里|[县市省州]上|[县市区省]局"
    r"|组织部|上级|上面|领导|平台|台风|冷空气|降雨|降雪|暴雨|大雨|预计|预报|预警|气象|水头"
    r"|洪峰|卫星|大降温|寒潮|普渡|学校放"
)
_OTHERS_BEFORE = re.compile(_OTHERS)
_VISITORS = re.compile(r"(?:测评|检查|督查|暗访|考核|巡察|调研|验收|督导|评估|考察)组$")
_OTHERS_AFTER = re.compile(
    rf"[^,。!;]{{0,2}}?(?:{_OTHERS})|[^,。!;]{{0,6}}(?:检查|暗访|调研|督导|验收|巡查)(?:组)?(?:"
    rf"来|到|下来)|[^,。!;]{{0,8}}(?:大雨|暴雨|冰雹|降温|登陆|过境)"
)

_MEETING = re.compile(
    r"会议?(?!员|计|费)|开会|召开|培训|集合|集中|参加|出席|到场|到岗|到位|报到|签到|出发"
    r"|上车|演练|考试|点名|党课|见面?|上课|碰头|接班|交接|启动"
    r"|会商|调度|座谈|讲座|活动|比赛|体检|采样|核酸|入园|到园|都来|开班|开始|面试|公示|值班"
    r"|巡|学习|讨论|开标"
)
_GATHER = re.compile(
    r"集合|出发|上车|到岗|到位|到园|开会|召开|会议|培训|领|接|采样|上山|上街|上堤|起床|报到"
    r"|签到|集中|门口|演练|下楼|摆|巡|上卡口|上岗"
)
_DOING = re.compile(
    r"报|交|填|发|送|传|补|贴|完|办|落实|弄|搞|清|查|核|做|给|领|带|签|打|转|撤|换|装|录|建"
    r"|整|拿|回|过一遍|截图|汇总|准备|到|来|去|开|看|写|导|走|拆|洗"
    r"|拍|挂|收|扫|摸|盖|认|退|缴|还|投|统计|排|改|要|动员|见|讲|不变|照旧|登记|联系|通知"
    r"|上墙|归一|点|订|定|进|出|跑|停|关|量|收尾|反馈|提供|提交|告诉"
)
_HANDING = re.compile(
    r"报|交|填|发(?!现|生|布|热|展)|送|传|补|贴|完|办(?!公|法|主)|弄|搞|清(?!明)|核(?!酸"
    r"|心)|给|签|回复|回传|回我|装|录|整改|转发|转完|统计|汇总|写|拆|上墙|收|摸|缴|还款"
    r"|盖章|带来|带上|准备|落实|撤|扫|换|告诉|处理|投|认|建|归|要(?!求|点)|去把|去办|过一遍"
    r"|过一次|打电话|见面|到位|最后一天|拿|开(?!始)|看一遍|挂|退|动员|续|拷|搬|脱敏|全部换"
    r"|走一|等着?(?!通知)|掉|下架|改好|转移|抽|必须|喊|碰|接龙|割完|走到|走完|谈|收|讲|点(?!"
    r"位)|加|反馈"
)
# 今天就去, 下午拿白漆盖了: told to do it, though nothing is handed in.
_ORDER = re.compile(
    r"\s*(?:就|先(?!不)|再|得|都)?(?:把|将|拿|拉|跑|取|查(?!询)|去(?!年)|来(?!检|暗|调|督)|给|出来|转移|到(?!位|底|时|岗)"
    r"|倒|问|补|换|弄|进场|打(?!折)|照|背|贴|搬|过来|主推|安置)"
)
_NOT_TOLD = re.compile(r"(?:我们?|他们?|她|[省市县区镇乡][里上]?|局|组|领导|医院|公司|老师)\s*$")
# 时间表下午发, 药品下午送: the sender will do it.
_SENDER_DOES = re.compile(r"(?:纪要|[表物药]品?|通知|材料|链接|文件|物资|名单)\s*$")
_SENT = re.compile(r"\s*(?:再)?[发送](?:出来|下来|过去|群里)?(?=[,。!;]|$)")
_CANCEL = re.compile(
    r"不开了|不用开|不开会|会不开|取消|不搞了|不办了|先不|暂停|暂缓|另行通知|另等通知"
    r"|等候?通知|待通知|时间另|时间待定|改期(?!到|至)|不用来|不用交|不用报|不再报|停开"
)
_SENTENCE_MARKS = "。!?;\n"
_CLAUSE_MARKS = f",{_SENTENCE_MARKS}"
_CLAUSE_END = re.compile(f"[{_CLAUSE_MARKS}]")
_SENTENCE_END = re.compile(f"[{_SENTENCE_MARKS}]")
_NEAR = 6  # characters between a day and what is to be handed in
_CALENDAR_DAYS = frozenset({"iso", "month_day", "lunar", "slash"})


def is_change(folded: str, mention: Mention) -> bool:
    """Whether the mention is what something was moved to."""
    return _CHANGE.search(folded, max(0, mention.start - 8), mention.start) is not None


def is_gathering(folded: str, mention: Mention) -> bool:
    """Whether people are told to be somewhere at that time."""
    start, end = clause(folded, mention)
    return _GATHER.search(folded, start, min(len(folded), end + 12)) is not None


def has_meeting(folded: str, start: int, end: int) -> bool:
    """Whether a stretch of text speaks of a meeting or another event."""
    return _MEETING.search(folded, start, end) is not None


def has_beginning(folded: str, mention: Mention) -> bool:
    """Whether of a range of hours the beginning counts: a meeting, or what to be ready for."""
    start, end = (
        _last(_SENTENCE_MARKS, folded, mention.start),
        _next(_SENTENCE_END, folded, mention.end),
    )
    return _BEGINS.search(folded, start, end) is not None or "提前" in folded


def is_cancelled(folded: str, mention: Mention) -> bool:
    """Whether the sentence calls off what was to happen then."""
    end = _next(_SENTENCE_END, folded, mention.end)
    return _CANCEL.search(folded, mention.end, end) is not None or (
        _CANCEL.search(folded, sentence_start(folded, mention.start), mention.start) is not None
        and not is_change(folded, mention)
        and _CLAUSE_END.search(folded, sentence_start(folded, mention.start), mention.start) is None
    )


def clause(folded: str, mention: Mention) -> tuple[int, int]:
    """Return the stretch between the marks around a mention, commas included."""
    return _last(_CLAUSE_MARKS, folded, mention.start), _next(_CLAUSE_END, folded, mention.end)


def sentence_start(folded: str, position: int) -> int:
    """Where the sentence around `position` begins."""
    return _last(_SENTENCE_MARKS, folded, position)


def strength(folded: str, mention: Mention) -> Strength:  # noqa: PLR0911
    """How surely the words around a mention make it a deadline."""
    before = folded[max(0, mention.start - 10) : mention.start]
    if mention.past or _NOT.search(before) or _is_meanwhile(folded, mention):
        return Strength.NONE
    if _FROM.search(before) and mention.clock is None and mention.since is None:
        return Strength.NONE
    if mention.span is not None:
        return _span_strength(folded, mention, mention.span)
    if _COUNT_OF.search(before) and (
        _SO_FAR.match(folded, mention.end) or mention.clock is not None
    ):
        return Strength.NONE
    if _AFTER_FIRM.match(folded, mention.end) and not _COUNT_OF.search(before):
        if mention.date_kind == "festival" and not mention.parts and mention.clock is None:
            return (
                Strength.VAGUE
                if _HANDING.search(folded, mention.end, _next(_SENTENCE_END, folded, mention.end))
                else Strength.NONE
            )
        return Strength.FIRM
    if mention.clock is not None and _OVER.match(folded, mention.end):
        return Strength.NONE
    if _AFTER_NOT.match(folded, mention.end) or (
        mention.clock is None and _OPENING.match(folded, mention.end)
    ):
        return Strength.NONE
    if _BEFORE_FIRM.search(before) or (
        is_change(folded, mention) and (mention.date or mention.clock)
    ):
        return Strength.FIRM
    if (
        mention.clock is None
        and mention.date is not None
        and mention.date[0] not in ("今天", "目前")
    ) and (_UNTIL.search(before) or _IS.search(before)):
        return Strength.FIRM
    if (
        mention.since is not None
        and mention.date is not None
        and mention.date_kind != "relative"
        and not _VISITORS.search(folded, clause(folded, mention)[0], mention.since.start)
    ):
        return Strength.FIRM
    return _weak_strength(folded, mention)


def _is_meanwhile(folded: str, mention: Mention) -> bool:
    start = mention.since.start if mention.since else mention.start
    return mention.clock is None and _MEANWHILE.search(folded, 0, start) is not None


def _span_strength(folded: str, mention: Mention, span: Match[str]) -> Strength:
    before = folded[max(0, mention.start - 6) : mention.start]
    if span["sp_each"]:
        return Strength.VAGUE  # 每两小时报一次,第一次9点: a plain time counts more
    if _ONCE.search(folded, 0, mention.start):
        return Strength.NONE
    if span["sp_time"] and not re.search(r"[给限]\S{0,3}$", before):
        return Strength.NONE
    return (
        Strength.NONE
        if re.search(r"(?:过去|近|最近|未来|今后|前|满|超|在)\s*$", before)
        and not before.endswith("在")
        else Strength.FIRM
    )


def _weak_strength(folded: str, mention: Mention) -> Strength:  # noqa: PLR0911
    start, end = clause(folded, mention)
    timed = mention.clock is not None
    around = folded[start : mention.start] + " " + folded[mention.end : end]
    if _OTHERS_BEFORE.search(folded, start, mention.start) or _OTHERS_AFTER.match(
        folded, mention.end
    ):
        if timed and has_meeting(folded, start, end):
            return Strength.FAIR
        return Strength.VAGUE if timed else Strength.NONE
    if timed:
        wide = folded[
            _last(_SENTENCE_MARKS, folded, mention.start) : _next(
                _SENTENCE_END, folded, mention.end
            )
        ]
        doing = (
            _MEETING.search(wide)
            or _DOING.search(wide)
            or len(wide) < mention.end - mention.start + 3
        )
        return Strength.FAIR if doing else Strength.NONE
    if (
        mention.date is None
        and _SENT.match(folded, mention.end)
        and _SENDER_DOES.search(folded, start, mention.start)
    ):
        return Strength.NONE
    if (
        mention.date_kind in ("relative", "")
        and mention.every is None
        and _ORDER.match(folded, mention.end)
        and not _NOT_TOLD.search(folded, start, mention.start)
    ):
        return Strength.VAGUE
    if re.search(r"了[^,。!?;\n]{0,2}$", around):
        return Strength.NONE
    if mention.date_kind == "festival" or (
        mention.date is None and mention.part in ("noon", "dawn") and around.strip()
    ):
        return Strength.NONE
    handing = _HANDING.search(folded, mention.end, end)
    if mention.date_kind == "day" and not handing:
        return Strength.NONE
    if (
        handing
        and mention.date_kind in _CALENDAR_DAYS | {"weekday", "day"}
        and handing.start() - mention.end < _NEAR
    ):
        return Strength.FAIR
    if (
        handing
        or not around.strip()
        or (mention.date_kind in _CALENDAR_DAYS and _MEETING.search(around))
    ):
        return Strength.VAGUE
    return Strength.NONE


def _next(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.search(text, position)
    return found.start() if found else len(text)


def _last(marks: str, text: str, position: int) -> int:
    return max([text.rfind(mark, 0, position) for mark in marks]) + 1
