"""no_results: reports do not go into announcement rooms."""

import pytest

from bot.core.decision import Mode
from bot.core.message import MessageType, RoomKind
from policies import all_policies
from tests.support.asking import ask


def test_a_report_is_told_where_to_go() -> None:
    found = ask("no_results", "report", room="announcement")
    assert found is not None
    assert "政务群" in found.comply


@pytest.mark.parametrize(
    ("form", "word"),
    [(MessageType.IMAGE, "照片"), (MessageType.FILE, "表格"), (MessageType.VIDEO, "视频")],
)
def test_the_reason_names_the_form(form: MessageType, word: str) -> None:
    found = ask("no_results", "report", room="announcement", type=form)
    assert found is not None
    assert word in found.reason


@pytest.mark.parametrize(
    "kind", ["assignment", "discussion", "document", "acknowledgement", "chat"]
)
def test_other_kinds_are_left_alone(kind: str) -> None:
    assert ask("no_results", kind, room="announcement") is None


def test_it_is_kept_in_announcement_rooms_only() -> None:
    assert dict(all_policies()["no_results"].modes) == {RoomKind.ANNOUNCEMENT: Mode.ENFORCE}
