"""The audit's findings on rooms made for them, on both stores."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import tables
from bot.store.engine import open_engine
from bot.summary.audit import Audit, audit
from bot.summary.concerns import plan_town
from bot.summary.likeness import Likeness
from bot.town import parse_town
from policies import all_policies

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
TOWN = parse_town(
    """
[town]
name = "巴水镇"
group_limit = 2
leaders_room = "领导群"
[[rooms]]
name = "公告群"
kind = "announcement"
[[rooms]]
name = "低保群"
kind = "business"
office = "公共服务办"
owner = "王主任"
purpose = "低保核查"
[[rooms]]
name = "防汛群"
kind = "temporary"
ends = 2026-10-31
[[rooms]]
name = "领导群"
kind = "leaders"
""",
    all_policies(),
    date(2026, 11, 23),
).town


class Archive:
    """Rooms, members and messages, put in one by one."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.number = 0

    async def room(self, name: str, members: Sequence[str], days: int = 100) -> None:
        key = {"channel": "made", "room_id": name}
        async with self.engine.begin() as connection:
            await connection.execute(
                tables.rooms.insert().values(
                    **key, name=name, first_seen=NOW - timedelta(days=days)
                )
            )
            for person in members:
                await connection.execute(
                    tables.members.insert().values(
                        **key, person_id=person, person=person, role="member", since=NOW
                    )
                )

    async def say(self, room: str, kind: str, times: int = 1, text: str = "", **more: Any) -> None:
        async with self.engine.begin() as connection:
            for _ in range(times):
                self.number += 1
                at = more.get("at", NOW - timedelta(days=3))
                await connection.execute(
                    tables.messages.insert().values(
                        number=self.number, channel="made", id=f"m{self.number}", room=room,
                        room_id=room, sender="甲", sender_id="甲", role="member", at=at,
                        received_at=at, type="text", text=text, sealed=more.get("sealed"),
                    )
                )  # fmt: skip
                await connection.execute(
                    tables.judgements.insert().values(
                        number=self.number, at=at, decided_at=at, room=room, kind=kind,
                        person=more.get("person", "甲"), action="none",
                        traits=more.get("traits", []), relation=more.get("relation"),
                        relation_of=more.get("relation_of"),
                    )
                )  # fmt: skip

    async def audit(self) -> Audit:
        async with self.engine.connect() as connection:
            return await audit(connection, TOWN, NOW)


@pytest.fixture
async def archive(store_url: str) -> AsyncIterator[Archive]:
    engine = open_engine(store_url)
    async with engine.begin() as connection:
        await connection.run_sync(tables.metadata.create_all)
    yield Archive(engine)
    await engine.dispose()


async def test_who_is_in_more_rooms_than_the_limit_allows(archive: Archive) -> None:
    await archive.room("公告群", ["甲", "乙", "丙"])
    await archive.room("低保群", ["甲", "乙"])
    await archive.room("外面的群", ["甲"])
    found = await archive.audit()
    assert found.crowded == (("甲", ("低保群", "公告群", "外面的群")),)


async def test_rooms_asleep_or_past_their_end(archive: Archive) -> None:
    await archive.room("公告群", ["甲"])
    await archive.room("低保群", ["甲"])
    await archive.room("防汛群", ["甲"])
    await archive.room("领导群", ["甲"])
    await archive.room("新群", ["甲"], days=10)
    await archive.say("公告群", "assignment")
    await archive.say("低保群", "assignment", at=NOW - timedelta(days=31))
    await archive.say("低保群", "discussion")
    found = await archive.audit()
    assert found.zombies == ("低保群", "防汛群")
    assert found.expired == (("防汛群", date(2026, 10, 31)),)
    assert found.why_dissolve("防汛群") == "expired"
    assert found.why_dissolve("低保群") == "zombie"
    assert found.why_dissolve("公告群") == ""


async def test_rooms_with_the_same_people_or_within_each_other_on_one_subject(
    archive: Archive,
) -> None:
    people = [f"人{one}" for one in range(10)]
    await archive.room("低保群", people)
    await archive.room("低保核查群", people[:4])
    await archive.room("巡逻群", people[6:])
    await archive.room("低保二群", people[1:])
    for room in ("低保群", "低保核查群"):
        await archive.say(room, "assignment", 3, "请各村核查低保对象家庭收入，填写核查表")
    await archive.say("巡逻群", "assignment", 3, "今晚巡逻两班，检查河堤水位和值守")
    found = await archive.audit()
    assert [(pair.one, pair.other) for pair in found.overlaps] == [
        ("低保群", "低保二群"),
        ("低保群", "低保核查群"),
    ]
    same, inside = found.overlaps
    assert (same.shared, same.alike) == (0.9, None)
    assert inside.inside == 1.0
    assert inside.alike is not None
    assert inside.alike > 0.9


