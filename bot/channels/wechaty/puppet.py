"""A PuppetService that survives a current gateway: its connection, its events and its deadlines."""

import asyncio
import json
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from enum import IntEnum
from random import Random
from typing import Any

from grpclib.client import Channel
from grpclib.config import Configuration
from grpclib.const import Status
from grpclib.exceptions import GRPCError, ProtocolError, StreamTerminatedError
from wechaty_grpc.wechaty import PuppetStub  # type: ignore[import-untyped]
from wechaty_puppet import PuppetOptions  # type: ignore[import-untyped]

from bot.channels.base import Link
from bot.channels.wechaty.calls import Calls
from bot.channels.wechaty.settings import Settings
from bot.core.ending import end

log = logging.getLogger(__name__)

#: What a connection that is gone, or a gateway that does not answer, looks like.
LOST = (OSError, ProtocolError, StreamTerminatedError, TimeoutError)
_LOST_STATUS = frozenset({Status.UNAVAILABLE, Status.DEADLINE_EXCEEDED, Status.CANCELLED})


class Kind(IntEnum):
    """The events of the gateway; others, newer ones, are passed over."""

    HEARTBEAT = 1
    MESSAGE = 2
    ERROR = 16
    FRIENDSHIP = 17
    ROOM_JOIN = 19
    ROOM_LEAVE = 20
    ROOM_TOPIC = 21
    SCAN = 22
    LOGIN = 25
    LOGOUT = 26
    DIRTY = 27


#: Takes an event; while it does not return, the gateway holds the next ones back.
Take = Callable[[Kind, Mapping[str, Any]], Awaitable[None]]
#: Told of every change of the link, with a reason or the content of the login code.
Tell = Callable[[Link, str], Awaitable[None]]


def lost(error: Exception) -> bool:
    """Whether an error of a call says nothing but that the gateway was not reached."""
    return isinstance(error, LOST) or (
        isinstance(error, GRPCError) and error.status in _LOST_STATUS
    )


