"""A long transcript, and the memory that a command needs while it streams through."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.town import TOWN

ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ROOMS = ("公告群", "政务群", "应急群", "党员群")
#: Bytes of each line that the program has no use for.
IDLE = 12_000

#: Runs a command line; tells the pages in use when so many lines of its output are written.
_RUN = """
import gc, io, sys
from pathlib import Path
from bot.cli import main

every = int(sys.argv[1])

class Counted(io.TextIOBase):
    lines = 0
    def write(self, text):
        self.lines += text.count("\\n")
        if text.count("\\n") and self.lines % every == 0:
            gc.collect()
            print(Path("/proc/self/statm").read_text().split()[1], file=sys.__stdout__, flush=True)
        return len(text)

sys.stdout = Counted()
sys.exit(main(sys.argv[2:]))
"""


def _lines(count: int, rooms: Sequence[str], held: int) -> Iterator[str]:
    """Mostly pictures, which are read quickly."""
    for index in range(count):
        said: dict[str, object] = {
            "id": f"m{index}",
            "room": rooms[index % len(rooms)],
            "sender": f"人{index % 150}",
            "at": (START + timedelta(seconds=20 * index)).isoformat(),
            "remark": f"{index:06}" * (IDLE // 6),
        }
        if held:
            said["items"] = [f"{index:05}" + "图" * (held // 2)]
        if index % 10:
            said["type"] = "image"
        else:
            said["text"] = f"第 {index} 户已走访，人都在家，情况正常。"
        yield json.dumps(said, ensure_ascii=False) + "\n"


def memory(
    folder: Path,
    command: str,
    count: int,
    every: int,
    *,
    rooms: Sequence[str] = ROOMS,
    held: int = 0,
) -> Sequence[int]:
    """The bytes in use after each `every` of `count` lines of `qingqun classify` or `replay`.

    `held` bytes of each message are such that they are in use for as long as it is remembered.
    """
    transcript, town = folder / "long.jsonl", folder / "town.toml"
    with transcript.open("w", encoding="utf-8") as file:
        file.writelines(_lines(count, rooms, held))
    town.write_text(TOWN, encoding="utf-8")
    more = ["--town", str(town)] if command == "replay" else []
    if held:
        # Nothing is taken down, which would leave but an empty shell to be remembered.
        more += ["--capabilities", "none"]
    ran = subprocess.run(
        [sys.executable, "-c", _RUN, str(every), command, str(transcript), *more],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return [int(pages) * resource.getpagesize() for pages in ran.stdout.split()]
