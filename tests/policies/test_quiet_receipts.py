"""quiet_receipts: receipts go to the list."""

import pytest

from tests.support.asking import ask


def test_a_receipt_is_found_quietly_at_any_hour_and_in_any_room() -> None:
    for room in ("announcement", "business"):
        for working in (True, False):
            found = ask("quiet_receipts", "acknowledgement", room=room, working=working)
            assert found is not None
            assert found.quiet
            assert not found.alert


@pytest.mark.parametrize("kind", ["assignment", "discussion", "report", "document", "chat"])
def test_other_kinds_are_left_alone(kind: str) -> None:
    assert ask("quiet_receipts", kind) is None
