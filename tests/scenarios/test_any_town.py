"""What holds for any sequence of messages, orders, capabilities, failures, nights and restarts."""

import asyncio
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from bot.channels.base import Verb
from bot.core.message import Message
from bot.delivery.budget import HOURLY_BUDGET
from bot.store import tables
from bot.store.rows import message_of
from tests.scenarios.any_town import (
    ABLE,
    LEADERS,
    ROOMS,
    SENDERS,
    TROUBLES,
    AnyTown,
    Step,
    sureness,
)
from tests.scenarios.memory import memory
from tests.support.stores import make_empty

#: More of them by hand: QINGQUN_EXAMPLES=500 pytest tests/scenarios/test_any_town.py
EXAMPLES = int(os.environ.get("QINGQUN_EXAMPLES") or 0)
OWN = {"warn", "answer", "mentioned"}
#: What the ladder may do with one judgement of one message.
_VERBS = {Verb.DELETE.value, Verb.MUTE.value}
DEEDS = {"delete", "defer", "mute", "nudge", "warn"}

rooms, senders = st.sampled_from(ROOMS), st.sampled_from(SENDERS)
marks = st.sampled_from(
    (
        "as", "as", "as 0.6", "as+reply_demand", "as+reply_demand", "as+material_demand",
        "as+urgent", "di", "di", "di+urgent", "di+urgent 0.5", "di+urgent 0.7", "re", "re 0.6",
        "do", "do", "do+briefed", "ch", "ch", "ch", "ch", "ch 0.6", "ch courtesy", "收到", "di+secret",
        "re+personal_data", "di+secret 0.5", "as+vote_solicitation", "as+secret",
    )
)  # fmt: skip
which, verbs = (
    st.integers(0, 40),
    st.sampled_from((Verb.DELETE, Verb.SEND, Verb.WHISPER, Verb.MUTE)),
)
orders = st.sampled_from(
    (
        "执行 不闲聊 本群", "提醒 不闲聊", "关闭 不闲聊 本群 2小时", "观察 工作时间外免打扰 本群",
        "提醒 工作时间外免打扰 3天", "撤销", "应急 开启 防汛 2小时", "应急 结束", "上班时间 09:00-17:00",
        "上班时间 恢复", "状态", "待判", "周报", "为什么 1",
    )
)  # fmt: skip
judges = st.sampled_from(("行政办主任", "书记", "保密员", "小王"))
verdicts = st.sampled_from(("误判", "放行", "驳回", "申诉", "紧急", "为什么"))
say = st.tuples(st.just("say"), rooms, senders, marks)
nag = st.tuples(
    st.just("nag"),
    rooms,
    senders,
    st.sampled_from(("ch", "re", "as+reply_demand")),
    st.integers(2, 4),
)
steps = st.one_of(
    say, say, say, say,
    nag, nag,
    st.tuples(st.just("burst"), rooms, senders, st.integers(2, 11)),
    st.tuples(st.just("cut_off"), rooms, senders, marks.filter(lambda mark: mark != "收到")),
    st.tuples(st.just("brief"), which, rooms, senders),
    st.tuples(st.just("again"), which, rooms, senders),
    st.tuples(st.just("edit"), which, marks.filter(lambda mark: mark != "收到")),
    st.tuples(st.just("recall"), which),
    st.tuples(st.just("order"), judges, orders),
    st.tuples(st.just("order_aloud"), rooms, judges, orders),
    st.tuples(st.just("verdict"), judges, verdicts, which),
    st.tuples(st.just("wait"), st.sampled_from((1, 20, 61, 119, 121, 599, 600, 601, 3600, 7200))),
    st.tuples(st.just("to"), st.sampled_from((8, 9, 17, 18, 21)), st.sampled_from((0, 30, 31))),
    st.just(("to_saturday",)),
    st.tuples(st.just("able"), rooms, st.sampled_from(sorted(ABLE))),
    st.tuples(st.just("trouble"), st.sampled_from(sorted(TROUBLES)), verbs, st.integers(1, 4)),
    st.tuples(st.just("outage"), st.sampled_from((30, 150, 4000)), rooms, senders, st.just("ch")),
    st.just(("restart",)), st.just(("restart",)),
)  # fmt: skip
runs = st.lists(steps, min_size=12, max_size=32)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    asyncio.run(make_empty(path))
    return path


def profile(examples: int) -> Any:
    return settings(
        max_examples=EXAMPLES or examples,
        deadline=None,
        derandomize=not EXAMPLES,
        database=None,
        # To make a failing run shorter takes minutes: by hand.
        phases=(Phase.explicit, Phase.generate, *((Phase.shrink,) if EXAMPLES else ())),
        suppress_health_check=list(HealthCheck),
    )


