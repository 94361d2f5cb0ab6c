"""What a platform refuses is told once and not asked for again, until the bot is given rights."""

from pathlib import Path

from bot.channels.base import RightsChanged, Verb
from bot.channels.simulated import Faults
from bot.channels.simulated.faults import Refuse
from bot.core.decision import Outcome
from tests.support.town import MONDAY, start_town


async def test_a_refusal_is_told_to_admins_once_and_degrades_the_room(tmp_path: Path) -> None:
    faults = Faults()
    faults.add(Refuse("ERR_NOT_GROUP_ADMIN", Outcome.REFUSED), Verb.DELETE)
    town = await start_town(tmp_path / "town.db", faults=faults)
    first = await town.post("政务群", "小王", "[ch] 一")
    row = await town.judged(first)
    assert (row.action, row.outcome) == ("delete", "refused")
    assert "想提醒您" in town.inbox("小王")[0]  # not: 已撤下
    second = await town.post("政务群", "小李", "[ch] 二")
    assert (await town.judged(second)).action == "nudge"
    told = [text for text in town.inbox("行政办主任") if "ERR_NOT_GROUP_ADMIN" in text]
    assert len(told) == 1
    await town.stop()


async def test_the_degraded_state_outlives_a_restart_and_ends_with_new_rights(
    tmp_path: Path,
) -> None:
    faults = Faults()
    faults.add(Refuse("no right", Outcome.REFUSED), Verb.DELETE, times=1)
    first = await start_town(tmp_path / "town.db", faults=faults)
    await first.post("政务群", "小王", "[ch] 一")
    await first.stop()
    second = await start_town(tmp_path / "town.db", clock=first.clock, world=first.world)
    nudged = await second.post("政务群", "小李", "[ch] 二")
    assert (await second.judged(nudged)).action == "nudge"
    await second.app.pipeline.receive([RightsChanged("simulated", "政务群", MONDAY)])
    gone = await second.post("政务群", "行政办主任", "[ch] 三")
    row = await second.judged(gone)
    assert (row.action, row.outcome) == ("delete", "done")
    await second.stop()
