"""Names of features kept as one text, and the n-grams looked up among them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.features import LONGEST, SIGN, TITLE, grams
from bot.reading.pieces import Pieces
from bot.reading.vocabulary import Vocabulary

letters = st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), min_size=1)
pieces = st.text("^请各村报表。\n𠮷0$", min_size=1, max_size=LONGEST)
names = st.lists(
    st.one_of(
        pieces,
        st.builds(TITLE.__add__, st.text("表册通知", min_size=1, max_size=3)),
        st.builds(SIGN.__add__, letters),
    ),
    unique=True,
)


@given(names)
def test_names_come_back_by_row_and_sort_by_what_they_mark(chosen: list[str]) -> None:
    kept = Vocabulary.of(chosen)

    assert [kept[row] for row in range(len(kept))] == chosen
    assert kept.names(np.arange(len(kept), dtype=np.int32)) == chosen
    assert kept.joined() == "\0".join(chosen)
    assert kept.signs() == {name: row for row, name in enumerate(chosen) if name[0] == SIGN}
    assert len(kept.in_titles().rows) == sum(name[0] == TITLE for name in chosen)


@given(names, st.text("^请各村报表册通知。\n𠮷0$x"))
def test_exactly_the_known_pieces_of_a_text_are_found(chosen: list[str], text: str) -> None:
    """But for those with a letter beyond the table, such as 𠮷."""
    kept = Vocabulary.of(chosen)

    found = Pieces(kept.in_texts()).rows(text)

    within = {piece for piece in grams(text, LONGEST) if "𠮷" not in piece}
    assert found.tolist() == [row for row, name in enumerate(chosen) if name in within]


@given(names, st.text("表册通知x"))
def test_titles_have_pieces_of_their_own(chosen: list[str], title: str) -> None:
    found = Pieces(Vocabulary.of(chosen).in_titles()).rows(title)

    within = {TITLE + piece for piece in grams(title, LONGEST)}
    assert found.tolist() == [row for row, name in enumerate(chosen) if name in within]
