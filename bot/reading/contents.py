"""What a file or picture shows, taken together with what its message said by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from bot.core.message import Message, MessageType
from bot.core.reading import Kind, Reading, Trait

#: What a message may have been taken for while only its name was known.
_OPEN = frozenset({Kind.REPORT, Kind.DISCUSSION, Kind.CHAT})
_GUARDED = frozenset({Trait.SECRET, Trait.PERSONAL_DATA})
_MARKED, _BY_SHAPE = 0.97, 0.85


@dataclass(frozen=True, slots=True)
class Content:
    """A look inside, as far as judging needs it. Its words never show in its repr.

    `title` takes the place of the message's own, `lines` are the words found. `document` says
    that it is one; `marked` that it bears a mark of secrecy or of internal use.
    """

    title: str = field(default="", repr=False)
    lines: tuple[str, ...] = field(default=(), repr=False)
    document: bool = False
    marked: bool = False

    def within(self, message: Message) -> Message:
        """The message with its content."""
        return replace(message, title=self.title or message.title, items=self.lines)


@dataclass(frozen=True, slots=True)
class Again:
    """A message with its content, what it is now, and whether it is secret."""

    message: Message = field(repr=False)
    reading: Reading = field(repr=False)
    secret: bool


def taken_together(message: Message, before: Reading, seen: Reading, content: Content) -> Reading:
    """The reading of a message whose content is known.

    A look inside never takes anything away: an assignment stays one, an emergency too. It can
    show that what was taken for a result is a document, and that something is secret.
    """
    document = before.kind in _OPEN and content.document and _says_little(message, seen)
    reading = _as_document(seen) if document else before
    chances = dict(reading.traits_at)
    for trait, chance in before.traits_at.items():
        chances[trait] = max(chance, chances.get(trait, 0.0))
    for trait in _GUARDED & seen.traits:
        chances[trait] = max(chances.get(trait, 0.0), seen.sureness(trait))
    traits = reading.traits | before.traits | (_GUARDED & seen.traits)
    if content.marked:
        traits |= {Trait.SECRET}
        chances[Trait.SECRET] = max(chances.get(Trait.SECRET, 0.0), _MARKED)
    return replace(reading, traits=traits, traits_at=MappingProxyType(chances))


def _says_little(message: Message, seen: Reading) -> bool:
    """Whether the content decides: there are no words beside it, or the words agree."""
    if not message.text:
        return True
    return message.type is MessageType.FILE and seen.kind is Kind.DOCUMENT


def _as_document(seen: Reading) -> Reading:
    """A document: by its title where the reader knows it by that, else by its shape."""
    because = ("看了文件或图片的内容", *seen.because)
    if seen.kind is Kind.DOCUMENT:
        return replace(seen, because=because)
    rest = (1 - _BY_SHAPE) / (len(Kind) - 1)
    kinds: Mapping[Kind, float] = {k: _BY_SHAPE if k is Kind.DOCUMENT else rest for k in Kind}
    return replace(
        seen,
        kind=Kind.DOCUMENT,
        confidence=_BY_SHAPE,
        because=because,
        kinds=MappingProxyType(kinds),
        deadline=None,
        addressees=(),
        courtesy=False,
    )
