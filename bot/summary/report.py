"""A week's report: its text, and its picture and spreadsheet as files."""

import asyncio
import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import database_file
from bot.summary.summary import Summary, gather
from bot.summary.text import Words, weekly_text
from bot.summary.weeks import Spans, Week
from bot.town import Town

#: How a week's files begin, so that old ones can be found again; and where they lie.
STEM, _FOLDER = "qingqun-", "reports"


@dataclass(frozen=True, slots=True)
class Report:
    """What is sent. `files` are the picture and the spreadsheet, as far as they could be made.

    `kept` is what must outlive the words of messages, as JSON for the facts.
    """

    week: Week
    text: str
    files: tuple[Path, ...]
    empty: bool
    kept: str


async def weekly_report(
    connection: AsyncConnection,
    town: Town,
    *,
    now: datetime,
    week: Week | None = None,
    folder: Path | None = None,
    titles: Mapping[str, str] | None = None,
    language: str = "zh",
    silent_too: bool = True,
) -> Report:
    """The report of a week, the last whole one unless told; files go to `folder` if that is given.

    Without `silent_too` a week in which nothing was said gets no files.
    """
    week = week or Week.of(now, town.zone).before
    spans = Spans.of(week, now, town.zone)
    summary = await gather(connection, town, spans, now)
    words = Words(language, titles)
    files: tuple[Path, ...] = ()
    if folder is not None and (silent_too or not summary.figures.empty):
        files = await asyncio.to_thread(_write, summary, folder, words, town)
    text = weekly_text(summary, words)
    kept = json.dumps({"wolf": summary.figures.wolf[1]})
    return Report(week, text, files, summary.figures.empty, kept)


def _write(summary: Summary, folder: Path, words: Words, town: Town) -> tuple[Path, ...]:
    """Drawing and tabulating are heavy to load, and wanted once a week."""
    module = importlib.import_module("bot.summary.files")
    return cast(tuple[Path, ...], module.write_files(summary, folder, words, town))


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
