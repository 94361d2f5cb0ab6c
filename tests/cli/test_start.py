"""Help and usage errors come at once: nothing is imported that they do not need."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.options import COMMANDS

ROOT = Path(__file__).parents[2]
#: What the commands themselves need, and what takes most of a second to import.
HEAVY = {"sqlalchemy", "pydantic", "numpy", "aiohttp", "alembic", "apscheduler", "jinja2", "tqdm"}
ASK = """
import sys
from bot.cli import main
try:
    status = main(sys.argv[1:])
except SystemExit as ended:
    status = ended.code
print(status, *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def started(*words: str) -> tuple[int, set[str], str]:
    """Exit status, top-level modules and output of a command line."""
    ran = subprocess.run(
        [sys.executable, "-c", ASK, *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    last = ran.stderr.splitlines()[-1].split()
    return int(last[0]), set(last[1:]), ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--help"], 0),
        (["--version"], 0),
        ([], 0),
        (["replay", "--help"], 0),
        (["nonsense"], 2),
        (["replay", "a.jsonl"], 2),
        (["run", "--twon", "x"], 2),
    ],
)
def test_nothing_heavy_is_imported(words: list[str], status: int) -> None:
    given, modules, output = started(*words)
    assert given == status
    assert "qingqun" in output
    assert not modules & HEAVY
    assert "bot" in modules


def test_every_command_has_its_module() -> None:
    for name in COMMANDS:
        assert (ROOT / "bot" / "cli" / f"{name}.py").is_file()
