"""Trains the linear model: softmax over kinds, one logistic for each trait, over the same features.

By steps of Adam on messages of which half the features are hidden, and some of whose surroundings
are: that makes it lean on no single one, and read messages out of their conversation as well. A
plain regularised fit (scikit-learn's) is as good within the corpus and clearly worse outside it.
Needs scipy, at training time only; one thread, fixed seeds.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.reading.model import KINDS, TRAITS

Array = NDArray[np.float32]
_SPLIT = len(KINDS)
_FIRST, _SECOND = 0.9, 0.999


@dataclass(frozen=True, slots=True)
class Plan:
    """How the model is trained.

    `rate` and `trait_rate` are the sizes of a step, `drop` is the chance that a feature is hidden, `lonely` that a message is shown without its
    surroundings, `smooth` the share by which labels are softened.
    """

    epochs: int = 5
    rate: float = 6e-3
    trait_rate: float = 1.2e-2
    batch: int = 64
    drop: float = 0.5
    lonely: float = 0.3
    smooth: float = 0.02


class _Linear:
    def __init__(self, features: int, plan: Plan, seed: int) -> None:
        self._plan = plan
        self._random = np.random.default_rng(seed)
        outputs = _SPLIT + len(TRAITS)
        self.rows = np.zeros((features, outputs), np.float32)
        self.bias = np.zeros(outputs, np.float32)
        self.bias[_SPLIT:] = -3.0
        self._moments = {
            name: (np.zeros_like(array), np.zeros_like(array))
            for name, array in (("rows", self.rows), ("bias", self.bias))
        }
        self._step = 0
        self._rate = np.full(outputs, plan.rate, np.float32)
        self._rate[_SPLIT:] = plan.trait_rate

    def fit(
        self, matrix: Any, alone: Any, kinds: NDArray[np.int64], traits: Array, weight: Array
    ) -> None:
        for _ in range(self._plan.epochs):
            order = self._random.permutation(matrix.shape[0])
            for start in range(0, len(order), self._plan.batch):
                chosen = order[start : start + self._plan.batch]
                lonely = self._random.random(len(chosen)) < self._plan.lonely
                chosen = np.concatenate([chosen[~lonely], chosen[lonely]])
                split = int((~lonely).sum())
                batch = sparse.vstack([matrix[chosen[:split]], alone[chosen[split:]]], "csr")
                self._learn(batch, kinds[chosen], traits[chosen], weight[chosen])

    def _learn(self, batch: Any, kinds: NDArray[np.int64], traits: Array, weight: Array) -> None:
        self._step += 1
        plan, size = self._plan, batch.shape[0]
        keep = self._random.random(len(batch.data), dtype=np.float32) >= plan.drop
        columns, places = np.unique(batch.indices, return_inverse=True)
        small = sparse.csr_matrix(
            (batch.data * keep / np.float32(1 - plan.drop), places.astype(np.int32), batch.indptr),
            shape=(size, len(columns)),
        )
        out = small @ self.rows[columns] + self.bias
        slope = _blame(out, kinds, traits, plan.smooth) * (weight[:, None] / size)
        self._move("bias", slope.sum(axis=0), slice(None))
        self._move("rows", np.asarray(small.T @ slope), columns)

    def _move(self, name: str, slope: Array, rows: Any) -> None:
        """One step of Adam, for the given rows alone."""
        first, second = self._moments[name]
        first[rows] = mean = first[rows] * _FIRST + (1 - _FIRST) * slope
        second[rows] = square = second[rows] * _SECOND + (1 - _SECOND) * slope * slope
        mean = mean / (1 - _FIRST**self._step)
        square = square / (1 - _SECOND**self._step)
        getattr(self, name)[rows] -= self._rate * mean / (np.sqrt(square) + 1e-8)


def _blame(out: Array, kinds: NDArray[np.int64], traits: Array, smooth: float) -> Array:
    """Slope of the loss at the outputs: cross entropy of the kind and of each trait."""
    slope = np.empty_like(out)
    odds = np.exp(out[:, :_SPLIT] - out[:, :_SPLIT].max(axis=1, keepdims=True))
    slope[:, :_SPLIT] = odds / odds.sum(axis=1, keepdims=True) - smooth / _SPLIT
    slope[np.arange(len(out)), kinds] -= 1 - smooth
    slope[:, _SPLIT:] = 1 / (1 + np.exp(-out[:, _SPLIT:])) - traits
    return slope


def train_linear(
    matrix: Any,
    alone: Any,
    kinds: NDArray[np.int64],
    traits: Array,
    weight: Array,
    plan: Plan,
    seeds: range,
) -> tuple[Array, Array]:
    """Rows and bias, the mean of one run for each seed.

    `matrix` and `alone` are sparse (messages by features), with and without surroundings.
    """
    rows = np.zeros((matrix.shape[1], _SPLIT + len(TRAITS)), np.float32)
    bias = np.zeros(rows.shape[1], np.float32)
    for seed in seeds:
        run = _Linear(matrix.shape[1], plan, seed)
        run.fit(matrix, alone, kinds, traits, weight)
        rows += run.rows
        bias += run.bias
    share = np.float32(1 / len(seeds))
    return (rows * share).astype(np.float32), (bias * share).astype(np.float32)
