"""The log beside the file: moved over, and empty once something was erased."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import checkpoints as moving
from bot.store.checkpoints import Checkpoints

WORDS = "陈年旧话"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Stays open, as a running bot's, so that the log stays too."""
    connection = sqlite3.connect(tmp_path / "town.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "secure_delete=ON", "wal_autocheckpoint=0"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE said (words)")
    connection.execute("INSERT INTO said VALUES (?)", (WORDS,))
    yield connection
    connection.close()


def left(folder: Path) -> set[str]:
    """The names of the archive's files that hold the words."""
    return {path.name for path in folder.iterdir() if WORDS.encode() in path.read_bytes()}


def test_a_move_leaves_the_log_as_it_is(archive: sqlite3.Connection, tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "town.db")
    checkpoints.move()
    assert left(tmp_path) == {"town.db"}, "what an earlier process left is not known"
    archive.execute("INSERT INTO said VALUES (?)", (WORDS,))
    checkpoints.move()
    assert left(tmp_path) == {"town.db", "town.db-wal"}


def test_what_is_erased_is_neither_in_the_file_nor_in_its_log(
    archive: sqlite3.Connection, tmp_path: Path
) -> None:
    checkpoints = Checkpoints(tmp_path / "town.db")
    checkpoints.move()
    archive.execute("INSERT INTO said VALUES (?)", (WORDS,))
    checkpoints.move()
    archive.execute("UPDATE said SET words = ''")
    checkpoints.written(erases=True)
    checkpoints.close()
    assert left(tmp_path) == set()


def test_what_a_reader_still_holds_is_cleared_the_next_time(
    archive: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_PATIENCE", 0)
    checkpoints = Checkpoints(tmp_path / "town.db")
    reader = sqlite3.connect(tmp_path / "town.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM said").fetchall()
    archive.execute("UPDATE said SET words = ''")
    checkpoints.written(erases=True)
    checkpoints.close()
    assert "town.db-wal" in left(tmp_path)
    reader.execute("COMMIT")
    checkpoints.move()
    assert left(tmp_path) == set()
    reader.close()
