"""Finds every known n-gram of a text at once: a handful of array operations, however long it is.

Each character of the vocabulary has a number below 2^16, so that an n-gram of up to four is one
64-bit key, its first letter in the lowest bits; equal keys are equal n-grams. Keys stand in buckets
of eight, one line of cache each.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from bot.reading.vocabulary import Grams

_WIDTH, _BITS = 8, 16
_ASTRAL = 0x20000
"""No n-gram of a character beyond this is known."""
_EMPTY = np.uint64(2**64 - 1)
#: Multipliers that spread keys: the golden ratio's, then those of SplitMix64, MurmurHash3, xxHash.
_SPREADS = (
    0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xFF51AFD7ED558CCD,
    0xC4CEB9FE1A85EC53, 0xC2B2AE3D27D4EB4F, 0x9FB21C651E98DF25, 0x165667B19E3779F9,
)  # fmt: skip
#: What the keys of one, two, three and four letters keep of the four that begin at a place.
_LENGTHS = np.array([[(1 << _BITS * length) - 1] for length in range(1, 5)], np.uint64)
#: Letters after the last: unknown ones, so that four begin at every place.
_AFTER = "\0" * 3

Keys = NDArray[np.uint64]


class Pieces:
    """Rows of the known n-grams of a text, which are of one to four characters."""

    def __init__(self, known: Grams) -> None:
        within = (known.points < _ASTRAL).all(axis=1)
        points, rows = known.points[within], known.rows[within]
        # One entry more than there are code points: what is beyond them is clipped to it.
        self._number = np.zeros(_ASTRAL + 1, np.uint16)
        met = np.zeros(_ASTRAL + 1, np.bool_)
        met[points] = True
        letters = np.flatnonzero(met[1:]) + 1
        if len(letters) >= 1 << _BITS:
            raise ValueError("the vocabulary has more characters than there are numbers")
        self._number[letters] = np.arange(1, len(letters) + 1, dtype=np.uint16)
        keys = np.zeros(len(points), np.uint64)
        for place, column in enumerate(points.T):
            keys |= self._number.take(column).astype(np.uint64) << np.uint64(_BITS * place)
        self._fill(keys, rows)

    def _fill(self, keys: Keys, rows: NDArray[np.int32]) -> None:
        """Put every key in its bucket; spread otherwise, or into more, where one would run over."""
        least = max(len(keys) // _WIDTH, 1).bit_length()
        for bits, spread in product(range(least, 32), _SPREADS):
            self._shift, self._spread = np.uint64(64 - bits), np.uint64(spread)
            bucket = self._buckets(keys)
            if len(keys) == 0 or np.bincount(bucket).max() <= _WIDTH:
                break
        else:
            raise ValueError("the vocabulary's n-grams cannot be spread")
        order = np.argsort(bucket, kind="stable")
        there = bucket[order]
        place = np.arange(len(there)) - np.searchsorted(there, there)
        self._keys = np.full((1 << bits, _WIDTH), _EMPTY, np.uint64)
        self._rows = np.zeros((1 << bits, _WIDTH), np.int32)
        self._keys[there, place] = keys[order]
        self._rows[there, place] = rows[order]

    def _buckets(self, keys: Keys) -> NDArray[np.int64]:
        return ((keys * self._spread) >> self._shift).view(np.int64)

    def rows(self, text: str) -> NDArray[np.int32]:
        """The rows of the n-grams found in a text, in their order, each once."""
        size = len(text)
        points = np.frombuffer((text + _AFTER).encode("utf-32-le", "surrogatepass"), np.uint32)
        numbers = self._number.take(points, mode="clip")
        # Four numbers of 16 bits from every place on, as one of 64: a view, nothing is copied.
        fours = np.ndarray(size, np.uint64, numbers, strides=(2,))
        # An unknown character is nought: a key that ends with one is that of the rest.
        keys = (fours & _LENGTHS).reshape(-1)
        buckets = self._buckets(keys)
        hits = (self._keys.take(buckets, axis=0) == keys[:, None]).reshape(-1).nonzero()[0]
        found = self._rows.take(buckets, axis=0).reshape(-1).take(hits)
        return once(found)


def once(rows: NDArray[np.int32]) -> NDArray[np.int32]:
    """Rows in their order without repetition; sorts them in place."""
    rows.sort()
    new = np.empty(rows.size, np.bool_)
    new[:1] = True
    np.not_equal(rows[1:], rows[:-1], out=new[1:])
    return rows[new]
