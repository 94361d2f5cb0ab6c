"""Files of each kind, and those that lie, bite or are broken."""

import zipfile
from functools import cache
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from bot.files.extract import extract
from bot.files.facts import FileFacts, Hint, Limits, Reason, UnreadableError
from bot.files.pictures import available
from tests.files.making import NOTICE, docx, ofd, pdf, xlsx, zipped


def reason_of(content: bytes, name: str = "", **limits: int) -> Reason:
    with pytest.raises(UnreadableError) as caught:
        extract(content, name, Limits(**limits))
    return caught.value.reason


def facts_or_reason(content: bytes, name: str = "") -> FileFacts | Reason:
    try:
        return extract(content, name)
    except UnreadableError as error:
        return error.reason


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (docx(), "扫描件001.docx"),
        (pdf(), "扫描件001.pdf"),
        (ofd(NOTICE), "扫描件001.ofd"),
        ("\n".join(NOTICE).encode("gb18030"), "1.txt"),
        ("\n".join(NOTICE).encode("utf-8-sig"), "1.txt"),
    ],
)
def test_a_document_is_read_whatever_its_file(content: bytes, name: str) -> None:
    facts = extract(content, name)
    assert facts.number == "西府办发〔2021〕12号"
    assert facts.title == "关于做好今冬明春森林防火工作的通知"
    assert facts.issuer == "西府县人民政府办公室"
    assert facts.hint is Hint.DOCUMENT


def test_a_sheet_of_a_village() -> None:
    facts = extract(xlsx([["土匠村低保统计表"], ["姓名", "户数"], ["张三", 2]]), "新建.xlsx")
    assert facts.title == "土匠村低保统计表"
    assert facts.hint is Hint.REPORT
    assert "张三 2" in facts.text


def test_a_mark_in_the_page_header_is_seen() -> None:
    assert extract(docx(header="机密★3年")).marks == ("机密★3年",)


def test_only_the_first_characters_are_taken() -> None:
    facts = extract(docx(["字" * 400] * 100), limits=Limits(characters=1000))
    assert len(facts.text) <= 1000
    rows = xlsx([[number] for number in range(300)])
    assert extract(rows, limits=Limits(rows=100)).text.endswith("\n99")


def test_bombs_are_not_unpacked() -> None:
    zeros = zipped([("word/document.xml", b"\0" * (8 << 20))])
    assert reason_of(zeros) is Reason.BOMB  # by its ratio
    assert reason_of(docx(["一"] * 3000), expanded=10_000) is Reason.BOMB
    many = zipped((f"word/{n}.xml", "") for n in range(60))
    assert reason_of(many, members=50) is Reason.BOMB


def test_a_member_larger_than_it_says_yields_no_more_than_it_says() -> None:
    content = bytearray(docx(["一" * 1000]))
    with zipfile.ZipFile(BytesIO(bytes(content))) as archive:
        size = archive.getinfo("word/document.xml").file_size
    real, claimed = size.to_bytes(4, "little"), (50).to_bytes(4, "little")
    assert reason_of(bytes(content).replace(real, claimed)) is Reason.BROKEN


BILLION = '<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("prolog", [BILLION, OUTSIDE])
def test_entities_are_refused(prolog: str) -> None:
    assert reason_of(docx(prolog=prolog)) is Reason.UNSAFE


def test_entities_are_refused_in_a_sheet_and_in_utf_16() -> None:
    good = xlsx([["一"]])
    with zipfile.ZipFile(BytesIO(good)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    bad = [
        (name, OUTSIDE.encode("utf-16") + data if name == "xl/workbook.xml" else data)
        for name, data in members
    ]
    assert reason_of(zipped(bad)) is Reason.UNSAFE


def test_passwords_are_said_to_be_there() -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf())))
    writer.encrypt("secret", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    assert reason_of(out.getvalue()) is Reason.ENCRYPTED
    locked = bytearray(docx())
    central = bytes(locked).rindex(b"PK\x01\x02")
    locked[central + 8] |= 1
    assert reason_of(bytes(locked)) is Reason.ENCRYPTED
    office = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert reason_of(office + "EncryptedPackage".encode("utf-16-le")) is Reason.ENCRYPTED


def test_a_pdf_that_only_its_owner_may_change_is_read() -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf())))
    writer.encrypt("", "owner", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    assert extract(out.getvalue()).number == "西府办发〔2021〕12号"


def test_what_cannot_be_read_is_named() -> None:
    assert reason_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧.doc") is Reason.FORMAT
    assert reason_of(b"\x7fELF", "x.exe") is Reason.FORMAT
    assert reason_of(zipped([("a.txt", "b")]), "a.zip") is Reason.FORMAT
    assert reason_of(b"", "空.docx") is Reason.FORMAT
    assert reason_of(docx([""])) is Reason.NO_WORDS
    assert reason_of(docx(), size=100) is Reason.TOO_LARGE
    assert reason_of(pdf([])) is (Reason.NO_WORDS if available() else Reason.NO_OCR)
    assert reason_of(b"\xff\xfe\x00\x81\xff", "x.txt") is Reason.BROKEN


@pytest.mark.parametrize("make", [docx, pdf, lambda: xlsx([["一", "二"]])])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_files_cut_short_are_broken_or_partly_read(make: object, share: float) -> None:
    content = make()  # type: ignore[operator]
    found = facts_or_reason(content[: int(len(content) * share)])
    assert isinstance(found, FileFacts) or found in {Reason.BROKEN, Reason.NO_WORDS, Reason.NO_OCR}


@cache
def _whole(sort: str) -> bytes:
    """Made once: a sheet holds the time of its making, and is not always of one length."""
    makers = {"docx": docx, "pdf": pdf, "xlsx": lambda: xlsx([["一"]]), "ofd": lambda: ofd(NOTICE)}
    return makers[sort]()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["docx", "pdf", "xlsx", "ofd"]), st.data())
def test_damage_anywhere_is_never_more_than_unreadable(sort: str, data: st.DataObject) -> None:
    content = bytearray(_whole(sort))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(facts_or_reason(bytes(content), f"1.{sort}"), FileFacts | Reason)
