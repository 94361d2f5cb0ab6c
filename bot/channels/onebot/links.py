"""How a socket comes about: calling the implementation, or being called by it."""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable

from aiohttp import (
    ClientError,
    ClientSession,
    ClientTimeout,
    ClientWSTimeout,
    WSServerHandshakeError,
    web,
)

from bot.channels.onebot.options import OneBotOptions
from bot.channels.onebot.wire import LARGEST_FRAME, Socket, WrongTokenError
from bot.core.ending import end
from bot.words import say

log = logging.getLogger(__name__)

_PING, _CLOSING, _HANDSHAKE = 30.0, 2.0, 10.0
_DENIED = frozenset({401, 403})

#: Talks over a socket until that is over; True if the conversation had got as far as being ready.
Talk = Callable[[Socket], Awaitable[bool]]
#: Told why there is no connection; `hopeless` if only a person can mend it.
Failed = Callable[[str, bool], None]


class Dialer:
    """Forward: calls, and calls again with growing pauses."""

    def __init__(
        self, options: OneBotOptions, token: str, variable: str, talk: Talk, failed: Failed
    ) -> None:
        self._options, self._token, self._variable = options, token, variable
        self._talk, self._failed = talk, failed
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to call."""
        self._task = asyncio.create_task(self._run(), name="onebot-dialer")

    async def stop(self) -> None:
        """Hang up."""
        if self._task is not None:
            await end([self._task], patience=_HANDSHAKE)

    async def _run(self) -> None:
        pause = self._options.retry_first
        timeout = ClientTimeout(total=None, sock_connect=_HANDSHAKE)
        async with ClientSession(timeout=timeout) as session:
            while True:
                if await self._call(session):
                    pause = self._options.retry_first
                await asyncio.sleep(pause)
                pause = min(pause * 2, self._options.retry_longest)

    async def _call(self, session: ClientSession) -> bool:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        address = self._options.address
        try:
            async with asyncio.timeout(_HANDSHAKE):
                socket = await session.ws_connect(
                    address,
                    headers=headers,
                    heartbeat=_PING,
                    max_msg_size=LARGEST_FRAME,
                    timeout=ClientWSTimeout(ws_close=_CLOSING),
                )
        except WSServerHandshakeError as error:
            if error.status in _DENIED:
                self._denied()
            else:
                self._unreachable(f"HTTP {error.status}")
            return False
        except (ClientError, OSError, TimeoutError) as error:
            self._unreachable(str(error) or type(error).__name__)
            return False
        try:
            return await self._talk(socket)
        except WrongTokenError:
            self._denied()
            return False
        finally:
            await socket.close()

    def _denied(self) -> None:
        self._failed(say("onebot.wrong_token", variable=self._variable), True)

    def _unreachable(self, why: str) -> None:
        self._failed(say("onebot.unreachable", address=self._options.address, why=why), False)


class Listener:
    """Reverse: waits to be called. A new call of the same account takes the old one's place."""

    def __init__(
        self, options: OneBotOptions, token: str, variable: str, talk: Talk, failed: Failed
    ) -> None:
        self._options, self._token, self._variable = options, token, variable
        self._talk, self._failed = talk, failed
        self._runner: web.AppRunner | None = None
        self._socket: web.WebSocketResponse | None = None
        self._caller = ""
        self._turn = asyncio.Lock()
        self.port = options.port

    async def start(self) -> None:
        """Begin to listen. OSError if the port is taken."""
        app = web.Application()
        app.router.add_get(self._options.path, self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSING)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._options.host, self._options.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Hang up and listen no more."""
        if self._socket is not None:
            await self._socket.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        caller = request.headers.get("X-Self-ID", "")
        refusal = self._refusal(request, caller)
        if refusal is not None:
            return refusal
        socket = web.WebSocketResponse(
            timeout=_CLOSING, heartbeat=_PING, max_msg_size=LARGEST_FRAME
        )
        await socket.prepare(request)
        if self._socket is not None:
            log.info("%s", say("onebot.replaced"))
            await self._socket.close()
        self._socket, self._caller = socket, caller
        async with self._turn:
            try:
                await self._talk(socket)
            except WrongTokenError:
                self._failed(say("onebot.wrong_token", variable=self._variable), True)
            finally:
                if self._socket is socket:
                    self._socket, self._caller = None, ""
                await socket.close()
        return socket

    def _refusal(self, request: web.Request, caller: str) -> web.Response | None:
        if not self._may_enter(request):
            address = f"{self._options.host}:{self.port}{self._options.path}"
            words = say("onebot.stranger", address=address, variable=self._variable)
            self._failed(words, True)
            return web.Response(status=403, text="token")
        expected = self._options.self_id
        if expected and caller != expected:
            return web.Response(status=403, text="X-Self-ID")
        if self._caller and caller != self._caller:
            return web.Response(status=409, text="X-Self-ID")
        if request.headers.get("X-Client-Role", "Universal").lower() != "universal":
            return web.Response(status=400, text="X-Client-Role: Universal")
        return None

    def _may_enter(self, request: web.Request) -> bool:
        if not self._token:
            # Without a token at least no web page may speak to the loopback port.
            return "Origin" not in request.headers
        said = request.headers.get("Authorization", "").rpartition(" ")[2]
        said = said or request.query.get("access_token", "")
        return hmac.compare_digest(said.encode(), self._token.encode())
