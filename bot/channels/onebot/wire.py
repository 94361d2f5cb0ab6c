"""One conversation over one socket: actions and their echoes, events, signs of life."""

import asyncio
import contextlib
import itertools
import json
import logging
import secrets
from collections.abc import Callable
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType
from aiohttp.web import WebSocketResponse

from bot.core.ending import end
from bot.words import say

log = logging.getLogger(__name__)

Socket = ClientWebSocketResponse | WebSocketResponse
Frame = dict[str, Any]

#: Merged chat records and pictures in base64 come in one frame.
LARGEST_FRAME = 50 * 1024 * 1024
#: Without a heartbeat the other side is asked for its status after so many seconds of silence.
_QUIET = 90.0
_WRONG_TOKEN, _UNKNOWN_ACTION = 1403, 1404
_ENDS = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})


class ActionError(Exception):
    """The implementation answered with an error."""

    def __init__(self, action: str, retcode: int, wording: str) -> None:
        super().__init__(f"{action}: {retcode} {wording}")
        self.action, self.retcode, self.wording = action, retcode, wording

    @property
    def unknown_action(self) -> bool:
        """Whether the implementation does not have the action at all."""
        return self.retcode == _UNKNOWN_ACTION


class NoAnswerError(ConnectionError):
    """An action was sent and nothing came back: whether it took effect is not known."""


class WrongTokenError(PermissionError):
    """The other side does not accept the access token."""


class Wire:
    """Speaks OneBot v11 over a socket that is open. `heard` gets every event, in order."""

    def __init__(self, socket: Socket, heard: Callable[[Frame], None], timeout: float) -> None:
        self._socket, self._heard, self._timeout = socket, heard, timeout
        self._session, self._numbers = secrets.token_hex(4), itertools.count(1)
        self._pending: dict[str, asyncio.Future[Frame]] = {}
        self._interval: float | None = None
        self._beaten = asyncio.Event()
        self._last_frame = asyncio.get_running_loop().time()
        self._reason = ""
        self._over = False

    async def run(self) -> str:
        """Read until the conversation ends; says why. WrongTokenError if that is the reason."""
        watch = asyncio.create_task(self._watch(), name="onebot-watch")
        try:
            while True:
                frame = await self._socket.receive()
                if frame.type in _ENDS:
                    break
                self._last_frame = asyncio.get_running_loop().time()
                self._take(frame.data)
        finally:
            self._over = True
            await end([watch])
            self._reason = self._reason or say("onebot.closed", code=self._socket.close_code or "-")
            for future in self._pending.values():
                if not future.done():
                    future.set_exception(NoAnswerError(self._reason))
            await self._socket.close()
        return self._reason

    async def close(self, reason: str) -> None:
        """End the conversation for `reason`."""
        self._reason = self._reason or reason
        await self._socket.close()

    async def call(self, action: str, **params: object) -> Any:
        """An action's data. ActionError if refused, NoAnswerError if nothing came back in time."""
        if self._over or self._socket.closed:
            raise ConnectionError(self._reason or say("onebot.closed", code="-"))
        echo = f"{self._session}.{next(self._numbers)}"
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._pending[echo] = future
        request = {"action": action, "params": params, "echo": echo}
        try:
            await self._socket.send_str(json.dumps(request, ensure_ascii=False))
            async with asyncio.timeout(self._timeout):
                answer = await future
        except TimeoutError as error:
            words = say("onebot.unanswered", action=action, seconds=f"{self._timeout:g}")
            raise NoAnswerError(words) from error
        finally:
            # A later or second answer with this echo finds nobody waiting.
            self._pending.pop(echo, None)
        if answer.get("status") == "failed" or answer.get("retcode") not in {0, 1, None}:
            wording = str(answer.get("wording") or answer.get("message") or answer.get("msg") or "")
            raise ActionError(action, _whole(answer.get("retcode")), wording)
        return answer.get("data")

    def _take(self, data: object) -> None:
        try:
            frame = json.loads(data) if isinstance(data, str | bytes) else None
        except (ValueError, RecursionError):
            frame = None
        if not isinstance(frame, dict):
            log.warning("a frame that is no OneBot message was ignored")
            return
        if "post_type" in frame:
            self._note_heartbeat(frame)
            self._heard(frame)
            return
        echo = frame.get("echo")
        future = self._pending.get(echo) if isinstance(echo, str) else None
        if future is not None and not future.done():
            future.set_result(frame)
        elif not echo and frame.get("retcode") == _WRONG_TOKEN:
            raise WrongTokenError(str(frame.get("wording") or frame.get("message") or ""))
        else:
            log.debug("an answer that nobody waits for was ignored")

    def _note_heartbeat(self, frame: Frame) -> None:
        if frame.get("meta_event_type") == "heartbeat":
            interval = frame.get("interval")
            if isinstance(interval, int | float) and interval > 0:
                self._interval = interval / 1000
                self._beaten.set()

    async def _watch(self) -> None:
        """End the conversation when the other side has fallen silent."""
        loop = asyncio.get_running_loop()
        while True:
            patience = _QUIET if self._interval is None else self._interval * 3
            left = self._last_frame + patience - loop.time()
            if left > 0:
                await self._pause(left)
                continue
            if self._interval is None and await self._answers():
                continue
            await self.close(say("onebot.silent", seconds=f"{patience:g}"))
            return

    async def _pause(self, seconds: float) -> None:
        """Sleep, but no longer than until the first heartbeat: it shortens the patience."""
        if self._interval is not None:
            await asyncio.sleep(seconds)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._beaten.wait()

    async def _answers(self) -> bool:
        try:
            await self.call("get_status")
        except ActionError:
            return True
        except ConnectionError:
            return False
        return True


def _whole(value: object) -> int:
    return value if isinstance(value, int) else -1
