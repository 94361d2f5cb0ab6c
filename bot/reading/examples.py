"""Labelled messages as arrays: what the model is trained on and calibrated with.

Needs scipy, at training time only. Features are taken once, whatever parts are trained on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.reading.features import SIGN_WEIGHT, Features, extract
from bot.reading.model import KINDS, TRAITS
from bot.reading.records import Record, in_context

CORRECTION_WEIGHT = 3.0
"""How many messages of the corpus one correction counts for."""
_LEAST_MESSAGES, _LEAST_AUTHORS = 3, 2

Array = NDArray[np.float32]


@dataclass(slots=True)
class Examples:
    """Messages ready for training, in the corpus's order.

    `together` and `alone` are sparse (messages by features), with and without surroundings, the
    features weighted as the model weighs them; `names` are those of all features, in order.
    """

    features: list[Features]
    together: Any
    alone: Any
    names: list[str]
    kinds: NDArray[np.int64]
    traits: Array
    authors: NDArray[Any]
    weight: Array

    def part(self, chosen: NDArray[np.bool_]) -> "Examples":
        """Those chosen."""
        return Examples(
            [features for features, wanted in zip(self.features, chosen, strict=True) if wanted],
            self.together[chosen],
            self.alone[chosen],
            self.names,
            self.kinds[chosen],
            self.traits[chosen],
            self.authors[chosen],
            self.weight[chosen],
        )

    def worth_a_row(self) -> NDArray[np.intp]:
        """Features met in three messages or more, by two authors at least (or corrected)."""
        met = self.together.getnnz(axis=0) >= _LEAST_MESSAGES
        names, place = np.unique(self.authors, return_inverse=True)
        if len(names) >= _LEAST_AUTHORS:
            count = np.arange(len(place))
            by = sparse.csr_matrix((np.ones(len(place), np.float32), (place, count)))
            met &= (by @ self.together).getnnz(axis=0) >= _LEAST_AUTHORS
        return np.flatnonzero(met)


def examples(records: Iterable[Record], corrections: Sequence[Record] = ()) -> Examples:
    """Features and labels of records in their conversations, then of corrections without."""
    kept = [(record, extract(record.message, before, quoted, hour=record.message.at.hour))
            for record, before, quoted in in_context(records)]  # fmt: skip
    usual = len(kept)
    kept += [
        (record, extract(record.message, hour=record.message.at.hour)) for record in corrections
    ]
    weight = np.ones(len(kept), np.float32)
    weight[usual:] = CORRECTION_WEIGHT
    features = [features for _, features in kept]
    alone = [extract(record.message, hour=record.message.at.hour) for record, _ in kept]
    names, (together, apart) = _matrices((features, alone))
    return Examples(
        features,
        together,
        apart,
        names,
        np.array([KINDS.index(record.kind) for record, _ in kept]),
        np.array([[t in record.traits for t in TRAITS] for record, _ in kept], np.float32),
        np.array([record.author for record, _ in kept]),
        weight,
    )


def _matrices(groups: Sequence[Sequence[Features]]) -> tuple[list[str], list[Any]]:
    """The names of all features, sorted, and a matrix over them for each group of messages."""
    index: dict[str, int] = {}
    drafts = [[_weighed(one, index) for one in group] for group in groups]
    order = sorted(index)
    rank = np.empty(len(order), np.int32)
    rank[[index[name] for name in order]] = np.arange(len(order), dtype=np.int32)
    return order, [_matrix(draft, rank) for draft in drafts]


def _weighed(one: Features, index: dict[str, int]) -> tuple[list[int], list[float]]:
    """The places of a message's features, new ones at the end of the index, and their weights."""
    letters, signs = sorted(set(one.letters())), sorted(set(one.signs))
    places = [index.setdefault(name, len(index)) for name in (*letters, *signs)]
    return places, [one.share] * len(letters) + [SIGN_WEIGHT] * len(signs)


def _matrix(draft: Sequence[tuple[list[int], list[float]]], rank: NDArray[np.int32]) -> Any:
    ends = np.cumsum([0, *(len(places) for places, _ in draft)])
    places = np.fromiter((place for row, _ in draft for place in row), np.int32, ends[-1])
    weights = np.fromiter((weight for _, row in draft for weight in row), np.float32, ends[-1])
    made = sparse.csr_matrix((weights, rank[places], ends), shape=(len(draft), len(rank)))
    made.sort_indices()
    return made
