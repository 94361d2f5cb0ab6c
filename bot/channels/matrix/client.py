"""One account at one homeserver: requests, log-in, files. Knows nothing of rooms or towns."""

import json
import logging
from collections.abc import Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.channels.base import LoginError
from bot.channels.matrix.options import MatrixOptions, Secrets
from bot.core.clock import Clock
from bot.words import say

log = logging.getLogger(__name__)

V3 = "/_matrix/client/v3"
CLIENT_V1 = "/_matrix/client/v1"
_TOO_MANY, _UNAUTHORIZED, _SERVER_ERROR = 429, 401, 500
#: Seconds to wait where a server asks for patience without saying how much.
_PATIENCE = 5.0

Json = Mapping[str, Any]


class MatrixError(Exception):
    """The server answered no. `retry_after` (seconds) is set where it asks to come back later."""

    def __init__(
        self, status: int, errcode: str, words: str, retry_after: float | None = None
    ) -> None:
        super().__init__(f"{errcode}: {words}" if words else errcode)
        self.status, self.errcode, self.retry_after = status, errcode, retry_after


class LoggedOutError(ConnectionError):
    """The session is over; a new log-in is due."""


def path(*parts: str, base: str = V3) -> str:
    """A path with every part quoted; ids hold slashes, colons and dollar signs."""
    return "/".join((base, *(quote(part, safe="") for part in parts)))


class Client:
    """Requests of one account. A lost connection or a failing server raises ConnectionError."""

    def __init__(self, name: str, options: MatrixOptions, secrets: Secrets, clock: Clock) -> None:
        self._name, self.me = name, options.user_id
        self._options, self._secrets, self._clock = options, secrets, clock
        # The device outlives the process: the server knows sends again by device and key.
        self._device = "QINGQUN-" + quote(name, safe="").upper()
        self._token = ""
        self._session: aiohttp.ClientSession | None = None
        #: How far the server's clock is ahead of ours, as last seen.
        self.ahead = timedelta()

    async def open(self) -> None:
        """Get ready for requests."""
        self._session = aiohttp.ClientSession()

    async def close(self) -> None:
        """Drop all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @property
    def logged_in(self) -> bool:
        """Whether there is a session that the server has not ended, as far as is known."""
        return bool(self._token)

    async def log_in(self) -> None:
        """Begin a session; LoginError if the server rejects what the environment gave."""
        try:
            if self._secrets.token:
                self._token = self._secrets.token
                who = await self.call("GET", path("account", "whoami"))
            else:
                who = await self.call("POST", path("login"), body=self._login_body())
                self._token = str(who.get("access_token", ""))
        except LoggedOutError as error:
            raise self._not_let_in(str(error)) from error
        except MatrixError as error:
            self._token = ""
            if error.retry_after is not None:
                raise
            raise self._not_let_in(str(error)) from error
        except ConnectionError:
            self._token = ""
            raise
        if who.get("user_id") != self.me:
            self._token = ""
            raise self._not_let_in(f"the session belongs to {who.get('user_id')}, not to {self.me}")

    def _not_let_in(self, reason: str) -> LoginError:
        return LoginError(say("matrix.login", channel=self._name, reason=reason))

    def _login_body(self) -> Json:
        return {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self.me},
            "password": self._secrets.password,
            "device_id": self._device,
            "initial_device_display_name": "轻群",
        }

    async def call(
        self,
        method: str,
        where: str,
        *,
        body: Json | None = None,
        params: Mapping[str, str] | None = None,
        patience: float = 0.0,
    ) -> dict[str, Any]:
        """Ask, and give the answer's object. `patience` is the time (s) the server may hold it."""
        async with self._ask(
            method, where, params=params, patience=patience, json=body
        ) as response:
            return await self._answer(response)

    async def upload(self, data: bytes, mime: str, name: str) -> str:
        """Store a file; its mxc address."""
        async with self._ask(
            "POST", path("upload", base="/_matrix/media/v3"), params={"filename": name},
            data=data, headers={"Content-Type": mime}, patience=60.0,
        ) as response:  # fmt: skip
            return str((await self._answer(response)).get("content_uri", ""))

    async def download(self, address: str, limit: int) -> bytes | None:
        """The file at an mxc address; None if it is not there or is longer than `limit` bytes."""
        server, _, media = address.removeprefix("mxc://").partition("/")
        where = path("media", "download", server, media, base=CLIENT_V1)
        try:
            async with self._ask("GET", where, patience=60.0) as response:
                if response.status >= 400:  # noqa: PLR2004
                    await self._answer(response)
                content = bytearray()
                async for chunk in response.content.iter_chunked(65536):
                    content += chunk
                    if len(content) > limit:
                        return None
                return bytes(content)
        except MatrixError as error:
            if error.retry_after is not None:
                raise ConnectionError(str(error)) from error
            log.info("a file cannot be had", extra={"errcode": error.errcode})
            return None

    @asynccontextmanager
    async def _ask(
        self,
        method: str,
        where: str,
        *,
        params: Mapping[str, str] | None = None,
        patience: float = 0.0,
        headers: Mapping[str, str] | None = None,
        **content: Any,
    ) -> Any:
        if self._session is None:
            raise ConnectionError("not connected")
        url = URL(self._options.homeserver + where, encoded=True).update_query(params or {})
        headers = dict(headers or {})
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        limit = aiohttp.ClientTimeout(total=self._options.request_seconds + patience)
        try:
            async with self._session.request(
                method, url, headers=headers, timeout=limit, **content
            ) as response:
                self._note_clock(response)
                yield response
        except TimeoutError as error:
            raise ConnectionError("the server did not answer in time") from error
        except aiohttp.ClientError as error:
            raise ConnectionError(f"{type(error).__name__}: {error}") from error

    async def _answer(self, response: aiohttp.ClientResponse) -> dict[str, Any]:
        try:
            answer = json.loads(await response.read())
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            if response.ok:
                raise ConnectionError("the answer is not the homeserver's")
            answer = {}
        if response.ok:
            return answer
        errcode, words = str(answer.get("errcode", "")), str(answer.get("error", ""))
        told = f"{errcode}: {words}" if errcode else f"HTTP {response.status}"
        if response.status >= _SERVER_ERROR:
            raise ConnectionError(told)
        if response.status == _UNAUTHORIZED and errcode == "M_UNKNOWN_TOKEN":
            self._token = ""
            raise LoggedOutError(told)
        retry_after = None
        if response.status == _TOO_MANY:
            retry_after = _seconds(answer.get("retry_after_ms"), response.headers)
        raise MatrixError(response.status, errcode or f"HTTP {response.status}", words, retry_after)

    def _note_clock(self, response: aiohttp.ClientResponse) -> None:
        try:
            date = parsedate_to_datetime(response.headers.get("Date", ""))
        except ValueError:
            return
        self.ahead = date - self._clock.now() if date.tzinfo else timedelta()


def _seconds(milliseconds: object, headers: Mapping[str, str]) -> float:
    """How long a server that is asked too much wants to be left alone."""
    if isinstance(milliseconds, int | float) and milliseconds >= 0:
        return milliseconds / 1000
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return _PATIENCE
