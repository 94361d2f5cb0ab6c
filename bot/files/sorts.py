"""What a file is, by its first bytes."""

from enum import StrEnum

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_PLAIN = (".txt", ".csv", ".md")


class Sort(StrEnum):
    """What the first bytes say a file is."""

    ARCHIVE = "archive"
    PDF = "pdf"
    OLD_OFFICE = "old_office"
    PICTURE = "picture"
    PLAIN = "plain"
    OTHER = "other"


def sort_of(content: bytes, name: str = "") -> Sort:
    """What a file is; its name counts only where bytes cannot tell."""
    if content.startswith(b"PK\x03\x04"):
        return Sort.ARCHIVE
    if b"%PDF-" in content[:1024]:
        return Sort.PDF
    if content.startswith(_OLE):
        return Sort.OLD_OFFICE
    if content.startswith(_PICTURES) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP"):
        return Sort.PICTURE
    return Sort.PLAIN if name.lower().endswith(_PLAIN) else Sort.OTHER
