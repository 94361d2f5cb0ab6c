"""Memory while a long transcript streams through `qingqun classify` and `qingqun replay`.

python -m tests.benchmarks.bench_replay [--lines 100000] [classify] [replay]
"""

import argparse
import tempfile
from pathlib import Path

from tests.support.long_transcript import memory

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("commands", nargs="*", default=["classify", "replay"])
    parser.add_argument("--lines", type=int, default=100_000)
    options = parser.parse_args()
    for command in options.commands:
        with tempfile.TemporaryDirectory() as folder:
            used = memory(Path(folder), command, options.lines, options.lines // 10)
        shown = " ".join(f"{one / 2**20:.0f}" for one in used)
        print(f"{command:9} {options.lines} lines, MiB after each tenth: {shown}", flush=True)
