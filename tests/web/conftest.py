"""A town with its page, and visitors with and without a login."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientResponse, DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from bot.web.server import make_application
from bot.web.site import SITE, Site
from tests.support.town import Harness

_LINK = re.compile(r"/login/([\w-]+)")
_KEY = re.compile(r'name="key" value="([0-9a-f]{64})"')


@dataclass
class Visit:
    """One browser: its cookies, and the forms it sends."""

    town: Harness
    client: TestClient
    cookie: str = ""
    key: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def site(self) -> Site:
        return self.client.server.app[SITE]  # type: ignore[union-attr]

    @property
    def origin(self) -> str:
        return f"http://{self.client.server.host}:{self.client.server.port}"

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return await self.client.get(path, headers=self._with(headers), allow_redirects=False)

    async def post(
        self, path: str, *, origin: str | None = "", key: str | None = "", **fields: str
    ) -> ClientResponse:
        """Send a form as a browser does; `origin` and `key` stand for its own where they are empty."""
        headers = {} if origin is None else {"Origin": origin or self.origin}
        if key is not None:
            fields["key"] = key or self.key
        answer = await self.client.post(
            path, data=fields, headers=self._with(headers), allow_redirects=False
        )
        await self.town.settle()
        return answer

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        cookie = {"Cookie": f"qingqun={self.cookie}"} if self.cookie else {}
        return {**cookie, **self.headers, **headers}

    async def link(self, person: str = "行政办主任") -> str:
        """Ask the bot for a link as one does; its token."""
        before = len(self.town.inbox(person))
        await self.town.whisper(person, "登录")
        found = _LINK.search("\n".join(self.town.inbox(person)[before:]))
        assert found is not None
        return found[1]

    async def login(self, person: str = "行政办主任") -> "Visit":
        """Come in as somebody; this same visit."""
        answer = await self.post("/login", key=None, token=await self.link(person))
        assert answer.status == 303
        self.cookie = answer.cookies["qingqun"].value
        await self.learn_key()
        return self

    async def learn_key(self) -> None:
        """Take the form key from a page."""
        found = _KEY.search(await (await self.get("/")).text())
        assert found is not None
        self.key = found[1]

    async def text(self, path: str) -> str:
        """A page that must be there."""
        answer = await self.get(path)
        assert answer.status == 200, (path, answer.status)
        return await answer.text()


@pytest.fixture
async def visit(town: Harness) -> AsyncIterator[Visit]:
    """A browser that has not logged in."""
    client = TestClient(TestServer(make_application(town.app)), cookie_jar=DummyCookieJar())
    await client.start_server()
    yield Visit(town, client)
    await client.close()


@pytest.fixture
async def admin(visit: Visit) -> Visit:
    """A browser in which an admin has logged in."""
    return await visit.login()
