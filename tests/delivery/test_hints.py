"""Help offered privately: a draft for a document that waits, and once the way to send receipts."""

from pathlib import Path

from bot.channels.base import NO_CAPABILITIES
from tests.support.town import Harness, start_town

ROOM = "政务群"


async def test_a_raw_document_is_answered_with_a_draft_once(town: Harness) -> None:
    sent = await town.post(ROOM, "小王", "[do] 县里通知清理河道", title="关于河道清理的通知")
    [draft] = town.inbox("小王")
    assert "《关于河道清理的通知》" in draft
    assert "10 分钟内" in draft
    assert "县里通知清理河道" in draft
    await town.world.edit(sent.id, "[do] 县里通知清理河道，月底前")
    await town.settle()
    assert len(town.inbox("小王")) == 1


async def test_no_draft_where_the_policy_is_only_watched_or_the_document_is_whole(
    town: Harness,
) -> None:
    await town.whisper("书记", "观察 转发须附要点和拟办意见 政务群")
    await town.post(ROOM, "小王", "[do] 一")
    await town.post("党员群", "小王", "[do+briefed] 二")
    assert town.inbox("小王") == []


async def test_no_draft_in_the_first_week(tmp_path: Path) -> None:
    town = await start_town(tmp_path / "town.db", shadow=True)
    await town.post(ROOM, "小王", "[do] 一")
    assert town.inbox("小王") == []
    await town.stop()


async def test_one_hint_a_person_where_receipts_cannot_be_taken_away(tmp_path: Path) -> None:
    town = await start_town(tmp_path / "town.db", capabilities=NO_CAPABILITIES)
    for who in ("小王", "小王", "书记"):
        await town.post(ROOM, who, "收到")
    [hint] = town.inbox("小王")
    assert "私下对我说“收到”" in hint
    assert town.inbox("书记") == [], "leaders are not taught"
    await town.stop()
    town = await start_town(
        tmp_path / "town.db", clock=town.clock, world=town.world, capabilities=NO_CAPABILITIES
    )
    await town.post(ROOM, "小王", "收到")
    assert len(town.inbox("小王")) == 1
    await town.stop()


async def test_no_hint_where_receipts_leave_the_room(town: Harness) -> None:
    await town.post(ROOM, "小王", "收到")
    assert town.inbox("小王") == []
