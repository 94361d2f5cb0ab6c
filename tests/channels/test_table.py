"""The README's capability table is the one that the code gives."""

from pathlib import Path

from bot.channels.table import table

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_shows_what_the_code_says() -> None:
    text = README.read_text("utf-8")
    begin = text.index("<!-- capability table")
    begin = text.index("\n", begin) + 1
    shown = text[begin : text.index("<!-- end of capability table -->")].strip()
    assert shown == table(), "run: python -m bot.channels.table, and put it into README.md"
