"""Zip archives from strangers: counted and measured before anything in them is unpacked."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from bot.files.facts import Limits, Reason, UnreadableError

_ENCRYPTED = 0x1
#: Small members of one repeated letter are no bomb, whatever their ratio.
_SMALL = 1 << 20
_PROLOG = 1 << 16
_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def open_archive(content: bytes, limits: Limits) -> zipfile.ZipFile:
    """An archive that is safe to unpack; UnreadableError where it is not."""
    try:
        archive = zipfile.ZipFile(BytesIO(content))
        members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise UnreadableError(Reason.BROKEN) from error
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise UnreadableError(Reason.ENCRYPTED)
    if len(members) > limits.members or sum(m.file_size for m in members) > limits.expanded:
        raise UnreadableError(Reason.BOMB)
    for member in members:
        stored = max(member.compress_size, 1)
        if member.file_size > _SMALL and member.file_size / stored > limits.ratio:
            raise UnreadableError(Reason.BOMB)
    return archive


def refuse_declarations(archive: zipfile.ZipFile) -> None:
    """UnreadableError where XML declares a document type or entities; office files never do."""
    for member in archive.infolist():
        if member.filename.lower().endswith((".xml", ".rels")):
            with opened(archive, member.filename) as part:
                # Without its zero bytes a prolog in UTF-16 reads like one in UTF-8.
                if _DECLARES.search(_read(part, _PROLOG).replace(b"\0", b"")):
                    raise UnreadableError(Reason.UNSAFE)


def opened(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """A member to read from; UnreadableError where it is not there or damaged."""
    try:
        return archive.open(name)
    except (KeyError, zipfile.BadZipFile, RuntimeError, ValueError, OSError) as error:
        raise UnreadableError(Reason.BROKEN) from error


def _read(part: IO[bytes], size: int) -> bytes:
    try:
        return part.read(size)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise UnreadableError(Reason.BROKEN) from error


def elements(archive: zipfile.ZipFile, name: str) -> Iterator[Element]:
    """The elements of an XML member as they end; entities and document types are refused."""
    with opened(archive, name) as part:
        try:
            for _, element in iterparse(part, forbid_dtd=True):
                yield element
        except DefusedXmlException as error:
            raise UnreadableError(Reason.UNSAFE) from error
        except (ParseError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError) as error:
            raise UnreadableError(Reason.BROKEN) from error


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]
