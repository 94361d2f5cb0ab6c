"""Quiet outside working hours.

Known false positives: an emergency told in words nobody foresaw. Doubt about
`urgent` lets a message pass before this policy is asked.
"""

from bot.core.decision import Finding, Mode
from bot.core.message import Message
from bot.core.policy import Context, Policy, PolicySettings, every
from bot.core.reading import Kind, Reading


class WorkHours(Policy):
    """Nothing is posted outside hours; an assignment waits for the next opening."""

    name = "work_hours"
    title = "工作时间外免打扰"
    rule = "工作时间以外群里不发消息；工作安排顺延到下次上班发布，突发险情随时可发。"
    modes = every(Mode.ENFORCE)

    def judge(
        self, message: Message, reading: Reading, context: Context, settings: PolicySettings
    ) -> Finding | None:
        if context.working or context.emergency or reading.kind is Kind.ACKNOWLEDGEMENT:
            return None
        if context.entitled and (reading.assigns or context.completed):
            return self.finding(
                "现在不是工作时间，工作安排到下次上班再发布",
                "突发险情请写明险情重发；确需马上发布，请私下对轻群说：紧急",
                sure=reading.confidence,
                defer=True,
            )
        # That it is late does not rest on the reading; that it is no assignment, or no receipt, does.
        fine = Kind.ASSIGNMENT if context.entitled else Kind.ACKNOWLEDGEMENT
        return self.finding(
            "现在不是工作时间",
            "请在工作时间再发；突发险情随时可发",
            sure=1.0 - reading.chance(fine),
        )
