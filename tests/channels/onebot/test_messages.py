"""What people post on QQ, as the rest of the house gets it."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Joined, Left, Order, Person, Posted, Recalled, Topic, Verb
from bot.channels.onebot.segments import read, segments_of
from bot.core.decision import Outcome
from bot.core.message import MessageType, Role
from tests.channels.onebot.world import BOT, Someone, cq

G = "900001"


def seg(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


async def test_a_text_comes_with_everything_around_it(channel, world, ear, clock) -> None:
    message = await ear.message(world.post(900001, 1002, "请各村周五前报送"))
    assert message.text == "请各村周五前报送"
    assert (message.room, message.room_id) == ("镇政府工作群", G)
    assert (message.sender, message.sender_id, message.role) == ("李主任", "1002", Role.ADMIN)
    assert (message.channel, message.type, message.bot) == ("qq", MessageType.TEXT, False)
    assert message.at == clock.now()
    nick = await ear.message(world.post(900001, 2002, "好"))
    assert (nick.sender, nick.role) == ("赵六", Role.MEMBER)


@pytest.mark.parametrize("as_text", [False, True])
async def test_mentions_and_quotes(channel, peer, world, ear, as_text) -> None:
    peer.as_text = as_text
    first = world.post(900001, 1001, "通知")
    number = world.post(
        900001,
        1001,
        [
            seg("reply", id=str(first)),
            seg("at", qq="2001"),
            seg("text", text="请看 [附件]，"),
            seg("at", qq="all"),
            seg("at", qq=str(BOT)),
        ],
    )
    message = await ear.message(number)
    assert message.reply_to == str(first)
    assert message.mentions == ("村建办王五", "所有人", "轻群")
    assert message.text == "@村建办王五 请看 [附件]，@所有人 @轻群"


CARD = {
    "app": "com.tencent.structmsg",
    "prompt": "[分享]优化营商环境再出十条",
    "meta": {"news": {"title": "优化营商环境", "desc": "压到半天", "jumpUrl": "https://x.cn"}},
}
MINI = {
    "app": "com.tencent.miniapp_01",
    "meta": {"detail_1": {"title": "腾讯文档", "desc": "监测户走访登记表"}},
}
NOTICE = {
    "app": "com.tencent.mannounce",
    "meta": {
        "mannounce": {
            "encode": 1,
            "title": base64.b64encode("停水".encode()).decode(),
            "text": base64.b64encode("明日八点停水".encode()).decode(),
        }
    },
}
RECORD = {
    "app": "com.tencent.multimsg",
    "meta": {
        "detail": {
            "source": "值班群的聊天记录",
            "news": [{"text": "值班室：起火"}],
            "resid": "gone",
        }
    },
}


@pytest.mark.parametrize(
    ("segments", "kind", "title", "text"),
    [
        ([seg("image", file="a.jpg", url="https://x/a", sub_type=0)], "image", "", ""),
        ([seg("text", text="现场"), seg("image", file="a.jpg")], "image", "", "现场"),
        ([seg("image", file="a.gif", sub_type=1)], "sticker", "", ""),
        ([seg("file", file="报表.xlsx", file_id="/1")], "file", "报表.xlsx", ""),
        ([seg("record", file="a.amr")], "audio", "", ""),
        ([seg("video", file="a.mp4")], "video", "", ""),
        ([seg("face", id="76", raw={"faceText": "/赞"})], "sticker", "", "[赞]"),
        ([seg("text", text="好"), seg("face", id="76")], "text", "", "好"),
        ([seg("mface", summary="[早上好]")], "sticker", "[早上好]", ""),
        ([seg("json", data=json.dumps(CARD))], "link", "优化营商环境", "压到半天"),
        ([seg("json", data=CARD)], "link", "优化营商环境", "压到半天"),
        ([seg("json", data=json.dumps(MINI))], "miniprogram", "腾讯文档|监测户走访登记表", ""),
        ([seg("json", data=json.dumps(NOTICE))], "text", "停水", "明日八点停水"),
        ([seg("json", data=json.dumps(RECORD))], "forwarded", "值班群的聊天记录", ""),
        ([seg("json", data="{broken")], "unknown", "", "{broken"),
        ([seg("share", title="文章", content="摘要", url="https://x")], "link", "文章", "摘要"),
        ([seg("location", title="镇政府", lat="1", lon="2")], "location", "镇政府", ""),
        ([seg("contact", type="qq", id="2001")], "contact", "2001", ""),
        ([seg("xml", data='<msg brief="[链接]文章"/>')], "link", "[链接]文章", ""),
        ([seg("hologram", shape="cube")], "unknown", "", "[hologram]"),
        ([], "unknown", "", ""),
    ],
)
async def test_every_kind_of_segment(channel, world, ear, segments, kind, title, text) -> None:
    message = await ear.message(world.post(900001, 2001, segments))
    assert (message.type, message.title, message.text) == (kind, title, text)
    if kind == "forwarded":
        assert message.items == ("值班室：起火",)


@pytest.mark.parametrize("flavour", ["napcat", "llbot"])
async def test_a_chat_record_is_opened(channel, peer, world, ear, flavour) -> None:
    peer.flavour = flavour
    world.records["rec-1"] = [
        {"sender": {"nickname": "团长"}, "message": [seg("text", text="名单")]},
        {"sender": {"nickname": "刘芳"}, "message": [seg("image", file="a.jpg")]},
    ]
    message = await ear.message(world.post(900001, 2001, [seg("forward", id="rec-1")]))
    assert message.type is MessageType.FORWARDED
    assert message.items == ("团长：名单", "刘芳：[图片]")
    lost = await ear.message(world.post(900001, 2001, [seg("forward", id="rec-2")]))
    assert (lost.type, lost.items) == (MessageType.FORWARDED, ())


@pytest.mark.parametrize(("message", "notice"), [(True, True), (True, False), (False, True)])
async def test_a_file_comes_once(channel, world, ear, message, notice) -> None:
    world.upload(900001, 2001, "报表.xlsx", message=message, notice=notice)
    last = world.post(900001, 2002, "看到了")
    await ear.message(last)
    event = await ear.hears(lambda e: isinstance(e, Posted) and e.message.type is MessageType.FILE)
    assert event.message.title == "报表.xlsx"
    assert event.message.sender == "村建办王五"
    assert len([p for p in ear.of(Posted) if p.message.type is MessageType.FILE]) == 1
    if not message:
        order = Order(Verb.DELETE, "k", G, "2001", event.message.id)
        assert (await channel.perform(order)).outcome is Outcome.DONE
        assert not world.groups[900001].files


async def test_attachments_are_fetched_within_limits(channel, peer, world, ear) -> None:
    url = f"http://127.0.0.1:{peer.port}/file/a.jpg"
    message = await ear.message(world.post(900001, 2001, [seg("image", file="a.jpg", url=url)]))
    assert await channel.fetch(message, 1000) == b"content of a.jpg"
    assert await channel.fetch(message, 5) is None
    secret = seg("image", file="x", url="file:///etc/passwd")
    local = await ear.message(world.post(900001, 2001, [secret]))
    assert await channel.fetch(local, 10_000) is None
    world.groups[900001].files["/f"] = "b.xlsx"
    file = seg("file", file="b.xlsx", file_id="/f", url="http://127.0.0.1:1/expired")
    stale = await ear.message(world.post(900001, 2001, [file]))
    assert await channel.fetch(stale, 1000) == b"content of b.xlsx"


async def test_private_messages_bear_the_group_name(channel, world, ear) -> None:
    friend = await ear.message(world.whisper(2001, "收到"))
    assert friend.private
    assert (friend.room_id, friend.sender, friend.sender_id) == ("", "村建办王五", "2001")
    stranger = await ear.message(world.whisper(2002, "帮助", via=900001))
    assert stranger.private
    assert stranger.room_id == ""


async def test_the_bots_own_words_and_other_robots_are_known(channel, world, ear) -> None:
    world.report_own = True
    own = await channel.perform(Order(Verb.SEND, "k", G, text="轻群提醒"))
    assert (await ear.message(own.message_id)).bot
    assert (await ear.message(world.post(900001, 66600000, "签到"))).bot


async def test_people_taking_back_messages(channel, world, ear) -> None:
    number = world.post(900001, 2001, "发错了")
    world.recall(number, 2001)
    event = await ear.hears(lambda e: isinstance(e, Recalled))
    assert (event.message_id, event.by) == (str(number), "2001")


async def test_people_come_and_go(channel, world, ear) -> None:
    assert Person("66600000", "Q群管家") not in await channel.members(G)
    assert [person.id for person in await channel.members(G)] == ["1001", "1002", "2001", "2002"]
    ear.forget()
    world.join(900001, 3001, Someone("新人", "水务站新人"))
    joined = await ear.hears(lambda e: isinstance(e, Joined))
    assert joined.people == (Person("3001", "水务站新人", Role.MEMBER),)
    assert "3001" in {person.id for person in await channel.members(G)}
    world.leave(900001, 2001)
    left = await ear.hears(lambda e: isinstance(e, Left))
    assert left.people == (Person("2001", "村建办王五", Role.MEMBER),)
    assert "2001" not in {person.id for person in await channel.members(G)}


async def test_the_bot_is_taken_in_and_thrown_out(channel, world, ear) -> None:
    world.groups[900003] = type(world.groups[900001])("新群", {1001: Someone("书记")})
    world.join(900003, BOT, Someone("小镇管家"))
    topic = await ear.hears(lambda e: isinstance(e, Topic) and e.room_id == "900003")
    assert topic.name == "新群"
    world.leave(900003, BOT, 1001)
    await ear.hears(lambda e: isinstance(e, Left) and e.room_id == "900003")
    assert "900003" not in {room.id for room in await channel.rooms()}


@pytest.mark.parametrize("noticed", [True, False])
async def test_a_group_gets_another_name(channel, world, ear, noticed) -> None:
    ear.forget()
    world.rename(900001, "镇政府群", noticed=noticed)
    message = await ear.message(world.post(900001, 2001, "改名了"))
    assert message.room == "镇政府群"
    assert [topic.name for topic in ear.of(Topic)] == ["镇政府群"]


async def test_roles_follow_notices(channel, world, ear) -> None:
    world.promote(900001, 2001, "admin")
    assert (await ear.message(world.post(900001, 2001, "我是管理员"))).role is Role.ADMIN
    assert Person("2001", "村建办王五", Role.ADMIN) in await channel.members(G)


ODD = (
    '{"post_type": "message", "message_type": "group", "group_id": 900001, "message_id": 9,'
    ' "user_id": 2001, "time": "soon", "sender": 7, "message": 3, "raw_message": 4}'
)


async def test_frames_that_mean_nothing_harm_nothing(channel, peer, world, ear) -> None:
    for frame in (
        "no json",
        b"\x00\xff",
        "[1, 2]",
        "null",
        "[" * 100_000,
        '{"post_type": "message"}',
        '{"post_type": "message", "message_type": "group", "message_id": 5, "user_id": [1]}',
        ODD,
        '{"post_type": "notice", "notice_type": "group_upload", "file": 3, "group_id": 1}',
        '{"post_type": "notice", "notice_type": {"a": 1}, "sub_type": []}',
        '{"post_type": "notice", "notice_type": "group_ban", "duration": "long"}',
        '{"post_type": 7}',
        '{"echo": {"a": 1}, "status": "ok"}',
        '{"status": "ok", "retcode": 0, "echo": "nobody"}',
    ):
        await peer.raw(frame)
    assert (await ear.message(world.post(900001, 2001, "还在"))).text == "还在"


async def test_milliseconds_and_missing_times(channel, peer, ear, clock) -> None:
    stamp = datetime(2026, 3, 19, tzinfo=UTC)
    head = {"post_type": "message", "message_type": "group", "group_id": 900001, "user_id": 2001}
    body = {"message": "x", "sender": {"nickname": "王五"}}
    await peer.raw(json.dumps({**head, **body, "message_id": -7, "time": stamp.timestamp() * 1000}))
    await peer.raw(json.dumps({**head, **body, "message_id": -8}))
    assert (await ear.message(-7)).at == stamp
    assert (await ear.message(-8)).at == clock.now()


SEGMENTS = st.lists(
    st.one_of(
        st.builds(lambda text: seg("text", text=text), st.text(min_size=1)),
        st.builds(lambda qq: seg("at", qq=str(qq)), st.integers(1, 10**10)),
        st.builds(lambda name: seg("image", file=name), st.text(min_size=1)),
    )
)


@given(SEGMENTS)
def test_codes_say_the_same_as_segments(segments: list[dict[str, Any]]) -> None:
    first, second = read(segments, lambda _: ""), read(cq(segments), lambda _: "")
    assert (first.text, first.types, first.mentions) == (second.text, second.types, second.mentions)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda x: (
            st.lists(x) | st.dictionaries(st.sampled_from(["type", "data", "text", "qq", "id"]), x)
        ),
    )
)
def test_no_message_is_too_strange_to_be_read(message: object) -> None:
    segments_of(message)
    read(message, lambda _: "")
