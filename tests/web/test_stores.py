"""Every page on either archive, and a whole evening of it."""

from datetime import timedelta
from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer

from bot.core.message import Message
from bot.store import tables
from bot.store.journal import Journal
from bot.web.server import make_application
from tests.support.town import TOWN, start_town, town_of
from tests.web.conftest import Visit
from tests.web.scenes import MORNING, ScriptedReader, morning

PAGES = (
    "/", "/tasks", "/tasks?view=all", "/tasks/1", "/decisions", "/decisions?policy=no_chat",
    "/decisions?doubtful=1&action=nudge&room=政务群", "/cases", "/policies?room=政务群", "/rooms",
)  # fmt: skip


async def test_every_page_on_either_archive(store_url: str) -> None:
    town = await start_town(store_url, reader=ScriptedReader())
    await morning(town)
    town.clock.advance(timedelta(minutes=5))
    async with TestClient(TestServer(make_application(town.app))) as client:
        visit = await Visit(town, client).login()
        for address in PAGES:
            assert "行政办主任" in await visit.text(address), address
        town.clock.advance(timedelta(minutes=5))
        said = next(row for row in await town.rows(tables.messages) if row.text == MORNING)
        await visit.post(f"/messages/{said.number}/misjudged")
        assert any(MORNING in text for text in town.texts("政务群"))
        await visit.post("/logout/everywhere")
        assert (await visit.get("/")).status == 401
    await town.stop()


async def test_the_first_week_says_what_would_have_been(tmp_path: Path) -> None:
    town = await start_town(tmp_path / "town.db", shadow=True)
    async with TestClient(TestServer(make_application(town.app))) as client:
        visit = Visit(town, client)
        await town.post("政务群", "小王", "[ch] 早安")
        await visit.login()
        assert "若执行：撤下" in await visit.text("/decisions")
    await town.stop()


async def test_a_leader_listed_by_account_comes_in_by_that_account_alone(store_url: str) -> None:
    text = TOWN.replace('leaders = ["书记", "镇长"]', 'leaders = ["书记", "镇长", "wx_77"]')
    town = await start_town(store_url, town=town_of(text))
    async with TestClient(TestServer(make_application(town.app))) as client:
        visit = Visit(town, client)

        def ask(journal: Journal, account: str) -> str:
            login = town.app.commands.services.login
            assert login is not None
            asked = Message("", "", "老周", town.clock.now(), sender_id=account)
            return login(journal, asked, "老周", town.clock.now())

        assert await town.app.pipeline.work(lambda journal: ask(journal, "wx_78")) == ""
        link = await town.app.pipeline.work(lambda journal: ask(journal, "wx_77"))
        answer = await visit.post("/login", key=None, token=link.rpartition("/")[2])
        visit.cookie = answer.cookies["qingqun"].value
        assert "wx_77" in await visit.text("/")
    await town.stop()
