"""Honest figures: each author's messages read by a model that has seen none of that author.

Needs the extra `train`. `python -m bot.reading.crossvalidate [--plain]` prints the table; `--plain`
measures a linear model over the same features beside it.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from bot.calendar import Hours, WorkCalendar
from bot.core.reading import Kind
from bot.reading.evaluate import Report, evaluate
from bot.reading.examples import Examples, examples
from bot.reading.reader import TextReader
from bot.reading.records import Record, load_records
from bot.reading.train import (
    CORPUS,
    LINEAR_NEAR,
    LINEAR_STEPS,
    SEEDS,
    calibrate,
    held_out,
)


def cross_validate(
    records: Sequence[Record], seeds: range = SEEDS, folds: int | None = None
) -> tuple[Report, dict[str, Report]]:
    """The report over all authors, and each author's own.

    Every author is left out alone, or in one of so many groups. The calibration, too, is made
    without the author; the context is what the reader itself said.
    """
    data = examples(records)
    names = sorted(set(data.authors))
    scores, models = held_out(data, folds or len(names), seeds)
    calendar = WorkCalendar(Hours(), ZoneInfo("Asia/Shanghai"))
    total, apart = Report(), {}
    for name in names:
        others = data.authors != name
        known = calibrate(scores[others], data.part(others))
        reader = TextReader(models[name].calibrated(known), calendar)
        own = [record for record in records if record.author == name]
        apart[name] = evaluate(own, reader, total)
    return total, apart


def plain_accuracy(data: Examples) -> tuple[float, float]:
    """Accuracy, and recall of assignments, of a linear model over the same features."""
    said = np.zeros(len(data.kinds), np.int64)
    for name in sorted(set(data.authors)):
        held = data.authors == name
        rest = data.part(~held)
        known = rest.worth_a_row()
        linear = LogisticRegression(max_iter=LINEAR_STEPS, tol=LINEAR_NEAR)
        linear.fit(rest.together[:, known], rest.kinds)
        said[held] = linear.predict(data.together[held][:, known])
    right = said == data.kinds
    return float(right.mean()), float(right[data.kinds == list(Kind).index(Kind.ASSIGNMENT)].mean())


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--plain", action="store_true")
    options = parser.parse_args(arguments)
    records = load_records(sorted(options.corpus.glob("*.jsonl")))
    with threadpool_limits(limits=1):
        total, apart = cross_validate(records)
        lines = [total.table(), ""]
        lines += [
            f"{name:<12}{report.all.rate:>8.1%} of {report.all.of}"
            for name, report in apart.items()
        ]
        if options.plain:
            accuracy, recall = plain_accuracy(examples(records))
            lines.append(
                f"plain linear model: accuracy {accuracy:.1%}, assignment recall {recall:.1%}"
            )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
