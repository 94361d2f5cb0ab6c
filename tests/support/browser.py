"""The system's own Chromium, headless; none is downloaded."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

try:
    from playwright.async_api import async_playwright
except ImportError:
    async_playwright = None

#: Where screenshots are kept for people to look at.
SHOTS = Path(os.environ.get("QINGQUN_SHOTS") or Path(__file__).parents[2] / "ci-output")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def missing(reason: str) -> None:
    """Skip where somebody's machine lacks something; in CI it must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@asynccontextmanager
async def chromium() -> AsyncIterator[Any]:
    """A fresh browser (playwright's), closed in the end."""
    if async_playwright is None:
        missing("needs playwright: pip install 'playwright>=1.50' (no `playwright install`)")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found is None:
        missing("needs Chromium: apt-get install chromium fonts-noto-cjk")
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=found, headless=True, args=FLAGS)
        yield browser
        await browser.close()


async def opened(browser: Any, size: dict[str, int], scheme: str = "light", **more: Any) -> Any:
    """An empty page of that size; what it complains about is gathered in `complaints`."""
    context = await browser.new_context(
        viewport=size, color_scheme=scheme, device_scale_factor=2, **more
    )
    page = await context.new_page()
    page.set_default_timeout(15_000)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: page.complaints.append(said.text) if said.type == "error" else None,
    )
    return page


async def shoot(page: Any, name: str) -> None:
    """Keep a picture of the whole page, on a screen as high as it is: bars stay at its edges."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size
    height = await page.evaluate("document.documentElement.scrollHeight")
    await page.set_viewport_size({**size, "height": max(size["height"], height)})
    await page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
    await page.set_viewport_size(size)
