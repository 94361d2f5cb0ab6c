"""Delete, mute, close and open on a real homeserver, as the people in the room find it."""

import copy
import itertools
from time import perf_counter

import pytest

from bot.channels.base import Order, Recalled, RightsChanged, Verb
from bot.core.decision import Outcome
from bot.core.message import Role
from tests.channels.matrix.conftest import Square, settled
from tests.support.synapse import Resident


async def test_a_deleted_message_is_gone_for_everybody_with_all_its_edits(square: Square) -> None:
    boss, li, wang = await square.people("镇长", "小李", "小王")
    bot = await square.bot()
    room = await square.room(boss, bot, li, wang)
    id_ = await li.say(room, "砍一刀")
    new = {"msgtype": "m.text", "body": "再砍一刀"}
    relation = {"rel_type": "m.replace", "event_id": id_}
    _, edit = await li.send(
        room, {**new, "body": "* 再砍一刀", "m.new_content": new, "m.relates_to": relation}
    )
    await bot.seen.text("砍一刀")
    started = perf_counter()
    result = await bot.do(Verb.DELETE, room, message_id=id_, person_id=li.id, text="与工作无关")
    took = perf_counter() - started
    assert result.outcome is Outcome.DONE
    assert took < 1
    seen = await wang.event(room, id_)
    assert seen["content"] == {}
    assert seen["unsigned"]["redacted_because"]["content"]["reason"] == "与工作无关"
    assert "再砍一刀" not in str(await wang.messages(room))
    assert (await wang.event(room, edit["event_id"]))["content"].get("body") is None
    await bot.seen.until(lambda: id_ in [event.message_id for event in bot.seen.of(Recalled)])
    assert bot.seen.of(Recalled)[0].by == bot.id
    again = await bot.do(Verb.DELETE, room, message_id=id_, person_id=li.id, key="o1")
    assert again.outcome is Outcome.DONE
    # Who edits what is gone writes anew, under an id that can be deleted.
    await li.send(room, {**new, "body": "* 偏要砍", "m.new_content": new, "m.relates_to": relation})
    stubborn = await bot.seen.text("* 偏要砍")
    await bot.do(Verb.DELETE, room, message_id=stubborn.id, person_id=li.id)
    assert "偏要砍" not in str(await wang.messages(room))


async def test_deleting_what_is_not_there_is_refused(square: Square) -> None:
    (boss,) = await square.people("镇长")
    bot = await square.bot()
    room = await square.room(boss, bot)
    result = await bot.do(Verb.DELETE, room, message_id="$nothing")
    assert result.outcome is Outcome.REFUSED
    assert "M_" in result.reason


@pytest.mark.parametrize("version", ["10", "12"])
async def test_one_member_is_muted_and_gets_the_voice_back(square: Square, version: str) -> None:
    boss, li, wang = await square.people("镇长", "小李", "小王")
    bot = await square.bot()
    room = await square.room(boss, bot, li, wang, version=version)
    before = await boss.levels(room)
    for _ in range(2):
        assert (await bot.do(Verb.MUTE, room, person_id=li.id)).outcome is Outcome.DONE
    assert not await li.may_speak(room)
    assert await wang.may_speak(room)
    assert await bot.channel.look(order(Verb.MUTE, room, li)) is Outcome.DONE
    await bot.channel.stop()
    bot = await square.again(bot)
    assert (await bot.do(Verb.UNMUTE, room, person_id=li.id)).outcome is Outcome.DONE
    assert await li.may_speak(room)
    assert await boss.levels(room) == before
    assert await bot.channel.look(order(Verb.UNMUTE, room, li)) is Outcome.DONE
    nothing = await bot.do(Verb.UNMUTE, room, person_id=wang.id)
    assert nothing.outcome is Outcome.DONE
    assert await boss.levels(room) == before


def order(verb: Verb, room: str, person: Resident | None = None) -> Order:
    return Order(verb, "look", room, person.id if person else "")


