"""The command line speaks the language that was asked for."""

from bot.words import say

_language = "zh"


def set_language(language: str) -> None:
    """Choose zh or en for everything told from now on."""
    global _language  # noqa: PLW0603 - one process, one person, one language
    _language = language


def language() -> str:
    """The language that was asked for."""
    return _language


def tell(key: str, **data: object) -> str:
    """The text for the command line with that key."""
    return say(f"cli.{key}", _language, **data)
