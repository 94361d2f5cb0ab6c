"""What is found in a file or picture, why nothing was, and how far a look goes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Hint(StrEnum):
    """What the content looks like. UNKNOWN changes nothing."""

    DOCUMENT = "document"
    REPORT = "report"
    UNKNOWN = ""


class Reason(StrEnum):
    """Why a file tells nothing."""

    ENCRYPTED = "encrypted"
    TOO_LARGE = "too_large"
    BOMB = "bomb"
    UNSAFE = "unsafe"
    BROKEN = "broken"
    FORMAT = "format"
    NO_WORDS = "no_words"
    NO_OCR = "no_ocr"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    GONE = "gone"


class UnreadableError(Exception):
    """Raised within a look; carries no content of the file."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that told nothing, and why. `bot.words` has the reason as `file.<reason>`."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file or picture shows. Nothing of it appears in its repr: it may be secret.

    `number` is the document's own (西府办发〔2021〕12号), not one it refers to. `dates` stand in
    the order of the text. `marks` are marks of secrecy or of internal use (机密★1年). `codes` are
    the contents of QR codes. `text` holds the first characters only.
    """

    title: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    issuer: str = field(default="", repr=False)
    dates: tuple[date, ...] = field(default=(), repr=False)
    demands: tuple[str, ...] = field(default=(), repr=False)
    text: str = field(default="", repr=False)
    marks: tuple[str, ...] = field(default=(), repr=False)
    codes: tuple[str, ...] = field(default=(), repr=False)
    hint: Hint = Hint.UNKNOWN

    def as_json(self) -> dict[str, Any]:
        """Plain data, to go from one process to another."""
        return {**asdict(self), "dates": [day.isoformat() for day in self.dates]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "FileFacts":
        """The facts that `as_json` gave; ValueError, KeyError or TypeError for anything else."""
        return cls(
            title=str(data["title"]),
            number=str(data["number"]),
            issuer=str(data["issuer"]),
            dates=tuple(date.fromisoformat(day) for day in data["dates"]),
            demands=tuple(str(demand) for demand in data["demands"]),
            text=str(data["text"]),
            marks=tuple(str(mark) for mark in data["marks"]),
            codes=tuple(str(code) for code in data["codes"]),
            hint=Hint(data["hint"]),
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a look goes. Sizes are in bytes, times in seconds.

    `expanded` bounds an archive's whole uncompressed size, `ratio` that of one member to what is
    stored of it. `memory` bounds the worker's address space, `picture_memory` the same with the
    recognition of text loaded. `pixels` bounds a picture before it is decoded.
    """

    size: int = 20 * 1024 * 1024
    members: int = 2000
    expanded: int = 64 * 1024 * 1024
    ratio: int = 200
    characters: int = 8000
    pages: int = 8
    scanned_pages: int = 2
    rows: int = 2000
    pixels: int = 40_000_000
    seconds: float = 20.0
    picture_seconds: float = 60.0
    cpu_seconds: int = 60
    memory: int = 1 << 30
    picture_memory: int = 3 << 30
