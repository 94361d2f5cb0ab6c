"""What the page may ask of the server, checked before anything is done."""

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from bot.core.message import MessageType

#: Forms in which a visitor can post.
FORMS = (
    MessageType.TEXT,
    MessageType.IMAGE,
    MessageType.FILE,
    MessageType.LINK,
    MessageType.AUDIO,
    MessageType.STICKER,
)


def _speakable(text: str) -> str:
    """A text such as a phone sends: no control characters but line ends, no halves of characters."""
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t":
            raise ValueError("characters that no phone sends")
    return text.strip()


def _form(kind: MessageType) -> MessageType:
    if kind not in FORMS:
        raise ValueError("not a form that can be posted here")
    return kind


class Ask(BaseModel):
    """Something asked by the page; what is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PostAsk(Ask):
    """A post as a member; an empty `room` speaks to the bot alone."""

    room: str = Field("", max_length=100)
    sender: str = Field(min_length=1, max_length=100)
    type: Annotated[MessageType, AfterValidator(_form)] = MessageType.TEXT
    text: Annotated[str, Field(max_length=2000), AfterValidator(_speakable)] = ""
    title: Annotated[str, Field(max_length=200), AfterValidator(_speakable)] = ""
    reply_to: str | None = Field(None, max_length=100)

    @model_validator(mode="after")
    def _says_something(self) -> "PostAsk":
        wordless = {MessageType.IMAGE, MessageType.AUDIO, MessageType.STICKER}
        if not (self.text or self.title) and self.type not in wordless:
            raise ValueError("there is nothing in it")
        return self


class ClockAsk(Ask):
    """Another pace, or a jump."""

    speed: Literal[1, 10, 60, 600] | None = None
    jump: Literal["opening", "closing"] | None = None


class PlayAsk(Ask):
    """Whether the town's people speak by themselves."""

    on: bool
