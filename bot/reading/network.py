"""Trains the network: kinds and traits share one small hidden layer over the sparse features.

Half the features of a message are hidden at every step, and of some messages the surroundings:
that makes the model lean on no single feature, and read messages out of their conversation too.
A linear model (scikit-learn's, `crossvalidate --plain`) errs elsewhere about the kind, so the two
together read authors never seen better than either alone. Needs scipy, at training time only; one
thread, fixed seeds.
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
    """How one network is trained.

    `drop` and `hidden_drop` are the chances that a feature or a hidden unit is hidden, `lonely`
    that a message is shown without its surroundings; `smooth` is the share by which kinds are
    softened.
    """

    hidden: int = 32
    epochs: int = 5
    rate: float = 3e-3
    batch: int = 128
    drop: float = 0.5
    hidden_drop: float = 0.2
    lonely: float = 0.3
    smooth: float = 0.02
    trait_weight: float = 2.0


class _Network:
    def __init__(self, features: int, plan: Plan, seed: int) -> None:
        self._plan = plan
        self._random = np.random.default_rng(seed)
        spread = self._random.standard_normal
        outputs = _SPLIT + len(TRAITS)
        self.rows = (spread((features, plan.hidden)) * 0.05).astype(np.float32)
        self.bias = np.zeros(plan.hidden, np.float32)
        self.heads = (spread((plan.hidden, outputs)) * plan.hidden**-0.5).astype(np.float32)
        self.heads_bias = np.zeros(outputs, np.float32)
        self.heads_bias[_SPLIT:] = -3.0
        self._moments: dict[str, tuple[Array, Array]] = {
            name: (np.zeros_like(getattr(self, name)), np.zeros_like(getattr(self, name)))
            for name in ("rows", "bias", "heads", "heads_bias")
        }
        self._step = 0

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
        plan, random = self._plan, self._random
        self._step += 1
        size = batch.shape[0]
        keep = random.random(len(batch.data), dtype=np.float32) >= plan.drop
        columns, places = np.unique(batch.indices, return_inverse=True)
        small = sparse.csr_matrix(
            (batch.data * keep / np.float32(1 - plan.drop), places.astype(np.int32), batch.indptr),
            shape=(size, len(columns)),
        )
        before = small @ self.rows[columns] + self.bias
        mask = (random.random(before.shape, dtype=np.float32) >= plan.hidden_drop) & (before > 0)
        scale = mask / np.float32(1 - plan.hidden_drop)
        hidden = before * scale
        out = hidden @ self.heads + self.heads_bias
        slope = _blame(out, kinds, traits, plan) * (weight[:, None] / size)
        back = (slope @ self.heads.T) * scale
        self._move("heads", hidden.T @ slope)
        self._move("heads_bias", slope.sum(axis=0))
        self._move("bias", back.sum(axis=0))
        self._move("rows", np.asarray(small.T @ back), columns)

    def _move(self, name: str, slope: Array, rows: Any = slice(None)) -> None:
        """One step of Adam, for the given rows alone."""
        first, second = self._moments[name]
        first[rows] = mean = first[rows] * _FIRST + (1 - _FIRST) * slope
        second[rows] = square = second[rows] * _SECOND + (1 - _SECOND) * slope * slope
        mean = mean / (1 - _FIRST**self._step)
        square = square / (1 - _SECOND**self._step)
        getattr(self, name)[rows] -= self._plan.rate * mean / (np.sqrt(square) + 1e-8)


def _blame(out: Array, kinds: NDArray[np.int64], traits: Array, plan: Plan) -> Array:
    """Slope of the loss at the outputs: cross entropy of the kind and of each trait."""
    slope = np.empty_like(out)
    odds = np.exp(out[:, :_SPLIT] - out[:, :_SPLIT].max(axis=1, keepdims=True))
    slope[:, :_SPLIT] = odds / odds.sum(axis=1, keepdims=True) - plan.smooth / _SPLIT
    slope[np.arange(len(out)), kinds] -= 1 - plan.smooth
    slope[:, _SPLIT:] = plan.trait_weight * (1 / (1 + np.exp(-out[:, _SPLIT:])) - traits)
    return slope


Parts = tuple[Array, Array, Array, Array]
"""Rows, hidden bias, heads, heads' bias."""


def train_together(
    matrix: Any,
    alone: Any,
    kinds: NDArray[np.int64],
    traits: Array,
    weight: Array,
    plan: Plan,
    seeds: range,
) -> Parts:
    """Several networks side by side as one.

    `matrix` and `alone` are sparse (messages by features), with and without surroundings.
    """
    parts = []
    for seed in seeds:
        network = _Network(matrix.shape[1], plan, seed)
        network.fit(matrix, alone, kinds, traits, weight)
        parts.append(network)
    share = np.float32(1 / len(parts))
    return (
        np.concatenate([part.rows for part in parts], axis=1),
        np.concatenate([part.bias for part in parts]),
        np.concatenate([part.heads for part in parts]) * share,
        np.stack([part.heads_bias for part in parts]).sum(axis=0) * share,
    )


def add_linear(parts: Parts, weights: Array, bias: Array, share: float) -> Parts:
    """The network's kinds mixed with a linear model's (kinds by features), `share` of it linear.

    A linear unit is two hidden ones, one for each sign, so the model's form stays the same.
    """
    rows, hidden_bias, heads, heads_bias = parts
    columns = np.ascontiguousarray(weights.T, np.float32)
    both = np.zeros((2 * _SPLIT, heads.shape[1]), np.float32)
    both[range(_SPLIT), range(_SPLIT)] = share
    both[range(_SPLIT, 2 * _SPLIT), range(_SPLIT)] = -share
    heads, heads_bias = heads.copy(), heads_bias.copy()
    heads[:, :_SPLIT] *= np.float32(1 - share)
    heads_bias[:_SPLIT] = (1 - share) * heads_bias[:_SPLIT] + share * bias
    return (
        np.concatenate([rows, columns, -columns], axis=1),
        np.concatenate([hidden_bias, np.zeros(2 * _SPLIT, np.float32)]),
        np.concatenate([heads, both]),
        heads_bias.astype(np.float32),
    )
