"""The corpus: large, varied, labelled as the guide allows, and the model made from it."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from bot.core.reading import Kind, Trait
from bot.reading.normal import skeleton
from bot.reading.records import Record, load_records
from bot.reading.train import CORPUS, MODEL, train

_TOO_SHORT = 8
_ALIKE = 85.0
_RARE = 40


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return load_records(sorted(CORPUS.glob("*.jsonl")))


def test_it_is_large_and_at_least_half_hard(records: list[Record]) -> None:
    assert len(records) >= 6000
    assert sum(r.hard for r in records) >= len(records) / 2
    assert len({r.author for r in records}) >= 6
    assert set(Counter(r.kind for r in records)) == set(Kind)
    assert all(sum(t in r.traits for r in records) >= 60 for t in Trait)


def test_ids_are_unique_and_quoted_messages_known(records: list[Record]) -> None:
    known = {(r.author, r.message.id) for r in records}
    assert len(known) == len(records)
    for record in records:
        if record.message.reply_to:
            assert (record.author, record.message.reply_to) in known


def test_labels_agree_with_each_other(records: list[Record]) -> None:
    for record in records:
        assigns = record.kind is Kind.ASSIGNMENT or Trait.BRIEFED in record.traits
        assert bool(record.addressees) == assigns, record.message.id
        assert record.deadline is None or assigns
        assert record.deadline is None or record.deadline >= record.message.at
        assert Trait.BRIEFED not in record.traits or record.kind is Kind.DOCUMENT


def test_at_most_two_in_a_hundred_are_near_duplicates(records: list[Record]) -> None:
    """Candidates share rare runs of five letters; a ratio settles it. Short formulas may recur."""
    texts = [skeleton(r.message.text) for r in records]
    texts = [text for text in texts if len(text) >= _TOO_SHORT]
    by_run: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        for run in {text[i : i + 5] for i in range(len(text) - 4)}:
            by_run[run].append(place)
    pairs = {
        (a, b)
        for places in by_run.values()
        if 1 < len(places) <= _RARE
        for n, a in enumerate(places)
        for b in places[n + 1 :]
    }
    near = {b for a, b in pairs if fuzz.ratio(texts[a], texts[b], score_cutoff=_ALIKE)}
    assert len(near) / len(texts) <= 0.02


@pytest.mark.slow
def test_training_gives_the_committed_model_bit_for_bit(tmp_path: Path) -> None:
    train(out=tmp_path / "again.bin")
    assert (tmp_path / "again.bin").read_bytes() == MODEL.read_bytes()


def test_the_model_is_small() -> None:
    assert MODEL.stat().st_size <= 15_000_000
