"""How long reading takes, as ratios to a fixed piece of work, so that machines can be compared.

    python -m tests.benchmarks.bench_reading

Processor time of one core. The unit is one call of sum(range(100)), below a microsecond on
a quiet machine.
"""

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from bot.core.message import MessageType
from bot.reading import load_reader
from bot.reading.notices import Notices
from bot.reading.records import in_context, load_records
from bot.reading.train import CORPUS

_ROUNDS = 5


def best(work: Callable[[Any], object], over: Sequence[Any]) -> float:
    """Microseconds an item takes, the best of some rounds."""
    times = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        for item in over:
            work(item)
        times.append((time.process_time() - start) / len(over) * 1e6)
    return min(times)


def main() -> None:
    """Print the table."""
    start = time.perf_counter()
    reader = load_reader()
    ready = time.perf_counter() - start
    # All authors' in equal shares: some write longer messages than others.
    seen = list(in_context(load_records(sorted(CORPUS.glob("*.jsonl")))))[::8]
    texts = [one for one in seen if one[0].message.type is MessageType.TEXT]
    short = [one for one in texts if 20 <= len(one[0].message.text) <= 30]
    unit = best(lambda _: sum(range(100)), range(20_000))

    def read(one: Any) -> object:
        return reader.read(one[0].message, one[1], one[2])

    told = {
        assigns: [one for one in short if read(one).assigns is assigns]  # type: ignore[attr-defined]
        for assigns in (True, False)
    }
    long = [one for one in texts if len(one[0].message.text) >= 120]
    notices = Notices()
    readings = [(one[0].message, reader.read(one[0].message)) for one in texts[:2000]]
    for message, reading in readings:
        notices.note(message, reading)
    lines = [f"ready in {ready * 1000:.0f} ms; unit {unit:.2f} us"]
    for name, over in (
        ("short, telling nobody to act", told[False]),
        ("short, an assignment", told[True]),
        ("long", long),
    ):
        took = best(read, over)
        lines.append(f"{name:<32}{len(over):>6}{took:>9.1f} us{took / unit:>8.0f} units")
    took = best(lambda pair: notices.relate(*pair), readings[-200:])
    lines.append(
        f"{'relation to earlier notices':<32}{200:>6}{took:>9.1f} us{took / unit:>8.0f} units"
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
