"""kill -9 at any moment: what was acknowledged is there, is judged once, and takes effect once."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.core.decision import Outcome
from bot.store import tables
from tests.support.town import start_town

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("after", [1, 60, 400])
async def test_what_was_acknowledged_survives(tmp_path: Path, after: int) -> None:
    store = tmp_path / "town.db"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.pipeline.keeper", str(store)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip() for _ in range(after)]
    process.send_signal(signal.SIGKILL)
    acknowledged += [
        line.strip()
        for line in process.stdout.read().splitlines(keepends=True)
        if line.endswith("\n")
    ]
    process.wait()

    harness = await start_town(store)
    await harness.settle()
    stored = {row.id: row.number for row in await harness.rows(tables.messages)}
    assert set(acknowledged) <= set(stored)
    judged = Counter(row.number for row in await harness.rows(tables.judgements))
    assert set(judged) == set(stored.values())
    assert set(judged.values()) == {1}
    orders = await harness.rows(tables.outbox)
    assert all(order.outcome != Outcome.PENDING for order in orders)
    deletes = Counter(order.target_id for order in orders if order.verb == "delete")
    assert set(deletes.values()) <= {1}
    await harness.stop()
