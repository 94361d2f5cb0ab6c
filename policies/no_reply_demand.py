"""No demands for instant replies, roll-calls or check-ins.

Known false positives: “有问题的回我一下” asks for problems, not for replies.
"""

from bot.core.decision import Finding, Mode
from bot.core.message import Message
from bot.core.policy import Context, Policy, PolicySettings, every
from bot.core.reading import Reading, Trait


class NoReplyDemand(Policy):
    """The receipt list replaces 收到请回复."""

    name = "no_reply_demand"
    title = "不强求即时回复"
    rule = "不要求“收到请回复”、接龙、打卡；谁收到了，问轻群：谁没收到。"
    modes = every(Mode.REMIND)

    def judge(
        self, message: Message, reading: Reading, context: Context, settings: PolicySettings
    ) -> Finding | None:
        if context.emergency or Trait.REPLY_DEMAND not in reading.traits:
            return None
        return self.finding(
            "要求在群里回复、接龙或打卡",
            "不用要求回复：轻群会记回执；要看名单请说“谁没收到”",
            sure=reading.sureness(Trait.REPLY_DEMAND),
        )
