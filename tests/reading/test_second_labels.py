"""A tenth of the corpus was labelled a second time, blind: how far two careful readers agree."""

import json
from collections import Counter
from importlib.resources import files

READING = files("bot.reading")


def _lines(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (READING / name).read_text("utf-8").splitlines()]


def test_two_readers_agree_on_the_kind() -> None:
    second = {record["id"]: record for record in _lines("second/labels.jsonl")}
    corpus = [
        json.loads(line)
        for path in (READING / "corpus").iterdir()
        if path.name.endswith(".jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]
    pairs = [
        (record["label"]["kind"], second[record["id"]]["kind"])
        for record in corpus
        if record["id"] in second
    ]
    assert len(pairs) > 0.09 * len(corpus)
    agreed = sum(one == other for one, other in pairs) / len(pairs)
    ours, theirs = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(ours[kind] * theirs[kind] for kind in ours) / len(pairs) ** 2
    kappa = (agreed - chance) / (1 - chance)
    assert kappa > 0.92
