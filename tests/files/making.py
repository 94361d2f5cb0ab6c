"""Files for tests, made by hand where a library would make them too well."""

import zipfile
from collections.abc import Iterable, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

import openpyxl

NOTICE = (
    "西 府 县 人 民 政 府 办 公 室 文 件",
    "西府办发〔2021〕12号",
    "西府县人民政府办公室",
    "关于做好今冬明春森林防火工作的通知",
    "各乡镇人民政府，县级各部门：",
    "根据川府办发〔2020〕77号文件精神，现将有关事项通知如下。",
    "一、请各乡镇于2021年12月10日前将责任清单报送县林业局。",
    "二、务必开展一次全面排查，落实看护人员。",
    "西府县人民政府办公室",
    "2021年11月30日",
)
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def zipped(members: Iterable[tuple[str, bytes | str]]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def docx(lines: Sequence[str] = NOTICE, *, header: str = "", prolog: str = "") -> bytes:
    def part(paragraphs: Sequence[str], root: str) -> str:
        body = "".join(f"<w:p><w:r><w:t>{escape(p)}</w:t></w:r></w:p>" for p in paragraphs)
        return f'<?xml version="1.0"?>{prolog}<w:{root} xmlns:w="{_WORD}">{body}</w:{root}>'

    members: list[tuple[str, bytes | str]] = [("word/document.xml", part(lines, "document"))]
    if header:
        members.append(("word/header1.xml", part([header], "hdr")))
    return zipped(members)


def xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def ofd(lines: Sequence[str]) -> bytes:
    codes = "".join(f"<ofd:TextCode>{escape(line)}</ofd:TextCode>" for line in lines)
    page = f'<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016">{codes}</ofd:Page>'
    return zipped([("OFD.xml", "<OFD/>"), ("Doc_0/Pages/Page_0/Content.xml", page)])


def pdf(lines: Sequence[str] = NOTICE) -> bytes:
    """A page of text in a font whose letters are numbered, with the table that names them."""
    letters = sorted({letter for line in lines for letter in line})
    codes = {letter: f"{place + 1:04X}" for place, letter in enumerate(letters)}
    names = "\n".join(f"<{codes[c]}> <{c.encode('utf-16-be').hex()}>" for c in letters)
    table = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(letters)} beginbfchar\n{names}\nendbfchar\nendcmap end end"
    )
    shown = "".join(f"<{''.join(codes[c] for c in line)}> Tj T*\n" for line in lines)
    return _pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            """<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R
            /Resources << /Font << /F 5 0 R >> >> >>""",
            _stream(f"BT /F 16 Tf 20 TL 50 800 Td\n{shown}ET"),
            """<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H
            /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>""",
            """<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /DW 1000
            /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>""",
            _stream(table),
        ]
    )


def _stream(content: str) -> str:
    return f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"


def _pdf(objects: Sequence[str]) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    rows = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    out += f"xref\n0 {count}\n0000000000 65535 f \n{rows}".encode()
    return out + f"trailer << /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