@pytest.mark.parametrize("version", ["10", "12"])
async def test_a_closed_room_hears_only_moderators_and_leaders(
    square: Square, version: str
) -> None:
    boss, leader, li, wang = await square.people("群主", "镇长", "小李", "小王")
    bot = await square.bot(leaders=[leader.id])
    room = await square.room(boss, bot, leader, li, wang, version=version)
    await settled(lambda: bot.channel._book.get(room).joined(leader.id))
    before = await boss.levels(room)
    mine = await li.say(room, "下班前的话")
    started = perf_counter()
    assert (await bot.do(Verb.CLOSE_ROOM, room)).outcome is Outcome.DONE
    assert perf_counter() - started < 1
    assert not await li.may_speak(room)
    assert not await wang.may_speak(room)
    assert await leader.may_speak(room)
    assert await boss.may_speak(room)
    assert (await bot.do(Verb.SEND, room, text="群已静音")).outcome is Outcome.DONE
    assert await bot.channel.look(order(Verb.CLOSE_ROOM, room)) is Outcome.DONE
    assert await bot.channel.look(order(Verb.OPEN_ROOM, room)) is None
    # A leader raised for the night is no moderator, and members may take their words back.
    theirs = await boss.say(room, "群主的话")
    path = f"/rooms/{room}/redact/{theirs}/x1"
    assert (await leader.call("PUT", path, {}))[0] == 403
    await li.ok("PUT", f"/rooms/{room}/redact/{mine}/x1", {})
    assert bot.channel._book.get(room).role(leader.id) is Role.MEMBER
    assert (await bot.do(Verb.OPEN_ROOM, room)).outcome is Outcome.DONE
    assert await boss.levels(room) == before
    assert await li.may_speak(room)
    assert await bot.channel.look(order(Verb.OPEN_ROOM, room)) is Outcome.DONE
    assert not bot.seen.of(RightsChanged)  # the bot's own changes give it no rights


async def test_opening_keeps_what_others_changed_at_night_over_restarts(square: Square) -> None:
    boss, leader, li, wang = await square.people("群主", "镇长", "小李", "小王")
    bot = await square.bot()
    room = await square.room(
        boss, bot, leader, li, wang, events={"m.room.power_levels": 90, "m.room.message": 0}
    )
    bot.channel.set_speakers([leader.id])
    await settled(lambda: bot.channel._book.get(room).joined(leader.id))
    before = await boss.levels(room)
    await bot.do(Verb.CLOSE_ROOM, room)
    assert not await li.may_speak(room)
    await bot.channel.stop()
    at_night = await boss.levels(room)
    at_night["users"][wang.id] = 50
    at_night["invite"] = 50
    at_night["events"]["m.room.topic"] = 25
    await boss.set_state(room, "m.room.power_levels", at_night)
    bot = await square.again(bot)
    # Closing twice (a restart before the outcome was noted) forgets nothing.
    assert (await bot.do(Verb.CLOSE_ROOM, room)).outcome is Outcome.DONE
    await bot.channel.stop()
    bot = await square.again(bot)
    assert (await bot.do(Verb.OPEN_ROOM, room)).outcome is Outcome.DONE
    expected = copy.deepcopy(before)
    expected["users"][wang.id] = expected["invite"] = 50
    expected["events"]["m.room.topic"] = 25
    assert await boss.levels(room) == expected
    assert await li.may_speak(room)
    # And what an admin decided about the very same level stays decided.
    await bot.do(Verb.CLOSE_ROOM, room)
    stricter = await boss.levels(room)
    stricter["events_default"] = 60
    await boss.set_state(room, "m.room.power_levels", stricter)
    result = await bot.do(Verb.OPEN_ROOM, room)
    assert result.outcome is Outcome.DONE
    assert "events_default" in result.reason
    assert (await boss.levels(room))["events_default"] == 60


async def test_every_order_of_muting_and_closing_ends_where_it_began(square: Square) -> None:
    boss, leader, li = await square.people("群主", "镇长", "小李")
    bot = await square.bot(leaders=[leader.id])
    room = await square.room(boss, bot, leader, li)
    await settled(lambda: bot.channel._book.get(room).joined(leader.id))
    before = await boss.levels(room)
    steps = (Verb.CLOSE_ROOM, Verb.OPEN_ROOM, Verb.MUTE, Verb.UNMUTE)
    orders = [
        walk for walk in itertools.permutations(steps)
        if walk.index(Verb.CLOSE_ROOM) < walk.index(Verb.OPEN_ROOM)
        and walk.index(Verb.MUTE) < walk.index(Verb.UNMUTE)
    ]  # fmt: skip
    for walk in orders:
        for verb in walk:
            result = await bot.do(verb, room, person_id=leader.id)
            assert result.outcome is Outcome.DONE, (walk, verb, result)
            if verb is Verb.MUTE:
                assert not await leader.may_speak(room)
        assert await boss.levels(room) == before, walk


async def test_removing_somebody(square: Square) -> None:
    boss, li = await square.people("镇长", "小李")
    bot = await square.bot()
    room = await square.room(boss, bot, li)
    assert (await bot.do(Verb.REMOVE, room, person_id=li.id)).outcome is Outcome.DONE
    assert (await boss.state(room, "m.room.member", li.id))["membership"] == "leave"
    gone = await bot.do(Verb.REMOVE, room, person_id=li.id)
    assert gone.outcome is Outcome.DONE


