"""A room that is met after closing is closed at once, not only at the next closing."""

from datetime import timedelta
from pathlib import Path

from bot.core.clock import DrivenClock
from tests.support.town import MONDAY, start_town


async def test_a_bot_first_started_off_hours_closes_the_rooms(tmp_path: Path) -> None:
    clock = DrivenClock(MONDAY + timedelta(hours=11))
    harness = await start_town(tmp_path / "town.db", clock=clock)
    await harness.app.tick()
    assert harness.world.room("政务群").closed
    assert not harness.world.room("应急群").closed
    await harness.stop()
