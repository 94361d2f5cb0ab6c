"""A week's report: its text, and its picture and spreadsheet as files."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.summary.summary import Summary, gather
from bot.summary.text import Words, weekly_text
from bot.summary.weeks import Spans, Week
from bot.town import Town


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
    from bot.summary.files import write_files  # noqa: PLC0415 - heavy to load, wanted once a week

    return write_files(summary, folder, words, town)
