"""Demands for material are kept light.

Known false positives: two different tables whose names differ in one word; a
table whose instructions were given in a meeting.
"""

import re

from pydantic import Field

from bot.core.decision import Finding, Mode
from bot.core.message import Message
from bot.core.policy import Context, Policy, PolicySettings, every
from bot.core.reading import Kind, Reading, Trait

_PROOF = re.compile(
    r"(?:截图|截屏|照片|图片|拍照|拍[一两几]?张|拍(?:个|段)?视频|录(?:个|段)?视频|视频|合影|水印|定位)"
)
_NO_PROOF = re.compile(
    r"(?:不用|不必|无需|不要|不需|不得|别|免)[^，。；,;]{0,6}(?:截图|截屏|照片|图片|拍照|拍|视频)"
)
_TABLE = re.compile(r"(?:表|台账|名单|清单|清册|名册|统计|数据|汇总)")
_GUIDED = re.compile(
    r"(?:填报|填写|填表)?(?:说明|口径|要求|模板|样表|范例|格式|附件|按照|参照|见附|标准|内容包括|包括|含|只填|填[好写到完]|注明|写明|电子版|签字|盖章)"
)


class Settings(PolicySettings):
    """How often the same material may be asked for."""

    times_a_day: int = Field(1, ge=1, le=10, description="同一材料全镇一天可以要几次")


class MaterialDemand(Policy):
    """Once a day, with instructions or a deadline, and no pictures as proof."""

    name = "material_demand"
    title = "索要材料要减负"
    rule = "同一材料一天只要一次；要表须有填报说明或时限；不要照片、截图、视频作证明。"
    modes = every(Mode.REMIND)
    Settings = Settings

    def judge(
        self, message: Message, reading: Reading, context: Context, settings: PolicySettings
    ) -> Finding | None:
        assert isinstance(settings, Settings)
        if context.emergency or Trait.MATERIAL_DEMAND not in reading.traits:
            return None
        if reading.kind not in {Kind.ASSIGNMENT, Kind.DOCUMENT}:
            return None
        sure = reading.sureness(Trait.MATERIAL_DEMAND)
        words = f"{message.title}\n{message.text}"
        if context.asked_before and context.asked_times > settings.times_a_day:
            return self.finding(
                f"同样的材料今天已要过（{context.asked_before}）",
                "请用已报的数，确有变化只要变化的部分",
                sure=sure,
            )
        if _PROOF.search(words) and not _NO_PROOF.search(words):
            return self.finding(
                "要求用照片、截图或视频作证明", "请看实际结果，需要时现场查看", sure=sure
            )
        if _TABLE.search(words) and reading.deadline is None and not _GUIDED.search(words):
            return self.finding(
                "要表但没有填报说明，也没有时限", "请补上怎么填、何时交，免得返工", sure=sure
            )
        return None
