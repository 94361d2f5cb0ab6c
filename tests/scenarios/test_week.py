"""A reviewed week, run with everything, with little and with nothing that the bot can do."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.base import ALL_CAPABILITIES, EVERYONE, NO_CAPABILITIES, Capabilities
from bot.core.message import Message
from bot.replay import Replay, ReplayOptions
from policies import all_policies
from tests.support.fake_reader import FakeReader
from tests.support.stores import open_store
from tests.support.town import TOWN, town_of

MORE = """
[[rooms]]
name = "公共服务群"
kind = "business"
[[rooms]]
name = "乡村振兴群"
kind = "business"
[[rooms]]
name = "临时群"
kind = "temporary"
ends = 2026-10-31
[policies."党员群"]
no_chat = "remind"
[policies."公共服务群"]
no_chat = "off"
[policies."乡村振兴群"]
no_chat = "observe"
"""
ABLE = {
    "all": ALL_CAPABILITIES,
    "delete": replace(NO_CAPABILITIES, delete=EVERYONE),
    "none": NO_CAPABILITIES,
}


@dataclass(frozen=True)
class Line:
    message: Message
    expected: dict[str, str]
    why: str


def lines() -> Iterator[Line]:
    text = (Path(__file__).parent / "week.txt").read_text("utf-8")
    for index, line in enumerate(text.splitlines()):
        if not line.strip() or line.startswith("#"):
            continue
        when, room, sender, words, *expected, why = (part.strip() for part in line.split("|"))
        day, clock = when.split()
        hour, minute, second = (int(part) for part in clock.split(":"))
        local = datetime(2026, 11, int(day), hour, minute, second, tzinfo=UTC)
        message = Message(
            str(index), room, sender, local - timedelta(hours=8), text=words, room_id=room,
            sender_id=sender,
        )  # fmt: skip
        yield Line(message, dict(zip(ABLE, expected, strict=True)), why)


@pytest.mark.parametrize("able", ABLE)
async def test_each_expected_action(able: str, tmp_path: Path) -> None:
    week = list(lines())
    results = await run(week, ABLE[able], tmp_path)
    wrong = [
        f"{line.message.at:%d %H:%M} {line.message.sender}: {line.message.text} – "
        f"expected {line.expected[able]}, got {result['action']} ({line.why})"
        for line, result in zip(week, results, strict=True)
        if result["action"] != line.expected[able]
    ]
    assert not wrong, "\n".join(wrong)


async def test_what_is_done_beside_the_action(tmp_path: Path) -> None:
    week = list(lines())
    results = {r["id"]: r for r in await run(week, ALL_CAPABILITIES, tmp_path)}

    def also(words: str) -> list[str]:
        found = next(line for line in week if words in line.message.text)
        beside: list[str] = results[found.message.id]["also"]
        return beside

    assert also("今天河道清理") == ["nudge"]
    assert also("[ch+soup] 早安") == ["delete", "nudge"]
    assert also("名单") == []  # the poster's assignment, the first such line
    assert also("[re+personal_data]") == ["alert", "nudge"]
    assert also("明早八点开会") == ["nudge"]
    assert also("收到") == []


async def run(week: list[Line], able: Capabilities, folder: Path) -> list[dict[str, object]]:
    engine = await open_store(folder / "week.db")
    start = week[0].message.at
    town = town_of(TOWN + MORE)
    replay = Replay(
        town, engine, FakeReader(), all_policies(), start, ReplayOptions(able), lambda *_: None
    )
    results = [record async for record in replay.results(line.message for line in week)]
    await engine.dispose()
    return results
