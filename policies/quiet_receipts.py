"""收到 goes to the receipt list and leaves the room.

Known false positives: “好的” that answers a question rather than a notice. It
is kept in the archive, nobody is reproached, and nothing is lost by it.
"""

from bot.core.decision import Finding, Mode
from bot.core.message import Message
from bot.core.policy import Context, Policy, PolicySettings, every
from bot.core.reading import Kind, Reading


class QuietReceipts(Policy):
    """Receipts are counted for everybody and shown to nobody."""

    name = "quiet_receipts"
    title = "回执不刷屏"
    rule = "“收到”记入回执名单后从群里撤下，不提醒任何人；也可以私下对轻群说收到。"
    modes = every(Mode.ENFORCE)

    def judge(
        self, message: Message, reading: Reading, context: Context, settings: PolicySettings
    ) -> Finding | None:
        if reading.kind is not Kind.ACKNOWLEDGEMENT:
            return None
        return self.finding(
            "回执已记入名单",
            "以后也可以私下对轻群说：收到",
            sure=reading.confidence,
            quiet=True,
        )
