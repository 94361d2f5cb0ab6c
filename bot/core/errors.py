"""What keeps the bot from starting and a person can mend; told at the command line in a line each."""

from collections.abc import Iterable


class StoreError(Exception):
    """The archive cannot be used; the text says why and what to do."""


class TownError(Exception):
    """The file cannot be used. `problems` holds one line each: key, value, mend."""

    def __init__(self, source: str, problems: Iterable[str]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{source}: {problem}" for problem in self.problems))
