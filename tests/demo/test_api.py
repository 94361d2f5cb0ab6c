"""The page's server: what it shows, what it does, and what it refuses."""

import json
import re
from importlib.resources import files
from typing import Any

from aiohttp.test_utils import TestClient

from bot.demo.server import MOST_BYTES
from bot.demo.stage import Stage
from bot.words import LANGUAGES, catalogue
from tests.demo.conftest import ASKING, GOVERNMENT, POVERTY, SERVICES

NASTY = "<img src=x onerror=alert(1)>{room}%s';drop table messages;--</script>"


async def post(client: TestClient, **data: Any) -> Any:
    return await client.post("/api/post", json=data, headers=ASKING)


async def state(client: TestClient) -> Any:
    return await (await client.get("/api/state")).json()


def room_of(data: Any, name: str) -> Any:
    return next(room for room in data["rooms"] if room["id"] == name)


async def judged(stage: Stage, client: TestClient, room: str) -> Any:
    await stage.app.idle()
    return room_of(await state(client), room)["messages"][-1]


async def test_the_state_shows_rooms_rights_people_and_clock(client: TestClient) -> None:
    data = await state(client)
    assert data["town"] == "巴汝镇"
    assert len(data["rooms"]) == 10
    assert room_of(data, POVERTY)["can"] == {"delete": False, "mute": False, "mute_room": False}
    assert room_of(data, "森林防火培训临时群")["over"]
    assert room_of(data, "镇应急管理工作群")["always_open"]
    assert not room_of(data, GOVERNMENT)["closed"]
    assert 40 <= len(data["people"]) <= 48
    assert data["clock"]["working"]
    assert data["words"]["why"] == "为什么"


async def test_chat_in_the_announcement_room_is_removed_and_explained(
    client: TestClient, stage: Stage
) -> None:
    answer = await post(
        client, room=GOVERNMENT, sender="白马村书记", text="早上好！愿你天天好心情，笑口常开🌹"
    )
    assert answer.status == 200
    message = await judged(stage, client, GOVERNMENT)
    verdict = message["verdict"]
    assert message["gone"]["bot"]
    assert (verdict["action"], verdict["kind"]) == ("delete", "chat")
    assert message["outcomes"]["delete"]["outcome"] == "done"
    broken = {p["name"]: p for p in verdict["policies"] if "reason" in p}
    assert "no_chat" in broken
    assert broken["no_chat"]["sure"] > verdict["threshold"]
    talk = await (await client.get("/api/private", params={"person": "白马村书记"})).json()
    assert any("不闲聊" in line["text"] for line in talk["messages"])


async def test_where_the_bot_cannot_delete_the_message_stays(
    client: TestClient, stage: Stage
) -> None:
    await post(client, room=POVERTY, sender="白马村书记", text="早上好！愿你天天好心情🌹")
    message = await judged(stage, client, POVERTY)
    assert message["gone"] is None
    assert message["verdict"]["action"] == "nudge"


async def test_an_admins_order_is_obeyed(client: TestClient, stage: Stage) -> None:
    await post(client, room=SERVICES, sender="行政办主任", text="轻群 关闭 不闲聊 本群")
    await stage.app.idle()
    await post(client, room=SERVICES, sender="罗小琴", text="中午食堂有红烧肉，哈哈哈")
    message = await judged(stage, client, SERVICES)
    assert message["gone"] is None
    assert message["verdict"]["action"] == "none"


async def test_a_private_word_reaches_the_bot_alone(client: TestClient, stage: Stage) -> None:
    assert (await post(client, room="", sender="白马村书记", text="帮助")).status == 200
    await stage.app.idle()
    talk = await (await client.get("/api/private", params={"person": "白马村书记"})).json()
    assert [line["bot"] for line in talk["messages"]] == [False, True]


async def test_a_muted_member_reads_the_platforms_refusal(client: TestClient, stage: Stage) -> None:
    for _ in range(3):
        await post(client, room=GOVERNMENT, sender="尔觉村书记", text="早上好！愿你天天好心情🌹")
        await stage.app.idle()
    answer = await post(client, room=GOVERNMENT, sender="尔觉村书记", text="收到")
    assert answer.status == 409
    said = await answer.json()
    assert said["refused"] == "你已被禁言"
    assert said["until"]


