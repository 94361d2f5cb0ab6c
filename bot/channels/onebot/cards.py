"""Cards in QQ messages: mini programs, shared pages, chat records, notices, places."""

import base64
import binascii
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.message import MessageType

_BRIEF = re.compile(r'\bbrief="([^"]*)"')
_TITLE = re.compile(r"<title[^>]*>([^<]*)</title>")
_RECORD_SERVICE = re.compile(r'\bserviceID="35"')


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows. `forward` is the id of a chat record, if it is one."""

    type: MessageType
    title: str = ""
    text: str = ""
    items: tuple[str, ...] = ()
    forward: str = ""


def read_card(data: object) -> Card:
    """A JSON card, as text or already parsed; UNKNOWN with what it says of itself if unfamiliar."""
    card: object = data
    if isinstance(data, str):
        try:
            card = json.loads(data)
        except (ValueError, RecursionError):
            return Card(MessageType.UNKNOWN, text=data[:200])
    if not isinstance(card, Mapping):
        return Card(MessageType.UNKNOWN)
    app = _string(card, "app")
    if app.startswith("com.tencent.miniapp"):
        app = "com.tencent.miniapp"
    return _READERS.get(app, _page)(card, _details(card))


def _contact(data: Mapping[str, Any], details: Mapping[str, Any]) -> Card:
    name = _string(details, "nickname") or _string(details, "name") or _prompt(data)
    return Card(MessageType.CONTACT, name)


def _place(_: Mapping[str, Any], details: Mapping[str, Any]) -> Card:
    return Card(MessageType.LOCATION, _string(details, "name"), _string(details, "address"))


def _page(data: Mapping[str, Any], details: Mapping[str, Any]) -> Card:
    """A shared page, a song, a document; what leads nowhere is UNKNOWN."""
    title = _string(details, "title") or _string(details, "desc") or _prompt(data)
    text = _string(details, "desc") if _string(details, "title") else ""
    if any(_string(details, key) for key in ("jumpUrl", "url", "qqdocurl", "musicUrl")):
        return Card(MessageType.LINK, title, text)
    return Card(MessageType.UNKNOWN, title, text or _string(data, "desc"))


def read_xml(data: object) -> Card:
    """An XML card of older clients: only its headings are read, never the document itself."""
    source = data if isinstance(data, str) else ""
    titles = [html.unescape(title).strip() for title in _TITLE.findall(source)]
    brief = _BRIEF.search(source)
    title = titles[0] if titles else html.unescape(brief[1]) if brief else ""
    if _RECORD_SERVICE.search(source):
        return Card(MessageType.FORWARDED, title, items=tuple(titles[1:]))
    return Card(MessageType.LINK if title else MessageType.UNKNOWN, title)


def _mini_program(data: Mapping[str, Any], details: Mapping[str, Any]) -> Card:
    """In mini programs the title is the program's name, the description the page's."""
    names = [_string(details, "title"), _string(details, "desc")]
    title = "|".join(dict.fromkeys(name for name in names if name))
    return Card(MessageType.MINIPROGRAM, title or _prompt(data))


def _record(data: Mapping[str, Any], details: Mapping[str, Any]) -> Card:
    news = details.get("news")
    lines = tuple(
        _string(line, "text")
        for line in (news if isinstance(news, list) else ())
        if isinstance(line, Mapping)
    )
    title = _string(details, "source") or _prompt(data)
    return Card(MessageType.FORWARDED, title, items=lines, forward=_string(details, "resid"))


def _announcement(_: Mapping[str, Any], details: Mapping[str, Any]) -> Card:
    """A group notice, shown in the chat as a card; its words may be in base64."""
    title, text = _string(details, "title"), _string(details, "text")
    if str(details.get("encode")) == "1":
        title, text = _decoded(title), _decoded(text)
    return Card(MessageType.TEXT, title, text)


def _decoded(source: str) -> str:
    try:
        return base64.b64decode(source, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return source


def _details(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first part of `meta`, under whatever name."""
    meta = data.get("meta")
    parts = meta.values() if isinstance(meta, Mapping) else ()
    return next((part for part in parts if isinstance(part, Mapping)), {})


def _prompt(data: Mapping[str, Any]) -> str:
    return _string(data, "prompt")


def _string(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value.strip() if isinstance(value, str) else ""


_READERS = {
    "com.tencent.multimsg": _record,
    "com.tencent.mannounce": _announcement,
    "com.tencent.miniapp": _mini_program,
    "com.tencent.contact.lua": _contact,
    "com.tencent.troopsharecard": _contact,
    "com.tencent.qun.invite": _contact,
    "com.tencent.map": _place,
}
