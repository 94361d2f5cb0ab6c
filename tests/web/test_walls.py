"""Every page and every form, tried without the right, from elsewhere, and with hostile content."""

import pytest
from aiohttp import web

from bot.store import tables
from bot.web.guard import HEADERS
from tests.web.conftest import Visit

OPEN = {"/healthz", "/metrics", "/style.css", "/login", "/login/{token}", "/calendar/{token}.ics"}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}{%raw%}"


def addresses(visit: Visit) -> list[tuple[str, str, str]]:
    """Method, pattern and an address for everything that is served."""
    application: web.Application = visit.client.server.app  # type: ignore[union-attr]
    found = []
    for route in application.router.routes():
        pattern = route.resource.canonical if route.resource else ""
        address = pattern.replace("{number}", "1").replace("{verdict}", "pass")
        address = address.replace("{deed}", "accept")
        if route.method in {"GET", "POST"}:
            found.append((route.method, pattern, address.replace("{token}", "x" * 43)))
    return found


def closed(visit: Visit, method: str = "") -> list[tuple[str, str]]:
    """What needs a login."""
    return [
        (verb, address)
        for verb, pattern, address in addresses(visit)
        if pattern not in OPEN and method in {"", verb}
    ]


async def changes(visit: Visit) -> int:
    """Rows of everything that a button may change."""
    changed = (tables.modes, tables.audit, tables.outbox, tables.corrections, tables.rooms)
    return sum([len(await visit.town.rows(table)) for table in changed])


async def test_the_walls_stand_around_everything(visit: Visit) -> None:
    assert len(closed(visit)) >= 14
    assert len(closed(visit, "POST")) >= 7


async def test_without_a_login_nothing_opens(visit: Visit) -> None:
    await visit.town.post("政务群", "小王", "[ch] 早安")
    before = await changes(visit)
    for method, address in closed(visit):
        ask = visit.get if method == "GET" else visit.post
        answer = await ask(address)
        assert answer.status == 401, address
        assert "早安" not in await answer.text()
    assert (await visit.get("/nowhere")).status == 401
    assert await changes(visit) == before


async def test_a_member_with_somebody_s_old_session_gets_nothing(visit: Visit) -> None:
    """Even a session that was made for a member by mistake opens nothing."""
    site = visit.site

    def give(journal: object) -> str:
        link = site.passes.link(journal, "小王", site.now)  # type: ignore[arg-type]
        traded = site.passes.redeem(journal, link, site.now)  # type: ignore[arg-type]
        assert traded is not None
        return traded[0]

    for method, address in closed(visit):
        visit.cookie = await visit.town.app.pipeline.work(give)
        ask = visit.get if method == "GET" else visit.post
        assert (await ask(address)).status == 403, address


@pytest.mark.parametrize("wrong", ["missing", "wrong", "another", "foreign", "null", "no origin"])
async def test_a_form_from_elsewhere_does_nothing(admin: Visit, wrong: str) -> None:
    await admin.town.post("政务群", "小王", "[ch] 早安")
    other = await Visit(admin.town, admin.client).login("书记")
    before = await changes(admin)
    said: dict[str, str | None] = {
        "missing": {"key": None},
        "wrong": {"key": "0" * 64},
        "another": {"key": other.key},
        "foreign": {"origin": "http://evil.example"},
        "null": {"origin": "null"},
        "no origin": {"origin": None},
    }[wrong]  # type: ignore[assignment]
    for _, address in closed(admin, "POST"):
        answer = await admin.post(
            address, policy="no_chat", mode="off", length="", room="政务群", **said
        )
        assert answer.status == 403, address
    assert await changes(admin) == before
    assert (await admin.get("/")).status == 200


