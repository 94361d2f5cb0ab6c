"""Tasks cost next to nothing for the messages that do not concern them."""

import time
from dataclasses import replace

from bot.core.reading import Kind, Reading
from bot.judging.judgement import Judgement
from bot.store.journal import Journal, Numbers
from tests.support.town import Harness

MESSAGES = 20_000


async def test_a_message_that_is_no_concern_of_tasks_costs_almost_nothing(town: Harness) -> None:
    seen: list[Judgement] = []
    town.app.desk.watchers.append(lambda judgement, _: seen.append(judgement))
    await town.post("政务群", "党建办主任", "请各村做好防火值班 [as to=各村]")
    await town.post("政务群", "小王", "这个表要盖章吗 [di]")
    chatter = [replace(seen[-1], reading=Reading(kind)) for kind in (Kind.DISCUSSION, Kind.CHAT)]
    journal, tasks = Journal(Numbers()), town.app.tasks
    started = time.process_time()
    for _ in range(MESSAGES // 2):
        for judgement in chatter:
            tasks.judged(journal, judgement)
    each = (time.process_time() - started) / MESSAGES
    assert not journal
    assert each < 20e-6
