"""How well a reader reads labelled messages: a table for people, JSON for programs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core.reading import Kind, Reading, Trait
from bot.reading.base import Reader
from bot.reading.reader import load_reader
from bot.reading.records import Record, Surroundings, record_of

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Bounds of the bins of the reliability table."""
DELETE_AT = 0.8
"""The default threshold from which a reading may delete."""


@dataclass(slots=True)
class Rate:
    """Hits, false alarms and misses of one label."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of what was said that is true; 1 where nothing was said."""
        said = self.hits + self.false
        return self.hits / said if said else 1.0

    @property
    def recall(self) -> float:
        """Share of what is true that was said; 1 where nothing is true."""
        true = self.hits + self.missed
        return self.hits / true if true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = 2 * self.hits + self.false + self.missed
        return 2 * self.hits / both if both else 1.0

    def count(self, said: bool, true: bool) -> None:
        """Take one message into account."""
        self.hits += said and true
        self.false += said and not true
        self.missed += true and not said

    def figures(self) -> dict[str, float | int]:
        """For JSON."""
        return {
            "precision": round(self.precision, 4), "recall": round(self.recall, 4),
            "f1": round(self.f1, 4), "true": self.hits + self.missed,
        }  # fmt: skip


@dataclass(slots=True)
class Share:
    """So many right of so many."""

    right: int = 0
    of: int = 0

    @property
    def rate(self) -> float:
        """Between 0 and 1; 1 for none."""
        return self.right / self.of if self.of else 1.0

    def count(self, right: bool) -> None:
        """Take one message into account."""
        self.right += right
        self.of += 1


@dataclass(slots=True)
class Report:
    """Figures of one evaluation.

    `deletable` counts assignments read so surely as something else that a deletion could follow;
    `bins` holds the sum of confidences, the right and all, by confidence.
    """

    kinds: dict[Kind, Rate] = field(default_factory=lambda: {kind: Rate() for kind in Kind})
    traits: dict[Trait, Rate] = field(default_factory=lambda: {trait: Rate() for trait in Trait})
    confusion: Counter[tuple[Kind, Kind]] = field(default_factory=Counter)
    all: Share = field(default_factory=Share)
    hard: Share = field(default_factory=Share)
    deadlines: Share = field(default_factory=Share)
    addressees: Share = field(default_factory=Share)
    deletable: int = 0
    bins: list[list[float]] = field(default_factory=lambda: [[0.0, 0, 0] for _ in EDGES[1:]])

    def count(self, record: Record, reading: Reading) -> None:
        """Take one message into account; one without a label counts for nothing."""
        if record.kind is None:
            return
        right = record.kind is reading.kind
        self.all.count(right)
        if record.hard:
            self.hard.count(right)
        self.confusion[record.kind, reading.kind] += 1
        for kind, rate in self.kinds.items():
            rate.count(reading.kind is kind, record.kind is kind)
        for trait, trait_rate in self.traits.items():
            trait_rate.count(trait in reading.traits, trait in record.traits)
        if record.kind is Kind.ASSIGNMENT and 1 - reading.chance(Kind.ASSIGNMENT) >= DELETE_AT:
            self.deletable += 1
        assigns = record.kind is Kind.ASSIGNMENT or Trait.BRIEFED in record.traits
        if assigns and reading.assigns:
            self.deadlines.count(record.deadline == reading.deadline)
            self.addressees.count(set(record.addressees) == set(reading.addressees))
        place = next(
            i for i, edge in enumerate(EDGES[1:]) if reading.confidence <= edge or edge == 1
        )
        self.bins[place][0] += reading.confidence
        self.bins[place][1] += right
        self.bins[place][2] += 1

    def as_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "messages": self.all.of,
            "accuracy": round(self.all.rate, 4),
            "accuracy_hard": round(self.hard.rate, 4) if self.hard.of else None,
            "kinds": {kind.value: rate.figures() for kind, rate in self.kinds.items()},
            "confusion": {
                true.value: {said.value: self.confusion[true, said] for said in Kind}
                for true in Kind
            },
            "traits": {trait.value: rate.figures() for trait, rate in self.traits.items()},
            "deadlines": {"right": round(self.deadlines.rate, 4), "of": self.deadlines.of},
            "addressees": {"right": round(self.addressees.rate, 4), "of": self.addressees.of},
            "assignments_deletable": self.deletable,
            "reliability": self.reliability(),
        }

    def reliability(self) -> list[dict[str, float | int]]:
        """For each bin of confidence: how sure on average, and how often right."""
        return [
            {
                "from": low, "to": high, "messages": int(count),
                "confidence": round(sure / count, 3), "right": round(right / count, 3),
            }
            for low, high, (sure, right, count) in zip(EDGES, EDGES[1:], self.bins, strict=False)
            if count
        ]  # fmt: skip

    def _details(self) -> str:
        return (
            f"deadlines {self.deadlines.rate:.1%} of {self.deadlines.of}   "
            f"addressees {self.addressees.rate:.1%} of {self.addressees.of}   "
            f"assignments deletable {self.deletable}"
        )

    def table(self) -> str:
        """The figures as lines of text."""
        lines = [
            f"messages {self.all.of}   accuracy {self.all.rate:.1%}"
            + (f"   hard {self.hard.rate:.1%} of {self.hard.of}" if self.hard.of else ""),
            self._details(),
            "", f"{'label':<20}{'precision':>10}{'recall':>10}{'F1':>8}{'true':>7}",
        ]  # fmt: skip
        rates: list[tuple[str, Rate]] = [(k.value, r) for k, r in self.kinds.items()]
        rates += [("+" + t.value, r) for t, r in self.traits.items()]
        lines += [
            f"{name:<20}{r.precision:>10.1%}{r.recall:>10.1%}{r.f1:>8.2f}{r.hits + r.missed:>7}"
            for name, r in rates
        ]
        lines += ["", "true \\ read      " + "".join(f"{kind.value[:6]:>8}" for kind in Kind)]
        lines += [
            f"{true.value:<17}" + "".join(f"{self.confusion[true, said]:>8}" for said in Kind)
            for true in Kind
        ]
        lines += ["", "confidence      messages   stated    right"]
        lines += [
            f"{b['from']:.2f}-{b['to']:.2f}       {b['messages']:>8}"
            f"   {b['confidence']:>6.1%}  {b['right']:>6.1%}"
            for b in self.reliability()
        ]
        return "\n".join(lines)


def evaluate(
    records: Iterable[Record | Mapping[str, Any]],
    reader: Reader | None = None,
    total: Report | None = None,
) -> Report:
    """Read every labelled message in its conversation, the context being what the reader said.

    Records may be the fields of a transcript's lines; those without a label are context only.
    `total`, if given, counts everything as well.
    """
    reader = reader or load_reader()
    report = Report()
    author, around = "", Surroundings()
    for item in records:
        record = item if isinstance(item, Record) else record_of(item)
        if record.author != author:
            author, around = record.author, Surroundings()
        message = record.message
        reading = reader.read(message, around.before(message), around.quoted(message))
        around.note(message, reading.kind)
        report.count(record, reading)
        if total is not None:
            total.count(record, reading)
    return report
