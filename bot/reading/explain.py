"""The words that decided, for 为什么: cues first, then the telling pieces of text."""

from functools import lru_cache

from bot.reading.features import SIGN, TITLE, Features
from bot.reading.model import Model, Scores

_MOST, _LOOKED_AT = 5, 12
_MARKS = "^$,。!?;:、 \n0@"
_HAS = f"{SIGN}有:"


def words_for(model: Model, scores: Scores, features: Features, kind: int) -> tuple[str, ...]:
    """At most five short strings, most telling first."""
    found: list[str] = []
    for name in model.telling(scores, kind, _LOOKED_AT):
        if name.startswith(_HAS):
            group = name[len(_HAS) :]
            word = next((w for g, w in features.words if g == group), "")
            shown = f"{group}“{word}”" if word else ""
        else:
            shown = _shown(name)
        if not shown:
            continue
        for other in found:
            if shown in other or other in shown:
                break
        else:
            found.append(shown)
            if len(found) == _MOST:
                break
    return tuple(found)


@lru_cache(maxsize=8192)
def _shown(name: str) -> str:
    """How a feature reads to a person; empty for one that says nothing by itself."""
    if name.startswith(TITLE):
        piece = name[1:].strip(_MARKS)
        return f"标题“{piece}”" if len(piece) > 1 else ""
    if name.startswith(SIGN):
        sign = name[1:]
        return sign[2:] if sign.startswith(("形:", "号:")) else ""
    piece = name.strip(_MARKS)
    return f"“{piece}”" if len(piece) > 1 else ""
