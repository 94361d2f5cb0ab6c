"""Where a forwarded document's own handling opinion stands among its quoted key points."""

from __future__ import annotations

import re

_BODY = r"(?:镇|乡|街道|苏木|场|所|院|校|局|矿|办|社|县|区|社区|村|厂|公司|园|站|中心|支队|大队)"
_OWN = (
    rf"(?:(?:我|本|咱|俺)们?{_BODY}?|{_BODY}[里上]?|党委|政府|支书|书记|镇长|乡长|主任|班子"
    r"|领导|分管)"
)
# What a superior asks is quoted, not the town's own: 县里要求.
_NOT_ABOVE = r"(?<![县市省区旗州][里委上])(?<!上级)(?<!文件)(?<!通知)"
_STRONG = re.compile(
    r"(?:拟办|办理|处理|处置|落实|贯彻|承办|阅办|分办|分工)(?:意见|建议|情况)?(?:是"
    r"|如下)?\s*[:】\])]"
    rf"|{_NOT_ABOVE}(?:意见|安排|要求|打算|部署|建议)(?:是|如下|也?[一两二三四五六]条)?\s*[:】\])]"
    rf"|(?:任务|活|工)(?:怎么|这样)?分[^,。;:]{{0,3}}:|(?:下面)?分(?:一?下)?[工活任务]{{1,2"
    rf"}}[:,]|照这个[:,]|任务:|(?:落实|执行|批示|派活|怎么[干落办])上?:"
    rf"|{_OWN}(?:的)?(?:意见|拟办)(?:是|照做|如下)?|{_OWN}(?:这样|这么|已经?|商量|研究)*(?:"
    r"定|决定|商定|布置|部署|同意|批|研究|安排|这样办|这么办|办)(?:了|的|下来|如下)?(?:到人"
    rf"|给)?(?=[:,。]|是|[^,。;:]{0, 8}[,:])"
    r"|(?:(?:我|本|咱|俺)们?|(?:镇|乡|街道|苏木|场|所|院|校|局|矿|社"
    rf"|村)[里上]?)[^,。;:!?\n]{{0,7}}:"
    rf"|拟办(?!函)|(?:我|本|咱)们?{_BODY}[:,]"
)
_WEAK = re.compile(rf"(?:我|本|咱)们?{_BODY}(?!的)")
_POINTS = re.compile(r"(?:要点|摘要|摘编|重点|核心|主要内容|【内容|干货|划一下)[^。;:】]{0,8}[:】]")


def opinion_span(folded: str) -> tuple[int, int]:
    """Return where the town's own opinion stands in a folded text; all of it if none is marked."""
    points = _POINTS.search(folded)
    start = points.end() if points else 0
    marker = _STRONG.search(folded, start)
    if marker is None and points is not None:
        marker = _STRONG.search(folded, 0, points.start())
        if marker is not None:  # the opinion stands first
            return marker.end(), points.start()
    marker = marker or _WEAK.search(folded, start)
    return (marker.end(), len(folded)) if marker else (0, len(folded))
