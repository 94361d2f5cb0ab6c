"""Orders on a QQ that has its own mind about who may do what."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import EVERYONE, NOBODY, Order, Recalled, Verb
from bot.channels.onebot import OneBotChannel
from bot.core.clock import DrivenClock
from bot.core.decision import Outcome
from bot.core.message import Role
from tests.channels.onebot.peer import Peer
from tests.channels.onebot.world import BOT, RefusedError, World

G, H = "900001", "900002"
HANGS = "Timeout: NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg EventRet:\n{}\n"


async def test_a_members_message_is_deleted_and_seen_gone(channel, world, ear) -> None:
    number = world.post(900001, 2001, "帮忙砍一刀")
    await ear.message(number)
    result = await channel.perform(Order(Verb.DELETE, "k", G, "2001", str(number)))
    assert result.outcome is Outcome.DONE
    assert world.messages[number].recalled_by == BOT
    recalled = await ear.hears(lambda event: isinstance(event, Recalled))
    assert (recalled.room_id, recalled.message_id, recalled.by) == (G, str(number), str(BOT))


@pytest.mark.parametrize("flavour", ["napcat", "llbot"])
async def test_a_delete_without_a_notice_is_read_back(connect, peer, world, flavour) -> None:
    peer.flavour = flavour
    channel = await connect()
    world.silent_notices.add("group_recall")
    number = world.post(900001, 2001, "早")
    result = await channel.perform(Order(Verb.DELETE, "k", G, "2001", str(number)))
    assert result.outcome is Outcome.DONE


async def test_a_delete_that_shows_no_effect_is_unconfirmed(channel, peer, world) -> None:
    peer.lie.add("delete_msg")
    number = world.post(900001, 2001, "早")
    order = Order(Verb.DELETE, "k", G, "2001", str(number))
    assert (await channel.perform(order)).outcome is Outcome.UNCONFIRMED
    assert await channel.look(order) is None
    world.recall(number, 1001)
    await peer.beat()
    assert await channel.look(order) is Outcome.DONE


async def test_what_the_platform_refuses_is_told_with_its_reason(channel, world) -> None:
    number = world.post(900001, 1002, "管理员的话")
    result = await channel.perform(Order(Verb.DELETE, "k", G, "1002", str(number)))
    assert result.outcome is Outcome.REFUSED
    assert result.reason == "对方是群主或管理员，轻群的身份不够（decode failed!）"
    assert result.retry_after is None


async def test_without_rights_the_refusal_names_them_and_they_are_read_anew(channel, world) -> None:
    world.silent_notices.add("group_admin")
    world.promote(900001, BOT, "member")
    assert channel.capabilities(G).mute_room
    result = await channel.perform(Order(Verb.CLOSE_ROOM, "k", G))
    assert result.outcome is Outcome.REFUSED
    assert result.reason.startswith("轻群不是该群的管理员")
    assert "120101005" in result.reason
    assert not channel.capabilities(G).mute_room
    number = world.post(900001, 2001, "早")
    result = await channel.perform(Order(Verb.DELETE, "k2", G, "2001", str(number)))
    assert result.reason == "轻群不是该群的管理员（decode failed!）"


async def test_an_unknown_message_and_an_old_one_of_ones_own_are_too_late(
    connect, world, clock: DrivenClock
) -> None:
    world.groups[900001].members[BOT].role = "member"
    channel = await connect()
    gone = await channel.perform(Order(Verb.DELETE, "k", G, "2001", "123"))
    assert gone.outcome is Outcome.TOO_LATE
    sent = await channel.perform(Order(Verb.SEND, "s", G, text="通知"))
    clock.advance(timedelta(minutes=3))
    old = await channel.perform(Order(Verb.DELETE, "d", G, str(BOT), sent.message_id))
    assert old.outcome is Outcome.TOO_LATE


async def test_a_mute_stops_posts_until_it_ends(channel, world, clock: DrivenClock) -> None:
    until = clock.now() + timedelta(minutes=10)
    order = Order(Verb.MUTE, "k", G, "2001", until=until)
    assert (await channel.perform(order)).outcome is Outcome.DONE
    with pytest.raises(RefusedError):
        world.post(900001, 2001, "我还要说")
    assert await channel.look(order) is Outcome.DONE
    lift = Order(Verb.UNMUTE, "k2", G, "2001")
    assert await channel.look(lift) is None
    assert (await channel.perform(lift)).outcome is Outcome.DONE
    world.post(900001, 2001, "好了")
    clock.advance(timedelta(minutes=11))
    assert (await channel.perform(order)).outcome is Outcome.TOO_LATE


async def test_the_length_of_a_ban_is_always_said(channel, peer, clock: DrivenClock) -> None:
    until = clock.now() + timedelta(days=90)
    await channel.perform(Order(Verb.MUTE, "k", G, "2001", until=until))
    await channel.perform(Order(Verb.UNMUTE, "k2", G, "2001"))
    lengths = [p["duration"] for action, p in peer.calls if action == "set_group_ban"]
    assert lengths == [30 * 86400 - 1, 0]


@pytest.mark.parametrize(
    ("person", "outcome", "words"),
    [
        ("1001", Outcome.REFUSED, "cannot ban owner"),
        ("1002", Outcome.REFUSED, "cannot ban admin"),
        ("4711", Outcome.TOO_LATE, "user not in group"),
    ],
)
async def test_who_cannot_be_muted(channel, clock, person, outcome, words) -> None:
    until = clock.now() + timedelta(minutes=10)
    result = await channel.perform(Order(Verb.MUTE, "k", G, person, until=until))
    assert result.outcome is outcome
    assert words in result.reason


@pytest.mark.parametrize("flavour", ["napcat", "llbot"])
@pytest.mark.parametrize("noticed", [True, False])
async def test_a_room_is_closed_and_opened(connect, peer, world, flavour, noticed) -> None:
    peer.flavour = flavour
    if not noticed:
        world.silent_notices.add("group_ban")
    channel = await connect()
    close, open_ = Order(Verb.CLOSE_ROOM, "c", G), Order(Verb.OPEN_ROOM, "o", G)
    assert (await channel.perform(close)).outcome is Outcome.DONE
    with pytest.raises(RefusedError):
        world.post(900001, 2001, "夜里")
    world.post(900001, 1002, "管理员仍可发言")
    assert (await channel.perform(close)).outcome is Outcome.DONE
    assert await channel.look(open_) is None
    assert (await channel.perform(open_)).outcome is Outcome.DONE
    world.post(900001, 2001, "早")


@pytest.mark.parametrize("noticed", [True, False])
async def test_removing_is_believed_only_when_they_are_gone(channel, world, noticed) -> None:
    if not noticed:
        world.silent_notices.add("group_decrease")
    result = await channel.perform(Order(Verb.REMOVE, "k", G, "2002"))
    assert result.outcome is Outcome.DONE
    assert 2002 not in world.groups[900001].members
    result = await channel.perform(Order(Verb.REMOVE, "k2", G, "1002"))
    assert result.outcome is Outcome.REFUSED
    assert result.reason == "对方是群主或管理员，轻群的身份不够"


async def test_a_post_mentions_and_quotes(channel, world) -> None:
    asked = world.post(900001, 2001, "表在哪里")
    order = Order(
        Verb.SEND,
        "k",
        G,
        message_id=str(asked),
        text="@村建办王五 请改正。",
        mentions=("2001", "2002"),
    )
    result = await channel.perform(order)
    assert result.outcome is Outcome.DONE
    sent = world.messages[int(result.message_id)].message
    assert [(part["type"], *part["data"].values()) for part in sent] == [
        ("reply", str(asked)),
        ("at", "2002"),
        ("text", " "),
        ("at", "2001"),
        ("text", " 请改正。"),
    ]


async def test_everybody_can_be_mentioned_and_text_is_no_code(channel, world) -> None:
    order = Order(Verb.SEND, "k", G, text="[CQ:at,qq=all] 停水", mentions=("all",))
    sent = world.messages[int((await channel.perform(order)).message_id)].message
    assert sent[0] == {"type": "at", "data": {"qq": "all"}}
    assert sent[-1]["data"]["text"] == "[CQ:at,qq=all] 停水"


async def test_files_go_along(channel, world, tmp_path: Path) -> None:
    picture, table = tmp_path / "周报.png", tmp_path / "周报.xlsx"
    picture.write_bytes(b"png")
    table.write_bytes(b"xlsx")
    order = Order(Verb.SEND, "k", H, text="周报", files=(str(picture), str(table)))
    result = await channel.perform(order)
    posted = [one for one in world.messages.values() if one.by == BOT]
    assert [[part["type"] for part in one.message] for one in posted] == [
        ["text", "image"],
        ["file"],
    ]
    assert world.messages[int(result.message_id)] is posted[0]
    missing = Order(Verb.SEND, "m", H, text="x", files=(str(tmp_path / "没有.png"),))
    assert (await channel.perform(missing)).outcome is Outcome.REFUSED


async def test_whispers_reach_friends_and_strangers_by_the_group(channel, peer) -> None:
    friend = await channel.perform(Order(Verb.WHISPER, "a", G, "2001", text="您好"))
    stranger = await channel.perform(Order(Verb.WHISPER, "b", G, "1002", text="您好"))
    closed = await channel.perform(Order(Verb.WHISPER, "c", G, "2002", text="您好"))
    assert friend.outcome is stranger.outcome is Outcome.DONE
    assert closed.outcome is Outcome.REFUSED
    assert closed.reason == "发送失败，请先添加对方为好友"
    sent = [p for action, p in peer.calls if action == "send_private_msg"]
    assert sent[0]["group_id"] == 900001


@pytest.mark.parametrize("verb", [Verb.SEND, Verb.WHISPER])
async def test_a_post_whose_answer_was_lost_is_not_posted_twice(
    connect, peer: Peer, world: World, verb
) -> None:
    channel = await connect(timeout=0.05)
    order = Order(verb, "k", G, "2001", text="请于周五前报送")
    action = "send_group_msg" if verb is Verb.SEND else "send_private_msg"
    peer.hush.add(action)
    with pytest.raises(ConnectionError):
        await channel.perform(order)
    peer.hush.clear()
    assert (await channel.perform(order)).outcome is Outcome.DONE
    assert len(world.messages) == 1
    assert await channel.look(order) is Outcome.DONE


async def test_a_post_that_never_arrived_is_sent_again(connect, peer, world) -> None:
    channel = await connect(timeout=0.05)
    order = Order(Verb.SEND, "k", G, text="请于周五前报送")
    peer.fail["send_group_msg"] = RefusedError(HANGS)
    with pytest.raises(ConnectionError):
        await channel.perform(order)
    assert await channel.look(order) is None
    peer.fail.clear()
    assert (await channel.perform(order)).outcome is Outcome.DONE
    again = Order(Verb.SEND, "k2", G, text="请于周五前报送")
    assert await channel.look(again) is None, "another order's post is no evidence"
    assert len(world.messages) == 1


async def test_when_qq_itself_hangs_a_delete_is_tried_later(channel, peer, world) -> None:
    number = world.post(900001, 2001, "早")
    peer.fail["delete_msg"] = RefusedError(HANGS.replace("sendMsg", "recallMsg"))
    result = await channel.perform(Order(Verb.DELETE, "k", G, "2001", str(number)))
    assert result.outcome is Outcome.PENDING
    assert result.retry_after


async def test_announcements_where_there_are_any(channel, peer, world) -> None:
    order = Order(Verb.ANNOUNCE, "k", G, text="明日停电")
    assert channel.capabilities(G).announce
    assert (await channel.perform(order)).outcome is Outcome.DONE
    assert world.groups[900001].notices == ["明日停电"]
    assert await channel.look(order) is Outcome.DONE
    peer.missing.add("_send_group_notice")
    assert (await channel.perform(order)).outcome is Outcome.UNSUPPORTED
    assert not channel.capabilities(G).announce


async def test_capabilities_follow_the_bots_role(channel, world, ear) -> None:
    assert channel.capabilities(H).delete == EVERYONE
    assert channel.capabilities(G).delete == {Role.MEMBER} == channel.capabilities(G).mute
    assert channel.capabilities("1").delete == NOBODY
    world.promote(900001, BOT, "member")
    await ear.message(world.post(900001, 2001, "一"))
    assert channel.capabilities(G).delete == NOBODY
    assert not channel.capabilities(G).kick
    world.promote(900001, BOT, "admin")
    await ear.message(world.post(900001, 2001, "二"))
    assert channel.capabilities(G).mute_room


async def test_a_muted_bot_is_refused(channel, world) -> None:
    world.ban(900001, BOT, 600)
    result = await channel.perform(Order(Verb.SEND, "k", G, text="通知"))
    assert result.outcome is Outcome.REFUSED
    assert "禁言" in result.reason


async def test_orders_side_by_side_get_their_own_answers(channel, peer, world) -> None:
    peer.held["get_msg"] = asyncio.Event()
    number = world.post(900001, 2001, "早")
    waiting = asyncio.create_task(channel.look(Order(Verb.DELETE, "d", G, "", str(number))))
    sent = await channel.perform(Order(Verb.SEND, "s", G, text="通知"))
    assert world.messages[int(sent.message_id)].message[0]["data"]["text"] == "通知"
    peer.held["get_msg"].set()
    assert await waiting is None


async def test_an_account_that_is_offline_is_a_lost_connection(
    channel: OneBotChannel, world, ear
) -> None:
    world.notice("bot_offline", user_id=BOT, tag="下线通知", message="账号在别处登录")
    await ear.hears(lambda event: getattr(event, "state", None) == "logged_out")
    with pytest.raises(ConnectionError, match="账号在别处登录"):
        await channel.perform(Order(Verb.SEND, "s", G, text="通知"))
