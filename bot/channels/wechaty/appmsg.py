"""WeChat's own XML, which puppets hand on as a message's text: chat records, quotes, cards."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_LARGEST = 512 * 1024
_MOST_ITEMS = 500
#: padlocal writes a quotation out: 「name：words」, a line of dashes, the reply.
_QUOTED = re.compile(
    r"\A「(?P<name>[^：:\n]{1,64})[：:](?P<words>.*?)」\n(?:- ){3,}-?\s*\n(?P<reply>.*)\Z",
    re.DOTALL,
)
_ID = re.compile(r"\A[A-Za-z0-9@:._=+/-]{4,128}\Z")
_TAGS = re.compile(r"<[^>]{0,300}>")


@dataclass(frozen=True, slots=True)
class Quote:
    """What a message replies to: an id if the platform tells it, else the name and the words."""

    reply: str
    name: str = ""
    words: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class AppMessage:
    """The parts of an `appmsg`; missing ones are empty."""

    title: str = ""
    words: str = ""
    url: str = ""
    items: tuple[str, ...] = ()


def _parse(text: str) -> ET.Element | None:
    """An element tree; None for what is no XML, is huge, or declares entities (no bombs)."""
    start = text.find("<")
    if start < 0 or len(text) > _LARGEST or "<!" in text.replace("<![CDATA[", ""):
        return None
    try:
        return ET.fromstring(text[start:].strip())  # noqa: S314 - no DTD gets here
    except ET.ParseError:
        return None


def _words(tree: ET.Element | None, *paths: str) -> str:
    for path in paths:
        if tree is not None and (found := (tree.findtext(path) or "").strip()):
            return found
    return ""


def read_app(text: str) -> AppMessage:
    """Title, words and items of a shared thing. Text that is no XML is the words."""
    tree = _parse(text)
    if tree is None:
        return AppMessage(words="" if text.lstrip().startswith("<") else text.strip())
    app = tree if tree.tag == "appmsg" else tree.find(".//appmsg")
    words = _words(app, "des")
    return AppMessage(
        _words(app, "title"), words, _words(app, "url"), _items(_words(app, "recorditem"), words)
    )


def _items(record: str, words: str) -> tuple[str, ...]:
    """The lines of a chat record, each 〈who〉：〈what〉; the short form for want of a record."""
    tree = _parse(record)
    if tree is None:
        return tuple(line.strip() for line in words.splitlines() if line.strip())
    lines = []
    for item in list(tree.iter("dataitem"))[:_MOST_ITEMS]:
        name = _words(item, "sourcename")
        what = _words(item, "datadesc", "datatitle", "weburlitem/title", "streamweburl")
        if what:
            lines.append(f"{name}：{what}" if name else what)
    return tuple(lines)


def read_history(text: str, filename: str) -> AppMessage:
    """A merged chat record, be it XML or, as some puppets give it, plain lines."""
    found = read_app(text)
    if found.items or found.title:
        return found
    lines = tuple(line.strip() for line in found.words.splitlines() if line.strip())
    return AppMessage(filename or "聊天记录", "", "", lines[:_MOST_ITEMS])


def read_quote(text: str) -> Quote | None:
    """What a text quotes: as XML (type 57) or as padlocal writes it; None if it quotes nothing."""
    if text.startswith("「") and (match := _QUOTED.match(text)):
        return Quote(match["reply"].strip(), match["name"].strip(), match["words"].strip())
    if "<refermsg>" not in text:
        return None
    tree = _parse(text)
    app = tree.find(".//appmsg") if tree is not None else None
    refer = app.find("refermsg") if app is not None else None
    if refer is None:
        return None
    return Quote(
        _words(app, "title"), _words(refer, "displayname"), _words(refer, "content"),
        _words(refer, "svrid"),
    )  # fmt: skip


def read_recalled(text: str) -> str:
    """The id of the message that a recall is about: the text itself, or within `revokemsg`."""
    tree = _parse(text)
    if tree is None:
        # padlocal calls phone calls "recalled", too; their text is words, not an id.
        return text.strip() if _ID.match(text.strip()) else ""
    return _words(tree, ".//newmsgid", ".//msgid", "newmsgid", "msgid")


def read_card(text: str) -> str:
    """The name on a contact's card."""
    tree = _parse(text)
    return (tree.get("nickname") or "").strip() if tree is not None else ""


def read_place(text: str) -> tuple[str, str]:
    """Name and address of a place, each empty if not there."""
    tree = _parse(text)
    place = tree if tree is None or tree.tag == "location" else tree.find(".//location")
    if place is None:
        return "", ""
    return (place.get("poiname") or "").strip(), (place.get("label") or "").strip()


def plain(text: str) -> str:
    """A text for people; XML that nobody understood loses its tags, not its words."""
    if not text.lstrip().startswith("<"):
        return text.strip()
    return " ".join(_TAGS.sub(" ", text[:_LARGEST]).split())
