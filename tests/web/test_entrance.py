"""Coming in: links that open once, sessions that end, ranks that are lost, tries that are counted."""

from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.store import tables
from bot.web.passes import IDLE_LIFE, LINK_LIFE, SESSION_LIFE
from bot.web.server import make_application
from tests.commands.speak import audit, tell
from tests.support.town import TOWN, start_town, town_of
from tests.web.conftest import Visit

ADMIN, LEADER, MEMBER = "行政办主任", "书记", "小王"


async def test_a_link_opens_once_and_only_by_its_button(visit: Visit) -> None:
    town, token = visit.town, await visit.link()
    # A preview made by the chat reads the page as often as it likes.
    for _ in range(3):
        page = await visit.text(f"/login/{token}")
        assert "进入" in page
    answer = await visit.post("/login", key=None, token=token)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    cookie = answer.cookies["qingqun"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert not cookie["secure"]
    assert (await visit.post("/login", key=None, token=token)).status == 410
    assert (await visit.get(f"/login/{token}")).status == 410
    # Nothing that opens anything lies in the archive, nor in what was said.
    stored = [str(row) for table in tables.metadata.sorted_tables for row in await town.rows(table)]
    assert not any(token in row or cookie.value in row for row in stored)
    assert ("行政办主任", "login", "page", "", "link given", True) in await audit(town)


async def test_a_link_lives_ten_minutes_and_a_newer_one_ends_it(visit: Visit) -> None:
    first = await visit.link()
    second = await visit.link()
    assert (await visit.get(f"/login/{first}")).status == 410
    visit.town.clock.advance(LINK_LIFE)
    assert (await visit.get(f"/login/{second}")).status == 410
    assert (await visit.post("/login", key=None, token=second)).status == 410


async def test_only_leaders_and_admins_are_given_a_link(visit: Visit) -> None:
    town = visit.town
    assert "/login/" not in await tell(town, MEMBER, "登录")
    assert "/login/" not in await tell(town, "党建办主任", "登录")
    assert "/login/" in await tell(town, LEADER, "登录")
    assert not [row for row in await town.rows(tables.sessions) if row.person == MEMBER]


@pytest.mark.parametrize("token", ["", "x" * 43, "../../etc/passwd", "%00", "é" * 90])
async def test_a_forged_link_opens_nothing(visit: Visit, token: str) -> None:
    assert (await visit.post("/login", key=None, token=token)).status == 410
    visit.cookie = "x" * 43
    assert (await visit.get("/")).status == 401


async def test_a_session_ends_when_idle_and_in_any_case_after_twelve_hours(admin: Visit) -> None:
    clock = admin.town.clock
    begun = clock.now()
    while clock.now() + timedelta(minutes=50) < begun + SESSION_LIFE:
        clock.advance(timedelta(minutes=50))
        assert (await admin.get("/tasks")).status == 200
    clock.set(begun + SESSION_LIFE)
    assert (await admin.get("/tasks")).status == 401
    await admin.login()
    clock.advance(IDLE_LIFE)
    assert (await admin.get("/tasks")).status == 401


async def test_sessions_outlive_a_restart_and_their_end_does_too(tmp_path: Path) -> None:
    first = await start_town(tmp_path / "town.db")
    async with TestClient(TestServer(make_application(first.app))) as client:
        visit, other = Visit(first, client), Visit(first, client)
        await visit.login(ADMIN)
        await other.login(LEADER)
        link = await visit.link()
        await other.post("/logout")
    await first.stop()

    second = await start_town(tmp_path / "town.db", clock=first.clock, world=first.world)
    async with TestClient(TestServer(make_application(second.app))) as client:
        visit.client = other.client = client
        assert (await visit.get("/")).status == 200
        assert (await visit.get(f"/login/{link}")).status == 200
        assert (await other.get("/")).status == 401
    assert second.app.commands.services.login is None
    await second.stop()


async def test_who_leaves_the_town_file_loses_the_page_at_once(admin: Visit) -> None:
    town = admin.town
    without = town_of(TOWN.replace('admins = ["行政办主任"]', "admins = []"))
    await town.app.reload(without)
    assert (await admin.get("/")).status == 403
    assert "现在是" not in await (await admin.post("/policies/undo", room="")).text()
    # And the session is gone for good.
    await town.app.reload(town_of())
    assert (await admin.get("/")).status == 401


async def test_logging_out_ends_one_session_or_all(admin: Visit) -> None:
    town = admin.town
    second = await Visit(town, admin.client).login()
    third = await Visit(town, admin.client).login()
    answer = await admin.post("/logout")
    assert 'qingqun=""' in answer.headers["Set-Cookie"]
    assert (await admin.get("/")).status == 401
    assert (await second.get("/")).status == 200
    await second.post("/logout/everywhere")
    assert (await second.get("/")).status == 401
    assert (await third.get("/")).status == 401
    assert ("行政办主任", "logout", "page", "", "", True) in await audit(town)


async def test_tries_are_counted(admin: Visit) -> None:
    clock = admin.town.clock
    statuses = [(await admin.get(f"/login/{n}")).status for n in range(12)]
    assert statuses[0] == 410
    assert statuses[-1] == 429
    # A good link has to wait as well, but those inside go on, and time heals.
    token = await admin.link()
    assert (await admin.post("/login", key=None, token=token)).status == 429
    assert (await admin.get("/")).status == 200
    clock.advance(timedelta(seconds=30))
    assert (await admin.post("/login", key=None, token=token)).status == 303


async def test_over_tls_the_cookie_is_secure(tmp_path: Path) -> None:
    url = 'url = "https://page.example.cn/"'
    town = await start_town(tmp_path / "town.db", town=town_of(f"{TOWN}[web]\n{url}\n"))
    async with TestClient(TestServer(make_application(town.app))) as client:
        visit = Visit(town, client, headers={"Host": "page.example.cn"})
        assert "https://page.example.cn/login/" in await tell(town, ADMIN, "登录")
        answer = await visit.post(
            "/login", key=None, origin="https://page.example.cn", token=await visit.link()
        )
        assert answer.cookies["__Host-qingqun"]["secure"]
        assert "Strict-Transport-Security" in answer.headers
    await town.stop()
