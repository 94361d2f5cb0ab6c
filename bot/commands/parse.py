"""Commands as people type them: full width or half, with or without spaces, polite or short."""

import difflib
import re
from collections.abc import Iterable

from bot.commands.base import NOTHING, Command, Spoken

#: A command in a room is short; what is longer is a message, whatever it begins with.
LONGEST = 200
_SHORT = 24
_SPOKEN = 60

# One character for one, so that what people wrote can be cut out of the original.
_PLAIN: dict[int, int] = {0xFF01 + i: 0x21 + i for i in range(94)}
_PLAIN |= dict.fromkeys(
    map(ord, "\u3000\u00a0\u2002\u2003\u2004\u2005\u2006\u2009\u200a\t\r\n"), ord(" ")
)
_PLAIN |= {ord(mark): ord(plain) for mark, plain in zip("。、–—〜", ".,--~", strict=True)}
_PLAIN |= {ord(mark): ord('"') for mark in "“”「」『』《》〈〉"}
_PLAIN |= {ord(mark): ord("'") for mark in "‘’"}
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufe0f\ufeff]")

_POLITE_HEAD = re.compile(
    r"(?:请问|请(?!假)|麻烦[你您]?|劳驾|劳烦|烦请|辛苦[你您]?了?|帮忙|帮我们?|给我"
    r"|我(?:想|要)|能不能|可以|[你您]好|谢谢[你您]?|please\b|pls\b|hi\b|hello\b|thanks\b)[\s,.!~:]*",
    re.IGNORECASE,
)
_POLITE_TAIL = re.compile(
    r"(?:[\s,.!?~;:]|谢谢(?:[你您]|了|啦)?|多谢(?:了)?|谢了|辛苦(?:[你您]了|了|啦)?|拜托(?:了)?"
    r"|麻烦(?:[你您]了|了)|一下|好吗|可以吗|行吗|吧|呗|\bplease|\bpls|\bthanks|\bthank you)+$",
    re.IGNORECASE,
)
# 把“不闲聊”关闭一下, 把不闲聊改为提醒: what is changed stands before the word.
_TURNED = re.compile(
    r"[把将]\s*(?P<what>.{1,40}?)\s*(?:改[为成]|设[为成]|调[为成])?\s*"
    r"(?P<word>开启|打开|启用|关闭|停用|观察|提醒|执行)(?:一下)?(?P<more>.*)"
)
_MEANWHILE = re.compile(r"\s*(?:一下(?:子)?|下(?=\s))")


def fold(text: str) -> tuple[str, str]:
    """The text without invisible characters, and the same with every width and mark made plain.

    Both have the same length, so that a stretch of one can be cut out of the other.
    """
    clean = _INVISIBLE.sub("", text)
    return clean, clean.translate(_PLAIN)


def unquoted(text: str) -> str:
    """Without spaces, commas and quotation marks around it, of either width."""
    return text.strip(" \u3000,;:，；：、\"'“”")


