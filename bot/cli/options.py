"""The options of every command: known without importing what the commands themselves need."""

import argparse
from collections.abc import Callable, Mapping

from bot.cli.words import tell


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8080, help=tell("demo.port"))
    parser.add_argument("--seed", type=int, default=1, help=tell("demo.seed"))


def _init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", default="town.toml", help=tell("init.out"))
    parser.add_argument("--town", default="town.toml", help=tell("town"))
    parser.add_argument("--from-channel", action="store_true", help=tell("init.from_channel"))
    parser.add_argument("--key", action="store_true", help=tell("init.key"))


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--town", required=True, help=tell("town"))


def _classify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help=tell("file"))


def _replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help=tell("file"))
    parser.add_argument("--town", required=True, help=tell("town"))
    parser.add_argument("--capabilities", default="all", help=tell("replay.capabilities"))
    parser.add_argument("--summary", action="store_true", help=tell("replay.summary"))
    parser.add_argument("--shadow", action="store_true", help=tell("replay.shadow"))


def _evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help=tell("file"))
    parser.add_argument("--json", action="store_true", help=tell("evaluate.json"))


def _train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--town", help=tell("train.town"))
    parser.add_argument("--out", help=tell("train.out"))


def _report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--week", help=tell("report.week"))
    parser.add_argument("--out", help=tell("report.out"), default=".")
    parser.add_argument("--town", default="town.toml", help=tell("town"))


def _export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--town", default="town.toml", help=tell("town"))
    parser.add_argument("--room", required=True, help=tell("export.room"))
    parser.add_argument("--from", dest="begin", required=True, help=tell("export.from"))
    parser.add_argument("--to", dest="end", required=True, help=tell("export.to"))


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--town", required=True, help=tell("town"))


def _db(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="upgrade")
    one = actions.add_parser("upgrade", help=tell("db.upgrade"))
    one.add_argument("--town", help=tell("town"))
    one.add_argument("--url", help=tell("db.url"))


#: Each command is a module of this package with `run`; it is imported only to be run, since some are heavy.
COMMANDS: Mapping[str, Callable[[argparse.ArgumentParser], None]] = {
    "demo": _demo,
    "init": _init,
    "run": _run,
    "classify": _classify,
    "replay": _replay,
    "evaluate": _evaluate,
    "train": _train,
    "report": _report,
    "export": _export,
    "doctor": _doctor,
    "db": _db,
}
