"""Whether words added to a document carry its key points, and the town's own handling opinion."""

import re

from bot.reading.base import Briefing
from bot.reading.normal import fold

# A first look at a character that each begins with spares trying the rest everywhere.
_POINTS = re.compile(
    r"(?=[要主核重划提摘亮看关大意说讲文方归梳画干一二两三四五六七八九十几①\d])(?:要点|主要内容|主要精神|核心(?:内容|意思|就)?|重点(?:是|有|内容|:|:)|划重点|提炼|摘要|亮点|看点|关键(?:信息|点|是|词|几)"
    r"|主要是|大意|意思是|说的是|讲的是|文件(?:说|讲|明确|要求|规定)|方案(?:说|讲|明确|最要紧)|要紧|归纳|梳理|画出|划出|干货"
    r"|一句话|[一二两三四五六七八九十几\d]\s?(?:条|点|句|件事|个(?:重点|要求|变化|数|不|必须|时间))"
    r"|一是.{2,80}二是|①.{2,80}②|1[.、)].{2,80}2[.、)])",
    re.DOTALL,
)
_OPINION_MARK = re.compile(
    r"(?=[拟处办落镇我乡街学社工意分安任这县区村院校局园站所场公咱下接具派怎])(?:拟办|拟请|(?:处理|办理|落实|镇里|我镇|乡里|街道|我院|我局|我校|学校|社区|工作)意见|意见:|分工|安排(?:如下|:|是)|任务分解|这么(?:办|分|干)|这样(?:办|分|干)"
    r"|(?:镇|乡|街道|村|院|校|局|园|站|所|场|社区|县|区|公司|我们|咱们?|咱们?这|我们?这)(?:上|里|边|内|的)*(?:的活|这边|怎么办|这么|这样|要做|要办|安排|的动作|落实|任务|来办|做法)|下(?:一)?步|接下来|下面分|具体到|落到|派活|派工|任务:|办法:|怎么办)"
)
_WHO_ACTS = re.compile(
    # Who is named before the words is looked back at: 党政办牵头.
    r"(?=[牵负承主落配会督抓由各办站所局科组院校队村社委部中园书老长同联团])(?:"
    r"由[^,。;]{1,14}(?:牵头|负责|落实|督办|办理|跟进|承办|汇总|统一|拿出|组织|审核|报|查|做|抓|出|送|给)"
    r"|(?<=[^,。;:\s])(?:牵头|负责|承办|主办|落实|配合|会办|督办|抓总)"
    r"|(?:各[村办站所校组科社局支单园班户店网区街乡镇队嘎屯]|(?<=[一-龥])(?:办|站|所|局|科|组|院|校|队|村|社区|委|部|中心|园|主任|书记|老师|校长|所长|站长|同志|联|会|团))"
    r"[^。;]{0,24}?(?:前|内|底|天|周|月|日|今|明|报|交|查|做|送|给|出|办|开|填|排|签|装|修|发|到|去|补|核|整|清|登|建|配|备|宣|讲|贴|管|盯|守))"
)
_HANDED = re.compile(r"请[^,。;]{1,14}(?:阅处|阅办|阅示|阅知|传阅|酌处|研究|知悉|学习|参考)[。!]?$")
_LEAST = 6


def brief(text: str) -> Briefing:
    """What `text` brings; an opinion counts only where it says who does what.

    A bare 请党建办阅处 or 转发,请学习 is no opinion, and key points without words are none.
    """
    folded = fold(text)
    if len(folded) < _LEAST:
        return Briefing()
    mark = _OPINION_MARK.search(folded)
    own = folded[mark.end() :] if mark else folded
    acts = _WHO_ACTS.search(own) is not None
    only_handed = _HANDED.search(own) is not None and len(own) < 24  # noqa: PLR2004
    opinion = acts and not only_handed
    told = folded[: mark.start()] if mark else folded
    points = _POINTS.search(folded if mark is None else told) is not None
    if not points and mark is not None:
        after = _POINTS.search(own)
        points = after is not None or len(told) > 24  # noqa: PLR2004
    return Briefing(points=points, opinion=opinion)
