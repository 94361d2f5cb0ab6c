"""The trained model as plain arrays: one row of weights a feature, one hidden layer, one head.

File: a line of JSON (shapes, calibration), then the features joined by NUL, then the arrays. The
rows are 8-bit with one scale a column, so that the file is small and its sums are exact.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.core.reading import Kind, Trait
from bot.reading.features import SIGN_WEIGHT, Features
from bot.reading.pieces import Pieces
from bot.reading.vocabulary import Vocabulary

KINDS = tuple(Kind)
TRAITS = tuple(Trait)
MAGIC = "qingqun-reader-5"
_FAR = 60.0
_BRIEF, _OFTEN = 32, 1024
"""Texts up to so many letters are remembered, and so many of them."""
_ASSIGNMENT = KINDS.index(Kind.ASSIGNMENT)

Array = NDArray[np.float32]
Rows = NDArray[np.int32]


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
    favour: float = 0.8
    care: float = 5.0


def kind_chances(raw: Sequence[float], known: Calibration) -> list[float]:
    """The kinds' outputs as probabilities, assignments favoured as the calibration says."""
    exp, most, heat = math.exp, max(raw), known.temperature
    odds = [exp((one - most) / heat) for one in raw]
    best = 1.0  # the odds of the likeliest: exp(0)
    if odds[_ASSIGNMENT] < known.favour * best:
        odds[_ASSIGNMENT] = min(odds[_ASSIGNMENT] * known.care, known.favour * best)
    elif odds[_ASSIGNMENT] < best:
        odds[_ASSIGNMENT] = best * 1.0001
    total = sum(odds)
    return [one / total for one in odds]


@dataclass(slots=True)
class Scores:
    """A message's probabilities, and what is needed to explain them."""

    kinds: list[float]
    traits: list[float]
    rows: Rows
    gathered: Array
    weights: Array
    hidden: Array


def pack(rows: Array) -> tuple[NDArray[np.int8], Array]:
    """Rows in 8 bits, and the scale of each column."""
    scale = np.maximum(np.abs(rows).max(axis=0, initial=0.0), 1e-6) / 127.0
    return np.rint(rows / scale).astype(np.int8), scale.astype(np.float32)


class Model:
    """Scores features; reads nothing but them. `rows` are packed, `scale` is that of a column."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        rows: NDArray[np.int8],
        scale: Array,
        hidden_bias: Array,
        heads: Array,
        heads_bias: Array,
        calibration: Calibration,
    ) -> None:
        self._names = vocabulary
        self._rows = rows
        self._scale = scale
        self._hidden_bias = hidden_bias
        self._heads = heads
        self._heads_bias = heads_bias
        self.calibration = calibration
        kinds = heads[:, : len(KINDS)]
        toward = (kinds - kinds.mean(axis=1, keepdims=True)).T * scale
        self._toward = np.ascontiguousarray(toward)
        self._signs = vocabulary.signs()
        self._in_text = Pieces(vocabulary.in_texts())
        # 收到, 好的, 已报: what is said all day long is looked up once.
        self._often = lru_cache(_OFTEN)(self._letters)
        self._in_title = Pieces(vocabulary.in_titles())

    def _letters(self, text: str, title: str = "") -> Rows:
        """The rows of the known n-grams, in their order."""
        rows = self._in_text.rows(text)
        if title:
            rows = np.concatenate((self._in_title.rows(title), rows))
        return rows

    def _rows_of(self, features: Features) -> tuple[Rows, int]:
        """Rows of the known features without repetition, letters first, and how many letters."""
        text = features.text
        if features.title or len(text) > _BRIEF:
            letters = self._letters(text, features.title)
        else:
            letters = self._often(text)
        signs = set(map(self._signs.get, features.signs))
        signs.discard(None)
        known = np.fromiter(signs, np.int32, len(signs))
        known.sort()  # a set's order is another at every start, and with it the sums' last bits
        return np.concatenate((letters, known)), len(letters)

    def _scores(self, features: Features) -> Scores:
        rows, letters = self._rows_of(features)
        gathered = self._rows.take(rows, axis=0).astype(np.float32)
        weights = np.empty(len(rows), np.float32)
        weights[:letters] = features.share
        weights[letters:] = SIGN_WEIGHT
        # `dot` gives what @ gives, at half its cost for arrays this small.
        hidden = weights.dot(gathered)
        hidden *= self._scale
        hidden += self._hidden_bias
        np.maximum(hidden, 0.0, out=hidden)
        out = (hidden.dot(self._heads) + self._heads_bias).tolist()
        split = len(KINDS)
        return Scores(out[:split], out[split:], rows, gathered, weights, hidden)

    def raw(self, features: Features) -> list[float]:
        """The outputs before calibration, kinds and then traits."""
        scores = self._scores(features)
        return scores.kinds + scores.traits

    def score(self, features: Features) -> Scores:
        """Probabilities of every kind and every trait."""
        scores, known = self._scores(features), self.calibration
        scores.kinds = kind_chances(scores.kinds, known)
        exp = math.exp
        scores.traits = [
            1.0 / (1.0 + exp(-far if (far := one * slope + offset) > -_FAR else _FAR))
            for one, slope, offset in zip(scores.traits, known.slope, known.offset, strict=True)
        ]
        return scores

    def calibrated(self, calibration: Calibration) -> "Model":
        """The same model with another calibration."""
        parts = (self._rows, self._scale, self._hidden_bias, self._heads, self._heads_bias)
        return Model(self._names, *parts, calibration)

    def telling(self, scores: Scores, kind: int, most: int) -> list[str]:
        """The features that spoke most for a kind against the others, most telling first."""
        speak = scores.gathered.dot(self._toward[kind] * (scores.hidden > 0))
        speak *= scores.weights
        best = (-speak).argsort()[:most]
        return self._names.names(scores.rows.take(best[speak.take(best) > 0]))

    def save(self, path: Path) -> None:
        """Write the file; the same model gives the same bytes."""
        words = self._names.joined().encode()
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
            for array in (self._scale, self._hidden_bias, self._heads, self._heads_bias):
                file.write(np.ascontiguousarray(array, "<f4").tobytes())
            file.write(self._rows.tobytes())


def load_model(path: Path) -> Model:
    """The model in a file; ValueError if it is not one of this version."""
    data = path.read_bytes()
    line, _, _ = data.partition(b"\n")
    head: dict[str, Any] = json.loads(line)
    if head.get("magic") != MAGIC:
        raise ValueError(f"{path} is not a model of this version: run `qingqun train`")
    start = len(line) + 1
    names = Vocabulary(data[start : start + head["words"]].decode())
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
    rows = np.frombuffer(data, np.int8, len(names) * hidden, place).reshape(len(names), hidden)
    known: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in head["calibration"].items()
    }
    return Model(names, rows, scale, bias, heads, heads_bias, Calibration(**known))
