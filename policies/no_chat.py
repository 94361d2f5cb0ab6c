"""No chat in work groups.

Known false positives: dry humour about work (“这报表比我还难伺候”) sits between
chat and discussion; the reading is seldom sure of it, so it is seldom deleted.
"""

from bot.core.decision import Finding, Mode
from bot.core.message import Message, MessageType
from bot.core.policy import Context, Policy, PolicySettings, every
from bot.core.reading import Kind, Reading, Trait

_TRAITS = (
    (Trait.ADVERTISEMENT, "广告"),
    (Trait.VOTE_SOLICITATION, "拉票"),
    (Trait.SOUP, "问候鸡汤"),
    (Trait.FLATTERY, "恭维"),
)
_FORMS = {MessageType.RED_PACKET: "红包", MessageType.STICKER: "表情"}


class NoChat(Policy):
    """The kind `chat`; a trait alone breaks nothing, a bare courtesy is removed quietly."""

    name = "no_chat"
    title = "不闲聊"
    rule = "工作群不发问候鸡汤、恭维、广告、红包、表情和家常。"
    modes = every(Mode.ENFORCE)

    def judge(
        self, message: Message, reading: Reading, context: Context, settings: PolicySettings
    ) -> Finding | None:
        if reading.kind is not Kind.CHAT:
            return None
        if reading.courtesy:
            return self.finding("道谢的话不占群", sure=reading.confidence, quiet=True)
        what = _FORMS.get(message.type) or next(
            (word for trait, word in _TRAITS if trait in reading.traits), "闲聊"
        )
        return self.finding(
            f"这条是{what}，与工作无关", "请发到朋友圈或私人群", sure=reading.confidence
        )
