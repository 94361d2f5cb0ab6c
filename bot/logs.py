"""Structured logs: one JSON line an event when nobody watches a terminal. Never any message's words."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

#: What every record has by itself; anything else was given as `extra`.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One event, one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "where": record.name,
            "event": record.getMessage(),
        }
        entry.update({name: item for name, item in vars(record).items() if name not in _OWN})
        if record.exc_info and record.exc_info[1] is not None:
            entry["error"] = _where(record.exc_info[1])
        return json.dumps(entry, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """For a terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's name
        """The error without its text, which may quote somebody's words."""
        error = ei[1] if isinstance(ei, tuple) else None
        return _where(error) if isinstance(error, BaseException) else ""


def _where(error: BaseException) -> str:
    """Kind and place of an error. Its text is left out: it may hold a message's words."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = ""
    if trace is not None:
        place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    cause = error.__cause__ or error.__context__
    because = f" <- {_where(cause)}" if cause is not None else ""
    return f"{type(error).__name__}{place}{because}"


def set_up(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Log to `stream` (stderr): lines for people on a terminal, JSON otherwise."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainLines() if stream.isatty() else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Drivers may log statements with their values, and the scheduler every look at the clock.
    for name in ("sqlalchemy", "aiosqlite", "asyncpg", "apscheduler", "aiohttp.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
