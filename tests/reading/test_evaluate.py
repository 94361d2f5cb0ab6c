"""Evaluation: the arithmetic, and floors that the model must not fall below."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bot.calendar import Hours, WorkCalendar
from bot.core.message import Message
from bot.core.reading import Kind, Reading, Trait
from bot.reading.base import Briefing
from bot.reading.evaluate import evaluate
from bot.reading.examples import examples
from bot.reading.model import load_model
from bot.reading.reader import TextReader
from bot.reading.records import Record, load_records
from bot.reading.train import CORPUS, MODEL, fit

AT = datetime(2023, 4, 10, 1, 0, tzinfo=UTC)


class Parrot:
    """Reads what stands before the colon."""

    def reload(self, calendar: object) -> None:
        """It reads no time."""

    def read(self, message: Message, before: object = (), quoted: object = None) -> Reading:
        kind, _, _ = message.text.partition(":")
        traits = frozenset({Trait.URGENT}) if "!" in message.text else frozenset()
        return Reading(Kind(kind), 0.9, traits, AT if kind == "assignment" else None, ("各村",))

    def briefing(self, text: str) -> Briefing:
        return Briefing()


def record(said: str, kind: Kind, *, urgent: bool = False) -> Record:
    message = Message(id=said + kind, room="甲群", sender="甲", at=AT, text=said + ":")
    assigns = kind is Kind.ASSIGNMENT
    return Record(
        message, kind, frozenset({Trait.URGENT} if urgent else ()), AT if assigns else None,
        ("各村",) if assigns else (), "某人", hard=urgent,
    )  # fmt: skip


def test_counts() -> None:
    report = evaluate(
        [
            record("assignment", Kind.ASSIGNMENT),
            record("chat", Kind.ASSIGNMENT),
            record("chat", Kind.CHAT, urgent=True),
            record("report", Kind.CHAT),
        ],
        Parrot(),
    )
    figures = report.as_json()
    assert figures["accuracy"] == 0.5
    assert figures["accuracy_hard"] == 1.0
    assert figures["kinds"]["assignment"]["recall"] == 0.5
    assert figures["kinds"]["chat"]["precision"] == 0.5
    assert figures["confusion"]["assignment"]["chat"] == 1
    assert figures["traits"]["urgent"]["recall"] == 0.0
    assert figures["deadlines"] == {"right": 1.0, "of": 1}
    assert figures["addressees"] == {"right": 1.0, "of": 1}
    assert figures["assignments_deletable"] == 1
    assert "assignment" in report.table()


def test_lines_of_a_transcript_are_taken_as_they_are() -> None:
    line = {
        "id": "1", "room": "甲群", "sender": "甲", "at": "2023-04-10T09:00:00+08:00",
        "text": "收到", "label": {"kind": "acknowledgement", "traits": []},
    }  # fmt: skip
    report = evaluate([line, {**line, "id": "2", "label": None}])
    assert report.as_json()["messages"] == 1
    assert report.as_json()["accuracy"] == 1.0


@pytest.mark.slow
def test_authors_never_seen_are_read_above_the_floors() -> None:
    """Three authors left out once, one network instead of three: below the shipped model."""
    records = load_records(sorted(CORPUS.glob("*.jsonl")))
    data = examples(records)
    held = np.isin(data.authors, ["coast", "guard", "week"])
    known = load_model(MODEL).calibration
    model = fit(data.part(~held), range(1)).calibrated(known)
    calendar = WorkCalendar(Hours(), ZoneInfo("Asia/Shanghai"))
    unseen = [record for record, out in zip(records, held, strict=True) if out]
    figures = evaluate(unseen, TextReader(model, calendar)).as_json()
    assert figures["accuracy"] >= 0.85
    assert figures["kinds"]["assignment"]["recall"] >= 0.93
    assert figures["assignments_deletable"] <= 0.01 * figures["kinds"]["assignment"]["true"]
