"""Power levels: who may do what in a room, and changes to them that can be taken back."""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

POWER_LEVELS = "m.room.power_levels"
REDACTION = "m.room.redaction"
#: The kinds of event by which people speak.
SPEECH = (
    "m.room.message",
    "m.room.encrypted",
    "m.sticker",
    "m.poll.start",
    "org.matrix.msc3381.poll.start",
)
#: Above every level that can be given: the creators of a room of version 12 and later.
UNLIMITED = 2**53
_DEFAULTS = {"ban": 50, "kick": 50, "redact": 50, "invite": 0}
_MUTED = -1
_FIRST_UNLIMITED_VERSION = 12


def _number(value: object, default: int) -> int:
    """A level as people have written it; old rooms hold some as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return default
    try:
        return int(value)
    except (ValueError, OverflowError):
        return default


def _table(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = content.get(key)
    return table if isinstance(table, Mapping) else {}


def unlimited_creators(sender: str, create: Mapping[str, Any]) -> frozenset[str]:
    """The people whom no level binds, by a room's m.room.create event."""
    version = str(create.get("room_version", "1"))
    if version.isdigit():
        if int(version) < _FIRST_UNLIMITED_VERSION:
            return frozenset()
    elif not version.startswith("org.matrix.hydra"):
        return frozenset()
    more = create.get("additional_creators")
    others = more if isinstance(more, list) else ()
    return frozenset([sender, *(id_ for id_ in others if isinstance(id_, str))])


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of a room. `content` is None where the room has no such event yet."""

    content: Mapping[str, Any] | None = None
    creator: str = ""
    unlimited: frozenset[str] = frozenset()

    def of(self, person_id: str) -> int:
        """A person's level."""
        if person_id in self.unlimited:
            return UNLIMITED
        if self.content is None:
            return 100 if person_id == self.creator else 0
        default = _number(self.content.get("users_default"), 0)
        return _number(_table(self.content, "users").get(person_id), default)

    @property
    def common(self) -> int:
        """The level of everybody who has none of their own."""
        return _number((self.content or {}).get("users_default"), 0)

    def to_send(self, kind: str) -> int:
        """What it takes to send an event of that kind."""
        content = self.content or {}
        default = _number(content.get("events_default"), 0)
        return _number(_table(content, "events").get(kind), default)

    def to_set(self, kind: str) -> int:
        """What it takes to change state of that kind."""
        if self.content is None:
            return 0
        default = _number(self.content.get("state_default"), 50)
        return _number(_table(self.content, "events").get(kind), default)

    def to(self, act: str) -> int:
        """What it takes to `ban`, `kick`, `redact` or `invite`."""
        return _number((self.content or {}).get(act), _DEFAULTS[act])

    @property
    def to_redact(self) -> int:
        """What it takes to delete another's message."""
        return max(self.to("redact"), self.to_send(REDACTION))

    @property
    def to_speak(self) -> int:
        """The least that lets anybody say anything."""
        return min(self.to_send(kind) for kind in SPEECH)


@dataclass(frozen=True, slots=True)
class Change:
    """One level raised or lowered for a while. `before` is None where it was not written down."""

    where: tuple[str, ...]
    before: int | None
    during: int

    @property
    def person_id(self) -> str:
        """Whose level it is; empty for one of the room's."""
        return self.where[1] if self.where[0] == "users" else ""

    def in_force(self, content: Mapping[str, Any]) -> bool:
        """Whether the level is still what the change made it."""
        return written(content, self.where) == self.during

    def to_json(self) -> dict[str, Any]:
        """For the memory that outlives the process."""
        return {"where": list(self.where), "before": self.before, "during": self.during}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Change":
        """Back from the memory; KeyError, TypeError or ValueError if it is something else."""
        before = value["before"]
        where = tuple(str(part) for part in value["where"])
        return cls(where, None if before is None else int(before), int(value["during"]))


def written(content: Mapping[str, Any], where: tuple[str, ...]) -> int | None:
    """The level written down there, or None."""
    value = content.get(where[0])
    if len(where) > 1:
        value = value.get(where[1]) if isinstance(value, Mapping) else None
    return None if value is None else _number(value, 0)


def _write(content: dict[str, Any], where: tuple[str, ...], value: int | None) -> None:
    table = content
    if len(where) > 1:
        inner = content.get(where[0])
        table = content[where[0]] = dict(inner) if isinstance(inner, Mapping) else {}
    if value is None:
        table.pop(where[-1], None)
    else:
        table[where[-1]] = value


def applied(content: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """The levels with the changes made."""
    result = copy.deepcopy(dict(content))
    for change in changes:
        _write(result, change.where, change.during)
    return result


def reverted(content: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """The levels with the changes taken back; what somebody else has changed since stays theirs."""
    result = copy.deepcopy(dict(content))
    for change in changes:
        if change.in_force(result):
            _write(result, change.where, change.before)
    return result


def closing(levels: Levels, level: int, speakers: Iterable[str]) -> tuple[Change, ...]:
    """What closes a room to everybody below `level` but the `speakers`."""
    content = levels.content or {}
    changes = []
    if levels.to_send("") < level:
        before = written(content, ("events_default",))
        changes.append(Change(("events_default",), before, level))
        if written(content, ("events", REDACTION)) is None:
            # Members can still take their own words back.
            changes.append(Change(("events", REDACTION), None, levels.to_send(REDACTION)))
    for kind in SPEECH:
        own = written(content, ("events", kind))
        if own is not None and own < level:
            changes.append(Change(("events", kind), own, level))
    for person_id in speakers:
        if levels.of(person_id) < level:
            where = ("users", person_id)
            changes.append(Change(where, written(content, where), level))
    return tuple(changes)


def muting(levels: Levels, person_id: str) -> Change:
    """What silences one person."""
    where = ("users", person_id)
    during = min(_MUTED, levels.to_speak - 1)
    return Change(where, written(levels.content or {}, where), during)
