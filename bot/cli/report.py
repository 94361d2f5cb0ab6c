"""qingqun report: the weekly summary on demand."""

import argparse
import asyncio
from datetime import UTC, datetime
from pathlib import Path

from bot.cli.errors import UsageProblem
from bot.cli.towns import town_from
from bot.cli.words import language, tell
from bot.core.errors import StoreError
from bot.store.engine import database_file, open_engine
from bot.store.migrate import pending
from bot.summary.report import Report, weekly_report
from bot.summary.weeks import Week
from bot.town import Town
from policies import all_policies


def run(options: argparse.Namespace) -> int:
    """Print the text; write picture and spreadsheet."""
    town = town_from(options.town)
    week = week_from(options.week, town) if options.week else None
    folder = Path(options.out)
    if folder.exists() and not folder.is_dir():
        raise UsageProblem(tell("report.no_folder", path=folder))
    archive = database_file(town.store.url)
    if archive is not None and not archive.exists():
        raise StoreError(tell("report.no_store", path=archive))
    try:
        report = asyncio.run(_report(town, week, folder))
    except OSError as error:
        raise UsageProblem(tell("unreadable", path=folder, reason=error.strerror)) from error
    print(report.text)
    for path in report.files:
        print(tell("report.written", path=path))
    return 0


def week_from(text: str, town: Town) -> Week:
    """The week that was asked for; UsageProblem for another text, or a week that is yet to come."""
    try:
        week = Week.named(text)
    except ValueError as error:
        raise UsageProblem(tell("report.bad_week", value=text)) from error
    if week.start(town.zone) > datetime.now(UTC):
        raise UsageProblem(tell("report.future", value=week.name))
    return week


async def _report(town: Town, week: Week | None, folder: Path) -> Report:
    engine = open_engine(town.store.url)
    try:
        if missing := await pending(engine):
            raise StoreError(tell("run.pending", count=len(missing)))
        titles = {name: policy.title for name, policy in all_policies().items()}
        async with engine.connect() as connection:
            return await weekly_report(
                connection,
                town,
                now=datetime.now(UTC),
                week=week,
                folder=folder,
                titles=titles,
                language=language(),
            )
    finally:
        await engine.dispose()
