"""Every kind of message that members can post, over a real gateway."""

import asyncio
from datetime import UTC, datetime

import pytest
from grpclib.exceptions import StreamTerminatedError

from bot.channels.base import Posted, Recalled
from bot.core.message import MessageType, Role

RECORD = (
    "<msg><appmsg><title>群聊的聊天记录</title><des>张三: 短\n李四: 短</des><type>19</type>"
    "<recorditem><![CDATA[<recordinfo><title>群聊的聊天记录</title><datalist count='3'>"
    "<dataitem datatype='1'><sourcename>张三</sourcename><datadesc>明早九点开会</datadesc></dataitem>"
    "<dataitem datatype='1'><sourcename>李四</sourcename><datadesc>收到</datadesc></dataitem>"
    "<dataitem datatype='8'><sourcename>王五</sourcename><datatitle>名单.xlsx</datatitle></dataitem>"
    "</datalist></recordinfo>]]></recorditem></appmsg></msg>"
)


async def test_a_text_in_a_group(gateway, channel, inbox):
    at = int(datetime.now(UTC).timestamp())
    posted = await gateway.do("post", text="各村明日报表", at=at)
    message = await inbox.message(posted)
    assert (message.room, message.room_id) == ("巴汝镇政府工作群", "gov@chatroom")
    assert (message.sender, message.sender_id, message.role) == ("张三", "zhang", Role.MEMBER)
    assert (message.type, message.text, message.bot) == (MessageType.TEXT, "各村明日报表", False)
    assert message.at == datetime.fromtimestamp(at, UTC)  # seconds as well as milliseconds
    assert message.channel == "wechaty"


async def test_owners_and_managers_are_admins(gateway, channel, inbox):
    assert (await inbox.message(await gateway.do("post", talker="wang"))).role is Role.ADMIN


async def test_a_private_message(gateway, channel, inbox):
    message = await inbox.message(await gateway.do("post", text="待办", to="bot"))
    assert message.private
    assert (message.room_id, message.sender, message.sender_id) == ("", "张三", "zhang")


async def test_a_group_without_a_name_is_no_private_talk(gateway, channel, inbox):
    message = await inbox.message(await gateway.do("post", room="nameless@chatroom"))
    assert not message.private
    assert message.room == "nameless@chatroom"


@pytest.mark.parametrize(
    ("number", "fields", "kind", "title", "text"),
    [
        (1, {"filename": "报表.xlsx"}, MessageType.FILE, "报表.xlsx", ""),
        (2, {"text": "<msg><voicemsg length='3'/></msg>"}, MessageType.AUDIO, "", ""),
        (3, {"text": '<msg nickname="赵六" username="v1"/>'}, MessageType.CONTACT, "赵六", ""),
        (3, {"card": "wang"}, MessageType.CONTACT, "王五", ""),
        (5, {"text": "<msg><emoji md5='1'/></msg>"}, MessageType.STICKER, "", ""),
        (6, {"filename": "照片.png"}, MessageType.IMAGE, "照片.png", ""),
        (
            8, {"text": "<msg><location poiname='镇政府' label='中心街1号'/></msg>"},
            MessageType.LOCATION, "镇政府", "中心街1号",
        ),
        (8, {}, MessageType.LOCATION, "东升乡人民政府(海淀区成府路45号)", "北京市北京市海淀区45 Chengfu Rd"),
        (
            9, {"program": {"title": "投票", "description": "请投3号", "appid": "wx1"}},
            MessageType.MINIPROGRAM, "投票", "请投3号",
        ),
        (
            10, {"text": "<msg><appmsg><title>#接龙\n1. 张三</title></appmsg></msg>"},
            MessageType.TEXT, "", "#接龙\n1. 张三",
        ),
        (11, {}, MessageType.RED_PACKET, "", ""),
        (
            12, {"text": "<msg><appmsg><title>恭喜发财</title><des>领红包</des></appmsg></msg>"},
            MessageType.RED_PACKET, "恭喜发财", "领红包",
        ),
        (
            14, {"url": {"title": "公示", "description": "全文", "url": "https://e.example/1"}},
            MessageType.LINK, "公示", "全文\nhttps://e.example/1",
        ),
        (15, {"filename": "a.mp4"}, MessageType.VIDEO, "a.mp4", ""),
    ],
)  # fmt: skip
async def test_types(gateway, channel, inbox, number, fields, kind, title, text):
    message = await inbox.message(await gateway.do("post", type=number, **fields))
    assert (message.type, message.title, message.text) == (kind, title, text)


@pytest.mark.parametrize("number", [0, 16, 17, 99])
async def test_unknown_types_are_kept(gateway, channel, inbox, number):
    posted = await gateway.do("post", type=number, text="<msg><a>看这里</a></msg>")
    message = await inbox.message(posted)
    assert (message.type, message.text) == (MessageType.UNKNOWN, "看这里")


@pytest.mark.parametrize(("number", "call"), [(14, "message_url"), (3, "message_contact")])
async def test_a_line_that_drops_while_a_part_is_asked_for_costs_that_part_only(
    gateway, channel, inbox, monkeypatch, number, call
):
    async def lost(_):
        raise StreamTerminatedError("Connection lost")

    monkeypatch.setattr(channel._puppet, call, lost)
    posted = await gateway.do("post", type=number, text="没有标题")
    assert (await inbox.message(posted)).title == ""


