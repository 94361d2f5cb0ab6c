"""Transcripts on the command line: read as a stream, bad lines told, progress shown."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tqdm import tqdm

from bot.cli.errors import UsageProblem
from bot.cli.words import tell
from bot.transcript import BadLine, Line, read_lines


class Source:
    """The good lines of a transcript; `bad` counts the others, which are told on stderr."""

    def __init__(self, stream: BinaryIO, size: int | None) -> None:
        self._stream, self._size, self.bad = stream, size, 0

    def __iter__(self) -> Iterator[Line]:
        with tqdm(
            total=self._size,
            unit="B",
            unit_scale=True,
            disable=not sys.stderr.isatty(),
            leave=False,
        ) as bar:
            for line in read_lines(self._counted(bar.update)):
                if isinstance(line, BadLine):
                    self.bad += 1
                    bar.clear()
                    print(tell("bad_line", number=line.number, reason=line.reason), file=sys.stderr)
                else:
                    yield line

    def _counted(self, update: Callable[[float], object]) -> Iterator[bytes]:
        for raw in self._stream:
            update(len(raw))
            yield raw


@contextmanager
def open_transcript(name: str) -> Iterator[Source]:
    """The transcript of that path, or standard input for `-`; UsageProblem if it cannot be read."""
    if name == "-":
        yield Source(sys.stdin.buffer, None)
        return
    path = Path(name)
    try:
        stream = path.open("rb")
    except FileNotFoundError as error:
        raise UsageProblem(tell("no_file", path=name)) from error
    except OSError as error:
        raise UsageProblem(tell("unreadable", path=name, reason=error.strerror)) from error
    with stream:
        yield Source(stream, path.stat().st_size)
