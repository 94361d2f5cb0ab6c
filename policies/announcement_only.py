"""Announcement rooms carry assignments only.

Known false positives: an assignment of six characters with no verb of duty
(“表呢”) may be read as discussion; a poster who is not yet in the town file is
taken for a member. Both are doubtful or put right by 放行 and the town file.
"""

from typing import ClassVar

from bot.core.decision import Finding, Mode
from bot.core.message import Message, RoomKind
from bot.core.policy import Context, Policy, PolicySettings
from bot.core.reading import Kind, Reading, Trait

_WORDS = {
    Kind.DISCUSSION: "工作讨论",
    Kind.REPORT: "结果回报",
    Kind.DOCUMENT: "未附要点和拟办意见的转发文件",
    Kind.CHAT: "闲聊",
}


class AnnouncementOnly(Policy):
    """Only assignments and briefed documents, only from those who may assign."""

    name = "announcement_only"
    title = "只发工作安排"
    rule = "公告群只发工作安排和附了要点、拟办意见的文件，由领导、管理员和指定发布人发布。"
    modes: ClassVar = {RoomKind.ANNOUNCEMENT: Mode.ENFORCE}

    def judge(
        self, message: Message, reading: Reading, context: Context, settings: PolicySettings
    ) -> Finding | None:
        if context.room.kind is not RoomKind.ANNOUNCEMENT or reading.kind is Kind.ACKNOWLEDGEMENT:
            return None
        if reading.assigns or context.completed:
            if context.entitled:
                return None
            reason = "本群的工作安排由领导、管理员和指定发布人发布"
            comply = "请交管理员代发，或发到对应的业务群"
        else:
            reason = f"本群只发工作安排，这条看起来是{_WORDS[reading.kind]}"
            comply = "讨论和回报请到对应的业务群，或私下联系"
        # For those who may not assign here, only a receipt would be in order, whatever else it is.
        fine = (
            reading.chance(Kind.ASSIGNMENT)
            + reading.chance(Kind.DOCUMENT) * reading.sureness(Trait.BRIEFED)
            if context.entitled
            else reading.chance(Kind.ACKNOWLEDGEMENT)
        )
        return self.finding(reason, comply, sure=1.0 - fine)
