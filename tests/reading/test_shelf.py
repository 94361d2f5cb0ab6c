"""The quick shelf of notices answers as one that looks at every notice."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.message import Message
from bot.core.reading import Kind, Reading
from bot.reading import notices
from bot.reading.notices import Notices
from bot.reading.records import load_records
from bot.reading.relating import bare
from bot.reading.shelf import Notice, Shelf
from bot.reading.train import CORPUS
from tests.support.plain_shelf import PlainShelf

MONDAY = datetime(2023, 4, 10, 1, 0, tzinfo=UTC)
MOST = 12
BASE = (
    "请各村明天报台账", "更正会议改到周四下午", "各村三点开会取消", "请柳湾村交人口普查名单",
    "周四的学习改到周五上午", "时间改为周五", "请各村6月底前报6月份台账", "请各村周四下午开会",
)  # fmt: skip
#: Much alike and much repeated, long and short, with something before, after and between.
words = st.builds(
    lambda base, cut, before, after: before + base[cut:] + after,
    st.sampled_from(BASE),
    st.integers(0, 5),
    st.sampled_from(("", "", "转发", "收到请各村抓紧")),
    st.sampled_from(("", "", "1", "12", "报民政办")),
)
rooms, ids = st.sampled_from(("甲", "乙")), st.integers(0, 5).map(str)
hours = st.integers(-8, 8).map(lambda many: many * 30)
#: How far back among the others a notice belongs: it was edited, or settled late.
late = st.sampled_from((0, 0, 0, 1, 2, 5, 20))
steps = st.lists(
    st.tuples(
        st.sampled_from(("add", "add", "forget", "prune", "ask")), rooms, ids, hours, words, late
    ),
    min_size=5,
    max_size=40,
)


@given(steps)
def test_every_question_is_answered_as_by_looking_at_all(
    done: list[tuple[str, str, str, int, str, int]],
) -> None:
    quick, plain = Shelf(MOST), PlainShelf(MOST)
    for count, (what, room, id_, hour, said, back) in enumerate(done):
        at = MONDAY + timedelta(hours=hour)
        for shelf in (quick, plain):
            if what == "add":
                shelf.add(
                    Notice(
                        id_, count - back, room, "甲", at, said, None, frozenset(), Kind.ASSIGNMENT,
                        urges=False,
                    )
                )  # fmt: skip
            elif what == "forget":
                shelf.forget(room, id_)
            elif what == "prune":
                shelf.prune(at)
        assert list(quick) == list(plain)
        assert len(quick) == len(plain)
        one, other = (
            shelf.between(at - notices.LOOK_BACK, at, but=(room, id_)) for shelf in (quick, plain)
        )
        for most in (1, 2, 8):
            assert one.like(said, least=60.0, most=most) == other.like(said, least=60.0, most=most)
        assert one.of_room(room) == other.of_room(room)
        assert [one.last(room, str(n)) for n in range(6)] == [
            other.last(room, str(n)) for n in range(6)
        ]


def test_the_assignments_of_the_corpus_find_the_same_ones() -> None:
    records = load_records([CORPUS / "offices.jsonl", CORPUS / "north.jsonl"])
    quick, plain = Shelf(400), PlainShelf(400)
    asked = found = 0
    for number, record in enumerate(r for r in records if r.kind is Kind.ASSIGNMENT):
        said = bare(record.message)
        one, other = (
            shelf.between(MONDAY - timedelta(days=1), MONDAY, but=("", ""))
            for shelf in (quick, plain)
        )
        likest = one.like(said, least=25.0, most=8)
        assert likest == other.like(said, least=25.0, most=8)
        asked, found = asked + 1, found + bool(likest)
        for shelf in (quick, plain):
            shelf.add(
                Notice(
                    str(number), number, "甲", "甲", MONDAY, said, None, frozenset(),
                    Kind.ASSIGNMENT, urges=False,
                )
            )  # fmt: skip
    assert asked > 200
    assert found > 50


deadlines = st.sampled_from((None, MONDAY, MONDAY + timedelta(days=2)))


posts_of_a_week = st.tuples(rooms, ids, hours, words, deadlines, st.one_of(st.none(), ids), late)


@given(st.lists(posts_of_a_week, min_size=3, max_size=20))
def test_the_relations_are_the_same(
    posts: list[tuple[str, str, int, str, datetime | None, str | None, int]],
) -> None:
    quick, plain = Notices(), Notices()
    plain._notices = PlainShelf(2000)  # type: ignore[assignment]
    for count, (room, id_, hour, said, deadline, quoted, back) in enumerate(posts):
        message = Message(
            id_, room, "甲", MONDAY + timedelta(hours=hour), text=said, number=count - back,
            reply_to=quoted,
        )  # fmt: skip
        reading = Reading(Kind.ASSIGNMENT, deadline=deadline)
        assert quick.relate(message, reading) == plain.relate(message, reading)
        quick.note(message, reading)
        plain.note(message, reading)
