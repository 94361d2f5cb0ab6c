"""The picture: upright, legible on a phone, and never an empty box."""

from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib import font_manager
from PIL import Image

from bot.summary import fonts
from bot.summary.canvas import Canvas, breadth, fitted
from bot.summary.figures import Counts
from bot.summary.fonts import NoFontError, carried, chinese
from bot.summary.picture import draw
from bot.summary.summary import Summary
from bot.summary.text import Words

FACE = chinese()


def test_it_is_three_phone_screens_of_dots_wide_and_upright(
    summary: Summary, words: Words, tmp_path: Path
) -> None:
    draw(summary, tmp_path / "week.png", words)
    with Image.open(tmp_path / "week.png") as image:
        width, height = image.size
        colours = image.convert("RGB").getcolors(1 << 24)
    assert width == 3 * 390
    assert height > width
    assert colours is not None
    assert len(colours) > 50


def test_every_letter_has_a_glyph_whatever_groups_are_called(
    summary: Summary, words: Words, tmp_path: Path
) -> None:
    odd = [
        replace(room, name=f"$x^2$群\U0001f600\U00030000\u200d{room.name}" * 3)
        for room in summary.figures.rooms
    ]
    strange = replace(summary, figures=replace(summary.figures, rooms=tuple(odd)), town="$镇_{1}$")
    drawn = draw(strange, tmp_path / "week.png", words)
    assert any(text.startswith("$x^2$群··") for text in drawn)
    letters = {letter for text in drawn for letter in text} - {" "}
    assert [letter for letter in letters if ord(letter) not in FACE.glyphs] == []


def test_a_week_without_anything_can_be_drawn(
    summary: Summary, words: Words, tmp_path: Path
) -> None:
    figures = replace(summary.figures, rooms=(), people=(), this=Counts(), last=Counts())
    drawn = draw(replace(summary, figures=figures), tmp_path / "week.png", words)
    assert "这一周没有新任务" in drawn
    assert (tmp_path / "week.png").stat().st_size > 1000


def test_nothing_smaller_than_eleven_dots_of_a_phone(
    summary: Summary, words: Words, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[float] = []
    real = Canvas.text

    def spy(self: Canvas, x: float, y: float, text: str, size: float = 13, **more: object) -> None:
        sizes.append(size)
        real(self, x, y, text, size, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Canvas, "text", spy)
    draw(summary, tmp_path / "week.png", words)
    assert min(sizes) >= 11


def test_long_names_are_cut_to_their_room() -> None:
    assert fitted("镇政府工作群", 13, 100) == "镇政府工作群"
    cut = fitted("镇政府工作群和各村书记第一书记联络群", 13, 100)
    assert cut.endswith("…")
    assert breadth(cut, 13) <= 100


def test_the_font_that_a_package_carries_serves_where_none_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if carried() is None:
        pytest.skip("needs pip install pylopdf-fonts-zh-cn")
    monkeypatch.setattr(fonts, "FAMILIES", ())
    chinese.cache_clear()
    try:
        assert chinese().family == "Noto Sans SC"
    finally:
        chinese.cache_clear()


def test_without_any_font_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(fonts, "carried", lambda: None)
    chinese.cache_clear()
    with pytest.raises(NoFontError, match="fonts-noto-cjk"):
        chinese()
    chinese.cache_clear()
