"""A document is not passed on raw.

It is judged when the grace ends or when a follow-up completes it; the judge
keeps that time, this file only says what a raw document is.

Known false positives: a one-page notice whose title says all; a news link sent
for reading only.
"""

from pydantic import Field

from bot.core.decision import Finding, Mode
from bot.core.message import Message
from bot.core.policy import Context, Policy, PolicySettings, every
from bot.core.reading import Kind, Reading, Trait


class Settings(PolicySettings):
    """How long a sender has to complete a document."""

    grace_minutes: int = Field(10, ge=0, le=240, description="补上要点和拟办意见的宽限分钟数")


class BriefDocuments(Policy):
    """A document needs its key points and the town's handling opinion."""

    name = "brief_documents"
    title = "转发须附要点和拟办意见"
    rule = "转发文件要摘出要点，写明本镇拟办意见（谁、办什么、何时办完），不原文照转。"
    modes = every(Mode.ENFORCE, standing=Mode.REMIND)
    Settings = Settings

    def judge(
        self, message: Message, reading: Reading, context: Context, settings: PolicySettings
    ) -> Finding | None:
        if reading.kind is not Kind.DOCUMENT or Trait.BRIEFED in reading.traits:
            return None
        if context.completed:
            return None
        return self.finding(
            "转发的文件没有同时附上要点和拟办意见",
            "请把文件、要点和“谁、办什么、何时办完”写在一条里重发",
            # A document taken for a briefed one is spared; the other way round must be sure.
            sure=min(reading.confidence, 1.0 - reading.sureness(Trait.BRIEFED)),
        )
