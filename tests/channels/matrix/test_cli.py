"""The command line before a real homeserver: a wrong token is one clear line, not a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.synapse import Homeserver

TOWN = """
[town]
name = "巴水镇"
[[rooms]]
name = "镇政府工作群"
kind = "announcement"
[channel]
kind = "matrix"
homeserver = "{url}"
user_id = "@qingqun:town.test"
"""


@pytest.mark.parametrize(
    ("command", "status"), [(("run",), 2), (("doctor",), 1), (("init", "--from-channel"), 2)]
)
def test_a_wrong_token_is_one_line(
    homeserver: Homeserver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    status: int,
) -> None:
    monkeypatch.setenv("QINGQUN_MATRIX_TOKEN", "wrong-and-secret")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    (tmp_path / "town.toml").write_text(TOWN.format(url=homeserver.url), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", *command, "--town", "town.toml"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    told = done.stdout if command == ("doctor",) else done.stderr
    lines = [line for line in told.splitlines() if "不认这个令牌" in line]
    assert len(lines) == 1
    assert "M_UNKNOWN_TOKEN" in lines[0]
    assert "QINGQUN_MATRIX_TOKEN" in lines[0]
    assert "Traceback" not in done.stdout + done.stderr
    assert "wrong-and-secret" not in done.stdout + done.stderr
