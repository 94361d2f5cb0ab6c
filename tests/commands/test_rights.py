"""Who may order what: every command by everybody, refused privately and audited."""

import pytest

from bot.channels.base import Person
from bot.commands.base import Right
from bot.commands.desk import COMMANDS
from bot.store import tables
from tests.commands.fake_tasks import FakeTasks
from tests.commands.speak import ADMIN, BUSINESS, LEADER, MEMBER, OFFICER, POSTER, audit
from tests.support.town import TOWN, Harness, town_of

ALLOWED = {
    Right.EVERYONE: {LEADER, ADMIN, POSTER, OFFICER, MEMBER},
    Right.POSTER: {LEADER, ADMIN, POSTER},
    Right.ADMIN: {LEADER, ADMIN},
    Right.JUDGE: {LEADER, ADMIN, OFFICER},
    Right.OFFICER: {OFFICER},
}
RIGHTS = {
    "help": Right.EVERYONE, "set": Right.ADMIN, "undo": Right.ADMIN, "confirm": Right.ADMIN,
    "policies": Right.ADMIN, "emergency_on": Right.ADMIN, "emergency_off": Right.ADMIN,
    "emergency": Right.ADMIN, "hours": Right.ADMIN, "why": Right.EVERYONE,
    "misjudged": Right.JUDGE, "let_pass": Right.JUDGE, "reject": Right.JUDGE,
    "cases": Right.ADMIN, "appeal": Right.EVERYONE, "urgent": Right.EVERYONE,
    "status": Right.ADMIN, "people": Right.ADMIN, "weekly": Right.ADMIN, "login": Right.ADMIN,
    "missing": Right.POSTER, "owing": Right.POSTER, "correct": Right.POSTER,
    "cancel": Right.POSTER, "drop": Right.POSTER, "accept": Right.POSTER, "return": Right.POSTER,
    "todo": Right.EVERYONE, "received": Right.EVERYONE, "leave": Right.ADMIN,
    "back": Right.ADMIN, "look": Right.OFFICER,
    "calendar": Right.EVERYONE,
}  # fmt: skip


def test_every_command_has_the_right_it_should() -> None:
    assert {command.name: command.right for command in COMMANDS} == RIGHTS


@pytest.mark.parametrize("who", [LEADER, ADMIN, POSTER, OFFICER, MEMBER])
@pytest.mark.parametrize("where", ["privately", BUSINESS])
async def test_everybody_orders_everything(town: Harness, who: str, where: str) -> None:
    FakeTasks.put_into(town)
    for command in COMMANDS:
        word = command.words[0] if where == "privately" else command.english[0]
        heard = {
            person: len(town.inbox(person)) for person in (LEADER, ADMIN, POSTER, OFFICER, MEMBER)
        }
        noted = len(await audit(town))
        said = len([m for m in town.world.messages(BUSINESS) if m.bot])
        if where == "privately":
            await town.whisper(who, word)
        else:
            await town.post(BUSINESS, who, f"轻群 {word}")
        [row] = (await audit(town))[noted:]
        assert row[:2] == (who, command.name)
        allowed = who in ALLOWED[command.right]
        assert row[5] is allowed, (command.name, who)
        told = {person for person in heard if len(town.inbox(person)) > heard[person]}
        public = len([m for m in town.world.messages(BUSINESS) if m.bot]) - said
        if not allowed:
            assert (told, public) == ({who}, 0)
            text = town.inbox(who)[-1]
            assert "抱歉" in text or "Sorry" in text
        else:
            # Everything is answered, members never in the room.
            assert told == {who} or (public == 1 and who in {LEADER, ADMIN})
    assert await town.rows(tables.modes) == []


async def test_a_command_is_recorded_and_never_judged(town: Harness) -> None:
    said = await town.post(BUSINESS, MEMBER, "轻群 关闭 不闲聊")
    row = await town.judged(said)
    assert (row.action, row.kind, row.spared) == ("record", None, "command")
    await town.world.edit(said.id, "轻群 关闭 刷屏")
    await town.settle()
    row = await town.judged(said)
    assert (row.action, row.kind, row.spared) == ("record", None, "command")
    assert len(await audit(town, "set")) == 1


async def test_an_edit_that_is_no_command_any_more_is_judged(town: Harness) -> None:
    said = await town.post(BUSINESS, MEMBER, "轻群 帮助")
    await town.world.edit(said.id, "[ch] 早上好")
    await town.settle()
    assert (await town.judged(said)).action == "delete"


async def test_chat_that_begins_with_the_bots_name_is_chat(town: Harness) -> None:
    said = await town.post(BUSINESS, MEMBER, "轻群 大家早上好呀，今天天气真不错，祝各位开心")
    assert (await town.judged(said)).kind is not None


async def test_who_bears_an_admins_name_has_no_rights(town: Harness) -> None:
    await town.post(BUSINESS, ADMIN, "大家按时报送")
    town.world.take_in(town.world.room(BUSINESS), Person("stranger", ADMIN))
    await town.post(BUSINESS, "stranger", "轻群 关闭 不闲聊")
    assert town.app.state.ledgers.modes.history == ()
    [row] = await audit(town, "set")
    assert row[5] is False


async def test_rights_are_those_of_the_moment_of_the_order(town: Harness) -> None:
    await town.whisper(ADMIN, "关闭 不闲聊 全部")
    await town.app.reload(town_of(TOWN.replace(f'admins = ["{ADMIN}"]', 'admins = ["小李"]')))
    await town.whisper(ADMIN, "确认")
    assert town.app.state.ledgers.modes.history == ()
    assert (await audit(town, "confirm"))[-1][5] is False


async def test_what_an_admin_says_to_the_bot_is_never_taken_for_chat(town: Harness) -> None:
    for who, kind in ((ADMIN, None), (MEMBER, "discussion")):
        said = await town.post(BUSINESS, who, "轻群，今天辛苦啦，表现不错嘛")
        assert (await town.judged(said)).kind == kind
    assert "没听懂" in town.inbox(ADMIN)[-1]