def within(work: Any, *args: Any) -> None:
    """Run one example in a folder and a loop of its own."""
    with tempfile.TemporaryDirectory(prefix="qingqun-any-") as folder:
        coroutine: Coroutine[Any, Any, None] = work(Path(folder), *args)
        asyncio.run(coroutine)


#: What few runs come upon by chance: leaders who go on, doubt, a night, all with a restart between.
KNOWN = [
    ("able", "党员群", "none"), ("nag", "党员群", "书记", "ch", 4), ("nag", "政务群", "镇长", "as+reply_demand", 3),
    ("say", "政务群", "小王", "ch 0.6"), ("say", "政务群", "党建办主任", "as 0.6"), ("nag", "政务群", "小王", "ch", 4),
    ("nag", "党员群", "小李", "ch", 4), ("to", 21, 0), ("say", "政务群", "党建办主任", "as"), ("restart",),
    ("say", "政务群", "行政办主任", "di+urgent"), ("to", 9, 0),
]  # fmt: skip


@profile(12)
@example(run=KNOWN)
@given(run=runs)
def test_whatever_happens(template: Path, run: Sequence[Step]) -> None:
    within(whatever_happens, template, run)


async def whatever_happens(folder: Path, template: Path, run: Sequence[Step]) -> None:
    town = AnyTown(folder, template)
    await town.start()
    for step in run:
        await town.run([step])
        if step[0] in {"restart", "cut_off"}:
            await the_archive_knows_everything(town)
    await town.calm()
    await the_archive_knows_everything(town)
    seen = await Seen.of(town)
    seen.leaders_are_spoken_to_privately()
    seen.nothing_unsure_is_taken_down()
    seen.urgent_messages_pass()
    seen.rooms_hear_little_of_the_bot()
    seen.one_action_a_message()
    seen.what_was_put_off_appears_once()
    await what_is_gone_can_be_put_back(town, seen)
    await town.harness.stop()


@profile(5)
@given(run=runs)
def test_a_restart_changes_nothing_that_anybody_sees(template: Path, run: Sequence[Step]) -> None:
    within(a_restart_changes_nothing, template, run)


async def a_restart_changes_nothing(folder: Path, template: Path, run: Sequence[Step]) -> None:
    shown = []
    for name, restarts in (("never", False), ("now and then", True)):
        (folder / name).mkdir()
        town = AnyTown(folder / name, template, restarts=restarts)
        await town.start()
        await town.run(run)
        await town.calm()
        shown.append(town.seen())
        await town.harness.stop()
    for place, seen in shown[0].items():
        assert seen == shown[1][place], (place, seen, shown[1][place])


async def the_archive_knows_everything(town: AnyTown) -> None:
    """What a process started now would hold in mind is what this one holds."""
    await town.settle()
    other = town.app_on(town.harness.engine)
    await other.load()
    mine, loaded = memory(town.harness.app), memory(other)
    differing = {name: (mine[name], loaded[name]) for name in mine if mine[name] != loaded[name]}
    assert not differing, differing


