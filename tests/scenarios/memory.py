"""What a running town holds in mind, as plain data: to be compared with what the archive gives back."""

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from bot.app import App
from bot.judging.emergencies import WINDOW
from bot.judging.offences import FADED
from bot.reading.notices import LOOK_BACK

_HOUR = timedelta(hours=1)
_BURST = timedelta(seconds=60)
_TWO_DAYS = timedelta(days=2)
#: What is only a memory of what was looked at last, or is said again where it is needed.
_DUTIES_WITHOUT_PAST = {"KeepHours", "ReportShadow"}


def memory(app: App) -> dict[str, Any]:
    """Everything that later decisions depend on; what is past its time may or may not be there."""
    now, state = app.clock.now(), app.state
    ledgers, outbox = state.ledgers, state.outbox
    materials = ledgers.materials
    today = now.astimezone(app.town.zone).date()
    duties = {
        type(duty).__name__: duty.next_due(now)
        for duty in app.timetable._duties
        if type(duty).__name__ not in _DUTIES_WITHOUT_PAST
    }
    return {
        "offences": {
            person: sorted(entry for entry in entries if entry[0] > now - FADED)
            for person, entries in ledgers.offences._by_person.items()
            if any(entry[0] > now - FADED for entry in entries)
        },
        "modes": plain(ledgers.modes.history),
        "emergencies": [plain(e) for e in ledgers.emergencies._declared if e.until > now - WINDOW],
        "urgent": {
            room: kept
            for room, here in ledgers.emergencies._urgent.items()
            if (kept := {number: at for number, at in here.items() if at > now - WINDOW})
        },
        "graces": plain(ledgers.graces._waiting),
        "notices": [plain(n) for n in ledgers.notices._notices if n.at > now - LOOK_BACK],
        "materials": _asked(materials) if materials._day == today else {},
        "recent": {
            room: kept
            for room, seen in ledgers.recent._rooms.items()
            if (kept := [(m.id, m.text, kind) for m, kind in seen if m.at > now - _TWO_DAYS])
        },
        "bursts": _lately(ledgers.recent._posts, now - _BURST),
        "shadow": dict(ledgers.shadow_until),
        "waiting": plain({entry.number: entry for entry in outbox.waiting()}),
        "unconfirmed": sorted(outbox._unconfirmed),
        "taken down": sorted(outbox._deletes),
        "public": _heard(outbox, now),
        "deferrals": plain(state.deferrals._waiting),
        "mutes": plain(state.mutes._held),
        "rooms": {room.room_id: plain(room) for room in state.rooms.all()},
        "members": {key: dict(sorted(some.items())) for key, some in state.people._rooms.items()},
        "accounts": {who: sorted(where) for who, where in state.people._accounts.items() if where},
        "owners": dict(state.people._owners),
        "facts": dict(state.facts._values),
        "leave": plain({who: some for who, some in state.leave._absences.items() if some}),
        "tasks": {task.number: plain(task) for task in app.tasks.all()},
        "due": duties,
        "hours": plain(app.judge.calendar.hours),
    }


def _asked(materials: Any) -> dict[Any, Any]:
    """The day's requests by their message; how many came before is no part of what is held."""
    return {
        key: (asked.place[0], asked.name, asked.words, asked.shown)
        for key, asked in materials._asked.items()
    }


def _heard(outbox: Any, now: datetime) -> dict[str, int]:
    """How much of its hour's budget each room has heard."""
    rooms = outbox.budget.rooms()
    return {room[1]: count for room in rooms if (count := outbox.budget.heard(room, now))}


def _lately(posts: dict[Any, Any], since: datetime) -> dict[Any, list[datetime]]:
    kept = {key: [at for at in moments if at > since] for key, moments in posts.items()}
    return {key: moments for key, moments in kept.items() if moments}


def plain(thing: Any) -> Any:
    """Data that compares by what it says, and reads well where it differs."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: plain(getattr(thing, field.name)) for field in fields(thing)}
    if isinstance(thing, dict):
        return {key: plain(value) for key, value in thing.items()}
    if isinstance(thing, set | frozenset):
        return sorted((plain(item) for item in thing), key=str)
    if isinstance(thing, list | tuple):
        return [plain(item) for item in thing]
    if isinstance(thing, Enum):
        return thing.value
    return thing
