"""The command line. Each command is one file with `add` (its options) and `run`."""

from bot.cli.main import main

__all__ = ["main"]
