"""The parts that need no gateway: pace, powers, settings, WeChat's XML, the intake."""

import asyncio
import tracemalloc
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import NOBODY, Topic
from bot.channels.wechaty import appmsg
from bot.channels.wechaty.intake import Intake
from bot.channels.wechaty.memory import Memory, Seen
from bot.channels.wechaty.powers import PUPPETS, Power, Powers
from bot.channels.wechaty.settings import read_settings, read_token
from bot.channels.wechaty.throttle import Throttle
from bot.core.clock import DrivenClock

START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@given(
    burst=st.integers(1, 4),
    every=st.integers(1, 20),
    rooms=st.lists(st.sampled_from("abc"), min_size=1, max_size=30),
)
def test_no_window_sees_more_than_its_share(burst, every, rooms):
    clock = DrivenClock(START)
    dice = Random(1)  # noqa: S311
    throttle = Throttle(clock, dice, room=(every, burst), total=(1, 3))
    sent: list[tuple[datetime, str]] = []
    waiting = []
    for number, room in enumerate(rooms):
        wait = throttle.wait(str(number), room)
        if wait is None:
            sent.append((clock.now(), room))
        else:
            waiting.append((clock.now() + timedelta(seconds=wait), str(number), room))
    for due, key, room in sorted(waiting):
        clock.set(due)
        assert throttle.wait(key, room) is None  # one wait is enough
        sent.append((clock.now(), room))
    for at, room in sent:
        window = [
            one for one, where in sent if where == room and 0 <= (one - at).total_seconds() < every
        ]
        assert len(window) <= burst + 1


@pytest.mark.parametrize("puppet", PUPPETS)
def test_no_wechat_puppet_deletes_others_messages(puppet):
    delete = Powers(puppet).capabilities("r", admin=True).delete
    assert bool(delete) == (puppet in {"unknown", "whatsapp"})


def test_whatsapp_recalls_only_as_admin():
    powers = Powers("whatsapp")
    assert powers.capabilities("r", admin=False).delete == NOBODY
    assert powers.capabilities("r", admin=None).delete == NOBODY
    assert powers.capabilities("r", admin=True).delete


def test_what_worked_once_more_is_believed_again():
    powers = Powers("unknown")
    for _ in range(2):
        powers.failed(Power.REMOVE, "r")
    assert not powers.capabilities("r", admin=True).kick
    powers.worked(Power.REMOVE, "r")
    assert powers.capabilities("r", admin=True).kick


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"token": "x"}, "QINGQUN_WECHATY_TOKEN"),
        ({"endpoint": "gateway"}, "主机:端口"),
        ({"endpoint": "gateway:99999"}, "端口"),
        ({"puppet": "padlokal"}, "padlocal"),
        ({"tls_ca": "/none.pem"}, "没有这个文件"),
        ({"surplus": 1}, "surplus"),
        ({"keepalive": 300}, "keepalive"),
    ],
)
def test_wrong_settings_are_told_in_words(options, words):
    with pytest.raises(ValueError, match=words):
        read_settings("wechaty", options)


def test_a_puppets_package_name_will_do():
    assert read_settings("wechaty", {"puppet": "wechaty-puppet-padlocal"}).puppet == "padlocal"


def test_the_token_comes_from_the_environment_alone(monkeypatch):
    monkeypatch.delenv("QINGQUN_WECHATY_TOKEN", raising=False)
    with pytest.raises(ValueError, match="QINGQUN_WECHATY_TOKEN_SCHOOLS"):
        read_token("schools")
    monkeypatch.setenv("QINGQUN_WECHATY_TOKEN", "common")
    assert read_token("schools") == "common"
    monkeypatch.setenv("QINGQUN_WECHATY_TOKEN_SCHOOLS", "own")
    assert (read_token("schools"), read_token("wechaty")) == ("own", "common")


@given(st.text(max_size=300))
def test_no_text_upsets_the_readers(text):
    for words in (text, f"<msg>{text}</msg>", f"<msg><appmsg><title>{text}</title></appmsg></msg>"):
        appmsg.read_app(words)
        appmsg.read_history(words, "")
        appmsg.read_quote(words)
        appmsg.read_quote(f"「{words}」\n- - - - -\n{words}")
        appmsg.read_recalled(words)
        appmsg.read_card(words)
        appmsg.read_place(words)
        appmsg.plain(words)


def test_what_a_recall_is_about():
    assert appmsg.read_recalled("12345") == "12345"
    xml = "<sysmsg type='revokemsg'><revokemsg><msgid>1</msgid><newmsgid>2</newmsgid></revokemsg></sysmsg>"
    assert appmsg.read_recalled(xml) == "2"
    assert appmsg.read_recalled("<broken") == ""
    assert appmsg.read_recalled("[语音通话] 已取消") == ""


def topic(name: str) -> Topic:
    return Topic("wechaty", "r", name, START)


async def test_the_intake_keeps_order_and_survives_what_fails():
    got: list[str] = []
    done = asyncio.Event()
    refusals = iter([True, True])

    async def inbox(events):
        if next(refusals, False):
            raise OSError("the store is away")
        got.extend(event.name for event in events)
        if "末" in got:
            done.set()

    late = asyncio.Event()

    async def work(name):
        if name == "0":
            await late.wait()
        if name == "3":
            raise ValueError(name)
        return [topic(name)]

    intake = Intake(inbox, pause=0)
    intake.start()
    for name in [*map(str, range(6)), "末"]:
        await intake.put(lambda name=name: work(name))
    late.set()
    await asyncio.wait_for(done.wait(), 5)
    await intake.stop()
    assert got == ["0", "1", "2", "4", "5", "末"]


async def test_an_event_the_store_never_takes_costs_only_itself():
    got: list[str] = []
    done = asyncio.Event()

    async def inbox(events):
        if any(event.name == "毒" for event in events):
            raise ValueError("never")
        got.extend(event.name for event in events)
        if "末" in got:
            done.set()

    async def work(name):
        return [topic(name)]

    intake = Intake(inbox, pause=0)
    for name in ("甲", "毒", "乙", "末"):
        await intake.put(lambda name=name: work(name))
    intake.start()
    await asyncio.wait_for(done.wait(), 5)
    await intake.stop()
    assert got == ["甲", "乙", "末"]


def test_what_is_kept_of_messages_is_full_after_some_thousand():
    memory, sizes = Memory(), []
    tracemalloc.start()
    try:
        for number in range(36_000):
            if number in {12_000, 24_000}:
                sizes.append(tracemalloc.get_traced_memory()[0])
            text, room = f"各村进度正在汇总 {number}", f"{number % 50}@chatroom"
            assert memory.first_time(f"id-{number}")
            memory.add(Seen(f"id-{number}", room, f"wxid{number}", "张三", text, START))
        sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[0] < 10 * 2**20
    assert max(sizes) < 1.03 * sizes[0], sizes
    assert memory.known("id-35999")
    found = memory.find("id-35999")
    assert found is not None
    assert found.conversation == "49@chatroom"


def test_a_connection_forgets_the_calls_of_long_ago():
    connection = H2Connection(H2Configuration(client_side=True))
    connection.initiate_connection()
    path = [(":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/")]
    for number in range(1, 2 * 9000, 2):
        connection.send_headers(number, path, end_stream=True)
        connection.reset_stream(number)
        assert connection.open_outbound_streams == 0
        connection.clear_outbound_data_buffer()
    assert 8000 < len(connection._closed_streams) < 8500
