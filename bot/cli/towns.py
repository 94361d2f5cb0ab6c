"""The town file on the command line."""

import sys
from datetime import datetime
from pathlib import Path

from bot.cli.words import tell
from bot.town import Town, load_town
from policies import all_policies


def town_from(path: str) -> Town:
    """The town of that file, its warnings told on stderr; TownError if it cannot be used."""
    today = datetime.now().astimezone().date()
    loaded = load_town(Path(path), all_policies(), today)
    for warning in loaded.warnings:
        print(tell("warning", text=f"{path}: {warning}"), file=sys.stderr)
    return loaded.town
