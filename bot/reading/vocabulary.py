"""The names of a model's features, row by row, as one text: strings of their own take ten times the room."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.reading.features import LONGEST, SIGN, TITLE

_END = "\0"


class Grams(NamedTuple):
    """N-grams as code points (n-grams by LONGEST, noughts at the end) and the row of each."""

    points: NDArray[np.uint32]
    rows: NDArray[np.int32]


class Vocabulary:
    """Names by row. `joined` are all of them, parted by NUL, which is in none."""

    def __init__(self, joined: str) -> None:
        self._joined = joined
        size = [len(joined)] if joined else []
        ends = np.flatnonzero(self._points() == 0)
        self._ends = np.concatenate((ends, size)).astype(np.int32)
        self._starts = np.roll(self._ends, 1) + 1
        self._starts[:1] = 0

    @classmethod
    def of(cls, names: Iterable[str]) -> "Vocabulary":
        """A vocabulary of these names, in their order."""
        return cls(_END.join(names))

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, row: int) -> str:
        return self._joined[self._starts[row] : self._ends[row]]

    def names(self, rows: NDArray[np.int32]) -> list[str]:
        """The names of some rows: quicker than one by one."""
        spans = zip(self._starts.take(rows).tolist(), self._ends.take(rows).tolist(), strict=True)
        return [self._joined[start:end] for start, end in spans]

    def _points(self) -> NDArray[np.uint32]:
        return np.frombuffer(self._joined.encode("utf-32-le"), np.uint32)

    def joined(self) -> str:
        """All names as one text, as they were given."""
        return self._joined

    def signs(self) -> dict[str, int]:
        """What is no n-gram, with its row."""
        return {self[row]: row for row in self._beginning(SIGN).tolist()}

    def in_titles(self) -> Grams:
        """The n-grams of titles, without their mark."""
        return self._grams(self._beginning(TITLE), 1)

    def in_texts(self) -> Grams:
        """The n-grams of texts."""
        first = self._points()[self._starts]
        return self._grams(np.flatnonzero((first != ord(TITLE)) & (first != ord(SIGN))), 0)

    def _beginning(self, mark: str) -> NDArray[np.intp]:
        return np.flatnonzero(self._points()[self._starts] == ord(mark))

    def _grams(self, rows: NDArray[np.intp], skipped: int) -> Grams:
        places = self._starts[rows, None] + skipped + np.arange(LONGEST)
        inside = places < self._ends[rows, None]
        points = np.where(inside, self._points().take(places, mode="clip"), 0)
        return Grams(points.astype(np.uint32), rows.astype(np.int32))
