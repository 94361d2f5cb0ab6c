"""Where the files of weekly reports lie, and how long."""

from datetime import datetime, timedelta
from pathlib import Path

from bot.store.engine import database_file

#: How a week's files begin, so that old ones can be found again; and where they lie.
STEM, _FOLDER = "qingqun-", "reports"


def reports_folder(url: str) -> Path:
    """Where a town's reports lie: beside its archive, or in the working directory for a server's."""
    archive = database_file(url)
    return (archive.parent if archive else Path()).absolute() / _FOLDER


def tidy(folder: Path, now: datetime, days: int) -> None:
    """Remove reports older than the town keeps words. Blocks."""
    oldest = now - timedelta(days=days)
    for path in folder.glob(f"{STEM}*"):
        if path.is_file() and path.stat().st_mtime < oldest.timestamp():
            path.unlink(missing_ok=True)
