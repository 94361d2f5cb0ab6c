"""What /metrics tells of a town at work."""

from tests.support.town import Harness


def value(town: Harness, name: str, **labels: str) -> float:
    """A sample of the registry; nought where there is none."""
    return town.app.measures.registry.get_sample_value(name, labels) or 0.0


async def test_messages_decisions_and_outcomes_are_counted(town: Harness) -> None:
    await town.post("政务群", "小王", "[ch] 早安")
    await town.post("政务群", "小李", "[di] 表在哪里领")
    assert value(town, "qingqun_messages_total", kind="chat") == 1
    assert value(town, "qingqun_messages_total", kind="discussion") == 1
    assert value(town, "qingqun_decisions_total", policy="no_chat", action="delete") == 1
    assert value(town, "qingqun_outcomes_total", verb="delete", outcome="done") == 1
    assert value(town, "qingqun_outcomes_total", verb="whisper", outcome="done") == 1


async def test_times_and_depths_are_told(town: Harness) -> None:
    await town.post("政务群", "小王", "[ch] 早安")
    assert value(town, "qingqun_decision_seconds_count") >= 1
    assert value(town, "qingqun_action_seconds_count") == 2
    assert value(town, "qingqun_queue_depth") == 0
    assert value(town, "qingqun_outbox_depth") == 0
    assert b"qingqun_decision_seconds_bucket" in town.app.measures.text()
