"""A server made up for the test: patience asked for, nonsense sent, and things no person does."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import ValidationError

from bot.channels.base import Edited, Link, LinkChanged, Order, Recalled, Verb
from bot.channels.matrix import MatrixChannel, MatrixOptions
from bot.channels.matrix.options import Secrets
from bot.core.clock import DrivenClock
from bot.core.decision import Outcome
from bot.core.message import MessageType
from tests.channels.matrix.conftest import Memory, Seen

BOT, ROOM = "@bot:t", "!room:t"
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
Answer = tuple[int, dict[str, Any], dict[str, str]]


def member(person: str, name: str = "") -> dict[str, Any]:
    content = {"membership": "join", "displayname": name}
    return {"type": "m.room.member", "state_key": person, "sender": person, "content": content}


STATE = [
    {"type": "m.room.create", "state_key": "", "sender": "@li:t", "content": {"room_version": "10"}},
    {"type": "m.room.name", "state_key": "", "sender": "@li:t", "content": {"name": "镇工作群"}},
    member(BOT),
    member("@li:t", "小李"),
    member("@wang:t", "小王"),
]  # fmt: skip


class Fake:
    """Answers as told: a queue of sync answers, and functions for the other requests."""

    def __init__(self) -> None:
        self.syncs: asyncio.Queue[Answer] = asyncio.Queue()
        self.answers: dict[tuple[str, str], Callable[[], Answer]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self._count = 0
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self.server = TestServer(app)

    async def _serve(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/_matrix/client/v3/")
        self.asked.append((request.method, path, dict(request.query)))
        if path == "sync":
            status, body, headers = await self.syncs.get()
        elif path == "account/whoami":
            status, body, headers = 200, {"user_id": BOT}, {}
        else:
            found = next(
                (a for (m, p), a in self.answers.items() if m == request.method and p in path), None
            )
            status, body, headers = found() if found else (404, {"errcode": "M_NOT_FOUND"}, {})
        return web.json_response(body, status=status, headers=headers)

    def tell(self, *events: Any, state: Any = (), **timeline: Any) -> None:
        """Queue one answer with events in the room."""
        self._count += 1
        part = {"state": {"events": list(state)}, "timeline": {"events": list(events), **timeline}}
        body = {"next_batch": f"s{self._count}", "rooms": {"join": {ROOM: part}}}
        self.syncs.put_nowait((200, body, {}))


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    fake = Fake()
    await fake.server.start_server()
    yield fake
    await fake.server.close()


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
async def channel(fake: Fake, seen: Seen) -> AsyncIterator[MatrixChannel]:
    options = {
        "homeserver": str(fake.server.make_url("/")), "user_id": BOT,
        "retry_first": 0.01, "retry_most": 0.05, "request_seconds": 5,
    }  # fmt: skip
    environ = {"QINGQUN_MATRIX_TOKEN": "secret"}
    channel = MatrixChannel("m", options, DrivenClock(START), Memory(), environ=environ)
    fake.tell(state=STATE)
    await channel.start(seen)
    yield channel
    await channel.stop()


def said(content: Any, number: int = 1, kind: str = "m.room.message", **more: Any) -> Any:
    return {
        "type": kind, "event_id": f"$e{number}", "sender": "@li:t", "content": content,
        "origin_server_ts": int(START.timestamp() * 1000), **more,
    }  # fmt: skip


def text(body: str, number: int = 1) -> Any:
    return said({"msgtype": "m.text", "body": body}, number)


async def test_patience_asked_for_is_handed_on(fake: Fake, channel: MatrixChannel) -> None:
    limited = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests"}
    answers: list[Answer] = [
        (429, {**limited, "retry_after_ms": 2500}, {}),
        (429, limited, {"Retry-After": "7"}),
        (429, limited, {}),
        (200, {"event_id": "$done"}, {}),
    ]
    fake.answers["PUT", "/send/"] = lambda: answers.pop(0)
    order = Order(Verb.SEND, "o1", ROOM, text="通知")
    results = [await channel.perform(order) for _ in range(4)]
    assert [result.retry_after for result in results] == [2.5, 7.0, 5.0, None]
    assert [result.outcome for result in results] == [Outcome.PENDING] * 3 + [Outcome.DONE]
    sends = {path for method, path, _ in fake.asked if "/send/" in path}
    assert len(sends) == 1  # one transaction, so that nothing is posted twice


async def test_a_failing_server_is_a_lost_connection(fake: Fake, channel: MatrixChannel) -> None:
    order = Order(Verb.DELETE, "o1", ROOM, message_id="$e1")
    fake.answers["GET", "relations"] = lambda: (200, {"chunk": []}, {})
    fake.answers["PUT", "redact"] = lambda: (502, {}, {})
    with pytest.raises(ConnectionError):
        await channel.perform(order)
    fake.answers["PUT", "redact"] = lambda: (403, {"errcode": "M_FORBIDDEN", "error": "no"}, {})
    result = await channel.perform(order)
    assert (result.outcome, result.reason) == (Outcome.REFUSED, "M_FORBIDDEN: no")


async def test_a_delete_that_cannot_be_seen_is_unconfirmed(
    fake: Fake, channel: MatrixChannel
) -> None:
    fake.answers["GET", "relations"] = lambda: (200, {"chunk": []}, {})
    fake.answers["PUT", "redact"] = lambda: (200, {"event_id": "$r"}, {})
    fake.answers["GET", "/event/"] = lambda: (200, text("还在"), {})
    order = Order(Verb.DELETE, "o1", ROOM, message_id="$e1")
    assert (await channel.perform(order)).outcome is Outcome.UNCONFIRMED
    assert await channel.look(order) is None


async def test_what_nobody_foresaw_is_kept_as_unknown(
    fake: Fake, channel: MatrixChannel, seen: Seen
) -> None:
    fake.tell(
        said({"msgtype": "org.example.dance", "body": "跳舞"}, 1),
        said({"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "..."}, 2, "m.room.encrypted"),
        said({"body": "将来的事"}, 3, "org.example.future"),
        said({"m.relates_to": {"rel_type": "m.annotation", "key": "👍"}}, 4, "m.reaction"),
        said({"call_id": "1"}, 5, "m.call.invite"),
        said({"body": "笑脸", "url": "mxc://t/s"}, 6, "m.sticker"),
        said({"msgtype": "m.location", "body": "镇政府", "geo_uri": "geo:1,2"}, 7),
        said({"m.poll": {"question": {"m.text": [{"body": "谁去？"}]}, "answers": [
            {"m.text": [{"body": "我"}]}, {"m.text": [{"body": "他"}]}]}}, 8, "m.poll.start"),
    )  # fmt: skip
    await seen.until(lambda: any(m.id == "$e8" for m in seen.messages))
    assert [(m.id, m.type, m.text) for m in seen.messages] == [
        ("$e1", MessageType.UNKNOWN, "跳舞"),
        ("$e2", MessageType.UNKNOWN, ""),
        ("$e3", MessageType.UNKNOWN, "将来的事"),
        ("$e6", MessageType.STICKER, "笑脸"),
        ("$e7", MessageType.LOCATION, "镇政府"),
        ("$e8", MessageType.TEXT, "谁去？\n我\n他"),
    ]
    assert seen.messages[0].at == START


NONSENSE: list[Any] = [
    None,
    7,
    "event",
    [],
    {},
    {"type": 5},
    {"type": "m.room.message"},
    {"type": "m.room.message", "event_id": 3, "content": {}},
    said(None, 11),
    said("text", 12),
    said([1], 13),
    said({"msgtype": ["m.text"], "body": {"a": 1}}, 14),
    said({"msgtype": "m.text", "body": None, "m.mentions": "all", "formatted_body": 1}, 15),
    said({"msgtype": "m.text", "body": "x", "m.mentions": {"user_ids": [1, {}, None]}}, 16),
    said({"msgtype": "m.text", "body": "x", "m.relates_to": [1]}, 17),
    said({"msgtype": "m.text", "body": "x", "m.relates_to": {"rel_type": "m.replace"}}, 18),
    said({"msgtype": "m.text", "body": "x", "m.relates_to": {"m.in_reply_to": "me"}}, 19),
    said({"msgtype": "m.file", "body": 1, "url": {"x": 1}}, 20),
    {**text("x", 21), "origin_server_ts": 10**30},
    {**text("x", 22), "origin_server_ts": "noon", "unsigned": [1]},
    {**text("x", 23), "sender": {"id": 1}},
    said({"m.poll": {"answers": 3}}, 24, "m.poll.start"),
    {"type": "m.room.redaction", "event_id": "$r", "content": {}, "redacts": 4},
    {"type": "m.room.member", "state_key": None, "content": {"membership": 1}},
    {"type": "m.room.member", "state_key": "@x:t", "content": [], "event_id": "$m"},
    {"type": "m.room.power_levels", "state_key": "", "content": {"users": [], "events": "no"}},
    {"type": "m.room.create", "state_key": "", "content": {"room_version": {}}},
    {"type": "m.room.create", "state_key": "", "content": {"room_version": "12",
                                                           "additional_creators": [{}, []]}},
    {"type": "m.room.name", "state_key": "", "content": {"name": ["镇"]}},
]  # fmt: skip


@pytest.mark.parametrize("odd", NONSENSE, ids=range(len(NONSENSE)))
async def test_nonsense_stops_nothing(
    fake: Fake, channel: MatrixChannel, seen: Seen, odd: Any, caplog: pytest.LogCaptureFixture
) -> None:
    fake.tell(odd, text("之后", 99), state=[odd])
    assert (await seen.text("之后")).id == "$e99"
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert channel.doctor(ROOM) is not None
    assert channel.capabilities(ROOM) is not None


async def test_an_answer_that_is_none_is_asked_again(
    fake: Fake, channel: MatrixChannel, seen: Seen
) -> None:
    for status, body in ((200, {"rooms": 7}), (500, {}), (200, {"rooms": {"join": []}})):
        fake.syncs.put_nowait((status, {"next_batch": "s9", **body}, {}))
    fake.syncs.put_nowait((429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 10}, {}))
    fake.tell(text("之后"))
    await seen.text("之后")
    states = [event.state for event in seen.of(LinkChanged)]
    assert states == [Link.CONNECTED, Link.DISCONNECTED, Link.CONNECTED]


async def test_a_server_that_is_down_at_the_start_is_waited_for(fake: Fake, seen: Seen) -> None:
    options = {"homeserver": str(fake.server.make_url("/")), "user_id": BOT, "retry_first": 0.01}
    environ = {"QINGQUN_MATRIX_TOKEN": "secret"}
    channel = MatrixChannel("m", options, DrivenClock(START), Memory(), environ=environ)
    starting = asyncio.create_task(channel.start(seen))
    fake.syncs.put_nowait((503, {}, {}))
    await seen.until(lambda: seen.of(LinkChanged))
    assert not starting.done()
    fake.tell(state=STATE)
    await starting
    assert [info.name for info in await channel.rooms()] == ["镇工作群"]
    assert next(event.state for event in seen.of(LinkChanged)) is Link.DISCONNECTED
    await channel.stop()
    with pytest.raises(ConnectionError):
        await channel.perform(Order(Verb.SEND, "o1", ROOM, text="停了"))


async def test_a_gap_is_filled_page_by_page_down_to_the_position(
    fake: Fake, channel: MatrixChannel, seen: Seen
) -> None:
    pages: list[Answer] = [
        (200, {"chunk": [text("三", 3), text("二", 2)], "end": "p2"}, {}),
        (200, {"chunk": [text("一", 1)]}, {}),
    ]
    fake.answers["GET", "/messages"] = lambda: pages.pop(0)
    fake.tell(text("四", 4), limited=True, prev_batch="p1")
    await seen.text("四")
    assert seen.texts == ["一", "二", "三", "四"]
    asked = [query for _, path, query in fake.asked if path.endswith("/messages")]
    assert [(query["from"], query["to"]) for query in asked] == [("p1", "s1"), ("p2", "s1")]


async def test_a_gap_that_fails_half_way_is_fetched_again_and_told_once(
    fake: Fake, channel: MatrixChannel, seen: Seen
) -> None:
    pages: list[Answer] = [
        (200, {"chunk": [text("二", 2)], "end": "p2"}, {}),
        (503, {}, {}),
        (200, {"chunk": [text("二", 2)], "end": "p2"}, {}),
        (200, {"chunk": [text("一", 1)]}, {}),
    ]
    fake.answers["GET", "/messages"] = lambda: pages.pop(0)
    for _ in range(2):
        fake.tell(text("三", 3), limited=True, prev_batch="p1")
    await seen.text("三")
    assert seen.texts == ["一", "二", "三"]


async def test_recalls_of_both_shapes_and_late_edits(
    fake: Fake, channel: MatrixChannel, seen: Seen
) -> None:
    new = {"msgtype": "m.text", "body": "改"}
    edit = {**new, "body": "* 改", "m.new_content": new,
            "m.relates_to": {"rel_type": "m.replace", "event_id": "$e1"}}  # fmt: skip
    fake.tell(
        text("原", 1),
        said(edit, 2),
        said({"reason": "错"}, 3, "m.room.redaction", redacts="$e1"),
        said({"redacts": "$e2"}, 4, "m.room.redaction"),
        said(edit, 5),
        said({}, 6, unsigned={"redacted_because": {}}),
    )
    await seen.until(lambda: len(seen.of(Recalled)) == 2)
    assert [event.message.text for event in seen.of(Edited)] == ["改"]
    assert [event.message_id for event in seen.of(Recalled)] == ["$e1", "$e2"]
    assert [m.id for m in seen.messages] == ["$e1", "$e5"]


def test_options_are_checked() -> None:
    with pytest.raises(ValidationError, match="homeserver"):
        MatrixOptions(homeserver="matrix.example.org", user_id=BOT)
    with pytest.raises(ValidationError, match="user_id"):
        MatrixOptions(homeserver="http://x", user_id="bot")
    with pytest.raises(ValidationError, match="token") as error:
        MatrixOptions.model_validate({"homeserver": "http://x", "user_id": BOT, "token": "syt_1"})
    assert "syt_1" not in str(error.value)
    options = MatrixOptions(homeserver="http://x", user_id=BOT, accept_invites_from=("*:gov.cn",))
    assert options.accepts("@a:gov.cn")
    assert not options.accepts("@a:gov.cn.example.org")


def test_secrets_come_from_the_environment_alone_and_show_nowhere() -> None:
    environ = {"QINGQUN_MATRIX_TOKEN": "plain", "QINGQUN_MATRIX_PASSWORD_COUNTY_2": "own"}
    assert Secrets.read("matrix", environ) == Secrets("plain")
    assert Secrets.read("county-2", environ) == Secrets("", "own")
    with pytest.raises(ValueError, match="QINGQUN_MATRIX_TOKEN_TOWN"):
        Secrets.read("town", {})
    assert "plain" not in repr(Secrets.read("matrix", environ))
