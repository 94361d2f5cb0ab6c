"""The page in a real browser, as a visitor uses it, wide and on a phone; screenshots are kept."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from bot.channels.simulated import RefusedError
from bot.demo.plan import Planner
from bot.demo.server import make_app
from bot.demo.stage import Stage
from bot.town.hours import calendar_of
from tests.demo.conftest import GOVERNMENT
from tests.support.browser import PHONE, chromium, opened, shoot

try:
    from playwright.async_api import expect
except ImportError:
    expect = None

WIDE = {"width": 1600, "height": 950}
CHAT = "早上好！愿你天天好心情，笑口常开🌹"


@pytest.fixture
async def browser() -> AsyncIterator[Any]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def url(stage: Stage) -> AsyncIterator[str]:
    async with TestServer(make_app(stage), host="127.0.0.1") as server:
        yield str(server.make_url("/"))
        # Pages that still listen would hold the server up.
        stage.feed.close()


async def visit(browser: Any, url: str, size: dict[str, int], scheme: str = "light") -> Any:
    """The page in that size; anything it complains about is kept."""
    page = await opened(browser, size, scheme)
    await page.goto(url)
    await page.wait_for_selector("section.phone")
    return page


async def picture(page: Any, name: str) -> None:
    """Keep a picture, once what moves has come to rest."""
    await page.wait_for_timeout(400)
    await shoot(page, f"demo-{name}")


async def say(page: Any, sender: str, room: str, text: str) -> None:
    await page.select_option("#sender", sender)
    await page.select_option("#room", room)
    await page.fill("#text", text)
    await send(page)


async def send(page: Any) -> None:
    """Send what is in the box; on return it has been judged, or refused."""
    async with page.expect_response("**/api/post"):
        await page.click("button.send")


def room(page: Any, name: str = GOVERNMENT) -> Any:
    return page.locator(f'section.phone[data-room="{name}"]')


async def test_what_is_whispered_while_the_conversation_is_fetched_is_shown(
    browser: Any, url: str
) -> None:
    page = await visit(browser, url, WIDE)
    heard = asyncio.Event()

    async def answer_late(route: Any) -> None:
        response = await route.fetch()
        await heard.wait()
        await route.fulfill(response=response)

    await page.route("**/api/private*", answer_late)
    await page.select_option("#private-of", "白马村书记")
    await say(page, "白马村书记", GOVERNMENT, CHAT)
    await expect(page.locator("section.whispers .chips")).to_contain_text("白马村书记")
    heard.set()
    await expect(page.locator("section.whispers .whisper")).to_have_count(1)
    await expect(page.locator("section.whispers")).to_contain_text("已撤下")


@pytest.mark.parametrize(("name", "size"), [("wide", WIDE), ("phone", PHONE)])
async def test_a_visitor_posts_sees_why_and_gives_an_order(
    browser: Any, url: str, stage: Stage, name: str, size: dict[str, int]
) -> None:
    page = await visit(browser, url, size)
    wide = await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide, "the page is wider than the screen"

    await say(page, "白马村书记", GOVERNMENT, CHAT)
    message = room(page).locator("li.message", has_text=CHAT)
    await expect(message).to_have_class(re.compile(r"\bgone\b"), timeout=20_000)
    await expect(message.locator(".note.did")).to_contain_text("已撤下")
    await expect(message.locator(".note.did")).to_contain_text("不闲聊")
    await expect(message.locator(".note.did")).to_contain_text("把握")
    await expect(message.locator(".words")).to_have_css("text-decoration-line", "line-through")
    await picture(page, f"{name}-removed")

    await message.locator("button.ask").click()
    await expect(page.locator("#why-body")).to_contain_text("只发工作安排")
    await expect(page.locator("#why-body")).to_contain_text("平台已确认")
    await picture(page, f"{name}-why")
    await page.keyboard.press("Escape")

    # What the member was told privately.
    await page.locator("#tabs button", has_text="私信").click()
    await expect(page.locator("#private-of")).to_have_value("白马村书记")
    await expect(page.locator("section.whispers")).to_contain_text("已撤下")
    await expect(page.locator("#private-of")).to_be_in_viewport(ratio=1)
    await picture(page, f"{name}-private")

    # An admin switches the rules off for this room, by the ready-made order and by hand.
    if size is PHONE:
        await page.click("#more")
    await page.locator("#commands button", has_text="关闭 不闲聊 本群").click()
    await expect(page.locator("#sender")).to_have_value("行政办主任")
    await page.select_option("#room", GOVERNMENT)
    await send(page)
    await expect(room(page)).to_contain_text("轻群 关闭 不闲聊 本群")
    await say(page, "行政办主任", GOVERNMENT, "轻群 关闭 只发工作安排 本群")
    await stage.app.idle()
    again = "晚上一起打球吗，哈哈哈"
    await say(page, "土匠村书记", GOVERNMENT, again)
    stays = room(page).locator("li.message", has_text=again)
    await expect(stays.locator("button.ask")).to_be_visible()
    await stage.app.idle()
    await expect(stays).not_to_have_class(re.compile(r"\bgone\b"))
    assert again in [kept.text for kept in stage.world.messages(GOVERNMENT)]
    await picture(page, f"{name}-stays")
    assert page.complaints == []


async def test_a_muted_member_sees_the_refusal_and_markup_is_only_text(
    browser: Any, url: str, stage: Stage
) -> None:
    page = await visit(browser, url, WIDE)
    for _ in range(3):
        await say(page, "尔觉村书记", GOVERNMENT, CHAT)
        await expect(page.locator("#told")).to_contain_text("已发到")
        await stage.app.idle()
    await say(page, "尔觉村书记", GOVERNMENT, "收到")
    await expect(page.locator("#told")).to_contain_text("你已被禁言")
    await expect(room(page).locator("li.line.stopped")).to_contain_text("尔觉村书记")

    text = "<img src=x onerror=\"document.title='broken'\"> 这个表要盖章吗？"
    await say(page, "罗小琴", "镇政务服务工作群", text)
    shown = room(page, "镇政务服务工作群").locator("li.message .words")
    await expect(shown).to_have_text(text)
    assert await page.title() == "轻群 · 演示"
    # The browser speaks of refused posts itself; there is nothing else to complain about.
    assert [c for c in page.complaints if "409" not in c] == []


async def test_the_page_goes_on_after_the_line_was_cut(
    browser: Any, url: str, stage: Stage
) -> None:
    page = await visit(browser, url, WIDE)
    await expect(page.locator("#link")).to_have_text("实时")
    await page.context.set_offline(True)
    await page.evaluate("dispatchEvent(new Event('offline'))")
    await stage.say("镇政务服务工作群", "罗小琴", "这个表要盖章吗？")
    await page.context.set_offline(False)
    await expect(room(page, "镇政务服务工作群")).to_contain_text("这个表要盖章吗？")
    await expect(room(page, "镇政务服务工作群").locator("li.message")).to_have_count(1)


async def test_a_morning_and_a_night_as_they_look(browser: Any, url: str, stage: Stage) -> None:
    ids: dict[str, str] = {}
    posts = Planner(stage.town, calendar_of(stage.town), 1).round(0).posts

    async def play(start: int, until: tuple[int, ...]) -> int:
        """Say what is written from one post on up to a day and an hour; where it stopped."""
        end = datetime(2021, 6, *until, tzinfo=stage.town.zone)
        for index in range(start, len(posts)):
            post = posts[index]
            if post.at >= end:
                return index
            stage.pace.jump(post.at)
            await stage.app.tick()
            try:
                message = await stage.say(
                    post.room, post.sender, post.text, type=post.type, title=post.title,
                    reply_to=ids.get(post.reply),
                )  # fmt: skip
            except RefusedError:
                continue
            if post.label:
                ids[post.label] = message.id
        return len(posts)

    now = stage.pace.clock.now()
    start = next(i for i, post in enumerate(posts) if post.at > now)
    start = await play(start, (22, 10, 15))
    await stage.app.idle()
    shots = [("wide", WIDE, "light"), ("wide-dark", WIDE, "dark"), ("phone", PHONE, "light")]
    for name, size, scheme in shots:
        page = await visit(browser, url, size, scheme)
        await expect(room(page).locator("li.message").first).to_be_visible()
        await picture(page, f"{name}-morning")
        assert page.complaints == []
        await page.context.close()
    stage.pace.jump(datetime(2021, 6, 23, 1, 0, tzinfo=stage.town.zone))
    await stage.app.tick()
    start = next(i for i, post in enumerate(posts) if post.at > stage.pace.clock.now())
    await play(start, (23, 2))
    await stage.app.idle()
    for name, size, scheme in [("wide", WIDE, "dark"), ("phone", PHONE, "dark")]:
        page = await visit(browser, url, size, scheme)
        await page.locator("#tabs button", has_text="应急").click()
        await expect(room(page, "镇应急管理工作群")).to_contain_text("应急已开启")
        await picture(page, f"{name}-night")
        await page.context.close()