async def test_somebody_who_is_not_in_the_room_is_refused(client: TestClient) -> None:
    answer = await post(client, room=GOVERNMENT, sender="沙马木呷", text="收到")
    assert answer.status == 409
    assert (await answer.json())["refused"] == "你不在本群"


async def test_what_is_secret_is_shown_no_more(client: TestClient, stage: Stage) -> None:
    cursor = (await state(client))["cursor"]
    await post(
        client, room=SERVICES, sender="罗小琴", type="file",
        title="机密★ 关于某事的通报.doc", text="请各村掌握",
    )  # fmt: skip
    message = await judged(stage, client, SERVICES)
    assert message["secret"]
    assert message["verdict"]["because"] == []
    assert "某事" not in json.dumps(await state(client), ensure_ascii=False)
    assert "某事" not in await news(client, cursor, 4)


async def test_names_and_texts_are_data_whatever_they_look_like(
    client: TestClient, stage: Stage
) -> None:
    answer = await post(client, room=SERVICES, sender="罗小琴", text=NASTY + "，这个表要盖章吗？")
    assert answer.status == 200
    message = await judged(stage, client, SERVICES)
    assert message["text"].startswith(NASTY)


NONSENSE = [
    (b"", "json"),
    (b"{", "json"),
    (b"[]", "object"),
    (b"null", "object"),
    (b'{"room": 1, "sender": "x", "text": "y"}', "room"),
    (b'{"sender": "\xff", "text": "y"}', "json"),
    ('{"room":"没有","sender":"镇长","text":"y"}'.encode(), "room"),
    ('{"room":"","sender":"没有这人","text":"y"}'.encode(), "nobody"),
    ('{"room":"","sender":"轻群","text":"y"}'.encode(), "nobody"),
    ('{"room":"","sender":"镇长","text":""}'.encode(), "nothing"),
    ('{"room":"","sender":"镇长","text":"y","bot":true}'.encode(), "bot"),
    ('{"room":"","sender":"镇长","text":"y","type":"system"}'.encode(), "form"),
    ('{"room":"","sender":"镇长","text":"\\ud800"}'.encode(), ""),
    ('{"room":"","sender":"镇长","text":"a\\u0000b"}'.encode(), "characters"),
    ('{"room":"","sender":"镇长","text":"y","reply_to":"nobody-knows"}'.encode(), "quote"),
    (('{"room":"","sender":"镇长","text":"' + "长" * 2001 + '"}').encode(), "text"),
]


async def test_nonsense_is_refused_in_one_line(client: TestClient) -> None:
    headers = ASKING | {"Content-Type": "application/json"}
    for body, why in NONSENSE:
        answer = await client.post("/api/post", data=body, headers=headers)
        assert answer.status == 400, body
        assert why in (await answer.json())["error"].lower(), body


async def test_too_much_is_refused(client: TestClient) -> None:
    headers = ASKING | {"Content-Type": "application/json"}
    body = b'{"text": "' + b"x" * MOST_BYTES + b'"}'
    assert (await client.post("/api/post", data=body, headers=headers)).status == 413


FOREIGN = [
    ({}, 403),
    ({"X-Qingqun": "other"}, 403),
    (ASKING | {"Origin": "http://evil.example"}, 403),
    (ASKING | {"Origin": "null"}, 403),
    (ASKING | {"Sec-Fetch-Site": "cross-site"}, 403),
    (ASKING | {"Content-Type": "text/plain"}, 415),
]


async def test_another_sites_page_can_do_nothing(client: TestClient) -> None:
    for path in ("/api/post", "/api/clock", "/api/play"):
        for headers, status in FOREIGN:
            sent = {"Content-Type": "application/json"} | headers
            answer = await client.post(path, data=b'{"on": false}', headers=sent)
            assert answer.status == status, (path, headers)


