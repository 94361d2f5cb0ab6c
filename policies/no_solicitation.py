"""No votes, likes, follows, reposts or app downloads.

Known false positives: “请转发到各村民组” passes work on and is no campaign.
"""

from bot.core.decision import Finding, Mode
from bot.core.message import Message
from bot.core.policy import Context, Policy, PolicySettings, every
from bot.core.reading import Reading, Trait


class NoSolicitation(Policy):
    """Neither private nor official campaigns for clicks."""

    name = "no_solicitation"
    title = "不拉票不摊派转发"
    rule = "不拉票、不摊派点赞关注转发、不摊派下载应用。"
    modes = every(Mode.ENFORCE)

    def judge(
        self, message: Message, reading: Reading, context: Context, settings: PolicySettings
    ) -> Finding | None:
        if Trait.VOTE_SOLICITATION not in reading.traits:
            return None
        return self.finding(
            "这条在拉票或摊派点赞、关注、转发、下载",
            "请自愿参与，不在工作群里要求；确需组织的请先报镇里同意",
            sure=reading.sureness(Trait.VOTE_SOLICITATION),
        )
