"""Which rooms a command is for: 本群, 全部, or a group by its name."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

#: The scope of a change for the whole town.
TOWN = ""

_ALL = re.compile(
    r"全部(?:群聊?)?|全镇|所有群聊?|各群|每个群|(?<![a-z])(?:all(?:\s+rooms)?|everywhere|town)(?![a-z])"
)
_HERE = re.compile(r"本群|这个?群(?:里|聊)?|(?<![a-z])(?:here|this\s+(?:room|group))(?![a-z])")
_LONG_ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Scope:
    """A room's name, or empty for the town. `said` tells that it was named and not assumed."""

    name: str
    said: bool = False

    @property
    def town(self) -> bool:
        """Whether it is the whole town."""
        return self.name == TOWN


@dataclass(frozen=True, slots=True)
class Unclear:
    """A room that could not be told. `near` are names that may be meant."""

    text: str
    near: tuple[str, ...] = ()


def cut(text: str, rooms: Iterable[str], here: str) -> tuple[Scope | Unclear | None, str]:
    """Take a scope that is plainly named out of a text: the scope, if any, and the rest.

    本群 said privately (`here` empty) is unclear.
    """
    for name in sorted(rooms, key=len, reverse=True):
        for quoted in (f'"{name}"', name):
            if quoted in text:
                return Scope(name, said=True), _without(text, text.index(quoted), len(quoted))
    if found := _ALL.search(text.lower()):
        return Scope(TOWN, said=True), _without(text, found.start(), len(found[0]))
    if found := _HERE.search(text.lower()):
        rest = _without(text, found.start(), len(found[0]))
        return (Scope(here, said=True) if here else Unclear(found[0])), rest
    return None, text


def find(text: str, rooms: Iterable[str], here: str) -> Scope | Unclear:
    """The scope that a text names and says nothing else; where it is empty the usual one.

    That is this room (`here`) when said in a room, the town when said privately.
    """
    rooms = tuple(rooms)
    named, rest = cut(text, rooms, here)
    if named is not None:
        return named
    return by_part(rest, rooms) if rest.strip(" ,;:\"'") else Scope(here)


def by_part(text: str, rooms: Iterable[str]) -> Scope | Unclear:
    """The one room whose name holds a text; else the names that come near it."""
    rooms = tuple(rooms)
    part = text.strip(" \"'")
    holding = [name for name in rooms if len(part) >= _LONG_ENOUGH and _holds(name, part)]
    if len(holding) == 1:
        return Scope(holding[0], said=True)
    near = holding or difflib.get_close_matches(part, rooms, n=3, cutoff=0.4)
    return Unclear(part, tuple(near[:3]))


def _holds(name: str, part: str) -> bool:
    """应急群 is 镇应急管理工作群: a part of the name, 群 at the end left out."""
    return part in name or (len(part) > _LONG_ENOUGH and part.removesuffix("群") in name)


def _without(text: str, start: int, length: int) -> str:
    return f"{text[:start]} {text[start + length :]}".strip(" ,;:")
