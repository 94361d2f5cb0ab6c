"""Parse the command line, run the command, and turn what went wrong into one readable line."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from bot import __version__
from bot.cli.errors import UsageProblem
from bot.cli.options import COMMANDS
from bot.cli.words import set_language, tell
from bot.core.errors import StoreError, TownError


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageProblem(f"{message} ({self.prog} --help)")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="qingqun", description=tell("about"))
    parser.add_argument("--version", action="version", version=f"qingqun {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for name, add in COMMANDS.items():
        one = commands.add_parser(name, help=tell(f"{name}.help"), description=tell(f"{name}.help"))
        one.add_argument("--lang", choices=("zh", "en"), default="zh", help=tell("lang.help"))
        add(one)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `qingqun`; the exit status: 0 well, 1 some lines were bad, 2 it could not be done."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _speak(words)
    try:
        parser = _parser()
        options = parser.parse_args(words)
        if options.command is None:
            parser.print_help()
            return 0
        status: int = importlib.import_module(f"bot.cli.{options.command}").run(options)
    except TownError as error:
        for problem in error.problems:
            print(f"{error.source}: {problem}", file=sys.stderr)
        return 2
    except (UsageProblem, StoreError) as error:
        print(f"qingqun: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; leave quietly, and do not trip over it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    else:
        sys.stdout.flush()
        return status


def _speak(words: Sequence[str]) -> None:
    """The language must be known before the help texts are made."""
    for index, word in enumerate(words):
        if word == "--lang=en" or (word == "--lang" and words[index + 1 : index + 2] == ["en"]):
            set_language("en")
            return
    set_language("zh")
