"""What people do in rooms of a real homeserver, and what the bot hears of it."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp

from bot.channels.base import Edited, Joined, Left, Recalled, Topic, Verb
from bot.core.decision import Outcome
from bot.core.message import MessageType, Role
from tests.channels.matrix.conftest import Square, settled
from tests.support.synapse import Resident


async def upload(person: Resident, data: bytes, name: str, mime: str) -> str:
    async with person.session.post(
        f"{person.url}/_matrix/media/v3/upload", params={"filename": name}, data=data,
        headers={"Authorization": f"Bearer {person.token}", "Content-Type": mime},
    ) as response:  # fmt: skip
        return str((await response.json())["content_uri"])


async def test_messages_of_people_arrive_with_who_and_where(square: Square) -> None:
    boss, li = await square.people("镇长", "小李")
    bot = await square.bot()
    room = await square.room(boss, bot, li)
    await boss.say(room, "明天上午九点开会")
    id_ = await li.say(room, "收到")
    heard = await bot.seen.text("收到")
    assert (heard.id, heard.room, heard.room_id) == (id_, "镇工作群", room)
    assert (heard.sender, heard.sender_id, heard.role) == ("小李", li.id, Role.MEMBER)
    assert (await bot.seen.text("明天上午九点开会")).role is Role.ADMIN
    assert not heard.bot
    assert not heard.private
    people = {person.name: person.role for person in await bot.channel.members(room)}
    assert people == {"镇长": Role.ADMIN, "小李": Role.MEMBER}


async def test_replies_mentions_notices_and_emotes(square: Square) -> None:
    boss, li, wang = await square.people("镇长", "小李", "小王")
    bot = await square.bot()
    room = await square.room(boss, bot, li, wang)
    first = await boss.say(room, "请报表格")
    await li.say(
        room, f"> <{boss.id}> 请报表格\n\n马上报",
        **{"m.relates_to": {"m.in_reply_to": {"event_id": first}}},
    )  # fmt: skip
    reply = await bot.seen.text("马上报")
    assert reply.reply_to == first
    await boss.say(
        room, "小王 请看", format="org.matrix.custom.html",
        formatted_body=f'<a href="https://matrix.to/#/{wang.id}">小王</a> 请看',
    )  # fmt: skip
    assert (await bot.seen.text("小王 请看")).mentions == ("小王",)
    await boss.say(room, "都看看", **{"m.mentions": {"user_ids": [li.id], "room": True}})
    assert (await bot.seen.text("都看看")).mentions == ("所有人", "小李")
    await li.send(room, {"msgtype": "m.emote", "body": "点头"})
    assert not (await bot.seen.text("点头")).bot
    await li.send(room, {"msgtype": "m.notice", "body": "自动提示"})
    assert (await bot.seen.text("自动提示")).bot


async def test_files_pictures_and_their_content(square: Square) -> None:
    boss, li = await square.people("镇长", "小李")
    bot = await square.bot()
    room = await square.room(boss, bot, li)
    address = await upload(li, b"%PDF-1.7 ...", "表.pdf", "application/pdf")
    await li.send(room, {"msgtype": "m.file", "body": "请审", "filename": "表.pdf", "url": address})
    file = await bot.seen.text("请审")
    assert (file.type, file.title) == (MessageType.FILE, "表.pdf")
    assert await bot.channel.fetch(file, 1000) == b"%PDF-1.7 ..."
    assert await bot.channel.fetch(file, 5) is None
    for kind, type_ in (
        ("m.image", MessageType.IMAGE),
        ("m.video", MessageType.VIDEO),
        ("m.audio", MessageType.AUDIO),
    ):
        count = len(bot.seen.messages)
        await li.send(room, {"msgtype": kind, "body": "x.bin", "url": address})
        await bot.seen.until(lambda count=count: len(bot.seen.messages) > count)
        assert (bot.seen.messages[-1].type, bot.seen.messages[-1].text) == (type_, "")
    await li.send(room, {"msgtype": "m.file", "body": "没了.pdf", "url": "mxc://town.test/gone"})
    gone = (await bot.seen.until(lambda: [m for m in bot.seen.messages if m.title == "没了.pdf"]))[
        0
    ]
    assert await bot.channel.fetch(gone, 1000) is None


async def test_an_edit_is_the_authors_alone(square: Square) -> None:
    boss, li = await square.people("镇长", "小李")
    bot = await square.bot()
    room = await square.room(boss, bot, li)
    id_ = await li.say(room, "周五报")

    def edit(words: str) -> dict[str, Any]:
        new = {"msgtype": "m.text", "body": words}
        relation = {"rel_type": "m.replace", "event_id": id_}
        return {**new, "body": f"* {words}", "m.new_content": new, "m.relates_to": relation}

    await li.send(room, edit("周四报"))
    edited = (await bot.seen.until(lambda: bot.seen.of(Edited)))[0].message
    assert (edited.id, edited.text, edited.sender) == (id_, "周四报", "小李")
    await boss.send(room, edit("不用报"))
    await bot.seen.text("* 不用报")
    assert len(bot.seen.of(Edited)) == 1


async def test_recalls_joins_leaves_and_names(square: Square) -> None:
    boss, li, wang = await square.people("镇长", "小李", "小王")
    bot = await square.bot()
    room = await square.room(boss, bot, li)
    assert Topic("matrix", room, "镇工作群", bot.seen.of(Topic)[0].at) == bot.seen.of(Topic)[0]
    id_ = await li.say(room, "发错了")
    await li.ok("PUT", f"/rooms/{room}/redact/{id_}/r1", {})
    recalled = (await bot.seen.until(lambda: bot.seen.of(Recalled)))[0]
    assert (recalled.message_id, recalled.by, recalled.room_id) == (id_, li.id, room)
    await boss.ok("POST", f"/rooms/{room}/invite", {"user_id": wang.id})
    await wang.join(room)

    def named(kind: type[Joined] | type[Left]) -> list[str]:
        return [p.name for event in bot.seen.of(kind) for p in event.people if p.id == wang.id]

    await bot.seen.until(lambda: named(Joined))
    await boss.ok("POST", f"/rooms/{room}/kick", {"user_id": wang.id})
    await bot.seen.until(lambda: named(Left))
    assert named(Joined) == named(Left) == ["小王"]
    await boss.set_state(room, "m.room.name", {"name": "镇政府工作群"})
    await bot.seen.until(lambda: [t for t in bot.seen.of(Topic) if t.name == "镇政府工作群"])
    # A changed nickname is no coming and going.
    comings = len(bot.seen.of(Joined)) + len(bot.seen.of(Left))
    await li.ok("PUT", f"/profile/{li.id}/displayname", {"displayname": "李主任"})
    await settled(lambda: bot.channel._book.get(room).name_of(li.id) == "李主任")
    await li.say(room, "换了名")
    assert (await bot.seen.text("换了名")).sender == "李主任"
    assert len(bot.seen.of(Joined)) + len(bot.seen.of(Left)) == comings


async def test_what_was_said_before_the_bot_came_is_not_its_business(square: Square) -> None:
    boss, li = await square.people("镇长", "小李")
    bot = await square.bot()
    room = await boss.make_room("旧群", [li])
    await li.join(room)
    for i in range(60):
        await li.say(room, f"旧话{i}")
    await boss.ok("POST", f"/rooms/{room}/invite", {"user_id": bot.id})
    await bot.knows(room)
    await li.say(room, "新话")
    await bot.seen.text("新话")
    assert bot.seen.texts == ["新话"]


async def test_the_bot_speaks_once_however_often_it_is_asked(square: Square) -> None:
    boss, li = await square.people("镇长", "小李")
    bot = await square.bot()
    room = await square.room(boss, bot, li)
    quoted = await li.say(room, "几点？")
    fields = {"key": "o7", "text": "@小李 九点", "mentions": (li.id,), "message_id": quoted}
    results = [await bot.do(Verb.SEND, room, **fields) for _ in range(3)]
    assert {r.outcome for r in results} == {Outcome.DONE}
    assert len({r.message_id for r in results}) == 1
    await bot.channel.stop()
    bot = await square.again(bot)
    assert (await bot.do(Verb.SEND, room, **fields)).message_id == results[0].message_id
    assert (await li.texts(room)).count("@小李 九点") == 1
    event = await li.event(room, results[0].message_id)
    assert event["content"]["m.mentions"] == {"user_ids": [li.id]}
    assert f'<a href="https://matrix.to/#/{li.id}">' in event["content"]["formatted_body"]
    assert event["content"]["m.relates_to"] == {"m.in_reply_to": {"event_id": quoted}}
    other = await bot.do(Verb.SEND, room, key="o7", text="别的数据库里的第七条")
    assert other.message_id != results[0].message_id
    await bot.seen.text("别的数据库里的第七条")
    assert all(m.bot for m in bot.seen.messages if m.sender_id == bot.id)


async def test_the_bot_posts_files_and_announcements(square: Square, tmp_path: Path) -> None:
    boss, li = await square.people("镇长", "小李")
    bot = await square.bot()
    room = await square.room(boss, bot, li)
    (tmp_path / "周报.xlsx").write_bytes(b"PK table")
    (tmp_path / "图.png").write_bytes(b"PNG")
    files = (str(tmp_path / "周报.xlsx"), str(tmp_path / "图.png"))
    assert (await bot.do(Verb.SEND, room, text="周报", files=files)).outcome is Outcome.DONE
    posted = {e["content"].get("filename"): e["content"] for e in await li.messages(room)}
    assert posted["图.png"]["msgtype"] == "m.image"
    address = posted["周报.xlsx"]["url"].removeprefix("mxc://")
    where = f"{li.url}/_matrix/client/v1/media/download/{address}"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {li.token}"}) as session:
        assert await (await session.get(where)).read() == b"PK table"
    result = await bot.do(Verb.ANNOUNCE, room, text="防汛值班表")
    assert (await li.state(room, "m.room.pinned_events"))["pinned"] == [result.message_id]
    lost = await bot.do(Verb.SEND, room, files=(str(tmp_path / "没有.xlsx"),))
    assert lost.outcome is Outcome.REFUSED
    assert "没有.xlsx" in lost.reason


async def test_private_talk_has_one_room(square: Square) -> None:
    boss, li = await square.people("镇长", "小李")
    bot = await square.bot()
    room = await square.room(boss, bot, li)
    first, second = await asyncio.gather(
        *(bot.do(Verb.WHISPER, room, person_id=li.id, text=f"提醒{i}") for i in range(2))
    )
    assert first.outcome is second.outcome is Outcome.DONE
    assert first.reason == "invited"
    invites = (await li.ok("GET", "/sync"))["rooms"]["invite"]
    assert len(invites) == 1
    private = next(iter(invites))
    await li.join(private)
    await li.say(private, "申诉 12")
    heard = await bot.seen.text("申诉 12")
    assert heard.private
    assert (heard.room_id, heard.sender_id) == (private, li.id)
    assert private not in [info.id for info in await bot.channel.rooms()]
    await bot.channel.stop()
    bot = await square.again(bot)
    assert (await bot.do(Verb.WHISPER, person_id=li.id, text="再提醒")).reason == ""
    reminders = [words for words in await li.texts(private) if "提醒" in words]
    assert sorted(reminders[:2]) == ["提醒0", "提醒1"]
    assert reminders[2:] == ["再提醒"]
    # Whoever left is asked back into the same room.
    await li.ok("POST", f"/rooms/{private}/leave", {})
    await settled(lambda: li.id not in [p.id for p in bot.channel._book.get(private).members()])
    assert (await bot.do(Verb.WHISPER, person_id=li.id, text="又提醒")).outcome is Outcome.DONE
    assert private in (await li.ok("GET", "/sync"))["rooms"]["invite"]


async def test_a_talk_begun_by_a_member_is_used_and_a_third_person_ends_it(square: Square) -> None:
    boss, li = await square.people("镇长", "小李")
    bot = await square.bot()
    private = await li.make_room("", [bot.account], is_direct=True, preset="trusted_private_chat")
    await settled(lambda: private in bot.channel._book)
    await li.say(private, "待办")
    assert (await bot.seen.text("待办")).private
    result = await bot.do(Verb.WHISPER, person_id=li.id, text="今天没有")
    assert result.reason == ""
    assert "今天没有" in await li.texts(private)
    await li.ok("POST", f"/rooms/{private}/invite", {"user_id": boss.id})
    await boss.join(private)
    await boss.say(private, "我也在")
    assert not (await bot.seen.text("我也在")).private
    await bot.do(Verb.WHISPER, person_id=li.id, text="只给小李")
    assert "只给小李" not in await li.texts(private)


async def test_only_welcome_people_may_invite(square: Square) -> None:
    boss, stranger = await square.people("镇长", "外人")
    bot = await square.bot(accept_invites_from=[boss.id])
    theirs = await stranger.make_room("外群", [bot.account])
    ours = await square.room(boss, bot, name="本群")
    assert [info.name for info in await bot.channel.rooms()] == ["本群"]
    assert (await stranger.state(theirs, "m.room.member", bot.id))["membership"] == "invite"
    assert ours


async def test_read_receipts(square: Square) -> None:
    boss, li, wang, zhao = await square.people("镇长", "小李", "小王", "小赵")
    bot = await square.bot()
    room = await square.room(boss, bot, li, wang, zhao)
    before = await li.say(room, "早")
    notice = (await bot.do(Verb.SEND, room, text="请阅")).message_id
    after = await boss.say(room, "补充一句")
    for person, event in ((li, notice), (wang, after), (zhao, before)):
        await person.ok("POST", f"/rooms/{room}/receipt/m.read/{event}", {})
    found = await bot.channel.readers(room, notice)
    assert {li.id, wang.id} <= found
    assert zhao.id not in found