@pytest.mark.parametrize("level", [0, 50, 90])
async def test_what_a_level_is_good_for(square: Square, level: int) -> None:
    boss, li = await square.people("群主", "小李")
    bot = await square.bot()
    room = await square.room(boss, bot, li, name="工作群", level=level)
    await settled(lambda: bot.channel._book.get(room).joined(li.id))
    can = bot.channel.capabilities(room)
    lines = "\n".join(bot.channel.doctor(room))
    said = await li.say(room, "闲话")
    results = {
        Verb.DELETE: await bot.do(Verb.DELETE, room, message_id=said),
        Verb.MUTE: await bot.do(Verb.MUTE, room, person_id=li.id),
        Verb.CLOSE_ROOM: await bot.do(Verb.CLOSE_ROOM, room),
        Verb.REMOVE: await bot.do(Verb.REMOVE, room, person_id=li.id),
    }
    done = {verb for verb, result in results.items() if result.outcome is Outcome.DONE}
    refused = {verb for verb, result in results.items() if result.outcome is Outcome.REFUSED}
    # What was promised is what could be done.
    promised = {
        Verb.DELETE: Role.MEMBER in can.delete,
        Verb.MUTE: Role.MEMBER in can.mute,
        Verb.CLOSE_ROOM: can.mute_room,
        Verb.REMOVE: can.kick,
    }
    assert done == {verb for verb, may in promised.items() if may}
    assert done | refused == set(results)
    assert all("M_FORBIDDEN" in results[verb].reason for verb in refused)
    assert ("机器人在“工作群”需要 90 级才能全员禁言，现在" in lines) is (level < 90)
    assert ("需要 50 级才能撤下别人的消息，现在 0 级" in lines) is (level == 0)
    if level < 90:
        # A refusal leaves no memory of a change that was never made.
        held = await bot.channel._quiet._memory(room)
        assert not held.room
        assert not held.people


async def test_a_moderator_above_the_bot_is_refused_and_reported(square: Square) -> None:
    boss, chief, li = await square.people("群主", "县长", "小李")
    bot = await square.bot()
    room = await square.room(boss, bot, chief, li)
    levels = await boss.levels(room)
    levels["users"][chief.id] = 95
    await boss.set_state(room, "m.room.power_levels", levels)
    await bot.seen.until(lambda: bot.seen.of(RightsChanged))
    await settled(lambda: bot.channel._book.get(room).levels.of(chief.id) == 95)
    for verb in (Verb.MUTE, Verb.REMOVE):
        result = await bot.do(verb, room, person_id=chief.id)
        assert result.outcome is Outcome.REFUSED
        assert result.reason.startswith("M_FORBIDDEN: ")
        assert result.retry_after is None
    assert await chief.may_speak(room)
    assert await boss.levels(room) == levels
    can = bot.channel.capabilities(room)
    assert can.mute == {Role.MEMBER}
    assert any("县长" in line and "群主" in line for line in bot.channel.doctor(room))
    # Deleting knows no rank.
    id_ = await chief.say(room, "转发一下")
    assert (await bot.do(Verb.DELETE, room, message_id=id_)).outcome is Outcome.DONE


async def test_the_creator_of_a_new_room_is_above_every_level(square: Square) -> None:
    boss, li = await square.people("群主", "小李")
    bot = await square.bot()
    room = await square.room(boss, bot, li, version="12")
    result = await bot.do(Verb.MUTE, room, person_id=boss.id)
    assert result.outcome is Outcome.REFUSED
    assert await boss.may_speak(room)
    assert (await bot.do(Verb.MUTE, room, person_id=li.id)).outcome is Outcome.DONE
    own = await bot.account.make_room("机器人建的群", [li], room_version="12")
    await li.join(own)
    await bot.knows(own)
    assert bot.channel.doctor(own) == []
    assert (await bot.do(Verb.CLOSE_ROOM, own)).outcome is Outcome.DONE
    assert not await li.may_speak(own)


async def test_a_room_that_cannot_be_read_is_told(square: Square) -> None:
    boss, li = await square.people("群主", "小李")
    bot = await square.bot()
    room = await square.room(boss, bot, li)
    assert bot.channel.doctor(room) == [
        "“镇工作群”里有人级别不低于机器人，禁言和移出对其无效：群主"
    ]
    await boss.set_state(room, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    await settled(lambda: not bot.channel.capabilities(room).read_all)
    assert any("加密" in line for line in bot.channel.doctor(room))
    assert "请先邀请它" in bot.channel.doctor("!elsewhere:town.test")[0]
    assert not bot.channel.capabilities("!elsewhere:town.test").delete
