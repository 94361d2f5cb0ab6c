"""One JSON line an event, plain lines on a terminal, and no words of an error in either."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot.logs import set_up

WORDS = "张三的身份证号"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def fail() -> None:
    try:
        int(WORDS)
    except ValueError as error:
        raise ConnectionError(WORDS) from error


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["json", "terminal"])
def test_an_error_is_named_and_placed_and_not_quoted(stream: io.StringIO) -> None:
    set_up(stream)
    try:
        fail()
    except ConnectionError:
        logging.getLogger("bot.x").exception("batch failed", extra={"channel": "qq"})
    written = stream.getvalue()
    assert WORDS not in written
    assert "ConnectionError at " in written
    assert "<- ValueError at " in written
    assert "test_logs.py" in written


def test_an_event_is_one_line_of_json() -> None:
    stream = io.StringIO()
    set_up(stream)
    logging.getLogger("bot.x").warning("two\nlines %s", "收到", extra={"verb": "send"})
    logging.getLogger("bot.x").debug("not shown")
    logging.getLogger("sqlalchemy.engine").info("nor a driver's statements")
    [line] = stream.getvalue().splitlines()
    event = json.loads(line)
    assert event.pop("at").endswith("+00:00")
    assert event == {
        "level": "warning",
        "where": "bot.x",
        "event": "two\nlines 收到",
        "verb": "send",
    }


def test_a_terminal_gets_plain_lines() -> None:
    stream = Terminal()
    set_up(stream)
    logging.getLogger("bot.x").info("started")
    assert stream.getvalue().endswith("INFO bot.x: started\n")
