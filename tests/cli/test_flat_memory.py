"""A long transcript streams through: no line is kept."""

from pathlib import Path

import pytest

from tests.support.long_transcript import IDLE, memory


@pytest.mark.parametrize(("command", "count"), [("classify", 8_000), ("replay", 3_000)])
def test_memory_does_not_grow_with_the_lines(tmp_path: Path, command: str, count: int) -> None:
    used = memory(tmp_path, command, count, count // 4)
    assert len(used) == 4
    # What is left are ledgers that fill up to their bounds (a room's last messages, a day's mutes)
    # and, of every line, the hash of its id; bench_replay shows where that ends.
    assert used[-1] - used[0] < count * 3 // 4 * IDLE // 3
