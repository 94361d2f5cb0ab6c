"""Results do not go into the announcement room.

Known false positives: a photo of a document with no caption looks like a photo
of work unless the `ocr` extra can read it.
"""

from typing import ClassVar

from bot.core.decision import Finding, Mode
from bot.core.message import Message, MessageType, RoomKind
from bot.core.policy import Context, Policy, PolicySettings
from bot.core.reading import Kind, Reading

_FORMS = {
    MessageType.IMAGE: "照片",
    MessageType.VIDEO: "视频",
    MessageType.FILE: "表格或材料",
}


class NoResults(Policy):
    """No reports, photo proof or returned tables; the finding says where they go."""

    name = "no_results"
    title = "不收图片和结果"
    rule = "公告群里不报结果、不晒照片、不交表；交到对应的业务群，或私下发给轻群归档。"
    modes: ClassVar = {RoomKind.ANNOUNCEMENT: Mode.ENFORCE}

    def judge(
        self, message: Message, reading: Reading, context: Context, settings: PolicySettings
    ) -> Finding | None:
        if reading.kind is not Kind.REPORT:
            return None
        where = f"“{context.room.results_to}”" if context.room.results_to else "对应的业务群"
        return self.finding(
            f"本群不收结果，这条是{_FORMS.get(message.type, '结果回报')}",
            f"请发到{where}，或私下发给轻群，由轻群记到任务名下",
            sure=reading.confidence,
        )
