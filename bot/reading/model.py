"""The trained model as plain arrays: one row of weights a feature, one hidden layer, one head.

File: a line of JSON (shapes, calibration), then the features joined by NUL, then the arrays. The
rows are 8-bit with one scale a column, so that the file is small and its sums are exact.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from numpy.typing import NDArray

from bot.core.reading import Kind, Trait
from bot.reading.features import SIGN_WEIGHT, TITLE, Features

KINDS = tuple(Kind)
TRAITS = tuple(Trait)
MAGIC = "qingqun-reader-5"
_FAR = 60.0
_ASSIGNMENT = KINDS.index(Kind.ASSIGNMENT)

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Raw scores to probabilities: a temperature for kinds, slope and offset for each trait.

    `at` is the probability from which a trait counts as present. A message that may be an
    assignment is read as one from `favour` times the best other kind's probability, and where it
    is read as something else the odds that it is one are told `care` times too high: to delete an
    assignment is the worst mistake.
    """

    temperature: float = 1.0
    slope: tuple[float, ...] = (1.0,) * len(TRAITS)
    offset: tuple[float, ...] = (0.0,) * len(TRAITS)
    at: tuple[float, ...] = (0.5,) * len(TRAITS)
    favour: float = 0.85
    care: float = 5.0


@dataclass(slots=True)
class Scores:
    """A message's probabilities, and what is needed to explain them."""

    kinds: list[float]
    traits: list[float]
    rows: list[int]
    letters: int
    gathered: Array
    weights: Array
    active: NDArray[np.bool_]


class _Pieces:
    """Finds every known n-gram of a text in one pass."""

    def __init__(self, known: dict[str, int]) -> None:
        self._rows = list(known.values())
        self._automaton = AhoCorasick(
            list(known),
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )

    def rows(self, text: str) -> set[int]:
        """Their rows."""
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        rows = self._rows
        return {rows[index] for index, _, _ in found}


class Model:
    """Scores features; reads nothing but them."""

    def __init__(
        self,
        vocabulary: dict[str, int],
        rows: Array,
        hidden_bias: Array,
        heads: Array,
        heads_bias: Array,
        calibration: Calibration,
    ) -> None:
        self._index = vocabulary
        self._rows = rows
        self._hidden_bias = hidden_bias
        self._heads = heads
        self._heads_bias = heads_bias
        self.calibration = calibration
        kinds = heads[:, : len(KINDS)]
        self._toward = np.ascontiguousarray((kinds - kinds.mean(axis=1, keepdims=True)).T)
        self._names = list(vocabulary)
        self._signs = {n: r for n, r in vocabulary.items() if n[0] < " " and n[0] not in "\n\x01"}
        self._in_text = _Pieces(
            {n: r for n, r in vocabulary.items() if n[0] >= " " or n[0] == "\n"}
        )
        self._in_title = _Pieces({n[1:]: r for n, r in vocabulary.items() if n[0] == TITLE})

    def _rows_of(self, features: Features) -> tuple[list[int], int]:
        """Rows of the known features without repetition, letters first, and how many letters."""
        letters = self._in_text.rows(features.text)
        if features.title:
            letters |= self._in_title.rows(features.title)
        find = self._signs.get
        signs = {row for sign in features.signs if (row := find(sign)) is not None}
        return [*letters, *signs], len(letters)

    def _scores(self, features: Features) -> Scores:
        rows, letters = self._rows_of(features)
        gathered = self._rows.take(rows, axis=0)
        weights = np.full(len(rows), SIGN_WEIGHT, np.float32)
        weights[:letters] = features.share
        hidden = weights @ gathered
        hidden += self._hidden_bias
        active = hidden > 0
        hidden *= active
        out = (hidden @ self._heads + self._heads_bias).tolist()
        split = len(KINDS)
        return Scores(out[:split], out[split:], rows, letters, gathered, weights, active)

    def raw(self, features: Features) -> list[float]:
        """The outputs before calibration, kinds and then traits."""
        scores = self._scores(features)
        return scores.kinds + scores.traits

    def score(self, features: Features) -> Scores:
        """Probabilities of every kind and every trait."""
        scores, known = self._scores(features), self.calibration
        most = max(scores.kinds)
        odds = [math.exp((raw - most) / known.temperature) for raw in scores.kinds]
        if odds[_ASSIGNMENT] < known.favour * max(odds):
            odds[_ASSIGNMENT] = min(odds[_ASSIGNMENT] * known.care, known.favour * max(odds))
        elif odds[_ASSIGNMENT] < max(odds):
            odds[_ASSIGNMENT] = max(odds) * 1.0001
        total = sum(odds)
        scores.kinds = [one / total for one in odds]
        scores.traits = [
            1.0 / (1.0 + math.exp(-max(raw * slope + offset, -_FAR)))
            for raw, slope, offset in zip(scores.traits, known.slope, known.offset, strict=True)
        ]
        return scores

    def calibrated(self, calibration: Calibration) -> "Model":
        """The same model with another calibration."""
        parts = (self._rows, self._hidden_bias, self._heads, self._heads_bias)
        return Model(self._index, *parts, calibration)

    def telling(self, scores: Scores, kind: int, most: int) -> list[str]:
        """The features that spoke most for a kind against the others, most telling first."""
        speak = scores.gathered @ (self._toward[kind] * scores.active)
        speak *= scores.weights
        best = np.argsort(-speak)[:most].tolist()
        names = self._names
        return [names[scores.rows[place]] for place in best if speak[place] > 0]

    def save(self, path: Path) -> None:
        """Write the file; the same model gives the same bytes."""
        scale = np.maximum(np.abs(self._rows).max(axis=0), 1e-6) / 127.0
        packed = np.rint(self._rows / scale).astype(np.int8)
        words = "\0".join(self._index).encode()
        head = {
            "magic": MAGIC,
            "hidden": int(self._rows.shape[1]),
            "words": len(words),
            "calibration": {
                name: getattr(self.calibration, name)
                for name in ("temperature", "slope", "offset", "at", "favour", "care")
            },
        }
        with path.open("wb") as file:
            file.write(json.dumps(head, ensure_ascii=True, sort_keys=True).encode() + b"\n")
            file.write(words)
            for array in (scale, self._hidden_bias, self._heads, self._heads_bias):
                file.write(np.ascontiguousarray(array, "<f4").tobytes())
            file.write(packed.tobytes())


def load_model(path: Path) -> Model:
    """The model in a file; ValueError if it is not one of this version."""
    data = path.read_bytes()
    line, _, _ = data.partition(b"\n")
    head: dict[str, Any] = json.loads(line)
    if head.get("magic") != MAGIC:
        raise ValueError(f"{path} is not a model of this version: run `qingqun train`")
    start = len(line) + 1
    words = data[start : start + head["words"]].decode().split("\0")
    place = start + head["words"]
    hidden, outputs = head["hidden"], len(KINDS) + len(TRAITS)

    def floats(*shape: int) -> Array:
        nonlocal place
        count = int(np.prod(shape))
        array = np.frombuffer(data, "<f4", count, place).reshape(shape).astype(np.float32)
        place += 4 * count
        return array

    scale, bias = floats(hidden), floats(hidden)
    heads, heads_bias = floats(hidden, outputs), floats(outputs)
    packed = np.frombuffer(data, np.int8, len(words) * hidden, place)
    rows = packed.reshape(len(words), hidden) * scale
    known: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in head["calibration"].items()
    }
    index = {word: row for row, word in enumerate(words)}
    return Model(index, rows, bias, heads, heads_bias, Calibration(**known))
