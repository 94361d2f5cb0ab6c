"""What the bot asks of WeChat, and how honestly the answer is reported."""

from datetime import timedelta

import pytest

from bot.channels.base import NOBODY, Left, Order, Posted, Recalled, Verb
from bot.core.decision import Outcome
from bot.core.message import Role

ROOM = "gov@chatroom"
FREE = {"room_every": 0, "total_every": 0}


def order(verb: Verb, **fields) -> Order:
    return Order(verb, fields.pop("key", f"k-{verb}"), **fields)


async def names(gateway) -> list[str]:
    return [call["name"] for call in await gateway.do("calls")]


async def test_a_nudge_is_private(gateway, channel, inbox):
    result = await channel.perform(order(Verb.WHISPER, person_id="zhang", text="请移步业务群"))
    assert result.outcome is Outcome.DONE
    assert result.message_id
    calls = await gateway.do("calls")
    assert calls == [{"name": "messageSendText", "args": ["zhang", "请移步业务群", []]}]
    await inbox.message(await gateway.do("post", text="末"))
    assert [message.text for message in inbox.messages] == ["末"]  # nothing in the room


async def test_who_is_no_friend_is_not_reprimanded_elsewhere(gateway, channel):
    result = await channel.perform(order(Verb.WHISPER, person_id="li", text="请移步业务群"))
    assert result.outcome is Outcome.REFUSED
    assert result.retry_after is None
    assert "not a friend" in result.reason
    assert await names(gateway) == []
    await gateway.do("befriend", who="li", yes=True)
    result = await channel.perform(order(Verb.WHISPER, person_id="li", text="请移步业务群"))
    assert result.outcome is Outcome.DONE


async def test_puppets_without_friends_are_not_asked_for_them(gateway, connect):
    channel = await connect(needs_friend=False)
    result = await channel.perform(order(Verb.WHISPER, person_id="li", text="x"))
    assert result.outcome is Outcome.DONE


async def test_members_requests_are_accepted_and_strangers_not(gateway, channel):
    await gateway.do("request", id="f1", who="zhao")
    await gateway.do("request", id="f2", who="li")
    assert (await gateway.do("until", call="friendshipAccept"))["args"] == ["f2"]
    assert await names(gateway) == ["friendshipAccept"]


async def test_an_at_mention_in_the_room(gateway, channel, inbox):
    await gateway.do("alias", who="li", name="应急办-李四")
    result = await channel.perform(
        order(Verb.SEND, room_id=ROOM, text="请看群规", mentions=("li",))
    )
    message = await inbox.message(result.message_id)
    assert message.bot
    assert message.text == "@应急办-李四 请看群规"
    assert message.mentions == ("应急办-李四",)


async def test_files_go_out_in_a_stream(gateway, channel, tmp_path):
    large = tmp_path / "周报.xlsx"
    large.write_bytes(b"x" * 5_000_000)  # beyond the 4 MiB of one gRPC message
    result = await channel.perform(
        order(Verb.SEND, room_id=ROOM, text="周报见附件", files=(str(large),))
    )
    assert result.outcome is Outcome.DONE
    calls = await gateway.do("calls")
    assert calls[0] == {"name": "messageSendFile", "args": [ROOM, "周报.xlsx", 5_000_000]}


async def test_a_post_without_an_id_is_confirmed_by_its_echo(gateway, channel, inbox):
    await gateway.do("set", fields={"sendIds": False})
    sent = order(Verb.SEND, room_id=ROOM, text="通知")
    assert await channel.look(sent) is None
    assert (await channel.perform(sent)).outcome is Outcome.UNCONFIRMED
    await inbox.until(lambda e: isinstance(e, Posted) and e.message.bot)
    assert await channel.look(sent) is Outcome.DONE
    another = order(Verb.SEND, key="another", room_id=ROOM, text="通知")
    assert await channel.look(another) is None


async def test_a_refusal_is_a_result_with_the_platforms_words(gateway, channel):
    await gateway.do("set", fields={"failing": "你无法在此群发言"})
    result = await channel.perform(order(Verb.SEND, room_id=ROOM, text="通知"))
    assert result.outcome is Outcome.REFUSED
    assert "你无法在此群发言" in result.reason


async def test_without_a_login_nothing_is_tried(gateway, channel, inbox):
    await gateway.do("raw", event="logout", payload={"contactId": "bot"})
    await inbox.until(lambda e: getattr(e, "state", None) == "logged_out")
    with pytest.raises(ConnectionError):
        await channel.perform(order(Verb.SEND, room_id=ROOM, text="通知"))


@pytest.mark.parametrize("verb", [Verb.MUTE, Verb.UNMUTE, Verb.CLOSE_ROOM, Verb.OPEN_ROOM])
async def test_wechat_has_no_mute(gateway, channel, verb):
    result = await channel.perform(order(verb, room_id=ROOM, person_id="zhang"))
    assert result.outcome is Outcome.UNSUPPORTED
    capabilities = channel.capabilities(ROOM)
    assert (capabilities.mute, capabilities.mute_room) == (NOBODY, False)


async def test_a_true_recall_is_unconfirmed_until_it_is_seen(gateway, channel, inbox):
    await gateway.do("set", fields={"recall": "any"})
    posted = await gateway.do("post", text="广告")
    await inbox.message(posted)
    deletion = order(Verb.DELETE, room_id=ROOM, person_id="zhang", message_id=posted)
    assert (await channel.perform(deletion)).outcome is Outcome.UNCONFIRMED
    await inbox.until(lambda e: isinstance(e, Recalled) and e.message_id == posted)
    assert await channel.look(deletion) is Outcome.DONE
    assert channel.capabilities(ROOM).delete == frozenset(Role)


