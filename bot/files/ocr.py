"""Recognition of text and codes, by the libraries of the extra `ocr`.

Imported in the worker process alone, by `bot.files.pictures`, where the extra is installed.
"""

from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError
from rapidocr import RapidOCR

from bot.files.facts import Limits, Reason, UnreadableError

#: Pixels of the longer side that small print needs, and no more.
_SIDE = 2000
_LEAST_SURE = 0.5


def opened(content: bytes, limits: Limits) -> Image.Image:
    """The picture upright, in colour, no larger than needed; its size is known before decoding."""
    try:
        image = Image.open(BytesIO(content))
        if image.width * image.height > limits.pixels:
            raise UnreadableError(Reason.TOO_LARGE)
        # Lets a large photograph be decoded at a fraction of its size.
        image.draft("RGB", (_SIDE, _SIDE))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise UnreadableError(Reason.BROKEN) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise UnreadableError(Reason.BROKEN) from error
    upright.thumbnail((_SIDE, _SIDE))
    return upright


def codes(image: Image.Image) -> list[str]:
    """The contents of QR and bar codes."""
    return [code.text for code in zxingcpp.read_barcodes(image) if code.text]


def lines(image: Image.Image) -> list[str]:
    """The recognised lines, top to bottom."""
    # Rapid OCR takes its arrays as OpenCV does: blue first.
    found: Any = _engine()(np.asarray(image)[:, :, ::-1])
    if found.txts is None:
        return []
    sure = zip(found.boxes, found.txts, found.scores, strict=True)
    rows = [(box, words) for box, words, score in sure if score >= _LEAST_SURE]
    return [words for _, words in _in_order(rows)]


def _in_order(rows: list[tuple[Any, str]]) -> list[tuple[Any, str]]:
    """Boxes from top to bottom, and from left to right where they stand side by side."""
    if not rows:
        return []
    heights = sorted(float(box[3][1] - box[0][1]) for box, _ in rows)
    half = max(heights[len(heights) // 2] / 2, 1.0)
    return sorted(rows, key=lambda row: (round(float(row[0][0][1]) / half / 2), row[0][0][0]))


@cache
def _engine() -> Any:
    threads = "EngineConfig.onnxruntime.{}_op_num_threads"
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            threads.format("intra"): 1,
            threads.format("inter"): 1,
        }
    )
