"""A sheet to draw on, measured as a phone shows it: 390 units wide, from the top down."""

import unicodedata
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bot.summary.fonts import Face

WIDTH, MARGIN = 390, 22
#: Dots for each unit: sharp on a phone's screen.
_DENSITY = 3
#: A unit in points, as matplotlib counts type: the canvas is 3.9 inches wide.
_POINTS = 0.72

INK, SOFT, LINE, PAPER = "#1c2630", "#6b7780", "#dfe4e8", "#ffffff"
DEEP, MIDDLE, PALE, WARN = "#1f5f6b", "#7fb0b5", "#e8eff0", "#b4552d"


class Canvas:
    """Places texts and boxes; y grows downwards."""

    def __init__(self, height: float, face: Face) -> None:
        self._face = face
        self._figure = Figure(figsize=(WIDTH / 100, height / 100), dpi=100 * _DENSITY)
        FigureCanvasAgg(self._figure)
        self._figure.patch.set_facecolor(PAPER)
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, WIDTH)
        self._axes.set_ylim(height, 0)
        self._axes.axis("off")
        self.drawn: list[str] = []

    def text(
        self, x: float, y: float, text: str, size: float = 13, *, color: str = INK,
        bold: bool = False, align: str = "left", room: float = 0,
    ) -> None:  # fmt: skip
        """A line with its baseline at y; cut to `room` units where that is given."""
        if room:
            text = fitted(text, size, room)
        text = self._face.readable(text)
        self.drawn.append(text)
        font = self._face.at(size * _POINTS, bold=bold)
        # A name may hold a dollar sign; it is no formula.
        self._axes.text(
            x, y, text, fontproperties=font, color=color, ha=align, va="baseline", parse_math=False
        )

    def box(self, x: float, y: float, width: float, height: float, color: str) -> None:
        """A filled box with its upper left corner at (x, y)."""
        if width > 0:
            self._axes.add_patch(Rectangle((x, y), width, height, color=color, linewidth=0))

    def rule(self, y: float) -> None:
        """A thin line across."""
        self.box(MARGIN, y, WIDTH - 2 * MARGIN, 1, LINE)

    def save(self, path: Path) -> None:
        """Write a PNG."""
        self._figure.savefig(path, format="png")


def breadth(text: str, size: float) -> float:
    """About how wide a line is, in units."""
    wide = sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else 0.58 for one in text)
    return wide * size


def fitted(text: str, size: float, room: float) -> str:
    """The text, or as much of its beginning as there is room for."""
    if breadth(text, size) <= room:
        return text
    while text and breadth(text, size) + size > room:
        text = text[:-1]
    return f"{text}…"
