"""How alike texts can be at most, by their letters alone: what need not be compared is left out."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_BINS = 512
#: The second 村 of a text is another letter than the first, in another bin.
_STEP = 89


class Bags:
    """The letters of at most `most` texts, each text known by a number of its own."""

    def __init__(self, most: int) -> None:
        self._has = np.zeros((_BINS, most), np.uint8)
        self._sizes = np.zeros(most, np.int32)
        self._keys = np.zeros(most, np.int64)
        self._slots: dict[int, int] = {}
        self._free = list(range(most))[::-1]

    def add(self, key: int, text: str) -> None:
        """Take a text in; IndexError where there are `most`."""
        slot = self._free.pop()
        self._slots[key] = slot
        self._keys[slot], self._sizes[slot] = key, len(text)
        self._has[list(_bins(text)), slot] = 1

    def drop(self, key: int) -> None:
        """Leave a text out from now on."""
        slot = self._slots.pop(key)
        self._has[:, slot] = 0
        self._free.append(slot)

    def bounds(self, text: str, least: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Keys of the texts that may be `least` of 100 like this one, and how much at most.

        Likeness is rapidfuzz's ratio: twice the letters common to both in order, of all letters.
        """
        common = np.add.reduce(self._has.take(list(_bins(text)), axis=0), axis=0, dtype=np.uint16)
        bounds = common * 200.0 / (self._sizes + max(len(text), 1))
        slots = np.flatnonzero(bounds >= least)
        return self._keys[slots], bounds[slots]


def _bins(text: str) -> Iterator[int]:
    """The bin of each letter. Letters that share one only make the bound too high."""
    seen: dict[str, int] = {}
    for letter in text:
        times = seen.get(letter, 0)
        seen[letter] = times + 1
        yield (ord(letter) + times * _STEP) % _BINS
