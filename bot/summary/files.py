"""Picture and spreadsheet of a week, as files."""

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

from bot.summary import picture, sheet
from bot.summary.folder import STEM
from bot.summary.fonts import NoFontError
from bot.summary.summary import Summary
from bot.summary.text import Words
from bot.town import Town

log = logging.getLogger(__name__)


def write_files(summary: Summary, folder: Path, words: Words, town: Town) -> tuple[Path, ...]:
    """Write both; what cannot be made is logged and left out. Blocks."""
    folder.mkdir(parents=True, exist_ok=True)
    spans = summary.figures.spans
    until = "" if spans.whole else f"-{spans.this.end:%m%d-%H%M%S}"
    stem = f"{STEM}{spans.week.name}{until}"

    def paint(path: Path) -> None:
        picture.draw(summary, path, words)

    def tabulate(path: Path) -> None:
        sheet.write(summary, path, words, town.zone)

    made = [_made(folder / f"{stem}.png", paint), _made(folder / f"{stem}.xlsx", tabulate)]
    return tuple(path for path in made if path is not None)


def _made(path: Path, make: Callable[[Path], None]) -> Path | None:
    """The file, whole or not at all: whoever sends it may already be waiting for it."""
    with tempfile.TemporaryDirectory(dir=path.parent) as aside:
        draft = Path(aside) / path.name
        try:
            make(draft)
        except NoFontError as missing:
            log.warning("%s", missing)
            return None
        except Exception:
            # A summary without its picture is better than none.
            log.exception("weekly file could not be made", extra={"file": path.suffix})
            return None
        draft.replace(path)
    return path