async def test_a_login_from_elsewhere_does_not_use_the_link_up(visit: Visit) -> None:
    token = await visit.link()
    for origin in ("http://evil.example", "null", None):
        answer = await visit.post("/login", key=None, origin=origin, token=token)
        assert answer.status == 403
        assert "Set-Cookie" not in answer.headers
    assert (await visit.post("/login", key=None, token=token)).status == 303


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "[", "", "localhost@evil"]
)
async def test_a_foreign_name_for_this_machine_is_not_answered(admin: Visit, host: str) -> None:
    for method, _, address in addresses(admin):
        if address in {"/healthz", "/metrics"}:
            continue
        if method == "GET":
            answer = await admin.get(address, Host=host)
        else:
            answer = await admin.client.post(
                address, data={"key": admin.key}, headers={"Host": host, "Origin": f"http://{host}"}
            )
        assert answer.status in {400, 421}, address
        assert "巴水镇" not in (await answer.text()).replace("巴水镇轻群", "").replace(
            "巴水镇 <b>轻群", ""
        )
    assert (await admin.get("/", Host="localhost:1234")).status == 200


async def test_every_answer_keeps_browsers_strict(admin: Visit) -> None:
    guest = Visit(admin.town, admin.client)
    answers = [await guest.get(address) for _, _, address in addresses(admin)]
    answers += [await admin.get(address) for _, _, address in addresses(admin)]
    answers += [await admin.get("/nowhere"), await admin.client.request("PUT", "/"),
                await admin.post("/policies/set", policy="x" * 70_000)]  # fmt: skip
    assert {answer.status for answer in answers} >= {200, 401, 404, 405, 410, 413}
    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


async def test_what_is_no_form_is_refused(admin: Visit) -> None:
    headers = {"Origin": admin.origin, "Cookie": f"qingqun={admin.cookie}"}
    for body, kind, status in (
        (b'{"key":"x"}', "application/json", 415),
        (b"--x--", "multipart/form-data; boundary=x", 415),
        (b"key=%ff%fe", "application/x-www-form-urlencoded; charset=nonsense", 400),
        (b"key=\xff", "application/x-www-form-urlencoded", 403),
        (b"\x00", "text/plain", 415),
    ):
        answer = await admin.client.post(
            "/policies/undo", data=body, headers={**headers, "Content-Type": kind}
        )
        assert answer.status in {status, 400}, (kind, answer.status)


async def test_names_and_texts_of_members_are_only_text(admin: Visit) -> None:
    town = admin.town
    room = f"群{HOSTILE}"
    town.world.add_room(room, ["小王", HOSTILE])
    await town.post(room, HOSTILE, "[ch] " + HOSTILE)
    await town.post("政务群", "党建办主任", "[as to=各村] " + HOSTILE)
    await town.post("政务群", "小王", "[ch] " + HOSTILE)
    await town.whisper("小王", "申诉 " + HOSTILE)
    await town.post("政务群", "行政办主任", "轻群 应急 开启 " + HOSTILE)
    seen = ""
    for _, address in closed(admin, "GET"):
        seen += await admin.text(address)
    assert "<script" not in seen
    assert "<img src=x" not in seen
    assert "&lt;script&gt;alert(1)" in seen
    assert "alert(2)&gt;{{7*7}}{%raw%}" in seen, "nor a template"
    assert (await admin.get("/decisions", Referer=HOSTILE)).status == 200


async def test_odd_questions_are_answered_calmly(admin: Visit) -> None:
    for address, status in (
        ("/decisions?room=%00", 404), ("/decisions?policy=' or 1=1--", 404),
        ("/decisions?action=none", 404), ("/decisions?before=-1", 200),
        ("/decisions?before=99999999999999999999", 200), ("/decisions?before=²", 200),
        ("/tasks?page=x", 200), ("/tasks?view=<b>", 404), ("/tasks/999999999", 404),
        ("/tasks/9999999999", 404), ("/policies?room=%F0%9F", 404), ("/messages/1/pass", 405),
    ):  # fmt: skip
        assert (await admin.get(address)).status == status, address


async def test_a_dead_archive_is_said_and_not_hidden(admin: Visit) -> None:
    async def broken(*_: object) -> None:
        raise ConnectionError("archive: disk full")

    admin.town.app.pipeline.work = broken  # type: ignore[method-assign,assignment]
    answer = await admin.post(
        "/policies/set", policy="no_chat", mode="off", length="", room="政务群"
    )
    assert answer.status == 503
    assert "disk full" not in await answer.text()