async def test_a_puppet_that_promises_and_does_not_is_found_out(gateway, channel, inbox, clock):
    await gateway.do("set", fields={"recall": "lie"})
    for number in range(2):
        assert channel.capabilities(ROOM).delete
        posted = await gateway.do("post", text="广告")
        await inbox.message(posted)
        deletion = order(
            Verb.DELETE, key=str(number), room_id=ROOM, person_id="zhang", message_id=posted
        )
        assert (await channel.perform(deletion)).outcome is Outcome.UNCONFIRMED
        clock.advance(timedelta(seconds=61))
        assert await channel.look(deletion) is None
    assert channel.capabilities(ROOM).delete == NOBODY
    assert (await channel.perform(deletion)).outcome is Outcome.UNSUPPORTED


async def test_a_puppet_that_cannot_recall_is_asked_once(gateway, channel, inbox):
    await gateway.do("set", fields={"recall": "throw"})
    posted = await gateway.do("post", text="广告")
    await inbox.message(posted)
    deletion = order(Verb.DELETE, room_id=ROOM, person_id="zhang", message_id=posted)
    result = await channel.perform(deletion)
    assert (result.outcome, "not supported" in result.reason) == (Outcome.UNSUPPORTED, True)
    assert channel.capabilities(ROOM).delete == NOBODY
    assert channel.capabilities("service@chatroom").delete == NOBODY
    await channel.perform(deletion)
    assert (await names(gateway)).count("messageRecall") == 1


async def test_false_is_a_refusal(gateway, channel, inbox):
    posted = await gateway.do("post", text="广告")
    await inbox.message(posted)
    deletion = order(Verb.DELETE, room_id=ROOM, person_id="zhang", message_id=posted)
    assert (await channel.perform(deletion)).outcome is Outcome.REFUSED


async def test_padlocal_is_not_even_asked_to_recall(gateway, connect, inbox):
    channel = await connect(puppet="padlocal")
    assert channel.capabilities(ROOM).delete == NOBODY
    posted = await gateway.do("post", text="广告")
    await inbox.message(posted)
    deletion = order(Verb.DELETE, room_id=ROOM, person_id="zhang", message_id=posted)
    assert (await channel.perform(deletion)).outcome is Outcome.UNSUPPORTED
    assert "messageRecall" not in await names(gateway)


async def test_own_messages_are_taken_back_within_two_minutes(gateway, connect, inbox, clock):
    channel = await connect(puppet="padlocal", **FREE)
    sent = await channel.perform(order(Verb.SEND, room_id=ROOM, text="发错"))
    await inbox.message(sent.message_id)
    deletion = order(Verb.DELETE, room_id=ROOM, message_id=sent.message_id)
    assert (await channel.perform(deletion)).outcome is Outcome.UNCONFIRMED
    sent = await channel.perform(order(Verb.SEND, key="2", room_id=ROOM, text="又错"))
    await inbox.message(sent.message_id)
    clock.advance(timedelta(minutes=2, seconds=1))
    deletion = order(Verb.DELETE, key="d2", room_id=ROOM, message_id=sent.message_id)
    assert (await channel.perform(deletion)).outcome is Outcome.TOO_LATE


async def test_removing_is_read_back(gateway, channel, inbox):
    removal = order(Verb.REMOVE, room_id=ROOM, person_id="zhang")
    assert (await channel.perform(removal)).outcome is Outcome.DONE
    await inbox.until(lambda e: isinstance(e, Left))
    await gateway.do("set", fields={"silent": ["roomDel"]})
    removal = order(Verb.REMOVE, room_id=ROOM, person_id="wang")
    for _ in range(2):
        assert (await channel.perform(removal)).outcome is Outcome.UNCONFIRMED
    assert not channel.capabilities(ROOM).kick
    assert channel.capabilities("service@chatroom").kick


async def test_announcing_is_read_back(gateway, connect):
    channel = await connect(**FREE)
    notice = order(Verb.ANNOUNCE, room_id=ROOM, text="群规：不闲聊")
    assert (await channel.perform(notice)).outcome is Outcome.DONE
    assert (await gateway.do("state"))["announced"] == "群规：不闲聊"
    await gateway.do("set", fields={"silent": ["roomAnnounce"]})
    notice = order(Verb.ANNOUNCE, key="2", room_id=ROOM, text="另一条")
    assert (await channel.perform(notice)).outcome is Outcome.UNCONFIRMED


async def test_only_owners_and_admins_remove_and_announce_on_wechat(gateway, connect):
    channel = await connect(puppet="padlocal")
    assert channel.capabilities(ROOM).kick  # the bot owns it
    assert not channel.capabilities("service@chatroom").kick
    assert channel.capabilities("nameless@chatroom").kick  # who runs it is not told


async def test_it_speaks_at_a_persons_pace_and_each_order_waits_once(gateway, connect, clock):
    channel = await connect(room_every=8, room_burst=2, total_every=1, total_burst=5)
    waits = []
    for number in range(4):
        result = await channel.perform(order(Verb.SEND, key=str(number), room_id=ROOM, text="x"))
        waits.append(result.retry_after)
    assert waits[:2] == [None, None]
    assert 8 <= waits[2] <= 12
    assert 16 <= waits[3] <= 20
    assert (await names(gateway)).count("messageSendText") == 2
    clock.advance(timedelta(seconds=waits[3]))
    for number in (2, 3):
        again = await channel.perform(order(Verb.SEND, key=str(number), room_id=ROOM, text="x"))
        assert again.outcome is Outcome.DONE
