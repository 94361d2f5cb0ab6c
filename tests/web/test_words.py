"""What the page says lies in its catalogue, where it can be translated."""

import re
from pathlib import Path

from bot.web.render import FOLDER
from bot.words import catalogue

TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
_HAN = re.compile(r"[\u4e00-\u9fff]")
#: Words that are fixed, by the call that says them; what is put together with ~ ends in a dot.
_SAID = re.compile(r"""\bt\(\s*(["'])(?P<key>[\w.]+)\1(?P<open>\s*~)?""")


def test_no_words_stand_in_the_pages_themselves() -> None:
    assert len(TEMPLATES) >= 12
    for template in TEMPLATES:
        # 、 and ： alone say nothing.
        assert _HAN.findall(template.read_text("utf-8")) == [], template.name


def test_every_word_that_a_page_says_is_there() -> None:
    known = catalogue("zh")
    said = 0
    for template in TEMPLATES:
        for found in _SAID.finditer(template.read_text("utf-8")):
            key, said = f"web.{found['key']}", said + 1
            if found["open"]:
                assert any(word.startswith(key) for word in known), (template.name, key)
            else:
                assert key in known, (template.name, key)
    assert said > 80


def test_no_word_is_kept_that_nobody_says() -> None:
    sources = [*TEMPLATES, *Path(FOLDER).rglob("*.py")]
    text = "\n".join(source.read_text("utf-8") for source in sources)
    unsaid = [
        key
        for key in catalogue("zh")
        if key.startswith("web.")
        and key.removeprefix("web.") not in text
        and not any(f'"{part}"' in text for part in _beginnings(key.removeprefix("web.")))
    ]
    assert unsaid == []


def _beginnings(key: str) -> list[str]:
    """task.state. of task.state.open: how a word is said whose end is found out."""
    ends = [end + 1 for end, letter in enumerate(key) if letter == "."]
    return [key[:end] for end in ends]