async def test_a_chat_record_has_its_lines(gateway, channel, inbox):
    message = await inbox.message(await gateway.do("post", type=4, text=RECORD))
    assert message.type is MessageType.FORWARDED
    assert message.title == "群聊的聊天记录"
    assert message.items == ("张三：明早九点开会", "李四：收到", "王五：名单.xlsx")


async def test_an_xml_bomb_is_only_a_record_without_lines(gateway, channel, inbox):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><msg><appmsg><title>&a;</title></appmsg></msg>'
    message = await inbox.message(await gateway.do("post", type=4, text=bomb))
    assert (message.type, message.items) == (MessageType.FORWARDED, ())


async def test_a_line_without_a_sender_is_the_systems(gateway, channel, inbox):
    message = await inbox.message(await gateway.do("post", talker="", text="你已被移出群聊"))
    assert (message.type, message.sender) == (MessageType.SYSTEM, "")


async def test_mentions_by_id_and_as_written(gateway, channel, inbox):
    by_id = await gateway.do("post", text="@轻群\u2005帮助", mentions=["bot"])
    written = await gateway.do("post", text="@李四\u2005 @所有人 请看")
    everyone = await gateway.do(
        "post", text="@所有人\u2005开会", mentions=["bot", "zhang", "li", "wang"]
    )
    assert (await inbox.message(everyone)).mentions == ("所有人",)
    message = await inbox.message(by_id)
    assert (message.mentions, message.text) == (("轻群",), "@轻群 帮助")
    assert (await inbox.message(written)).mentions == ("李四", "所有人")


async def test_a_quotation_is_a_reply(gateway, channel, inbox):
    first = await gateway.do("post", talker="wang", text="明日九点开会")
    await inbox.message(first)
    written = await gateway.do(
        "post", text="「王五：明日九点开会」\n- - - - - - - - - - - - - - -\n收到"
    )
    by_id = await gateway.do(
        "post",
        text="<msg><appmsg><title>好的</title><type>57</type><refermsg><svrid>77</svrid>"
        "<displayname>王五</displayname><content>x</content></refermsg></appmsg></msg>",
        type=14,
    )
    message = await inbox.message(written)
    assert (message.text, message.reply_to) == ("收到", first)
    message = await inbox.message(by_id)
    assert (message.type, message.text, message.reply_to) == (MessageType.TEXT, "好的", "77")


async def test_a_recall_is_an_event(gateway, channel, inbox):
    posted = await gateway.do("post", text="发错了")
    await inbox.message(posted)
    await gateway.do("post", type=13, text=posted)
    event = await inbox.until(lambda e: isinstance(e, Recalled))
    assert (event.room_id, event.message_id, event.by) == ("gov@chatroom", posted, "zhang")
    assert not [message for message in inbox.messages if message.text == posted]


async def test_own_messages_are_known_by_their_sender(gateway, channel, inbox):
    await gateway.do("post", talker="bot", to="zhang", text="悄悄话")
    message = await inbox.message(await gateway.do("post", talker="bot", text="大家好"))
    assert message.bot
    assert "悄悄话" not in [message.text for message in inbox.messages]


async def test_the_same_message_twice_arrives_once(gateway, channel, inbox):
    posted = await gateway.do("post", text="一次")
    await gateway.do("emit", event="message", payload={"messageId": posted})
    await inbox.message(await gateway.do("post", text="末"))
    assert [message.text for message in inbox.messages].count("一次") == 1


async def test_order_is_kept_over_a_slow_payload(gateway, channel, inbox):
    posted = [
        await gateway.do("post", text=str(number), broken=1 if number == 0 else 0)
        for number in range(10)
    ]
    await inbox.message(posted[-1])
    assert [message.id for message in inbox.messages] == posted


async def test_files_are_streamed_up_to_a_limit(gateway, channel, inbox):
    small = await inbox.message(
        await gateway.do("post", type=1, filename="a.txt", file={"base64": "TVotaGVsbG8="})
    )
    assert small.attachment == "a.txt"
    assert await channel.fetch(small, 100) == b"MZ-hello"
    assert await channel.fetch(small, 3) is None
    large = await inbox.message(
        await gateway.do("post", type=6, filename="b.png", file={"name": "b.png", "kib": 300})
    )
    assert await channel.fetch(large, 2**20) == bytes([7]) * 300 * 1024
    large = await inbox.message(
        await gateway.do("post", type=15, filename="b.mp4", file={"name": "b.mp4", "kib": 300})
    )
    assert await channel.fetch(large, 200 * 1024) is None
    lacking = await inbox.message(await gateway.do("post", type=2))
    assert await channel.fetch(lacking, 100) is None


async def test_a_files_address_inside_the_network_is_not_asked(gateway, channel, inbox):
    message = await inbox.message(
        await gateway.do(
            "post", type=1, filename="x", file={"url": "http://10.0.0.1/secret", "name": "x"}
        )
    )
    assert await channel.fetch(message, 100) is None


async def test_nothing_posted_is_lost_in_a_burst(gateway, connect):
    async def inbox(events):
        got.extend(event.message for event in events if isinstance(event, Posted))
        if got and got[-1].text == "末":
            done.set()

    got, done = [], asyncio.Event()
    await connect(into=inbox)
    await gateway.do("burst", n=1000, rooms=["gov@chatroom", "service@chatroom"])
    await gateway.do("post", text="末")
    await asyncio.wait_for(done.wait(), 120)
    numbers = [int(message.text.split()[1]) for message in got[:-1]]
    assert numbers == list(range(1000))
