"""What the page shows: the world's changes and the judge's decisions, put beside each other."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.app import App
from bot.channels.base import Result
from bot.channels.simulated import World, changes
from bot.core.message import Message
from bot.delivery.entry import Entry
from bot.demo.feed import Feed, Item
from bot.demo.verdict import as_data, is_secret
from bot.judging.judgement import Judgement

#: Messages of a room that a page finds when it is opened.
SHOWN = 120
#: Of a private conversation.
SHOWN_PRIVATE = 40
#: People whom the bot has spoken to last.
TOLD = 4

_COUNTED = ("messages", "removed", "deferred", "nudges", "tasks")


@dataclass(slots=True)
class _Place:
    """Where a message stands: its room, and what the page knows of it."""

    room: str
    data: dict[str, Any]


class Board:
    """Follows the world and the desk. Bounded: of every room the last messages only."""

    def __init__(self, world: World, app: App, feed: Feed) -> None:
        self._world, self._app, self._feed = world, app, feed
        self._rooms: dict[str, deque[dict[str, Any]]] = {
            room.id: deque(maxlen=SHOWN) for room in world.rooms()
        }
        self._places: dict[str, _Place] = {}
        self._numbers: dict[int, str] = {}
        self._told_last: dict[str, None] = {}
        self._day: date | None = None
        self._counts = dict.fromkeys(_COUNTED, 0)
        world.on_change(self._changed)
        app.desk.watchers.append(self._judged)
        app.desk.listeners.append(self._delivered)

    @property
    def counts(self) -> Mapping[str, int]:
        """Figures of the town's present day."""
        return self._counts

    @property
    def told(self) -> list[str]:
        """Whom the bot has spoken to last, the latest first."""
        return list(reversed(self._told_last))[:TOLD]

    def has(self, room: str, message_id: str) -> bool:
        """Whether a message can be quoted in a room: it is shown there, and not gone."""
        place = self._places.get(message_id)
        return place is not None and place.room == room and place.data["gone"] is None

    def room(self, room_id: str) -> dict[str, Any]:
        """A room as it is now."""
        room = self._world.room(room_id)
        return {
            "closed": room.closed,
            "muted": {who: until and until.isoformat() for who, until in room.mutes.items()},
            "messages": list(self._rooms[room_id]),
        }

    def private(self, person: str) -> list[dict[str, Any]]:
        """The latest of what the bot and a person have said to each other."""
        talk = self._world.conversation(person)[-SHOWN_PRIVATE:]
        return [_private(person, message) for message in talk]

    # What the world shows.

    def _changed(self, change: changes.Change) -> None:
        match change:
            case changes.Shown(message):
                self._shown(message)
            case changes.Changed(message):
                if place := self._places.get(message.id):
                    place.data["text"] = message.text
                    self._feed.put("edit", {"id": message.id, "text": message.text})
            case changes.Gone(room_id, message_id, by, at):
                self._gone(room_id, message_id, by, at)
            case changes.Whispered(person_id, message):
                if message.bot:
                    self._told_last.pop(person_id, None)
                    self._told_last[person_id] = None
                self._feed.put("private", _private(person_id, message))
            case _:
                self._line(change)

    def _line(self, change: changes.Change) -> None:
        """What stands between the messages; who comes and goes the demo has no scenes of."""
        data: dict[str, Any] = {}
        match change:
            case changes.Stopped():
                data = {"person": self._world.name(change.person_id), "reason": change.reason}
            case changes.Muted():
                until = change.until.isoformat() if change.until else ""
                data = {"person": self._world.name(change.person_id), "until": until}
            case changes.Unmuted():
                data = {"person": self._world.name(change.person_id)}
            case changes.Announced():
                data = {"text": change.text}
            case changes.Closed() | changes.Opened():
                pass
            case _:
                return
        sort = type(change).__name__.lower()
        self._feed.put(sort, {"room": change.room_id, "at": change.at.isoformat(), **data})

    def _shown(self, message: Message) -> None:
        data = _message(message)
        row = self._rooms[message.room_id]
        if len(row) == row.maxlen:
            oldest = row[0]
            self._places.pop(oldest["id"], None)
            if verdict := oldest["verdict"]:
                self._numbers.pop(verdict["number"], None)
        row.append(data)
        self._places[message.id] = _Place(message.room_id, data)
        self._count("messages", message.at)
        # The news is a copy: what becomes of the message is news of its own.
        self._feed.put("message", dict(data))

    def _gone(self, room_id: str, message_id: str, by: str, at: datetime) -> None:
        bot = by == self._world.bot.id
        gone = {"by": self._world.name(by), "bot": bot, "at": at.isoformat()}
        if place := self._places.get(message_id):
            place.data["gone"] = gone
        if bot:
            self._count("removed", at)
        self._feed.put("gone", {"id": message_id, "room": room_id, "gone": gone})

    # What the judge decides, and how that turns out.

    def _judged(self, judgement: Judgement, made: Sequence[int]) -> None:
        message = judgement.message
        place = self._places.get(message.id)
        if place is None:
            return
        verdict = as_data(judgement, self._app.state.ledgers.modes, made)
        place.data["verdict"] = verdict
        self._numbers[message.number] = message.id
        if is_secret(judgement):
            self._blank(message.id, place.data)
        self._count_verdict(verdict, judgement.at)
        self._feed.put("verdict", {"id": message.id, "room": place.room, "verdict": verdict})

    def _count_verdict(self, verdict: Mapping[str, Any], at: datetime) -> None:
        steps = {verdict["action"], *verdict["also"]}
        if "defer" in steps:
            self._count("deferred", at)
        if "nudge" in steps:
            self._count("nudges", at)
        for _ in verdict["tasks"]:
            self._count("tasks", at)

    def _blank(self, message_id: str, data: dict[str, Any]) -> None:
        """What is secret is shown no more, not even to a page that asks for what it missed."""

        def blank(item: Item) -> None:
            if item.data.get("id") == message_id and "text" in item.data:
                item.data |= _NO_WORDS

        data |= _NO_WORDS
        self._feed.rewrite(blank)

    def _delivered(self, entry: Entry, result: Result) -> None:
        message_id = self._numbers.get(entry.message or 0)
        place = self._places.get(message_id or "")
        if place is None:
            return
        outcome = {"outcome": result.outcome.value, "reason": result.reason}
        place.data["outcomes"][entry.purpose] = outcome
        news = {"id": message_id, "room": place.room, "purpose": entry.purpose, **outcome}
        self._feed.put("outcome", news)

    def _count(self, what: str, at: datetime) -> None:
        day = at.astimezone(self._app.town.zone).date()
        if day != self._day:
            self._day = day
            self._counts.update(dict.fromkeys(_COUNTED, 0))
        self._counts[what] += 1


_NO_WORDS: dict[str, Any] = {"text": "", "title": "", "items": [], "secret": True}


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "room": message.room_id,
        "sender": message.sender,
        "at": message.at.isoformat(),
        "type": message.type.value,
        "text": message.text,
        "title": message.title,
        "items": list(message.items),
        "reply": message.reply_to,
        "bot": message.bot,
        "secret": False,
        "gone": None,
        "verdict": None,
        "outcomes": {},
    }


def _private(person: str, message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "person": person,
        "at": message.at.isoformat(),
        "type": message.type.value,
        "text": message.text,
        "title": message.title,
        "bot": message.bot,
    }
