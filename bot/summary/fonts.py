"""A Chinese font for pictures: an installed one, or the one that a package carries (OFL)."""

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties

from bot.words import say

#: Families with the forms of mainland China, the best first.
FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
    "Microsoft YaHei", "PingFang SC", "HarmonyOS Sans SC", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Droid Sans Fallback", "SimHei", "Noto Serif CJK SC", "SimSun",
)  # fmt: skip
#: The package that carries Noto Sans SC, and the file in it.
CARRIED = "pylopdf_fonts_zh_cn"
_FILE, _FAMILY = "NotoSansSC-Regular.otf", "Noto Sans SC"
#: What a font must be able to show at the very least.
PROBE = "镇工作群周报〔〕“”—％0123456789"
#: Stands in for what the font has no glyph for.
_GAP = "·"


class NoFontError(Exception):
    """There is no font for Chinese; the text says what to install."""


@dataclass(frozen=True)
class Face:
    """A family that matplotlib can draw Chinese with. `glyphs` are the code points it shows."""

    family: str
    glyphs: frozenset[int]

    def at(self, points: float, *, bold: bool = False) -> FontProperties:
        """The font in a size (points)."""
        weight = "bold" if bold else "regular"
        return FontProperties(family=[self.family], size=points, weight=weight)

    def readable(self, text: str) -> str:
        """The text with a dot for whatever would come out as an empty box."""
        return "".join(
            letter if ord(letter) in self.glyphs or letter == " " else _GAP for letter in text
        )


@cache
def chinese() -> Face:
    """The font to draw with; NoFontError if there is none."""
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    for family in FAMILIES:
        if family in installed and (face := _face(family)) is not None:
            return face
    if (path := carried()) is not None:
        font_manager.fontManager.addfont(path)
        if (face := _face(_FAMILY)) is not None:
            return face
    raise NoFontError(say("weekly.no_font"))


def carried() -> Path | None:
    """The font file of the package, found without importing it; None if it is not installed."""
    package = importlib.util.find_spec(CARRIED)
    if package is None or package.origin is None:
        return None
    path = Path(package.origin).parent / _FILE
    return path if path.is_file() else None


def _face(family: str) -> Face | None:
    """The family, if it really shows Chinese."""
    properties = FontProperties(family=[family])
    path = font_manager.findfont(properties, fallback_to_default=False)
    glyphs = frozenset(font_manager.get_font(path).get_charmap())
    return Face(family, glyphs) if all(ord(letter) in glyphs for letter in PROBE) else None
