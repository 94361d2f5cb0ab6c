"""Levels changed for a while come back exactly, whatever others did to the rest."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.matrix.levels import (
    SPEECH,
    UNLIMITED,
    Change,
    Levels,
    applied,
    closing,
    muting,
    reverted,
    unlimited_creators,
)

LEVEL = st.integers(-5, 100)
PEOPLE = ("@a:t", "@b:t", "@c:t")
CONTENT = st.fixed_dictionaries(
    {
        "users": st.dictionaries(st.sampled_from(PEOPLE), LEVEL),
        "events": st.dictionaries(
            st.sampled_from([*SPEECH, "m.room.redaction", "m.room.topic"]), LEVEL
        ),
    },
    optional={"events_default": LEVEL, "users_default": st.integers(0, 10), "kick": LEVEL},
)


@given(CONTENT)
def test_a_closing_taken_back_leaves_no_trace(content: dict[str, Any]) -> None:
    changes = closing(Levels(content), 49, PEOPLE[:1])
    assert reverted(applied(content, changes), changes) == content


@given(CONTENT)
def test_a_closed_room_hears_nobody_below_but_the_speakers(content: dict[str, Any]) -> None:
    closed = Levels(applied(content, closing(Levels(content), 49, PEOPLE[:1])))
    assert closed.to_speak >= 49
    assert closed.of(PEOPLE[0]) >= 49
    assert all(closed.of(who) == Levels(content).of(who) for who in PEOPLE[1:])
    # Taking one's own words back costs no more than before.
    assert closed.to_send("m.room.redaction") == Levels(content).to_send("m.room.redaction")


@given(CONTENT, st.dictionaries(st.sampled_from(["invite", "ban", "state_default"]), LEVEL), LEVEL)
def test_what_others_change_meanwhile_stays(
    content: dict[str, Any], others: dict[str, int], topic: int
) -> None:
    changes = closing(Levels(content), 49, PEOPLE[:1])
    during = {**applied(content, changes), **others}
    during["events"] = {**during["events"], "m.room.topic": topic}
    expected = {**content, **others, "events": {**content["events"], "m.room.topic": topic}}
    assert reverted(during, changes) == expected


@given(CONTENT, st.sampled_from(PEOPLE))
def test_a_mute_takes_the_voice_and_gives_it_back(content: dict[str, Any], who: str) -> None:
    change = muting(Levels(content), who)
    muted = applied(content, [change])
    assert Levels(muted).of(who) < Levels(muted).to_speak
    assert reverted(muted, [change]) == content


@given(CONTENT)
def test_what_is_remembered_reads_back(content: dict[str, Any]) -> None:
    for change in closing(Levels(content), 49, PEOPLE):
        assert Change.from_json(change.to_json()) == change


def test_levels_nobody_wrote_down() -> None:
    bare = Levels(None, "@a:t")
    assert (bare.of("@a:t"), bare.of("@b:t"), bare.to_set("m.room.name")) == (100, 0, 0)
    odd = Levels({"users": {"@a:t": "50", "@b:t": None, "@c:t": []}, "events": 7, "kick": "x"})
    assert [odd.of(who) for who in PEOPLE] == [50, 0, 0]
    assert (odd.to("kick"), odd.to_set("x"), odd.to_send("x")) == (50, 50, 0)


def test_creators_are_bound_by_no_level_from_version_12_on() -> None:
    create = {"room_version": "12", "additional_creators": ["@b:t", {}]}
    unlimited = unlimited_creators("@a:t", create)
    assert unlimited == {"@a:t", "@b:t"}
    assert Levels({"users": {}}, "@a:t", unlimited).of("@b:t") == UNLIMITED
    assert not unlimited_creators("@a:t", {"room_version": "11"})
    assert not unlimited_creators("@a:t", {})
