"""qingqun evaluate: how well the reading does on a labelled transcript."""

import argparse
import json

from bot.cli.lines import open_transcript


def run(options: argparse.Namespace) -> int:
    """Print a table, or JSON; 1 if some lines were bad."""
    from bot.reading.evaluate import evaluate  # noqa: PLC0415 - heavy

    with open_transcript(options.file) as source:
        report = evaluate(line.record for line in source)
        if options.json:
            print(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        else:
            print(report.table())
        return 1 if source.bad else 0
