"""no_chat: the kind, not the traits."""

import pytest

from bot.core.message import MessageType
from tests.support.asking import ask


@pytest.mark.parametrize(
    ("trait", "word"),
    [
        ("soup", "鸡汤"),
        ("flattery", "恭维"),
        ("advertisement", "广告"),
        ("vote_solicitation", "拉票"),
    ],
)
def test_the_reason_names_what_it_is(trait: str, word: str) -> None:
    found = ask("no_chat", "chat", trait)
    assert found is not None
    assert word in found.reason
    assert not found.quiet


def test_stickers_and_red_packets() -> None:
    for form, word in ((MessageType.STICKER, "表情"), (MessageType.RED_PACKET, "红包")):
        found = ask("no_chat", "chat", type=form)
        assert found is not None
        assert word in found.reason


@pytest.mark.parametrize(
    "kind", ["assignment", "discussion", "report", "document", "acknowledgement"]
)
def test_a_trait_alone_breaks_nothing(kind: str) -> None:
    assert ask("no_chat", kind, "soup", "flattery") is None


def test_a_bare_courtesy_is_removed_quietly() -> None:
    found = ask("no_chat", "chat", courtesy=True)
    assert found is not None
    assert found.quiet
