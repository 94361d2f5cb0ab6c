"""One thing is told once.

The comparison with earlier notices is made when the message is read; this file
only says which relations break the rule.

Known false positives: a yearly notice re-sent word for word within seven days
for another village.
"""

from pydantic import Field

from bot.core.decision import Finding, Mode
from bot.core.message import Message
from bot.core.policy import Context, Policy, PolicySettings, every
from bot.core.reading import Reading, RelationKind


class Settings(PolicySettings):
    """How far back the town's notices are compared."""

    days: int = Field(7, ge=1, le=30, description="往前比对几天内的通知")


class DuplicateNotice(Policy):
    """A re-sent notice is a duplicate; a changed deadline or demand makes it a correction."""

    name = "duplicate_notice"
    title = "一事不多群"
    rule = "同一通知只发一次、只发一个群；时间或要求有变的按“更正”发。"
    modes = every(Mode.REMIND)
    Settings = Settings

    def judge(
        self, message: Message, reading: Reading, context: Context, settings: PolicySettings
    ) -> Finding | None:
        relation = context.relation
        if relation is None or relation.kind is not RelationKind.DUPLICATE:
            return None
        where = f"在“{relation.room}”" if relation.room != message.room else "在本群"
        return self.finding(
            f"同样的通知已{where}发过",
            "一件事只发一次；要催办请问轻群“谁没交”",
            sure=reading.confidence,
        )
