"""The duties that keep rooms and decisions in the state the clock says."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.channels.base import Capabilities, Verb
from bot.core.decision import Mode
from bot.delivery.outbox import Outbox
from bot.judging.judge import Judge
from bot.judging.judgement import Judgement, Ledgers
from bot.registry.rooms import KnownRoom, Rooms
from bot.store.journal import Journal

_INSTANT = timedelta(microseconds=1)
HOURS = "work_hours"


class SettleDocuments:
    """A document whose grace is over is judged as it stands."""

    def __init__(
        self, judge: Judge, ledgers: Ledgers, settled: Callable[[Journal, Judgement], None]
    ) -> None:
        self._judge, self._graces, self._settled = judge, ledgers.graces, settled

    def next_due(self, now: datetime) -> datetime | None:
        """When it is needed next."""
        end = self._graces.next_end()
        # The last moment of a grace still counts as in time.
        return None if end is None else end + _INSTANT

    def perform(self, journal: Journal, now: datetime) -> None:
        """Do what is due."""
        for grace in self._graces.over(now):
            self._settled(journal, self._judge.settle(journal, grace, now))


class KeepHours:
    """Rooms that can be muted as a whole are closed and opened with the town's hours."""

    def __init__(
        self,
        judge: Judge,
        ledgers: Ledgers,
        rooms: Rooms,
        outbox: Outbox,
        capabilities: Callable[[KnownRoom], Capabilities],
    ) -> None:
        self._judge, self._ledgers, self._rooms = judge, ledgers, rooms
        self._outbox, self._capabilities = outbox, capabilities
        self._policy = judge.policies.get(HOURS)
        self._seen = 0
        self._until: datetime | None = None

    def reset(self) -> None:
        """Hours, modes or emergencies have changed: look again at once."""
        self._until = None

    def next_due(self, now: datetime) -> datetime | None:
        """When it is needed next."""
        if self._until is None or self._seen != len(self._rooms):
            # A room met since then may have to be closed at once.
            return now
        return self._until

    def perform(self, journal: Journal, now: datetime) -> None:
        """Do what is due."""
        calendar = self._judge.calendar
        self._seen = len(self._rooms)
        for room in self._rooms.all():
            closed = self._should_be_closed(room, now)
            if closed is not None and closed is not room.closed:
                self._outbox.post(
                    journal,
                    purpose="hours",
                    channel=room.channel,
                    room_id=room.room_id,
                    verb=Verb.CLOSE_ROOM if closed else Verb.OPEN_ROOM,
                    due_at=now,
                )
                self._rooms.set_closed(journal, room, closed=closed)
        boundary = calendar.next_closing if calendar.is_open(now) else calendar.next_opening
        changes = [
            boundary(now),
            *self._ledgers.emergencies.changes_after(now),
            *self._ledgers.modes.changes_after(now),
            *(until for until in self._ledgers.shadow_until.values() if until > now),
        ]
        self._until = min(changes)

    def _should_be_closed(self, room: KnownRoom, now: datetime) -> bool | None:
        """None where the bot has no say: it cannot mute the room and has not closed it."""
        if self._policy is None or not (self._capabilities(room).mute_room or room.closed):
            return None
        described = self._judge.directory.room(room.name, room.channel)
        mode = self._ledgers.modes.mode(self._policy, described, now)
        shadow = self._ledgers.shadow_until.get(room.name)
        kept = mode is Mode.ENFORCE and described.managed and not (shadow and now < shadow)
        if not kept or described.always_open:
            return False
        emergencies = self._ledgers.emergencies
        return not (
            self._judge.calendar.is_open(now)
            or emergencies.current(now, room.name)
            or emergencies.urgent_window(room.name, now)
        )
