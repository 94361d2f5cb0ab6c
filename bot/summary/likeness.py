"""How alike the subjects of rooms are: TF-IDF over pairs of characters, on a bounded sample."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

_WORDS = re.compile(r"[\u4e00-\u9fff]{2,}")


class Likeness:
    """Compares rooms by the words of their work. Built once from a sample of texts a room."""

    def __init__(self, samples: Mapping[str, Sequence[str]]) -> None:
        pairs = {room: [_pairs(text) for text in texts] for room, texts in samples.items()}
        spread = Counter(pair for texts in pairs.values() for text in texts for pair in text)
        total = sum(len(texts) for texts in pairs.values())
        self._vectors = {room: _vector(texts, spread, total) for room, texts in pairs.items()}

    def between(self, one: str, other: str) -> float | None:
        """From 0 (nothing in common) to 1; None where a room has no words to compare."""
        mine, theirs = self._vectors.get(one), self._vectors.get(other)
        if not mine or not theirs:
            return None
        if len(mine) > len(theirs):
            mine, theirs = theirs, mine
        return sum(weight * theirs.get(pair, 0.0) for pair, weight in mine.items())


def _pairs(text: str) -> set[str]:
    return {run[at : at + 2] for run in _WORDS.findall(text) for at in range(len(run) - 1)}


def _vector(texts: Sequence[set[str]], spread: Counter[str], total: int) -> dict[str, float]:
    """A room's weights, of length 1; what every message says weighs nothing."""
    counts = Counter(pair for text in texts for pair in text)
    weights = {
        pair: (1 + math.log(count)) * math.log((total + 1) / spread[pair])
        for pair, count in counts.items()
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {pair: weight / length for pair, weight in weights.items()} if length else {}
