"""Everything the bot says, kept together so that it can be translated. Chinese comes first."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

LANGUAGES = ("zh", "en")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All texts of a language by key; what is not translated stays Chinese."""
    words = dict(catalogue("zh")) if language != "zh" else {}
    package = importlib.import_module(f"{__name__}.{language}")
    for module in pkgutil.iter_modules(package.__path__):
        words.update(importlib.import_module(f"{package.__name__}.{module.name}").WORDS)
    return MappingProxyType(words)


def say(key: str, language: str = "zh", **data: object) -> str:
    """The text of that key with `data` set in. Data is never read as a template; KeyError if unknown."""
    return catalogue(language)[key].format_map(data)
