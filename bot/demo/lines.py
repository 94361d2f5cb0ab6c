"""The script's own small language: one line a post, times, quotes, and floods of receipts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files

from bot.core.message import MessageType

#: The files of one round, one for each working day.
DAYS = ("day1.txt", "day2.txt")

_TYPES = {
    "图片": MessageType.IMAGE,
    "视频": MessageType.VIDEO,
    "语音": MessageType.AUDIO,
    "文件": MessageType.FILE,
    "链接": MessageType.LINK,
    "表情": MessageType.STICKER,
    "红包": MessageType.RED_PACKET,
    "聊天记录": MessageType.FORWARDED,
}
_LINE = re.compile(
    r"""(?:(?P<hour>\d\d):(?P<minute>\d\d)|\+(?P<after>\d+)s)
        \s+(?P<room>\S+?)
        \s+(?:\*(?P<some>[^*:\s]+)\*(?P<count>\d+)|(?P<who>[^\s:\[>\#*]+))
        (?:\s+\[(?P<type>[^\]\s]+)(?:\s+(?P<title>[^\]]+))?\])?
        (?:\s+\#(?P<label>\w+))?
        (?:\s+>(?P<reply>\w+))?
        :\s*(?P<text>.*)""",
    re.VERBOSE,
)


class ScriptError(Exception):
    """A line of the script cannot be read; names file and line."""


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One line. `at` counts from the midnight of its day, and may lie in the next one.

    `tight` tells that it was timed by the line before it. `who` is a person;
    or, with a `count`, units from which so many people answer, each with one
    of the wordings in `text`. `label` names the post, `reply` the one quoted.
    """

    at: timedelta
    tight: bool
    room: str
    who: tuple[str, ...]
    count: int
    type: MessageType
    title: str
    text: str
    label: str
    reply: str

    @property
    def wordings(self) -> tuple[str, ...]:
        """The ways in which a flood says it."""
        return tuple(self.text.split("|"))


def script(day: str) -> tuple[ScriptLine, ...]:
    """The lines of a day's file, in order; ScriptError where one cannot be read."""
    text = files("bot.demo.script").joinpath(day).read_text("utf-8")
    return tuple(parse(text, day))


def parse(text: str, source: str = "script") -> Iterator[ScriptLine]:
    """The lines of a script; empty ones and those that begin with # say nothing."""
    before = timedelta()
    for number, raw in enumerate(text.splitlines(), 1):
        if not raw.strip() or raw.startswith("#"):
            continue
        found = _LINE.fullmatch(raw.strip())
        if found is None:
            raise ScriptError(f"{source}:{number}: {raw}")
        line = _line(found, before)
        if line.at < before:
            raise ScriptError(f"{source}:{number}: goes back in time: {raw}")
        before = line.at
        yield line


def _line(found: re.Match[str], before: timedelta) -> ScriptLine:
    if found["after"] is None:
        at = timedelta(hours=int(found["hour"]), minutes=int(found["minute"]))
    else:
        at = before + timedelta(seconds=int(found["after"]))
    kind = found["type"]
    if kind is not None and kind not in _TYPES:
        raise ScriptError(f"{found[0]}: no type {kind!r}")
    return ScriptLine(
        at=at,
        tight=found["after"] is not None,
        room=found["room"],
        who=tuple((found["some"] or found["who"]).split("+")),
        count=int(found["count"] or 0),
        type=MessageType.TEXT if kind is None else _TYPES[kind],
        title=found["title"] or "",
        text=found["text"].replace("\\n", "\n"),
        label=found["label"] or "",
        reply=found["reply"] or "",
    )
