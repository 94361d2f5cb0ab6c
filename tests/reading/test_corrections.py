"""误判: right at once, withdrawn again, and never a way for one person to pass secrets."""

from datetime import UTC, datetime

import pytest

from bot.core.message import Message, MessageType
from bot.core.reading import Kind, Reading, Trait
from bot.reading.corrections import Corrections
from bot.reading.examples import CORRECTION_WEIGHT, examples
from bot.store import tables
from bot.store.engine import open_engine
from bot.store.journal import Journal, Numbers
from bot.store.migrate import upgrade
from bot.store.rows import row_of

AT = datetime(2023, 4, 10, 1, 0, tzinfo=UTC)
WORDS = "夜里巡堤的同志记得把灯带齐,两点换班"


def message(text: str = WORDS, number: int = 7, **fields: object) -> Message:
    usual = {"id": str(number), "room": "甲群", "sender": "甲", "at": AT, "number": number}
    return Message(**{**usual, "text": text, **fields})  # type: ignore[arg-type]


AS_CHAT = Reading(Kind.CHAT, 0.9, kinds={Kind.CHAT: 0.9, Kind.ASSIGNMENT: 0.1})
AS_SECRET = Reading(Kind.DISCUSSION, 0.9, frozenset({Trait.SECRET}), traits_at={Trait.SECRET: 0.8})


@pytest.fixture
def corrections() -> Corrections:
    return Corrections()


@pytest.mark.parametrize(
    "text",
    [
        WORDS,
        "夜里巡堤的同志,记得把灯带齐!两点换班。",
        "夜里巡堤的同志们记得把灯带齐,两点换班",
    ],
)
def test_the_same_words_are_right_at_once(corrections: Corrections, text: str) -> None:
    corrections.teach(message(), Kind.ASSIGNMENT, [], by="办公室")
    reading = corrections.apply(message(text, number=8), AS_CHAT)
    assert reading.kind is Kind.ASSIGNMENT
    assert reading.confidence > 0.95
    assert reading.kinds[Kind.ASSIGNMENT] == reading.confidence


def test_other_words_and_other_types_are_not_touched(corrections: Corrections) -> None:
    corrections.teach(message(), Kind.ASSIGNMENT, [], by="办公室")
    assert corrections.apply(message("夜里巡堤灯都没带"), AS_CHAT) is AS_CHAT
    caption = message(type=MessageType.IMAGE, number=9)
    assert corrections.apply(caption, AS_CHAT) is AS_CHAT


def test_a_correction_can_be_withdrawn(corrections: Corrections) -> None:
    corrections.teach(message(), Kind.ASSIGNMENT, [], by="办公室")
    assert corrections.withdraw(7)
    assert not corrections.withdraw(7)
    assert corrections.apply(message(number=8), AS_CHAT) is AS_CHAT


def test_only_what_it_is_not_makes_it_doubtful(corrections: Corrections) -> None:
    corrections.teach(message(), None, [], by="办公室")
    assert corrections.apply(message(number=8), AS_CHAT).confidence <= 0.5


def test_one_person_cannot_teach_to_pass_a_secret_but_two_can(corrections: Corrections) -> None:
    corrections.teach(message(), Kind.DISCUSSION, [], by="甲管理员", secret=True)
    assert Trait.SECRET in corrections.apply(message(number=8), AS_SECRET).traits
    corrections.teach(message(number=8), Kind.DISCUSSION, [], by="甲管理员", secret=True)
    assert Trait.SECRET in corrections.apply(message(number=9), AS_SECRET).traits
    corrections.teach(message(number=9), Kind.DISCUSSION, [], by="乙管理员", secret=True)
    assert Trait.SECRET not in corrections.apply(message(number=10), AS_SECRET).traits


