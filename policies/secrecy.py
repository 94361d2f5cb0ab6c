"""Nothing secret and no personal data online.

What is found is never quoted: the reason names the sort of content only.

Known false positives: a number that passes the identity card's checksum by
chance (one in eleven of eighteen-digit numbers with a plausible birthday).
"""

import re

from bot.core.decision import Finding, Mode
from bot.core.message import Message
from bot.core.policy import Context, Policy, PolicySettings, every
from bot.core.reading import Reading, Trait

_ID_CARD = re.compile(
    r"(?<!\d)([1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx])(?!\d)"
)
_MARK = re.compile(r"(?:绝密|机密|秘密)\s*[★☆]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Secrecy(Policy):
    """Deleted at once, the secrecy officer alerted, the content never shown again."""

    name = "secrecy"
    title = "涉密不上网"
    rule = "涉密、内部内容和公民个人信息不上群；立即撤下并报保密员。"
    modes = every(Mode.ENFORCE)

    def judge(
        self, message: Message, reading: Reading, context: Context, settings: PolicySettings
    ) -> Finding | None:
        words = "\n".join((message.title, message.text, *message.items))
        if _MARK.search(words):
            return self._found("带密级标志的内容", 1.0)
        if any(_checks(number) for number in _ID_CARD.findall(words)):
            return self._found("公民身份号码", 1.0)
        if Trait.SECRET in reading.traits:
            return self._found("涉密或内部内容", reading.sureness(Trait.SECRET))
        if Trait.PERSONAL_DATA in reading.traits:
            return self._found("公民个人信息", reading.sureness(Trait.PERSONAL_DATA))
        return None

    def _found(self, what: str, sure: float) -> Finding:
        return self.finding(
            f"含有{what}", "请走机要渠道或当面交接；个人信息请脱敏", sure=sure, alert=True
        )


def _checks(number: str) -> bool:
    """Whether the last character is the checksum of GB 11643."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[-1].upper()
