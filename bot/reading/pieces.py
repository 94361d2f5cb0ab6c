"""Finds every known n-gram of a text at once: a handful of array operations, however long it is.

Each character of the vocabulary has a number below 2^16, so that an n-gram of up to four is one
64-bit key; equal keys are equal n-grams. Keys stand in buckets of eight, one line of cache each.
"""

import numpy as np
from numpy.typing import NDArray

from bot.reading.vocabulary import Grams

_WIDTH, _BITS = 8, 16
_ASTRAL = 0x20000
"""No n-gram of a character beyond this is known."""
_EMPTY = np.uint64(2**64 - 1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(_BITS)

Keys = NDArray[np.uint64]


class Pieces:
    """Rows of the known n-grams of a text, which are of one to four characters."""

    def __init__(self, known: Grams) -> None:
        within = (known.points < _ASTRAL).all(axis=1)
        points, rows = known.points[within], known.rows[within]
        # One entry more than there are code points: what is beyond them is clipped to it.
        self._number = np.zeros(_ASTRAL + 1, np.uint64)
        met = np.zeros(_ASTRAL + 1, np.bool_)
        met[points] = True
        letters = np.flatnonzero(met[1:]) + 1
        if len(letters) >= 1 << _BITS:
            raise ValueError("the vocabulary has more characters than there are numbers")
        self._number[letters] = np.arange(1, len(letters) + 1, dtype=np.uint64)
        keys = np.zeros(len(points), np.uint64)
        for column in points.T:
            keys = np.where(column > 0, (keys << _SHIFT) | self._number.take(column), keys)
        self._fill(keys, rows)

    def _fill(self, keys: Keys, rows: NDArray[np.int32]) -> None:
        """Put every key in its bucket; more buckets where one would run over."""
        for bits in range(max(len(keys) // _WIDTH, 1).bit_length(), 32):
            self._shift = np.uint64(64 - bits)
            bucket = self._buckets(keys)
            order = np.argsort(bucket, kind="stable")
            there = bucket[order]
            place = np.arange(len(there)) - np.searchsorted(there, there)
            if len(place) == 0 or place.max() < _WIDTH:
                break
        self._keys = np.full((1 << bits, _WIDTH), _EMPTY, np.uint64)
        self._rows = np.zeros(self._keys.size, np.int32)
        self._keys[there, place] = keys[order]
        self._rows[there * _WIDTH + place] = rows[order]

    def _buckets(self, keys: Keys) -> NDArray[np.int64]:
        return ((keys * _SPREAD) >> self._shift).astype(np.int64)

    def rows(self, text: str) -> set[int]:
        """The rows of the n-grams found in a text."""
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        one = self._number.take(points, mode="clip")
        two = (one[:-1] << _SHIFT) | one[1:]
        three = (two[:-1] << _SHIFT) | one[2:]
        four = (three[:-1] << _SHIFT) | one[3:]
        # An unknown character is nought: a key that begins with one is that of the rest.
        keys = np.concatenate((one, two, three, four))
        buckets = self._buckets(keys)
        place, column = np.nonzero(self._keys.take(buckets, axis=0) == keys[:, None])
        return set(self._rows.take(buckets[place] * _WIDTH + column).tolist())
