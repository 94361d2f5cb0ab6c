"""From the bytes of a file to its facts: pure functions, run only in the worker process."""

import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO

import openpyxl
from pypdf import PasswordType, PdfReader
from pypdf.errors import LimitReachedError

from bot.files.archives import elements, local, open_archive, refuse_declarations
from bot.files.facts import FileFacts, Limits, Reason, UnreadableError
from bot.files.findings import find_facts
from bot.files.pictures import available, look
from bot.files.sorts import Sort, sort_of

_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_COLUMNS = 64
_BREAKS = frozenset({"br", "cr"})


def extract(content: bytes, name: str = "", limits: Limits | None = None) -> FileFacts:
    """What a file shows; UnreadableError, which says why, where that is nothing."""
    limits = limits or Limits()
    if len(content) > limits.size:
        raise UnreadableError(Reason.TOO_LARGE)
    try:
        return _read(content, name, limits)
    except (UnreadableError, MemoryError, RecursionError):
        raise
    except LimitReachedError as error:
        raise UnreadableError(Reason.BOMB) from error
    except Exception as error:
        # A damaged file fails anywhere in a library, in ways that the library does not name.
        raise UnreadableError(Reason.BROKEN) from error


def _read(content: bytes, name: str, limits: Limits) -> FileFacts:
    match sort_of(content, name):
        case Sort.ARCHIVE:
            return _office(content, name, limits)
        case Sort.PDF:
            return _pdf(content, name, limits)
        case Sort.PICTURE:
            return look([content], name, limits)
        case Sort.PLAIN:
            return find_facts(_within(_decoded(content).splitlines(), limits), name)
        case Sort.OLD_OFFICE if _PACKAGE in content:
            raise UnreadableError(Reason.ENCRYPTED)
        case _:
            raise UnreadableError(Reason.FORMAT)


def _within(lines: Iterable[str], limits: Limits) -> list[str]:
    """The first lines, as many characters as a look takes in."""
    kept: list[str] = []
    left = limits.characters
    for line in lines:
        kept.append(line[:left])
        left -= len(line) + 1
        if left <= 0:
            break
    return kept


def _office(content: bytes, name: str, limits: Limits) -> FileFacts:
    archive = open_archive(content, limits)
    names = set(archive.namelist())
    refuse_declarations(archive)
    if "word/document.xml" in names:
        lines = _within(_docx_lines(archive), limits)
    elif "xl/workbook.xml" in names:
        lines = _within(_xlsx_lines(content, limits), limits)
    elif "OFD.xml" in names:
        lines = _within(_ofd_lines(archive), limits)
    else:
        raise UnreadableError(Reason.FORMAT)
    if not any(line.strip() for line in lines):
        raise UnreadableError(Reason.NO_WORDS)
    return find_facts(lines, name, table="xl/workbook.xml" in names)


def _docx_lines(archive: zipfile.ZipFile) -> Iterator[str]:
    """Paragraphs, headers of the pages first: a mark may stand there."""
    parts = sorted(n for n in archive.namelist() if n.startswith("word/header"))
    for part in (*parts, "word/document.xml"):
        pieces: list[str] = []
        for element in elements(archive, part):
            tag = local(element)
            if tag == "t":
                pieces.append(element.text or "")
            elif tag == "tab":
                pieces.append(" ")
            elif tag == "p" or tag in _BREAKS:
                yield "".join(pieces)
                pieces.clear()
                element.clear()


def _ofd_lines(archive: zipfile.ZipFile) -> Iterator[str]:
    """The text of an OFD's pages, piece by piece in their order."""
    pages = [n for n in archive.namelist() if "/Pages/" in n and n.endswith("Content.xml")]
    for page in sorted(pages, key=lambda name: (len(name), name)):
        for element in elements(archive, page):
            if local(element) == "TextCode" and element.text:
                yield element.text
            element.clear()


def _xlsx_lines(content: bytes, limits: Limits) -> Iterator[str]:
    """The rows of the sheets, cells apart by blanks."""
    book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
    left = limits.rows
    for sheet in book.worksheets:
        for row in sheet.iter_rows(max_row=left, max_col=_COLUMNS, values_only=True):
            left -= 1
            line = " ".join(str(cell) for cell in row if cell is not None)
            if line:
                yield line
        if left <= 0:
            break


def _pdf(content: bytes, name: str, limits: Limits) -> FileFacts:
    reader = PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
        raise UnreadableError(Reason.ENCRYPTED)
    lines = _within(_pdf_lines(reader, limits), limits)
    if any(line.strip() for line in lines):
        return find_facts(lines, name)
    if not available():
        raise UnreadableError(Reason.NO_OCR)
    scans = _scans(reader, limits)
    if not scans:
        raise UnreadableError(Reason.NO_WORDS)
    return look(scans, name, limits)


def _scans(reader: PdfReader, limits: Limits) -> list[bytes]:
    """The picture of each of the first pages."""
    pages = reader.pages[: limits.scanned_pages]
    return [image.data for page in pages for image in list(page.images)[:1]]


def _pdf_lines(reader: PdfReader, limits: Limits) -> Iterator[str]:
    for page in reader.pages[: limits.pages]:
        yield from page.extract_text().splitlines()


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableError(Reason.BROKEN)
