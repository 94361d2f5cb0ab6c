"""日历: a person's own deadlines under an address that only they know."""

import re
from datetime import timedelta

from icalendar import Calendar

from bot.store import tables
from tests.commands.speak import audit, order, tell
from tests.web.conftest import Visit

_PATH = re.compile(r"http://[^/]+(/calendar/[\w-]+\.ics)")
TASK = "[as by=2026-11-24T18:00+08:00 to=甲村书记] 请报名单"


async def feed_of(visit: Visit, person: str) -> str:
    found = _PATH.search(await tell(visit.town, person, "日历"))
    assert found is not None
    return found[1]


async def test_each_person_sees_what_concerns_them(visit: Visit) -> None:
    town = visit.town
    await town.post("政务群", "党建办主任", TASK)
    mine, theirs = await feed_of(visit, "甲村书记"), await feed_of(visit, "乙村书记")
    poster = await feed_of(visit, "党建办主任")
    assert (await visit.get(mine)).content_type == "text/calendar"
    shown = []
    for address in (mine, poster, theirs):
        events = Calendar.from_ical(await visit.text(address)).walk("VEVENT")
        shown.append([str(event["uid"]) for event in events])
    assert shown == [["task-1@qingqun"], ["task-1@qingqun"], []]
    # The address stands nowhere but with its owner, and opens nothing else.
    token = mine.rpartition("/")[2].removesuffix(".ics")
    stored = [str(row) for table in tables.metadata.sorted_tables for row in await town.rows(table)]
    assert not any(token in row for row in stored)
    assert (await visit.get(f"/login/{token}")).status == 410
    visit.cookie = token
    assert (await visit.get("/")).status == 401
    assert ("甲村书记", "calendar", "private", "", "address given", True) in [
        (*row[:2], "private", *row[3:]) for row in await audit(town, "calendar")
    ]


async def test_an_address_lasts_until_it_is_ended(visit: Visit) -> None:
    town = visit.town
    first = await feed_of(visit, "甲村书记")
    town.clock.advance(timedelta(days=400))
    assert (await visit.get(first)).status == 200
    others = [await feed_of(visit, "甲村书记") for _ in range(3)]
    assert (await visit.get(first)).status == 404, "beyond three the oldest ends"
    assert "作废" in await tell(town, "甲村书记", "日历 关闭")
    assert [(await visit.get(other)).status for other in others] == [404] * 3
    assert "没有日历地址" in await tell(town, "甲村书记", "日历 关闭")


async def test_the_address_is_never_told_in_a_room(visit: Visit) -> None:
    town = visit.town
    assert "/calendar/" not in await order(town, "政务群", "行政办主任", "轻群 日历")
    assert "/calendar/" in town.inbox("行政办主任")[-1]


async def test_guesses_are_counted_and_good_addresses_are_not(visit: Visit) -> None:
    good = await feed_of(visit, "甲村书记")
    assert [(await visit.get(f"/calendar/{n}.ics")).status for n in range(11)][-1] == 429
    assert [(await visit.get(good)).status for _ in range(20)] == [200] * 20