async def test_secret_words_are_not_compared(archive: Archive) -> None:
    people = [f"人{one}" for one in range(10)]
    await archive.room("低保群", people)
    await archive.room("低保核查群", people[:4])
    words = "请各村核查低保对象家庭收入"
    for room in ("低保群", "低保核查群"):
        await archive.say(room, "discussion", 3, words, traits=["personal_data"])
        await archive.say(room, "discussion", 3, words, sealed=b"x")
    assert (await archive.audit()).overlaps == ()


async def test_rooms_that_have_become_something_else(archive: Archive) -> None:
    await archive.room("公告群", ["甲"])
    await archive.room("低保群", ["甲"])
    await archive.room("外面的群", ["甲"])
    await archive.say("公告群", "assignment", 18)
    await archive.say("公告群", "chat", 3, traits=["flattery"])
    await archive.say("低保群", "report", 12)
    await archive.say("低保群", "discussion", 10)
    await archive.say("外面的群", "chat", 19)
    found = await archive.audit()
    assert [(one.room, one.sort) for one in found.drifts] == [
        ("低保群", "trace"),
        ("公告群", "flattery"),
    ], "nineteen messages are too few to tell"
    assert found.drifts[1].examples == (21, 20, 19)


async def test_a_room_of_chatter_is_told_with_examples(archive: Archive) -> None:
    await archive.room("公告群", ["甲"])
    await archive.say("公告群", "assignment", 13)
    await archive.say("公告群", "chat", 12)
    (drift,) = (await archive.audit()).drifts
    assert (drift.room, drift.sort) == ("公告群", "chat")
    assert drift.examples == (25, 24, 23)


async def test_no_example_is_taken_from_what_may_be_secret(archive: Archive) -> None:
    await archive.room("低保群", ["甲"])
    await archive.say("低保群", "report", 30, traits=["personal_data"])
    (drift,) = (await archive.audit()).drifts
    assert drift.examples == ()


async def test_the_same_notice_in_several_rooms(archive: Archive) -> None:
    await archive.say("公告群", "assignment")
    await archive.say("低保群", "assignment", 2, relation="duplicate", relation_of=1)
    await archive.say("公告群", "assignment", relation="duplicate", relation_of=1)
    await archive.say("低保群", "assignment", relation="correction", relation_of=1)
    assert (await archive.audit()).repeated == (("公告群", "低保群", 2),)


async def test_the_registry_lists_rooms_of_the_file_and_others(archive: Archive) -> None:
    await archive.room("低保群", ["甲", "乙"])
    await archive.room("外面的群", ["甲"])
    await archive.say("低保群", "discussion", 30)
    rooms = {room.name: room for room in (await archive.audit()).rooms}
    assert list(rooms) == ["公告群", "低保群", "防汛群", "领导群", "外面的群"]
    assert (rooms["低保群"].owner, rooms["低保群"].purpose) == ("王主任", "低保核查")
    assert rooms["低保群"].members == ("乙", "甲")
    assert rooms["低保群"].traffic.weekly == pytest.approx(7)
    assert (rooms["外面的群"].kind, rooms["公告群"].members) == ("", ())


async def test_what_concerns_people_is_told_by_what_they_do(archive: Archive) -> None:
    await archive.room("公告群", ["甲", "乙"])
    await archive.room("低保群", ["甲", "乙"])
    await archive.room("外面的低保群", ["丙"])
    for room in ("低保群", "外面的低保群"):
        await archive.say(room, "assignment", 3, "请各村核查低保对象家庭收入", person="甲")
    await archive.say("低保群", "acknowledgement", 9, person="乙")
    found = await archive.audit()
    async with archive.engine.connect() as connection:
        question = await plan_town(connection, TOWN, found, NOW)
    rooms = {room.name: room for room in question.rooms}
    assert rooms["外面的低保群"].subject == "公共服务办", "it talks of the same"
    assert rooms["公告群"].announces
    assert rooms["领导群"].protected
    assert rooms["防汛群"].over == "expired"
    assert question.works == {"甲": frozenset({"公共服务办"})}
    assert question.follows == {"乙": frozenset({"公共服务办"}), "丙": frozenset({"公共服务办"})}


def test_likeness_is_one_for_the_same_words_and_nothing_for_others() -> None:
    likeness = Likeness(
        {"甲": ["请核查低保对象"], "乙": ["请核查低保对象"], "丙": ["今晚巡逻河堤"], "丁": []}
    )
    assert likeness.between("甲", "乙") == pytest.approx(1)
    assert likeness.between("甲", "丙") == 0
    assert likeness.between("甲", "丁") is None