@pytest.mark.parametrize(
    ("text", "trait"),
    [
        ("机密★一年 关于某项部署", Trait.SECRET),
        ("王秀英 510722196403120025", Trait.PERSONAL_DATA),
    ],
)
def test_no_one_can_take_away_what_a_pattern_settles(
    corrections: Corrections, text: str, trait: Trait
) -> None:
    for number, admin in enumerate(("甲", "乙", "丙"), 20):
        corrections.teach(message(text, number), Kind.DISCUSSION, [], by=admin, secret=True)
    reading = Reading(Kind.DISCUSSION, 0.9, frozenset({trait}), traits_at={trait: 0.97})
    corrected = corrections.apply(message(text, 30), reading)
    assert trait in corrected.traits
    assert corrected.sureness(trait) == pytest.approx(0.97)


def test_secret_words_are_not_kept(corrections: Corrections) -> None:
    told = corrections.teach(message(), Kind.DISCUSSION, [Trait.SECRET], by="甲")
    assert corrections.records() == []
    assert all(WORDS not in part for part in told)


def test_lessons_are_trained_on_with_weight(corrections: Corrections) -> None:
    corrections.teach(message(), Kind.ASSIGNMENT, [Trait.MATERIAL_DEMAND], by="甲")
    records = corrections.records()
    assert [(r.message.text, r.kind) for r in records] == [(WORDS, Kind.ASSIGNMENT)]
    assert examples([], records).weight.tolist() == [CORRECTION_WEIGHT]


def test_two_admins_about_one_message_both_count_and_the_later_verdict_stands(
    corrections: Corrections,
) -> None:
    corrections.teach(message(), Kind.CHAT, [], by="甲管理员")
    corrections.teach(message(), Kind.ASSIGNMENT, [], by="乙管理员")
    assert len(corrections) == 2
    assert corrections.apply(message(number=8), AS_CHAT).kind is Kind.ASSIGNMENT
    assert Trait.SECRET not in corrections.apply(message(number=8), AS_SECRET).traits
    # One message is one example: what was overruled is not trained on beside it.
    assert [r.kind for r in corrections.records()] == [Kind.ASSIGNMENT]
    corrections.withdraw(7, by="乙管理员")
    assert corrections.apply(message(number=8), AS_CHAT).kind is Kind.CHAT
    assert Trait.SECRET in corrections.apply(message(number=8), AS_SECRET).traits


def test_distinct_messages_with_the_same_words_add_up(corrections: Corrections) -> None:
    corrections.teach(message(), Kind.ASSIGNMENT, [], by="甲管理员")
    corrections.teach(message(number=8), Kind.ASSIGNMENT, [], by="乙管理员")
    assert len(corrections.records()) == 2


def test_a_later_verdict_without_a_kind_leaves_nothing_to_train_on(
    corrections: Corrections,
) -> None:
    corrections.teach(message(), Kind.CHAT, [], by="甲管理员")
    corrections.teach(message(), None, [], by="乙管理员")
    assert corrections.records() == []


async def test_the_ledger_is_the_same_after_a_restart(
    corrections: Corrections, store_url: str
) -> None:
    engine = open_engine(store_url)
    await upgrade(engine)
    numbers = Numbers()
    async with engine.begin() as connection:
        await numbers.load(connection)
        journal = Journal(numbers)
        journal.add(tables.messages, **row_of(message(), AT))
        told = corrections.teach(message(), Kind.ASSIGNMENT, [Trait.URGENT], by="甲")
        for withdrawn in (None, AT):
            journal.add(
                tables.corrections, message=7, by="甲", at=AT, words=WORDS, features=told,
                kind="assignment" if withdrawn is None else "chat", traits=["urgent"],
                was="chat", withdrawn_at=withdrawn,
            )  # fmt: skip
        await connection.run_sync(journal.write)
        again = Corrections()
        await again.load(connection)
    await engine.dispose()
    assert len(again) == 1
    assert again.apply(message(number=8), AS_CHAT) == corrections.apply(message(number=8), AS_CHAT)
