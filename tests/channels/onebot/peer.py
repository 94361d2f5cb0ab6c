"""A OneBot v11 implementation that behaves like NapCat, or where told like LLBot, on loopback."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import ClientError, ClientSession, WSMsgType, web

from tests.channels.onebot.world import BOT, RANK, RefusedError, Said, World

_RECALL_TIMEOUT = (
    "Timeout: NTEvent serviceAndMethod:NodeIKernelMsgService/recallMsg "
    "ListenerName:NodeIKernelMsgListener/onMsgInfoListUpdate EventRet:\n"
)
_DECODE_FAILED = _RECALL_TIMEOUT + '{\n    "result": 7,\n    "errMsg": "decode failed!"\n}\n'

#: What a member's record also holds, and outside clients insist on.
_UNUSED = dict.fromkeys(("sex", "area", "title", "level"), "") | dict.fromkeys(
    ("age", "join_time", "last_sent_time", "title_expire_time"), 0
)


class Peer:
    """Speaks for the world. `hush` holds actions that get no answer."""

    def __init__(self, world: World, token: str = "", flavour: str = "napcat") -> None:
        self.world, self.token, self.flavour = world, token, flavour
        self.heartbeat = 30.0
        self.online = True
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.hush: set[str] = set()
        self.lie: set[str] = set()
        self.fail: dict[str, RefusedError] = {}
        self.missing: set[str] = set()
        self.twice = False
        self.held: dict[str, asyncio.Event] = {}
        self.as_text = False
        self.upgrades = 0
        self._sockets: set[Any] = set()
        self._beats: dict[Any, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._runner: web.AppRunner | None = None
        self.port = 0
        world.listeners.append(self._emit)

    # -- sockets

    async def listen(self) -> str:
        """Serve forward connections; the address."""
        app = web.Application()
        app.router.add_get("/", self._forward)
        app.router.add_get("/file/{name}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return f"ws://127.0.0.1:{self.port}/"

    async def deaf(self) -> None:
        """Stop serving, as if the program had been ended."""
        await self.drop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def close(self) -> None:
        await self.deaf()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def drop(self) -> None:
        """Break all connections without a word."""
        for socket in list(self._sockets):
            transport = getattr(socket, "_response", None) or getattr(socket, "_req", None)
            connection = getattr(transport, "connection", None) or transport
            connection.transport.abort()
        self._sockets.clear()

    def call(
        self, address: str, token: str | None = None, self_id: int = BOT
    ) -> "asyncio.Task[int]":
        """Reverse: call the bot; the task's result is the HTTP status."""

        async def talk() -> int:
            said = self.token if token is None else token
            headers = {
                "X-Self-ID": str(self_id),
                "Authorization": f"Bearer {said}",
                "x-client-role": "Universal",
                "User-Agent": "OneBot/11",
            }
            async with ClientSession() as session:
                try:
                    async with session.ws_connect(address, headers=headers) as socket:
                        await self._serve(socket)
                        return 101
                except ClientError as error:
                    return getattr(error, "status", 0)

        return self._spawn(talk())

    def silence(self) -> None:
        """No heartbeat from now on."""
        for task in self._beats.values():
            task.cancel()

    async def raw(self, data: str | bytes) -> None:
        """Send a frame as it is."""
        for socket in list(self._sockets):
            await (socket.send_str(data) if isinstance(data, str) else socket.send_bytes(data))

    async def beat(self) -> None:
        """One heartbeat now."""
        for socket in list(self._sockets):
            await self._send(socket, self._heartbeat())

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=b"content of " + request.match_info["name"].encode())

    async def _forward(self, request: web.Request) -> web.WebSocketResponse:
        self.upgrades += 1
        socket = web.WebSocketResponse(timeout=0.5)
        await socket.prepare(request)
        said = (
            request.query.get("access_token")
            or (request.headers.get("Authorization", "").split("Bearer ")[-1])
        )
        if self.token and said != self.token:
            answer = {"status": "failed", "retcode": 1403, "data": None, "echo": None}
            await self._send(
                socket, {**answer, "message": "token验证失败", "wording": "token验证失败"}
            )
            if self.flavour == "llbot":
                await socket.close(code=1008, message=b"invalid access token")
            else:
                await socket.close()
            return socket
        await self._serve(socket)
        return socket

    async def _serve(self, socket: Any) -> None:
        meta = {"time": int(self.world.now()), "self_id": BOT, "post_type": "meta_event"}
        await self._send(socket, {**meta, "meta_event_type": "lifecycle", "sub_type": "connect"})
        self._sockets.add(socket)
        self._beats[socket] = self._spawn(self._beating(socket))
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._spawn(self._answer(socket, frame.data))
        finally:
            self._sockets.discard(socket)
            self._beats.pop(socket).cancel()

    async def _beating(self, socket: Any) -> None:
        while True:
            await asyncio.sleep(self.heartbeat)
            await self._send(socket, self._heartbeat())

    def _heartbeat(self) -> dict[str, Any]:
        return {
            "time": int(self.world.now()),
            "self_id": BOT,
            "post_type": "meta_event",
            "meta_event_type": "heartbeat",
            "interval": int(self.heartbeat * 1000),
            "status": {"online": self.online, "good": True},
        }

    def _emit(self, event: dict[str, Any]) -> None:
        if self.as_text and "message" in event:
            event = {**event, "message": event["raw_message"], "message_format": "string"}
        for socket in list(self._sockets):
            # A socket keeps the order of what is sent to it in order.
            self._spawn(self._send(socket, event))

    async def _send(self, socket: Any, data: dict[str, Any]) -> None:
        try:
            await socket.send_str(json.dumps(data, ensure_ascii=False))
        except ConnectionError:
            self._sockets.discard(socket)

    def _spawn(self, work: Any) -> "asyncio.Task[Any]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # -- actions

    async def _answer(self, socket: Any, text: str) -> None:
        try:
            request = json.loads(text)
        except ValueError:
            request = None
        if not isinstance(request, dict):
            await self._send(socket, _reply(None, 1400, None, "json解析失败,请检查数据格式"))
            return
        action, params = str(request.get("action")), request.get("params") or {}
        self.calls.append((action, params))
        try:
            answer = _reply(request.get("echo"), 0, self.act(action, params))
        except RefusedError as refusal:
            answer = _reply(request.get("echo"), refusal.retcode, None, refusal.wording)
        if action in self.hush:
            return
        if action in self.held:
            await self.held[action].wait()
        await self._send(socket, answer)
        if self.twice:
            await self._send(socket, answer)

    def act(self, action: str, params: dict[str, Any]) -> Any:
        """Do what an action asks, or refuse with the implementation's words."""
        if action in self.fail:
            raise self.fail[action]
        handler: Callable[[dict[str, Any]], Any] | None = getattr(self, f"do_{action}", None)
        if handler is None or action in self.missing:
            unknown = f"{action} API 不存在" if self.flavour == "llbot" else f"不支持的API {action}"
            raise RefusedError(unknown, 1404)
        if action in self.lie:
            return None
        try:
            return handler(params)
        except KeyError as error:
            words = f"Key: {error.args[0]}, Message: Expected required property"
            raise RefusedError(words, 1400) from None

    def do_get_login_info(self, _: dict[str, Any]) -> Any:
        return {"user_id": BOT, "nickname": "小镇管家"}

    def do_get_version_info(self, _: dict[str, Any]) -> Any:
        name = "LLOneBot" if self.flavour == "llbot" else "NapCat.Onebot"
        return {"app_name": name, "protocol_version": "v11", "app_version": "4.18.19"}

    def do_get_status(self, _: dict[str, Any]) -> Any:
        return {"online": self.online, "good": True, "stat": {}}

    def do_get_group_list(self, _: dict[str, Any]) -> Any:
        return [self._group_info(number) for number in self.world.groups]

    def do_get_group_info(self, p: dict[str, Any]) -> Any:
        self.world.group(p["group_id"])
        return self._group_info(int(p["group_id"]))

    def do_get_group_member_list(self, p: dict[str, Any]) -> Any:
        members = self.world.group(p["group_id"]).members
        return [self._member_info(int(p["group_id"]), number) for number in members]

    def do_get_group_member_info(self, p: dict[str, Any]) -> Any:
        self.world.member(p["group_id"], p["user_id"])
        return self._member_info(int(p["group_id"]), int(p["user_id"]))

    def do_get_msg(self, p: dict[str, Any]) -> Any:
        said = self.world.messages.get(int(p["message_id"]))
        if said is None:
            raise RefusedError("消息不存在")
        event = self.world.message_event(int(p["message_id"]))
        if self.flavour == "llbot":
            return {**event, "status": "deleted" if said.recalled_by else "normal"}
        if said.recalled_by:
            raise RefusedError("消息不存在或已被撤回")
        return event

    def do_get_forward_msg(self, p: dict[str, Any]) -> Any:
        record = self.world.records.get(str(p.get("id") or p.get("message_id")))
        if record is None:
            raise RefusedError("消息已过期或者为内层消息，无法获取转发消息")
        key = "content" if self.flavour == "llbot" else "message"
        return {"messages": [{"sender": n["sender"], key: n["message"]} for n in record]}

    def do_get_group_msg_history(self, p: dict[str, Any]) -> Any:
        said = self.world.messages.items()
        numbers = [n for n, one in said if one.group == int(p["group_id"]) and not one.recalled_by]
        if not numbers and self.flavour == "napcat":
            raise RefusedError("消息undefined不存在")
        newest = numbers[-int(p.get("count", 20)) :]
        return {"messages": [self.world.message_event(number) for number in newest]}

    def do_get_friend_msg_history(self, p: dict[str, Any]) -> Any:
        person = int(p["user_id"])
        said = self.world.messages.items()
        numbers = [n for n, one in said if one.group is None and person in {one.by, one.to}]
        return {"messages": [self.world.message_event(number) for number in numbers]}

    def do_send_group_msg(self, p: dict[str, Any]) -> Any:
        self.world.group(p["group_id"])
        message = p["message"]
        try:
            return {"message_id": self.world.post(int(p["group_id"]), BOT, message)}
        except RefusedError:
            raise RefusedError("发送失败, 机器人被禁言") from None

    def do_send_private_msg(self, p: dict[str, Any]) -> Any:
        person = int(p["user_id"])
        if person not in self.world.friends:
            if "group_id" not in p:
                raise RefusedError("无法获取用户信息")
            if person in self.world.closed_to_strangers:
                raise RefusedError("发送失败，请先添加对方为好友")
        number = next(self.world.ids)
        message = p["message"] if isinstance(p["message"], list) else [p["message"]]
        self.world.messages[number] = Said(None, BOT, message, self.world.now(), to=person)
        return {"message_id": number}

    def do_delete_msg(self, p: dict[str, Any]) -> Any:
        number = int(p["message_id"])
        said = self.world.messages.get(number)
        if said is None or said.group is None:
            raise RefusedError(
                f"消息{number}不存在" if self.flavour == "llbot" else "Recall failed"
            )
        members = self.world.groups[said.group].members
        own = said.by == BOT and self.world.now() - said.at < 120
        author = members.get(said.by)
        if not own and self._rank(said.group) <= RANK[author.role if author else "member"]:
            raise RefusedError(_DECODE_FAILED)
        self.world.recall(number, BOT)

    def do_set_group_ban(self, p: dict[str, Any]) -> Any:
        group, person = int(p["group_id"]), int(p["user_id"])
        if person not in self.world.group(group).members:
            raise RefusedError("user not in group")
        role = self.world.groups[group].members[person].role
        if role == "owner":
            raise RefusedError("cannot ban owner")
        if role == "admin" and self._rank(group) < RANK["owner"]:
            raise RefusedError("cannot ban admin")
        if not self._rank(group):
            raise RefusedError("ERR_NOT_GROUP_ADMIN")
        default = 1800 if self.flavour == "llbot" else 0
        self.world.ban(group, person, int(p.get("duration", default)), BOT)

    def do_set_group_whole_ban(self, p: dict[str, Any]) -> Any:
        group = int(p["group_id"])
        self.world.group(group)
        if not self._rank(group):
            raise RefusedError("SetGroupWholeBan failed: ERR_NOT_GROUP_ADMIN 120101005")
        self.world.shut(group, str(p.get("enable", True)).lower() != "false", BOT)

    def do_set_group_kick(self, p: dict[str, Any]) -> Any:
        group, person = int(p["group_id"]), int(p["user_id"])
        target = self.world.group(group).members.get(person)
        if target is not None and self._rank(group) > RANK[target.role]:
            self.world.leave(group, person, BOT)
        elif self.flavour == "llbot":
            raise RefusedError("ERR_NOT_GROUP_ADMIN")
        # NapCat does not look at what came of it.

    def do__send_group_notice(self, p: dict[str, Any]) -> Any:
        if not self._rank(int(p["group_id"])):
            raise RefusedError("设置群公告失败,错误信息:no permission")
        self.world.group(p["group_id"]).notices.append(str(p["content"]))

    def do__get_group_notice(self, p: dict[str, Any]) -> Any:
        texts = self.world.group(p["group_id"]).notices
        return [{"notice_id": str(i), "message": {"text": text}} for i, text in enumerate(texts)]

    def do_delete_group_file(self, p: dict[str, Any]) -> Any:
        del self.world.group(p["group_id"]).files[p["file_id"]]

    def do_get_group_file_url(self, p: dict[str, Any]) -> Any:
        name = self.world.group(p["group_id"]).files[p["file_id"]]
        return {"url": f"http://127.0.0.1:{self.port}/file/{name}"}

    def _rank(self, group: int) -> int:
        return RANK[self.world.groups[group].members[BOT].role]

    def _group_info(self, number: int) -> dict[str, Any]:
        group = self.world.groups[number]
        info = {"group_id": number, "group_name": group.name, "member_count": len(group.members)}
        if self.flavour == "llbot":
            return {**info, "shut_up_all_timestamp": 268435455 if group.all_shut else 0}
        return {**info, "group_all_shut": -1 if group.all_shut else 0}

    def _member_info(self, group: int, number: int) -> dict[str, Any]:
        someone = self.world.groups[group].members[number]
        return {
            "group_id": group,
            "user_id": number,
            "nickname": someone.nickname,
            "card": someone.card,
            "role": someone.role,
            "is_robot": someone.robot,
            "shut_up_timestamp": int(someone.shut_until),
            **_UNUSED,
        }


def _reply(echo: Any, retcode: int, data: Any, words: str = "") -> dict[str, Any]:
    status = "failed" if retcode else "ok"
    return {
        "status": status,
        "retcode": retcode,
        "data": data,
        "message": words,
        "wording": words,
        "echo": echo,
    }