class Lexicon:
    """All command words, the longest first."""

    def __init__(self, commands: Iterable[Command], names: Iterable[str]) -> None:
        self._phrases: list[tuple[str, re.Pattern[str], Command, bool]] = []
        for command in commands:
            for words, english in ((command.words, False), (command.english, True)):
                for phrase in words:
                    self._phrases.append((phrase, _pattern(phrase, english), command, english))
        self._phrases.sort(key=lambda entry: -len(entry[0]))
        called = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
        self._spoken_to = re.compile(rf"\s*(?:@\s*(?:{called})|(?:{called})[\s,:])", re.IGNORECASE)
        self._called = re.compile(rf"@?\s*(?:{called})(?![\w]*@)[\s,:]*|/\s*", re.IGNORECASE)
        # Most of what is said in a room is said to nobody in particular, and need not be parsed.
        self._hint = re.compile(rf"/|{called}", re.IGNORECASE)
        self._mentioned = re.compile(rf"@\s*(?:{called})(?=\s|$|[,:])\s?", re.IGNORECASE)

    def hear(self, text: str, *, private: bool, called: bool = False) -> Spoken | None:
        """What is ordered; None if it is no command.

        In a room the bot must be addressed: by its name or a stroke in front, or by `called`, that
        is, mentioned. Privately a bare command word is enough.
        """
        clean, folded = fold(text)
        if not private and len(folded) > LONGEST:
            return None
        if not (private or called or self._hint.search(folded)):
            return None
        blanked = self._mentioned.sub(lambda found: " " * len(found[0]), folded)
        called |= blanked != folded
        start, end, addressed = self._bounds(blanked)
        called |= addressed
        if start >= end or not (private or called):
            return None
        return self._match(clean, blanked, start, end, called=called)

    def _bounds(self, folded: str) -> tuple[int, int, bool]:
        """Where the order itself begins and ends, and whether the bot's name stood before it."""
        start, called = 0, False
        while True:
            start += len(folded[start:]) - len(folded[start:].lstrip(" ,.:!~"))
            if name := self._called.match(folded, start):
                start, called = name.end(), True
            elif polite := _POLITE_HEAD.match(folded, start):
                start = polite.end()
            else:
                break
        tail = _POLITE_TAIL.search(folded, start)
        return start, (tail.start() if tail else len(folded)), called

    def _match(
        self, clean: str, folded: str, start: int, end: int, *, called: bool
    ) -> Spoken | None:
        if turned := _TURNED.fullmatch(folded, start, end):
            # The same in the usual order; nothing here is kept as it was typed.
            order = f"{turned['word']}{turned['what']} {turned['more']}".strip()
            return self._match(order, order, 0, len(order), called=called)
        glued: Spoken | None = None
        for phrase, pattern, command, english in self._phrases:
            found = pattern.match(folded, start, end)
            if found is None:
                continue
            after = found.end()
            if once := _MEANWHILE.match(folded, after, end):
                after = once.end()
            rest, data = folded[after:end], clean[after:end]
            spoken = Spoken(
                command, phrase, rest.strip(" ,:;"), data.strip(" ,:;，：；、"), english
            )
            if command.fits(rest):
                return spoken
            if glued is None and called and command.spaced is not NOTHING and end - start <= _SHORT:
                glued = spoken
        return glued or (self._near(folded[start:end]) if called else None)

    def _near(self, order: str) -> Spoken | None:
        """A slip of the finger in a short order."""
        word = order.split(" ", maxsplit=1)[0]
        if not 1 < len(word) <= _SHORT:
            return None
        words = [phrase for phrase, *_ in self._phrases]
        close = difflib.get_close_matches(word.lower(), words, n=1, cutoff=0.5)
        return Spoken(None, word, near=close[0]) if close else None

    def calls(self, text: str) -> bool:
        """Whether a short text plainly speaks to the bot, though it may be no command."""
        folded = fold(text)[1]
        return len(folded) <= _SPOKEN and self._spoken_to.match(folded) is not None

    def says_nothing(self, text: str) -> bool:
        """Whether a text is only politeness, which wants no answer."""
        start, end, _ = self._bounds(fold(text)[1])
        return start >= end

    def command(self, text: str) -> Command | None:
        """The command whose word a text is."""
        folded = fold(text)[1].strip(" /")
        for _, pattern, command, _ in self._phrases:
            if pattern.fullmatch(folded):
                return command
        return None


def _pattern(phrase: str, english: bool) -> re.Pattern[str]:
    """Spaces within a phrase are optional in Chinese; an English one ends at a word's end."""
    if english:
        return re.compile(
            r"[\s_-]+".join(map(re.escape, phrase.split())) + r"(?!\w)", re.IGNORECASE
        )
    return re.compile(r"\s*".join(map(re.escape, phrase.split())))
