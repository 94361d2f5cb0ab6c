"""Which mode a policy has in a room now: defaults, then the town file, then what was said by chat."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.decision import Mode
from bot.core.message import Room
from bot.core.policy import Policy, PolicySettings
from bot.store import tables
from bot.store.journal import Journal
from bot.town import Town

#: The scope of a change for every room of the town.
TOWN = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change by chat or on the page. `scope` is a room's name, or empty for the town."""

    number: int
    scope: str
    policy: str
    mode: Mode
    before: Mode
    by: str
    at: datetime
    until: datetime | None = None
    undone_at: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether it is in force: from its start, up to but not at its end."""
        return self.undone_at is None and (self.until is None or moment < self.until)


#: The policies that are not off in a room, with mode and settings.
Kept = tuple[tuple[Policy, Mode, PolicySettings], ...]


class Modes:
    """Layers of modes and settings. What was said by chat last wins."""

    def __init__(self, town: Town, policies: Mapping[str, Policy]) -> None:
        self._policies = policies
        self._changes: list[Change] = []
        self.reload(town)

    def reload(self, town: Town) -> None:
        """Take another town file; changes by chat stay."""
        self._town = town
        self._settings: dict[tuple[str, str], PolicySettings] = {}
        self._kept: dict[str, tuple[datetime | None, Kept]] = {}
        self._filed: dict[tuple[str, str], Mode] = {}

    async def load(self, connection: AsyncConnection) -> None:
        """Take up the changes of earlier processes."""
        table = tables.modes
        rows = await connection.execute(select(table).order_by(table.c.number))
        self._changes = [
            Change(
                row.number,
                row.scope,
                row.policy,
                Mode(row.mode),
                Mode(row.before),
                row.by,
                row.at,
                row.until,
                row.undone_at,
            )
            for row in rows
            if row.policy in self._policies
        ]
        self._kept.clear()

    @property
    def history(self) -> tuple[Change, ...]:
        """Every change ever made, oldest first."""
        return tuple(self._changes)

    def mode(self, policy: Policy, room: Room, at: datetime) -> Mode:
        """The mode in force in `room` at `at`."""
        for change in reversed(self._changes):
            if (
                change.policy == policy.name
                and change.holds(at)
                # A change for the whole town switches on nothing that the kind of room lacks.
                and (
                    change.scope == room.name
                    or (change.scope == TOWN and room.kind in policy.modes)
                )
            ):
                return change.mode
        return self.filed(policy, room)

    def kept(self, room: Room, at: datetime) -> Kept:
        """The policies in force in `room` at `at`, with their modes and settings."""
        known = self._kept.get(room.name)
        if known is not None and (known[0] is None or at < known[0]):
            return known[1]
        kept = tuple(
            (policy, mode, self.settings(policy, room))
            for policy in self._policies.values()
            if (mode := self.mode(policy, room, at)) is not Mode.OFF
        )
        # Good until a change ends by itself; those made later forget it at once.
        self._kept[room.name] = min(self.changes_after(at), default=None), kept
        return kept

    def filed(self, policy: Policy, room: Room) -> Mode:
        """The mode by the town file and the policy's own default."""
        key = (policy.name, room.name)
        if key not in self._filed:
            self._filed[key] = self._from_file(policy, room)
        return self._filed[key]

    def _from_file(self, policy: Policy, room: Room) -> Mode:
        if room.kind is None:
            # Unmanaged rooms are watched, never enforced (the ladder sees to that); a policy
            # made for one kind of room has nothing to say there.
            return Mode.ENFORCE if len(policy.modes) > 1 else Mode.OFF
        mode = policy.modes.get(room.kind, Mode.OFF)
        for scope in (room.kind.value, room.name):
            entry = self._town.policies.get(scope, {}).get(policy.name)
            if isinstance(entry, Mode):
                mode = entry
            elif isinstance(entry, dict) and "mode" in entry:
                mode = Mode(entry["mode"])
        return mode

    def settings(self, policy: Policy, room: Room) -> PolicySettings:
        """The policy's numbers in that room: its defaults, overlaid by kind and by room."""
        key = (policy.name, room.name)
        if key not in self._settings:
            values: dict[str, Any] = {}
            for scope in (room.kind.value if room.kind else "", room.name):
                entry = self._town.policies.get(scope, {}).get(policy.name)
                if isinstance(entry, dict):
                    values.update({name: item for name, item in entry.items() if name != "mode"})
            self._settings[key] = policy.Settings.model_validate(values)
        return self._settings[key]

    def set(
        self,
        journal: Journal,
        *,
        scope: str,
        policy: str,
        mode: Mode,
        before: Mode,
        by: str,
        at: datetime,
        until: datetime | None = None,
    ) -> Change:
        """Note a change from `at` on, to `until` if given."""
        number = journal.add(
            tables.modes,
            scope=scope,
            policy=policy,
            mode=mode.value,
            before=before.value,
            by=by,
            at=at,
            until=until,
        )
        change = Change(number, scope, policy, mode, before, by, at, until)
        self._changes.append(change)
        self._kept.clear()
        return change

    def changes_after(self, at: datetime) -> list[datetime]:
        """When changes that hold now will end by themselves."""
        return [change.until for change in self._changes if change.until and at < change.until]

    def undo(self, journal: Journal, scope: str, by: str, at: datetime) -> Change | None:
        """Roll back the last change of that scope that is still in force; None if there is none."""
        for index in range(len(self._changes) - 1, -1, -1):
            change = self._changes[index]
            if change.scope == scope and change.holds(at):
                self._changes[index] = replace(change, undone_at=at)
                self._kept.clear()
                journal.change(tables.modes, {"number": change.number}, undone_at=at, undone_by=by)
                return change
        return None
