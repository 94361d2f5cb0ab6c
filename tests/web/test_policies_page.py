"""Policies and rooms on the page: the same orders as by chat, with the same audit."""

from datetime import timedelta
from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer

from bot.channels.base import Link, LinkChanged
from bot.store import tables
from bot.web.server import make_application
from tests.commands.speak import audit
from tests.support.town import MONDAY, start_town
from tests.web.conftest import Visit

CHAT = "[ch] 早安"


async def test_a_mode_is_changed_for_a_while_and_taken_back(admin: Visit) -> None:
    town = admin.town
    answer = await admin.post(
        "/policies/set", policy="no_chat", mode="off", length="2小时", room="政务群"
    )
    assert answer.status == 303
    page = await admin.text(answer.headers["Location"])
    assert "现在是关闭（原为执行），到 11月23日（周一）11:00 为止" in page
    await town.post("政务群", "小王", CHAT)
    assert CHAT in town.texts("政务群")
    assert await audit(town, "set") == [
        ("行政办主任", "set", "no_chat@政务群", "enforce",
         f"off until {(MONDAY + timedelta(hours=2)).astimezone(town.app.town.zone).isoformat()}", True)
    ]  # fmt: skip

    await admin.post("/policies/undo", room="政务群")
    page = await admin.text("/policies?room=政务群")
    assert "已退回 行政办主任" in page
    assert "已撤销" in page
    await town.post("政务群", "小王", CHAT + "！")
    assert CHAT + "！" not in town.texts("政务群")
    await admin.post("/policies/undo", room="政务群")
    assert "没有可以退回的改动" in await admin.text("/policies")


async def test_a_change_ends_by_itself(admin: Visit) -> None:
    await admin.post("/policies/set", policy="no_chat", mode="off", length="2小时", room="政务群")
    await admin.town.until(MONDAY + timedelta(hours=2))
    await admin.login()
    assert "已到期" in await admin.text("/policies?room=政务群")


async def test_a_change_for_the_whole_town_waits_for_a_second_button(admin: Visit) -> None:
    town = admin.town
    order = {"policy": "no_chat", "mode": "observe", "length": "", "room": ""}
    answer = await admin.post("/policies/set", **order)
    assert answer.status == 200
    assert "确认改动" in await answer.text()
    assert not await town.rows(tables.modes)
    # Somebody else's button confirms nothing.
    other = await Visit(town, admin.client).login("书记")
    await other.post("/policies/confirm", room="")
    assert "没有等您确认的改动" in await other.text("/policies")
    await admin.post("/policies/confirm", room="")
    assert "现在是观察" in await admin.text("/policies")
    assert [row.mode for row in await town.rows(tables.modes)] == ["observe"]
    # Too late, nothing is changed.
    await admin.post("/policies/set", **{**order, "mode": "off"})
    town.clock.advance(timedelta(minutes=5))
    await admin.post("/policies/confirm", room="")
    assert len(await town.rows(tables.modes)) == 1


async def test_odd_orders_change_nothing(admin: Visit) -> None:
    good = {"policy": "no_chat", "mode": "off", "length": "", "room": "政务群"}
    for bad in (
        {"policy": "nothing"}, {"mode": "delete"}, {"length": "100年"}, {"room": "别的群"},
        {"room": '政务群" 全部'},
    ):  # fmt: skip
        answer = await admin.post("/policies/set", **{**good, **bad})
        assert answer.status == 400, bad
    assert (await admin.post("/policies/undo", room="别的群")).status == 400
    assert (await admin.post("/rooms/enforce", room="别的群")).status == 400
    assert (await admin.get("/policies?room=别的群")).status == 404
    assert not await admin.town.rows(tables.modes)


async def test_the_first_week_is_ended_by_a_button(tmp_path: Path) -> None:
    town = await start_town(tmp_path / "new.db", shadow=True)
    async with TestClient(TestServer(make_application(town.app))) as client:
        visit = await Visit(town, client).login()
        assert "观察期" in await visit.text("/rooms")
        await town.post("政务群", "小王", CHAT)
        assert CHAT in town.texts("政务群")
        await visit.post("/rooms/enforce", room="政务群")
        assert "观察周已结束，从现在起按政策执行：政务群" in await visit.text("/rooms")
        await town.post("政务群", "小王", CHAT + "！")
        assert CHAT + "！" not in town.texts("政务群")
        assert (
            "行政办主任",
            "set",
            "first week@政务群",
            "observe",
            "as filed",
            True,
        ) in await audit(town, "set")
    await town.stop()


async def test_rooms_show_what_the_bot_knows_of_them(admin: Visit) -> None:
    town = admin.town
    await town.app.ask(
        lambda journal: town.app.state.rooms.lose(
            journal, next(room for room in town.app.state.rooms.all() if room.name == "政务群"),
            "delete:member",
        )
    )  # fmt: skip
    page = await admin.text("/rooms")
    assert "平台没有同意：撤下成员消息" in page
    assert "9 人" in page


async def test_a_login_code_is_shown_until_it_is_scanned(admin: Visit) -> None:
    town = admin.town
    assert "没有在等扫码的账号" in await admin.text("/scan")

    async def tell(state: Link, detail: str = "") -> None:
        await town.app.pipeline.receive([LinkChanged("wechat", state, town.clock.now(), detail)])
        await town.settle()

    await tell(Link.SCAN, "http://weixin.qq.com/x/first")
    page = await admin.text("/scan")
    assert "data:image/svg+xml" in page
    assert "等待扫码登录" in await admin.text("/tasks")
    await tell(Link.SCAN, "http://weixin.qq.com/x/second")
    assert await admin.text("/scan") != page
    await tell(Link.CONNECTED)
    assert "data:image/svg+xml" not in await admin.text("/scan")
