"""A long transcript streams through: no line is kept."""

from pathlib import Path

from tests.support.long_transcript import IDLE, ROOMS, memory


def test_classify_keeps_no_line(tmp_path: Path) -> None:
    count = 4_000
    used = memory(tmp_path, "classify", count, count // 4)
    assert len(used) == 4
    # Of every line only the hash of its id is left.
    assert used[-1] - used[0] < count * 3 // 4 * IDLE // 3


def test_a_replay_does_not_hold_what_its_rooms_have_seen(tmp_path: Path) -> None:
    """Each message weighs 16 kB for as long as the simulated room remembers it.

    What is left are ledgers that fill up to their bounds (offences, a day's mutes) and the hash of
    every id; bench_replay shows where that ends.
    """
    held, count = 16_000, 1_500
    used = memory(tmp_path, "replay", count, count // 3, rooms=ROOMS[:1], held=held)
    assert len(used) == 3
    # A room remembers 500, so that it is full before the first look.
    assert used[-1] - used[0] < count * 2 // 3 * held // 3
