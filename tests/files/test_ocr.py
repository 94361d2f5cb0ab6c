"""Photos of documents and photos of work, marks and codes: with the real recognition."""

import os
import resource
import time
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from bot.files.extract import extract
from bot.files.facts import FileFacts, Hint, Limits, Reason, UnreadableError
from bot.files.pictures import available
from bot.files.worker import Worker
from tests.files.making import NOTICE

_WAY = "needs the extra: pip install 'qingqun[ocr]' pylopdf-fonts-zh-cn"
if not available():
    if os.environ.get("CI") == "true":
        raise RuntimeError(_WAY)
    pytest.skip(_WAY, allow_module_level=True)

fonts = pytest.importorskip("pylopdf_fonts_zh_cn", reason=_WAY)
Image = pytest.importorskip("PIL.Image")
ImageDraw = pytest.importorskip("PIL.ImageDraw")
ImageFont = pytest.importorskip("PIL.ImageFont")
zxingcpp = pytest.importorskip("zxingcpp")


def written(
    lines: Sequence[str], *, size: tuple[int, int] = (900, 700), paper: str = "white"
) -> Any:
    """A picture with these lines on it."""
    face = next(Path(str(fonts.__file__)).parent.glob("NotoSansSC*"))
    image = Image.new("RGB", size, paper)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(str(face), 30)
    for place, line in enumerate(lines):
        draw.text((40, 30 + 55 * place), line, fill="black", font=font)
    return image


def jpeg(image: Any, sort: str = "JPEG") -> bytes:
    out = BytesIO()
    image.save(out, sort)
    return out.getvalue()


def test_a_photo_of_a_document_is_read() -> None:
    facts = extract(jpeg(written(NOTICE)), "IMG_1.jpg")
    assert facts.hint is Hint.DOCUMENT
    assert facts.number == "西府办发〔2021〕12号"
    assert facts.title == "关于做好今冬明春森林防火工作的通知"


def test_a_photo_of_work_is_one_though_the_camera_writes_into_it() -> None:
    stamp = [
        "时间：2026-11-23 09:12",
        "地点：西府县巴水镇土匠村",
        "天气：晴 12℃",
        "森林防火 人人有责",
    ]
    photo = Image.effect_noise((900, 700), 90).convert("RGB")
    photo.paste(written(stamp, size=(620, 260), paper="#88aa66"), (20, 420))
    facts = extract(jpeg(photo))
    assert facts.hint is Hint.REPORT
    assert "森林防火" in facts.text


def test_a_mark_and_a_code_on_a_picture_are_seen() -> None:
    page = written(["机密★1年", "某某工作专题会议纪要"])
    code = zxingcpp.create_barcode("https://example.invalid/vote", zxingcpp.BarcodeFormat.QRCode)
    page.paste(Image.fromarray(code.to_image(scale=6)).convert("RGB"), (40, 300))
    facts = extract(jpeg(page, "PNG"))
    assert facts.marks[0].startswith("机密★")
    assert facts.codes == ("https://example.invalid/vote",)


def test_a_scanned_pdf_is_read_and_an_empty_picture_tells_nothing() -> None:
    scan = jpeg(written(NOTICE), "PDF")
    assert extract(scan, "扫描件001.pdf").number == "西府办发〔2021〕12号"
    assert extract(jpeg(written([]))).text == ""


def test_pictures_too_large_to_decode_or_broken_are_refused() -> None:
    for content, limits, reason in (
        (jpeg(written(NOTICE)), Limits(pixels=1000), Reason.TOO_LARGE),
        (b"\xff\xd8\xff and nothing", Limits(), Reason.BROKEN),
        (jpeg(written(NOTICE), "PNG")[:3000], Limits(), Reason.BROKEN),
    ):
        with pytest.raises(UnreadableError) as caught:
            extract(content, limits=limits)
        assert caught.value.reason is reason


async def test_the_worker_reads_pictures_within_its_limits() -> None:
    worker = Worker()
    try:
        started = time.perf_counter()
        first = await worker.read(jpeg(written(NOTICE)), "1.jpg")
        warm = time.perf_counter()
        second = await worker.read(jpeg(written(NOTICE)), "2.jpg")
        print(f"first {warm - started:.2f} s, next {time.perf_counter() - warm:.2f} s")
    finally:
        await worker.stop()
    print(f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB at most")
    assert isinstance(first, FileFacts)
    assert first == second
    assert first.hint is Hint.DOCUMENT
