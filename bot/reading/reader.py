"""The reader: structure where the guide fixes the answer, the trained model where it does not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.calendar import Hours, WorkCalendar
from bot.core.message import Message, MessageType
from bot.core.reading import Kind, Reading, Trait
from bot.reading.addressees import find_addressees
from bot.reading.base import Briefing, Seen
from bot.reading.briefings import brief
from bot.reading.courtesy import is_courtesy
from bot.reading.deadline import find_deadline
from bot.reading.explain import words_for
from bot.reading.features import ENTRY, Features, extract
from bot.reading.marks import has_secrecy_mark
from bot.reading.model import KINDS, TRAITS, Model, Scores, load_model
from bot.reading.personal import HARD_NUMBERS, only_a_contact

MODEL = Path(__file__).parent / "model.bin"

#: What a message without any words is, by the guide; nothing but its type is known.
_BARE = {
    MessageType.STICKER: Kind.CHAT,
    MessageType.RED_PACKET: Kind.CHAT,
    MessageType.AUDIO: Kind.DISCUSSION,
    MessageType.LOCATION: Kind.DISCUSSION,
    MessageType.CONTACT: Kind.DISCUSSION,
}
_SURE, _NEARLY = 0.99, 0.97
_BARE_SURE = 0.97


class Taught(Protocol):
    """What corrections say of a message."""

    def apply(self, message: Message, reading: Reading) -> Reading:
        """The reading, put right where a correction of the same words says so."""
        ...


class TextReader:
    """Reads with a trained model. Pure but for what `taught` has learned.

    `names` are the display names known in the town, for addressees.
    """

    def __init__(
        self,
        model: Model,
        calendar: WorkCalendar,
        names: Collection[str] = (),
        taught: Taught | None = None,
    ) -> None:
        self._model = model
        self._taught = taught
        self._names = frozenset(names)
        self.reload(calendar)

    def reload(self, calendar: WorkCalendar) -> None:
        """Read 下班前 and the like by this calendar from now on."""
        self._calendar = calendar
        self._zone: tzinfo = calendar.timezone

    def read(
        self, message: Message, before: Sequence[Seen] = (), quoted: Seen | None = None
    ) -> Reading:
        """What `message` is. `before` are the room's last messages, oldest first."""
        if not (message.text or message.title or message.items):
            reading = _bare(message)
        else:
            reading = self._scored(message, before, quoted)
        if self._taught is not None:
            reading = self._taught.apply(message, reading)
        return self._with_details(message, reading) if reading.assigns else reading

    def briefing(self, text: str) -> Briefing:
        """Which parts of a briefing a text carries."""
        return brief(text)

    def _scored(self, message: Message, before: Sequence[Seen], quoted: Seen | None) -> Reading:
        hour = message.at.astimezone(self._zone).hour
        features = extract(message, before, quoted, hour=hour)
        scores = self._model.score(features)
        chances = scores.kinds
        if message.type is MessageType.TEXT and ENTRY in features.signs:
            chances = _entry(chances)
        best = chances.index(max(chances))
        kind = KINDS[best]
        courtesy = kind is Kind.CHAT and is_courtesy(message)
        traits_at = self._traits(message, features, scores, kind)
        thresholds = self._model.calibration.at
        traits = frozenset(
            [
                trait
                for trait, chance, at in zip(TRAITS, traits_at.values(), thresholds, strict=True)
                if chance >= at
            ]
        )
        return Reading(
            kind,
            chances[best],
            traits,
            because=words_for(self._model, scores, features, best),
            kinds=MappingProxyType(dict(zip(KINDS, chances, strict=True))),
            traits_at=traits_at,
            courtesy=courtesy,
        )

    def _traits(
        self, message: Message, features: Features, scores: Scores, kind: Kind
    ) -> Mapping[Trait, float]:
        """The model's chances, overruled where a pattern settles the matter."""
        chances = dict(zip(TRAITS, scores.traits, strict=True))
        if numbers := features.numbers:
            if not HARD_NUMBERS.isdisjoint(numbers):
                chances[Trait.PERSONAL_DATA] = max(chances[Trait.PERSONAL_DATA], _NEARLY)
            elif only_a_contact(numbers, message.text):
                chances[Trait.PERSONAL_DATA] = min(chances[Trait.PERSONAL_DATA], 1 - _SURE)
        if has_secrecy_mark(message):
            chances[Trait.SECRET] = max(chances[Trait.SECRET], _NEARLY)
        if kind is not Kind.DOCUMENT:
            chances[Trait.BRIEFED] = min(chances[Trait.BRIEFED], 1 - _SURE)
        return MappingProxyType(chances)

    def _with_details(self, message: Message, reading: Reading) -> Reading:
        """Deadline and addressees of what tells people to do something."""
        briefed = reading.kind is Kind.DOCUMENT
        at = message.at.astimezone(self._zone)
        text = message.text or message.title
        found = find_deadline(text, at, self._calendar, briefed=briefed)
        named = find_addressees(text, message.mentions, self._names, briefed=briefed)
        deadline = found.moment.astimezone(UTC) if found else None
        return replace(reading, deadline=deadline, addressees=tuple(named))


def _entry(chances: Sequence[float]) -> list[float]:
    """By the guide an entry in a list is a receipt; that it may be an order is not forgotten."""
    order = chances[KINDS.index(Kind.ASSIGNMENT)]
    known = {Kind.ASSIGNMENT: order, Kind.ACKNOWLEDGEMENT: 1 - order}
    return [known.get(kind, 0.0) for kind in KINDS]


def _bare(message: Message) -> Reading:
    """A message without words is what its type says."""
    kind = _BARE.get(message.type, Kind.REPORT)
    rest = (1 - _BARE_SURE) / (len(KINDS) - 1)
    return Reading(
        kind,
        _BARE_SURE,
        because=(f"只有{message.type.value}，没有文字",),
        kinds=MappingProxyType({k: _BARE_SURE if k is kind else rest for k in KINDS}),
        traits_at=MappingProxyType(dict.fromkeys(TRAITS, 0.0)),
    )


def load_reader(
    calendar: WorkCalendar | None = None,
    names: Collection[str] = (),
    taught: Taught | None = None,
    model: Path = MODEL,
) -> TextReader:
    """The reader with the model that comes with the package; ready in well under half a second.

    Without a calendar: usual office hours in China.
    """
    calendar = calendar or WorkCalendar(Hours(), ZoneInfo("Asia/Shanghai"))
    return TextReader(load_model(model), calendar, names, taught)
