"""Rebuilds the model from the corpus, bit for bit: `train(corpus, corrections, out)`.

Needs the extra `train` (scikit-learn). One thread, fixed seeds, little more than a minute.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from bot.core.reading import Kind, Trait
from bot.reading.evaluate import DELETE_AT
from bot.reading.examples import Array, Examples, examples
from bot.reading.features import Features
from bot.reading.model import KINDS, TRAITS, Calibration, Model, kind_chances, pack
from bot.reading.network import Plan, add_linear, train_together
from bot.reading.records import Record, load_records
from bot.reading.vocabulary import Vocabulary

CORPUS = Path(__file__).parent / "corpus"
MODEL = Path(__file__).parent / "model.bin"
PLAN = Plan()
SEEDS, FOLD_SEEDS, FOLDS = range(11, 13), range(21, 22), 3
LINEAR_STEPS, LINEAR_NEAR, LINEAR_SHARE = 200, 1e-3, 0.5
CARES = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0)
MOST_LOST = 0.004
"""Of assignments by authors not seen, the share that may be read as deletable: about what two
careful readers would call something else."""

_ASSIGNMENT = KINDS.index(Kind.ASSIGNMENT)
#: How many times worse a miss is than a false alarm (the square of beta in F-beta), where it is.
_WORSE_MISSED = {Trait.SECRET: 3.0, Trait.PERSONAL_DATA: 3.0, Trait.URGENT: 3.0}


def fit(data: Examples, seeds: range = SEEDS, plan: Plan = PLAN) -> Model:
    """An uncalibrated model: networks for kinds and traits, and a linear model beside for kinds."""
    known = data.worth_a_row()
    together = data.together[:, known]
    parts = train_together(
        together,
        data.alone[:, known],
        data.kinds,
        data.traits,
        data.weight,
        plan,
        seeds,
    )
    if len(set(data.kinds.tolist())) == len(KINDS):
        linear = LogisticRegression(max_iter=LINEAR_STEPS, tol=LINEAR_NEAR)
        linear.fit(together, data.kinds, sample_weight=data.weight)
        parts = add_linear(parts, linear.coef_, linear.intercept_, LINEAR_SHARE)
    rows, hidden_bias, heads, heads_bias = parts
    names = Vocabulary.of(data.names[column] for column in known)
    return Model(names, *pack(rows), hidden_bias, heads, heads_bias, Calibration())


def raw_scores(model: Model, features: Sequence[Features]) -> Array:
    """The outputs before calibration, a row a message."""
    return np.array([model.raw(one) for one in features], np.float32)


def held_out(
    data: Examples, folds: int = FOLDS, seeds: range = FOLD_SEEDS
) -> tuple[Array, dict[str, Model]]:
    """Raw outputs for every message by a model that has seen none of its author, and each's model.

    Authors are parted into `folds` groups; as many folds as authors leaves each out alone.
    """
    scores = np.zeros((len(data.features), len(KINDS) + len(TRAITS)), np.float32)
    names = sorted(set(data.authors))
    models: dict[str, Model] = {}
    for fold in range(min(folds, len(names))):
        group = names[fold::folds]
        held = np.isin(data.authors, group)
        model = fit(data.part(~held), seeds)
        scores[held] = raw_scores(model, data.part(held).features)
        models |= dict.fromkeys(group, model)
    return scores, models


def calibrate(scores: Array, data: Examples) -> Calibration:
    """Temperature for the kinds, slope and offset and threshold for each trait."""
    split = len(KINDS)
    losses = [(_loss(scores[:, :split] / t, data.kinds), t) for t in np.linspace(0.5, 3.0, 101)]
    slopes, offsets, thresholds = [], [], []
    for place, trait in enumerate(TRAITS):
        column, truth = scores[:, split + place], data.traits[:, place] > 0
        slope, offset = _logistic(column, truth)
        chance = 1 / (1 + np.exp(-(slope * column + offset)))
        slopes.append(slope)
        offsets.append(offset)
        thresholds.append(_threshold(chance, truth, _WORSE_MISSED.get(trait, 1.0)))
    known = Calibration(
        temperature=round(float(min(losses)[1]), 4),
        slope=tuple(slopes), offset=tuple(offsets), at=tuple(thresholds),
    )  # fmt: skip
    return replace(known, care=_care(scores[data.kinds == _ASSIGNMENT, :split], known))


def _care(assignments: Array, known: Calibration) -> float:
    """How careful to be, so that hardly an assignment can be deleted for something else."""
    rows = assignments.tolist()
    for care in CARES:
        careful = replace(known, care=care)
        lost = sum(1 - kind_chances(row, careful)[_ASSIGNMENT] >= DELETE_AT for row in rows)
        if lost <= MOST_LOST * len(rows):
            return care
    return CARES[-1]


def _loss(scores: Array, truth: NDArray[np.int64]) -> float:
    scores = scores - scores.max(axis=1, keepdims=True)
    return float((np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(truth)), truth]).mean())


def _logistic(column: Array, truth: NDArray[np.bool_]) -> tuple[float, float]:
    if truth.all() or not truth.any():
        return 1.0, 0.0
    fitted = LogisticRegression(C=10.0).fit(column[:, None].astype(np.float64), truth)
    return round(float(fitted.coef_[0, 0]), 4), round(float(fitted.intercept_[0]), 4)


def _threshold(chance: Array, truth: NDArray[np.bool_], worse: float) -> float:
    """Where the trait counts as present: the best F-beta."""
    steps = np.arange(0.05, 0.95, 0.025)
    hits = np.array([((chance >= at) & truth).sum() for at in steps])
    said = np.array([(chance >= at).sum() for at in steps])
    good = (1 + worse) * hits / np.maximum(1, worse * truth.sum() + said)
    return round(float(steps[int(good.argmax())]), 3)


def train(corpus: Path = CORPUS, corrections: Sequence[Record] = (), out: Path = MODEL) -> Model:
    """Train on every author's file of the corpus and the corrections, and write the model."""
    with threadpool_limits(limits=1):
        data = examples(load_records(sorted(corpus.glob("*.jsonl"))), corrections)
        calibration = calibrate(held_out(data)[0], data)
        model = fit(data).calibrated(calibration)
    model.save(out)
    return model