class Seen:
    """What came of a run: the archive's rows beside what stands in the world."""

    def __init__(self, town: AnyTown, rows: dict[str, Sequence[Any]]) -> None:
        self.town, self.rows = town, rows
        self.orders = rows["outbox"]
        self.messages = {row.number: row for row in rows["messages"]}
        self.numbers = {row.id: row.number for row in rows["messages"]}
        self.judged = {row.number: row for row in rows["judgements"]}
        self.findings: dict[int, list[Any]] = defaultdict(list)
        for row in rows["findings"]:
            self.findings[row.message].append(row)

    @classmethod
    async def of(cls, town: AnyTown) -> "Seen":
        kept = (
            tables.outbox,
            tables.messages,
            tables.judgements,
            tables.findings,
            tables.revisions,
        )
        return cls(town, {table.name: await town.harness.rows(table) for table in kept})

    def ever(self, number: int) -> list[str]:
        """Every text that a message has had."""
        row = self.messages[number]
        earlier = [r.text for r in self.rows["revisions"] if r.message == number]
        kept = self.town.world.message(row.id)
        opened = (
            self.town.harness.app.seal.open(message_of(row), row.sealed) if row.sealed else None
        )
        texts = [*earlier, (opened or row).text, *(kept.earlier if kept else ())]
        return [text for text in texts if text]

    def deleted(self) -> list[Any]:
        return [row for row in self.orders if row.verb == Verb.DELETE.value]

    def gone(self) -> list[tuple[Message, datetime]]:
        """What the bot took down in the world: the message as it was posted, and when it went."""
        bot = self.town.world.bot.id
        return [
            (message, kept.gone_at)
            for message in self.town.posted
            if (kept := self.town.world.message(message.id))
            and kept.gone_by == bot
            and kept.gone_at
        ]

    def leaders_are_spoken_to_privately(self) -> None:
        for row in self.orders:
            named = set(row.mentions) | {row.person_id}
            if row.verb == Verb.MUTE.value:
                assert not named & set(LEADERS), f"{row.person_id} was muted"
            if row.purpose == "warn" and row.verb == Verb.SEND.value:
                assert not named & set(LEADERS), f"warned in public: {row.text}"
                assert not any(f"@{leader}" in row.text for leader in LEADERS), row.text

    def nothing_unsure_is_taken_down(self) -> None:
        for row in self.deleted():
            texts = self.ever(row.message)
            if not texts or max(map(sureness, texts)) >= 0.8:
                continue
            message = self.messages[row.message]
            local = message.at.astimezone(self.town.harness.app.town.zone)
            late = not self.town.harness.app.judge.calendar.is_open(message.at) or (
                local.hour < 9 or local.hour >= 17  # the hours may have been these
            )
            # What comes late or in a flood does, however its words are read; and that it is no
            # assignment may be sure where it is not sure what it is.
            sure = message.room == "公告群" and not any(t[1:3] in {"as", "do"} for t in texts)
            assert late or sure or self.flooded(message), f"deleted, though unsure: {texts}"
            if late and not self.flooded(message):
                assert not any("as" in text[:4] for text in texts), (
                    f"an assignment deleted: {texts}"
                )

    def flooded(self, message: Any) -> bool:
        near = [
            m
            for m in self.town.posted
            if (m.room, m.sender) == (message.room, message.sender)
            and message.at - timedelta(seconds=60) < m.at <= message.at
        ]
        return len(near) > 8

    def urgent_messages_pass(self) -> None:
        for row in self.deleted():
            texts = self.ever(row.message)
            urgent = texts and all("+urgent" in text for text in texts)
            assert not urgent, f"{row.purpose}: {texts}"

    def rooms_hear_little_of_the_bot(self) -> None:
        posts: dict[str, list[datetime]] = defaultdict(list)
        ids = {row.posted_id for row in self.orders if row.purpose in OWN}
        for room in self.town.world.rooms():
            for kept in self.town.world.history(room.id):
                if kept.message.id in ids:
                    posts[room.id].append(kept.message.at)
        for room_id, moments in posts.items():
            for first in moments:
                heard = [at for at in moments if first <= at < first + timedelta(hours=1)]
                assert len(heard) <= HOURLY_BUDGET, f"{room_id}: {heard}"

    def one_action_a_message(self) -> None:
        edited = {row.message for row in self.rows["revisions"]}
        deeds = Counter(
            (row.message, row.verb if row.verb in _VERBS else row.purpose)
            for row in self.orders
            if row.purpose in DEEDS and row.message not in edited
        )
        assert all(count == 1 for count in deeds.values()), deeds
        for number in {number for number, _ in deeds}:
            done = {deed for message, deed in deeds if message == number}
            row = self.judged[number]
            allowed = {row.action, *row.also}
            # What is put off is taken down too; beyond the hour's budget a warning is private.
            allowed |= {"delete"} if "defer" in allowed else set()
            allowed |= {"nudge"} if "warn" in allowed else set()
            assert done <= allowed, (number, done, allowed)
            assert not {"nudge", "warn"} <= done, number

    def what_was_put_off_appears_once(self) -> None:
        """Of every assignment put off, the room shows one: its own, or the one published for it."""
        for row in self.deleted():
            if row.purpose != "defer":
                continue
            message = self.messages[row.message]
            words = message.text
            shown = [m for m in self.town.world.messages(message.room_id) if words in m.text]
            others = [m for m in self.town.posted if m.text == words]
            if len(others) > 1 or message.number in {r.message for r in self.rows["revisions"]}:
                continue
            assert len(shown) <= 1, [m.text for m in shown]


async def what_is_gone_can_be_put_back(town: AnyTown, seen: Seen) -> None:
    """Everything that the bot took down is in the archive, and 误判 shows it again."""
    gone = seen.gone()
    for message, _ in gone:
        row = seen.messages[seen.numbers[message.id]]
        kept = town.world.message(message.id)
        assert kept is not None
        words = town.harness.app.seal.open(message, row.sealed) if row.sealed else row
        said = {message.text, *kept.earlier}
        assert words is not None
        assert words.text in said or "改" in words.text, "the archive holds other words"
    for message, _ in gone[:3]:
        number = seen.numbers[message.id]
        row = seen.messages[number]
        secret = row.sealed is not None or any(f.policy == "secrecy" for f in seen.findings[number])
        words = town.harness.app.seal.open(message, row.sealed) if row.sealed else row
        assert words is not None
        await town.run(
            [("order", "保密员" if secret else "书记", f"误判 {number}"), ("wait", 4000)]
        )
        shown = [m.text for m in town.world.messages(message.room_id)]
        assert any(words.text in text for text in shown), f"not put back: {words.text}"