class SturdyPuppet(Calls):
    """Stays connected until `stop`, with one client's manners.

    The stock puppet ends at the first `error` event, hangs in a black hole, sends Stop to a
    gateway that serves another client and Start at every connect (which leaks listeners there).
    """

    def __init__(
        self, settings: Settings, token: str, random: Random, take: Take, tell: Tell
    ) -> None:
        super().__init__(PuppetOptions(token=token, end_point=settings.endpoint), "qingqun")
        self._settings, self._random = settings, random
        self._take, self._tell = take, tell
        self._ssl = _tls(settings)
        self._closed = asyncio.Event()
        self._session: asyncio.Task[str] | None = None
        self._told: Link | None = None
        self._waits = self._streamed = False

    async def start(self) -> None:
        """Connect, and again whenever the connection is lost; returns after `stop`."""
        delay = self._settings.backoff_first
        while not self._closed.is_set():
            self._session = asyncio.create_task(self._connect(), name="wechaty session")
            try:
                why = await self._session
            except asyncio.CancelledError:
                if self._closed.is_set():
                    return
                raise
            self.login_user_id = None
            await self._change(Link.DISCONNECTED, why)
            if self._streamed:
                delay = self._settings.backoff_first
            with suppress(TimeoutError):
                async with asyncio.timeout(delay * self._random.uniform(0.8, 1.2)):
                    await self._closed.wait()
            delay = min(delay * 2, self._settings.backoff_most)

    async def stop(self) -> None:
        """Let go of the gateway without stopping the puppet there, so that it stays logged in."""
        self._closed.set()
        if self._session is not None:
            await end([self._session])
        self._let_go()

    def _open(self) -> Channel:
        self._let_go()
        settings = self._settings
        host, port = settings.address
        config = Configuration(
            _keepalive_time=settings.keepalive,
            _keepalive_timeout=settings.keepalive_timeout,
            _keepalive_permit_without_calls=True,
            _http2_max_pings_without_data=0,
            _http2_min_sent_ping_interval_without_data=settings.keepalive,
            ssl_target_name_override=settings.tls_name,
        )
        self.channel = Channel(host=host, port=port, ssl=self._ssl, config=config)
        metadata = {"authorization": f"Wechaty {self.options.token}"}
        self._puppet_stub = PuppetStub(
            self.channel, metadata=metadata, timeout=settings.rpc_deadline
        )
        # The stream of events has no deadline; keepalive watches over it.
        self._event_stub = PuppetStub(self.channel, metadata=metadata)
        return self.channel

    def _let_go(self) -> None:
        if self.channel is not None:
            self.channel.close()
        self.channel = self._puppet_stub = None

    async def _connect(self) -> str:
        """One connection, from its beginning to its end; why it ended."""
        self._waits = self._streamed = False
        channel = self._open()
        stream = self._event_stub.event()
        starter: asyncio.Task[None] | None = None
        try:
            # Without a limit a host that swallows packets would hold this for minutes.
            async with asyncio.timeout(self._settings.rpc_deadline):
                await channel.__connect__()
            async for response in stream:
                if starter is None:
                    self._streamed = True
                    starter = asyncio.create_task(self._start_if_idle())
                await self._receive(response.type, response.payload)
        except GRPCError as error:
            if error.status is Status.ALREADY_EXISTS:
                return await self._busy()
            return f"{error.status.name}: {self._clean(error.message)}"
        except LOST as error:
            return f"{type(error).__name__}: {error}"
        finally:
            if starter is not None:
                starter.cancel()
            await stream.aclose()
        return "the gateway ended the stream"

    async def _start_if_idle(self) -> None:
        """Ask for a start only of a puppet that shows neither a login nor a code to scan."""
        await asyncio.sleep(self._settings.login_wait)
        if self.login_user_id is None and not self._waits:
            try:
                await self.puppet_stub.start()
            except (GRPCError, *LOST) as error:
                log.warning("the gateway could not start its puppet: %s", type(error).__name__)

    async def _busy(self) -> str:
        if self._settings.take_over:
            try:
                await self.puppet_stub.stop()
            except (GRPCError, *LOST) as error:
                log.warning("could not take the gateway over: %s", type(error).__name__)
        return "another client holds this gateway"

    async def _receive(self, number: int, payload: str) -> None:
        """Nothing that a gateway sends may end the stream."""
        try:
            kind = Kind(int(number))
            data = json.loads(payload or "{}")
            if not isinstance(data, dict):
                raise TypeError("not an object")  # noqa: TRY301
        except ValueError:
            log.debug("event %s passed over", number)
            return
        except TypeError:
            log.warning("event %s has an odd payload", number)
            return
        try:
            await self._dispatch(kind, data)
        except Exception:
            log.exception("event %s could not be taken", kind.name)

    async def _dispatch(self, kind: Kind, data: dict[str, Any]) -> None:
        match kind:
            case Kind.HEARTBEAT:
                return
            case Kind.ERROR:
                log.warning("the puppet reports an error: %s", self._clean(_error_text(data)))
            case Kind.LOGIN:
                self.login_user_id = str(data.get("contactId") or "") or None
                await self._change(Link.CONNECTED, "", again=True)
            case Kind.LOGOUT:
                self.login_user_id = None
                self._waits = True
                await self._change(Link.LOGGED_OUT, str(data.get("data") or ""))
            case Kind.SCAN:
                self._waits = True
                code = data.get("qrcode")
                if isinstance(code, str) and code:
                    await self._change(Link.SCAN, code, again=True)
            case _:
                await self._take(kind, data)

    async def _change(self, state: Link, detail: str, *, again: bool = False) -> None:
        if state is self._told and not again:
            return
        self._told = state
        log.info("wechat link: %s %s", state.value, detail)
        await self._tell(state, detail)

    def _clean(self, text: str | None) -> str:
        """A gateway that refuses a token repeats it in its message."""
        return (text or "").replace(self.options.token, "***")[:300]


def _error_text(data: Mapping[str, Any]) -> str:
    """The words of an error: current gateways wrap them in a `gerror` JSON."""
    text = data.get("gerror") or data.get("data") or data.get("message") or ""
    try:
        inner = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        inner = text
    return str(inner.get("message", "") if isinstance(inner, dict) else inner)


def _tls(settings: Settings) -> ssl.SSLContext | None:
    """The town's own CA and no other: the private key that gateways bring along is public."""
    if settings.tls_ca is None:
        if settings.address[0] not in {"127.0.0.1", "::1", "localhost"}:
            log.warning("the way to the gateway %s is not encrypted", settings.endpoint)
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(settings.tls_ca)
    context.set_alpn_protocols(["h2"])
    return context