async def test_another_name_for_this_machine_is_refused(client: TestClient) -> None:
    for host in ("evil.example", "evil.example:80", "127.0.0.1:1", "[::1]", "[::1", "x:y"):
        for path in ("/", "/api/state", "/api/news"):
            answer = await client.get(path, headers={"Host": host})
            assert answer.status == 421, (host, path)


async def test_every_answer_is_strict_with_the_browser(client: TestClient) -> None:
    for path in ("/", "/demo.js", "/demo.css", "/icon.svg", "/api/state", "/nowhere"):
        answer = await client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_page_has_no_inline_script_and_writes_only_text(client: TestClient) -> None:
    page = await (await client.get("/")).text()
    assert "<script>" not in page
    assert "onclick" not in page
    assert "style=" not in page
    for name in ("demo", "rooms", "bubble", "why", "desk", "base"):
        code = await (await client.get(f"/{name}.js")).text()
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in code


async def test_the_pace_can_be_changed_and_time_jumps(client: TestClient) -> None:
    answer = await client.post("/api/clock", json={"speed": 600}, headers=ASKING)
    assert (await answer.json())["speed"] == 600
    answer = await client.post("/api/clock", json={"speed": 1, "jump": "closing"}, headers=ASKING)
    data = await answer.json()
    assert "T18:00:0" in data["now"]
    assert not data["working"]
    for bad in ({"speed": 7}, {"speed": -1}, {"jump": "yesterday"}):
        assert (await client.post("/api/clock", json=bad, headers=ASKING)).status == 400


async def test_rooms_close_at_closing(client: TestClient, stage: Stage) -> None:
    await client.post("/api/clock", json={"jump": "closing"}, headers=ASKING)
    await stage.app.tick()
    assert room_of(await state(client), GOVERNMENT)["closed"]
    assert not room_of(await state(client), "镇应急管理工作群")["closed"]
    answer = await post(client, room=GOVERNMENT, sender="白马村书记", text="在吗")
    assert (await answer.json())["refused"] == "本群已开启全员禁言"


async def news(client: TestClient, after: str, count: int, **headers: str) -> str:
    """The first `count` pieces of news after a place, as they come over the line."""
    found: list[str] = []
    async with client.get("/api/news", params={"after": after}, headers=headers) as answer:
        assert answer.content_type == "text/event-stream"
        part: list[str] = []
        async for raw in answer.content:
            line = raw.decode().rstrip("\n")
            if line:
                part.append(line)
                continue
            text, part = "\n".join(part), []
            if text.startswith("id:") or "event: reset" in text:
                found.append(text)
            if len(found) == count or "event: reset" in text:
                break
    return "\n".join(found)


async def test_a_page_that_reconnects_gets_what_it_missed_and_nothing_twice(
    client: TestClient, stage: Stage
) -> None:
    cursor = (await state(client))["cursor"]
    await post(client, room=SERVICES, sender="罗小琴", text="这个表要盖章吗？")
    await post(client, room=SERVICES, sender="冯丽", text="要盖章，一式两份")
    await stage.app.idle()
    whole = await news(client, cursor, 4)
    ids = [line[4:] for line in whole.splitlines() if line.startswith("id: ")]
    assert "要盖章，一式两份" in whole
    rest = await news(client, cursor, 2, **{"Last-Event-ID": ids[1]})
    assert [line[4:] for line in rest.splitlines() if line.startswith("id: ")] == ids[2:]


async def test_a_page_of_an_earlier_run_is_told_to_begin_afresh(client: TestClient) -> None:
    assert "event: reset" in await news(client, "earlier-12", 1)


def test_every_word_of_the_page_is_there_in_both_languages() -> None:
    page = files("bot.demo").joinpath("page")
    source = "\n".join(item.read_text("utf-8") for item in page.iterdir())
    asked = re.findall(r'(?:\bsay\(|data-w(?:-\w+)?=|\brow\()"([\w.]+)"', source)
    assert len(asked) > 60
    for language in LANGUAGES:
        missing = {key for key in asked if f"demo.{key}" not in catalogue(language)}
        assert not missing
