"""Whatever happens and whenever the bot is stopped, reminders come as they should, and once."""

import asyncio
import shutil
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.channels.base import Verb
from bot.store import tables
from bot.store.engine import open_engine
from tests.support.town import Harness
from tests.tasks.conftest import restart, start

PEOPLE = ("甲村书记", "乙村书记", "小王")
SUBJECTS = ("森林防火值班", "低保核查台账", "河道垃圾清理", "党员冬训计划")


@dataclass(frozen=True)
class Step:
    """Something that happens `minutes` after the step before."""

    minutes: int
    what: str
    who: str
    subject: int
    due_in: int
    stop: bool


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from((5, 55, 130, 240, 600, 1440)),
        st.sampled_from(
            ("issue", "demand", "ack", "hand_in", "leave", "postpone", "recall", "wait")
        ),
        st.sampled_from(PEOPLE),
        st.integers(0, len(SUBJECTS) - 1),
        st.sampled_from((0, 3, 9, 27, 50)),
        st.booleans(),
    ),
    min_size=3,
    max_size=9,
)


class Bench:
    """One archive, empty again for each run.

    Its engine stays: to compile its statements anew at each start costs more than all the rest.
    """

    def __init__(self, path: Path, empty: Path) -> None:
        self.path, self._empty = path, empty
        self.engine = open_engine(f"sqlite+aiosqlite:///{path}")

    def clear(self) -> None:
        """Nothing has ever happened."""
        for journal in self.path.parent.glob(f"{self.path.name}-*"):
            journal.unlink()
        shutil.copy(self._empty, self.path)


async def run(bench: Bench, steps: Sequence[Step], *, stops: bool) -> Harness:
    """Live through the steps, with a restart wherever one is asked for."""
    bench.clear()
    path = bench.path
    town = await start(path, engine=bench.engine)
    notices: list[str] = []
    for step in steps:
        moment = town.clock.now() + timedelta(minutes=step.minutes)
        if stops and step.stop:
            await town.until(moment - timedelta(minutes=3))
            town = await restart(town, path)
        await town.until(moment)
        await do(town, step, notices)
        if stops and step.stop:
            town = await restart(town, path)
    # Every deadline and what is said before it lies within this.
    await town.until(town.clock.now() + timedelta(hours=55))
    return town


async def do(town: Harness, step: Step, notices: list[str]) -> None:
    now, subject = town.clock.now(), SUBJECTS[step.subject]
    due = f" by={(now + timedelta(hours=step.due_in)).isoformat()}" if step.due_in else ""
    match step.what:
        case "issue":
            posted = await town.post(
                "政务群", "党建办主任", f"请做好{subject} [as{due} to=各村、小王]"
            )
            notices.append(posted.id)
        case "demand":
            text = f"请报送{subject} [as+material_demand{due} to=各村、小王]"
            posted = await town.post("公告群", "党建办主任", text)
            notices.append(posted.id)
        case "ack":
            await town.post("政务群", step.who, "收到")
        case "hand_in":
            await town.post("政务群", step.who, f"{subject}已办 [re]")
        case "leave":
            await town.app.pipeline.work(
                lambda journal: town.app.state.leave.add(
                    journal,
                    person=step.who,
                    start=now,
                    until=now + timedelta(hours=20),
                    by="行政办主任",
                    at=now,
                )
            )
        case "postpone":
            text = f"更正：{subject}时间推迟 [as{due}]"
            await town.post("政务群", "党建办主任", text)
        case "recall" if notices:
            kept = {message.id for message in town.world.messages("政务群")}
            if notices[-1] in kept:
                await town.world.recall(notices[-1])
                await town.settle()


@dataclass(frozen=True)
class Said:
    """What the archive holds of a run."""

    whispers: Counter[tuple[str, datetime, str]]
    history: list[tuple[int, str, str]]


async def check(town: Harness) -> Said:
    """The rules that hold for every run; what was said in this one."""
    calendar = town.app.judge.calendar
    sent = [row for row in await town.rows(tables.outbox) if row.verb == Verb.WHISPER.value]
    ours = [row for row in sent if row.purpose in {"task_reminder", "task_morning"}]
    assert all(calendar.is_open(row.created_at) for row in ours)
    sent_at = {row.number: row.created_at for row in ours}
    acknowledged = {
        (row.task, row.person): row.acknowledged_at
        for row in await town.rows(tables.task_people)
        if row.acknowledged_at is not None
    }
    deadlines = {row.number: row.deadline for row in await town.rows(tables.tasks)}
    away = [
        (row.person, row.from_at, row.until, row.ended_at) for row in await town.rows(tables.leave)
    ]
    notices = [row for row in await town.rows(tables.notices) if row.key.startswith("remind:")]
    assert len({row.key for row in notices}) == len(notices)
    for row in notices:
        _, task, what, person = row.key.split(":", 3)
        assert sent_at[row.outbox] == row.at
        if what == "receipt":
            when = acknowledged.get((int(task), person))
            assert when is None or when >= row.at
        elif deadlines[int(task)] is not None:
            assert row.at.timestamp() < int(what.partition("@")[2])
        for name, start_at, until, ended in away:
            assert not (name == person and start_at <= row.at < min(until, ended or until))
    history = [
        (row.task, row.event, row.person) for row in await town.rows(tables.task_events)
    ]  # fmt: skip
    adds_up(history, await town.rows(tables.task_people), await town.rows(tables.tasks))
    said = Counter((row.person_id, row.created_at, row.text) for row in ours)
    return Said(said, sorted(history))


def adds_up(history: Sequence[tuple[int, str, str]], people: Sequence, tasks: Sequence) -> None:  # type: ignore[type-arg]
    """A task's history told again gives what the ledger says of it."""
    received: Counter[tuple[int, str]] = Counter()
    holding: dict[tuple[int, str], bool] = defaultdict(bool)
    state: dict[int, str] = {}
    ends = {"cancelled", "withdrawn", "done", "expired"}
    for task, event, person in history:
        if event == "acknowledged":
            received[task, person] += 1
        elif event in {"handed_in", "taken_back", "rejected"}:
            holding[task, person] = event == "handed_in"
        elif event in ends | {"issued", "reopened"}:
            state[task] = event if event in ends else "open"
    assert set(received.values()) <= {1}
    for row in people:
        assert (row.acknowledged_at is not None) == ((row.task, row.person) in received)
        assert (row.handed_in_at is not None) == holding[row.task, row.person]
    assert {row.number: row.state for row in tasks} == state


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench") / "town.db", empty_store)


#: A day in which everything matters: somebody has acknowledged, somebody is away, something is due
#: while they are, something is handed in or taken back, and the bot is stopped after most of it.
FULL_DAY = [
    Step(5, "demand", "小王", 0, 27, stop=False),
    Step(55, "ack", "小王", 0, 0, stop=False),
    Step(130, "wait", "小王", 0, 0, stop=True),
    Step(55, "leave", "乙村书记", 0, 0, stop=True),
    Step(5, "issue", "小王", 1, 9, stop=True),
    Step(240, "hand_in", "甲村书记", 0, 0, stop=True),
    Step(55, "recall", "小王", 0, 0, stop=False),
    Step(1440, "wait", "小王", 0, 0, stop=True),
]


@example(steps=FULL_DAY)
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_stopping_and_starting_changes_nothing(bench: Bench, steps: list[Step]) -> None:
    async def both() -> None:
        said = []
        for stops in (False, True):
            town = await run(bench, steps, stops=stops)
            said.append(await check(town))
            await town.stop()
        assert said[0] == said[1]

    asyncio.run(both())
