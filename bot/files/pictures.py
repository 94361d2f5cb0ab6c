"""What a picture shows, where the extra `ocr` is installed: its words, marks and QR codes."""

import re
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec

from bot.files.facts import FileFacts, Hint, Limits, Reason, UnreadableError
from bot.files.findings import find_facts

#: What cameras write into proof photos: time, place, weather.
_STAMP = re.compile(
    r"时间|地点|经度|纬度|经纬|海拔|天气|水印|拍摄|打卡|方位|星期|°|℃|\d{1,2}[:：]\d{2}|^[\d\s.\-/:年月日]+$"
)
_HANZI = re.compile(r"[一-龥]")
_LONG_LINE, _LONG_LINES = 10, 5
_CELLS, _CELL_WORDS = 20, 100


def available() -> bool:
    """Whether pictures can be read here: pip install 'qingqun[ocr]'."""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "zxingcpp"))


def look(pictures: Sequence[bytes], name: str, limits: Limits) -> FileFacts:
    """What is written on pictures, one page each; UnreadableError where nothing can be seen."""
    if not available():
        raise UnreadableError(Reason.NO_OCR)
    # Hundreds of megabytes: only where the extra is there, and once the first picture comes.
    from bot.files import ocr  # noqa: PLC0415

    lines: list[str] = []
    codes: list[str] = []
    for picture in pictures:
        image = ocr.opened(picture, limits)
        codes += ocr.codes(image)
        lines += ocr.lines(image)
    facts = find_facts(_first(lines, limits), name, codes=tuple(dict.fromkeys(codes)))
    return replace(facts, hint=_hint(facts, lines))


def looks_written(lines: Sequence[str]) -> bool:
    """Whether words are what a picture is of: many long lines, or many cells of a table."""
    own = [line for line in lines if not _STAMP.search(line)]
    hanzi = [len(_HANZI.findall(line)) for line in own]
    long = sum(count >= _LONG_LINE for count in hanzi)
    return long >= _LONG_LINES or (len(own) >= _CELLS and sum(hanzi) >= _CELL_WORDS)


def _hint(facts: FileFacts, lines: Sequence[str]) -> Hint:
    """A photo of words is a document, whoever wrote them; any other is one of work."""
    if facts.number or looks_written(lines):
        return Hint.DOCUMENT
    if facts.hint is Hint.DOCUMENT and (facts.issuer or "关于" in facts.title):
        return Hint.DOCUMENT
    return Hint.REPORT


def _first(lines: Sequence[str], limits: Limits) -> list[str]:
    return "\n".join(lines)[: limits.characters].splitlines()
