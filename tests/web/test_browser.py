"""The page in a real browser, as an admin uses it on a phone; pictures are kept."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.web.server import LocalServer
from tests.support.browser import DESK, PHONE, chromium, opened, shoot
from tests.support.town import TOWN, Harness, start_town, town_of
from tests.web.scenes import MORNING, SEALED, ScriptedReader, morning

PAGES = ("", "tasks", "tasks/1", "decisions", "cases", "policies", "rooms", "scan")


@pytest.fixture
async def lively(tmp_path: Path) -> AsyncIterator[Harness]:
    town = await start_town(
        tmp_path / "town.db", town=town_of(TOWN + "[web]\nport = 0\n"), reader=ScriptedReader()
    )
    await morning(town)
    town.clock.advance(timedelta(minutes=40))
    yield town
    await town.stop()


@pytest.fixture
async def server(lively: Harness) -> AsyncIterator[LocalServer]:
    server = LocalServer(lively.app)
    await server.start()
    yield server
    await server.stop()


async def link_of(town: Harness, person: str = "行政办主任") -> str:
    await town.whisper(person, "登录")
    return "http" + town.inbox(person)[-1].rpartition("http")[2]


async def test_an_admin_logs_in_and_restores_what_was_wrongly_deleted(
    lively: Harness, server: LocalServer
) -> None:
    assert MORNING not in lively.texts("政务群")
    link = await link_of(lively)
    assert link.startswith(server.base)
    async with chromium() as browser:
        page = await opened(browser, PHONE, java_script_enabled=False)
        await page.goto(link)
        await shoot(page, "web-login")
        await page.click("button.main")
        assert page.url == f"{server.base}/"
        cookie = (await page.context.cookies())[0]
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")

        await page.click("nav >> text=处理")
        card = page.locator("article", has_text="愿你天天好心情")
        await card.locator("summary").click()
        await shoot(page, "web-decisions-open")
        await card.locator("select").select_option("discussion")
        await card.locator("button", has_text="误判").click()
        await page.wait_for_selector(".notice.done")
        await lively.settle()
        assert any(MORNING in text for text in lively.texts("政务群"))
        assert any("误判" in text for text in lively.inbox("小王"))
        await page.reload()
        await shoot(page, "web-restored")
        assert "已恢复" in await card.inner_text()
        assert SEALED not in await page.content()

        # The link is used up, for a browser with a session too.
        await page.goto(link)
        assert "链接已失效" in await page.inner_text("h1")
        await shoot(page, "web-used-link")


@pytest.mark.parametrize(
    ("screen", "scheme", "name"),
    [(PHONE, "light", "light"), (PHONE, "dark", "dark"), (DESK, "light", "desk")],
)
async def test_every_page_fits_its_screen_and_breaks_no_rule_of_its_own(
    lively: Harness, server: LocalServer, screen: dict[str, int], scheme: str, name: str
) -> None:
    async with chromium() as browser:
        page = await opened(browser, screen, scheme)
        await page.goto(await link_of(lively))
        await page.click("button.main")
        await _walk(page, server.base, name)
        # A change for the whole town asks once more.
        await page.goto(f"{server.base}/policies")
        card = page.locator("article.policy", has_text="不闲聊")
        await card.locator("summary").click()
        await card.locator("text=提醒").click()
        await card.locator("select").select_option("1天")
        await card.locator("button").click()
        await page.wait_for_selector("text=确认改动")
        await shoot(page, f"web-{name}-confirm")
        await page.click("text=确认改动")
        await page.wait_for_selector(".notice.done")
        await shoot(page, f"web-{name}-changed")
        # The browser itself says when a page breaks the content security policy.
        assert page.complaints == []


async def _walk(page: Any, base: str, name: str) -> None:
    for path in PAGES:
        await page.goto(f"{base}/{path}")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        tiny = await page.evaluate(
            "[...document.querySelectorAll('body *')]"
            ".filter(e => e.innerText && e.children.length === 0"
            " && parseFloat(getComputedStyle(e).fontSize) < 13).map(e => e.outerHTML)"
        )
        assert tiny == [], path
        # What a thumb is to hit is big enough.
        small = await page.evaluate(
            "[...document.querySelectorAll('button, nav a, summary, .button')]"
            ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 40)"
            ".map(e => e.outerHTML)"
        )
        assert small == [], path
        await shoot(page, f"web-{name}-{path.replace('/', '-') or 'week'}")
