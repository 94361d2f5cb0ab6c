"""Too many messages by one person in a short time.

Known false positives: a secretary who dictates one notice in ten pieces.
"""

from pydantic import Field

from bot.core.decision import Finding, Mode
from bot.core.message import Message
from bot.core.policy import Context, Policy, PolicySettings, every
from bot.core.reading import Reading


class Settings(PolicySettings):
    """What counts as a flood."""

    messages: int = Field(8, ge=2, le=100, description="时间窗内最多几条")
    seconds: int = Field(60, ge=5, le=3600, description="时间窗的秒数")


class Flood(Policy):
    """Those beyond the limit are acted on; a flood is one offence."""

    name = "flood"
    title = "刷屏"
    rule = "短时间内不连发多条，请合成一条。"
    modes = every(Mode.ENFORCE)
    Settings = Settings

    def judge(
        self, message: Message, reading: Reading, context: Context, settings: PolicySettings
    ) -> Finding | None:
        assert isinstance(settings, Settings)
        if context.burst <= settings.messages:
            return None
        return self.finding(
            f"{settings.seconds} 秒内发了 {context.burst} 条（上限 {settings.messages} 条）",
            "请合成一条再发",
            again=context.burst > settings.messages + 1,
        )
