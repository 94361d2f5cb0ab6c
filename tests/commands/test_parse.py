import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.desk import COMMANDS, _commands
from bot.commands.parse import Lexicon, fold
from policies import all_policies

LEXICON = Lexicon(_commands(all_policies()), ("轻群", "qingqun"))
BY_WORD = {word: command for command in COMMANDS for word in (*command.words, *command.english)}


def heard(text: str, *, private: bool = True) -> tuple[str, str] | None:
    spoken = LEXICON.hear(text, private=private)
    if spoken is None or spoken.command is None:
        return None
    return spoken.command.name, spoken.rest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("帮助", ("help", "")),
        ("轻群 帮助", ("help", "")),
        ("轻群，帮助！", ("help", "")),
        ("@轻群\u2005帮助", ("help", "")),
        ("帮助 @轻群", ("help", "")),
        ("／帮助", ("help", "")),
        ("ｈｅｌｐ", ("help", "")),
        ("/HELP no_chat", ("help", "no_chat")),
        ("请帮我看一下状态", None),
        ("麻烦轻群帮忙关闭一下　不闲聊，谢谢您！", ("set", "不闲聊")),
        ("关闭不闲聊本群", ("set", "不闲聊本群")),
        ("／ｐｏｌｉｃｙ　ｏｎ　ｗｏｒｋ＿ｈｏｕｒｓ", ("set", "work_hours")),
        ("/policy_on work_hours", ("set", "work_hours")),
        ("/policy", ("policies", "")),
        ("policies", ("policies", "")),
        ("应急开启 山洪", ("emergency_on", "山洪")),
        ("开启应急 山洪", ("emergency_on", "山洪")),
        ("应急 结束", ("emergency_off", "")),
        ("/emergency off", ("emergency_off", "")),
        ("为什么12", ("why", "12")),
        ("为什么？", ("why", "")),
        ("误判 １２ 是 工作安排", ("misjudged", "12 是 工作安排")),
        ("放行#12", ("let_pass", "#12")),
        ("申诉12我是在安排工作", ("appeal", "12我是在安排工作")),
        ("谁没收到", ("missing", "")),
        ("谁没收到 5", ("missing", "5")),
        ("收到", ("received", "")),
        ("收到 5。", ("received", "5")),
        ("请假 小王 到周五", ("leave", "小王 到周五")),
        ("上班时间 09：00－18：00", ("hours", "09:00-18:00")),
    ],
)
def test_what_is_heard_privately(text: str, expected: tuple[str, str] | None) -> None:
    assert heard(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "关闭企业名单已经报来了",
        "提醒大家下午开会",
        "应急演练方案已报",
        "为什么要报两次表",
        "状态良好，没有问题",
        "紧急：白马村发生山洪",
        "执行情况汇报如下",
        "把会议室的空调关闭一下",
        "收到，马上办",
        "名单见附件",
        "周报已经写好",
        "",
        "谢谢",
    ],
)
def test_what_people_write_privately_is_not_taken_for_a_command(text: str) -> None:
    assert heard(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "帮助",
        "关闭 不闲聊",
        "轻群众负担，办实事",
        "轻群 大家早上好，今天天气不错",
        "@轻群 早安",
        "请大家看一下状态",
        "policy on work_hours",
        "轻群 误判 12 " + "很长的话" * 60,
    ],
)
def test_in_a_room_only_what_is_said_to_the_bot_and_is_a_command_is_heard(text: str) -> None:
    assert heard(text, private=False) is None


def test_a_slip_of_the_finger_is_recognised() -> None:
    spoken = LEXICON.hear("轻群 帮住", private=False)
    assert spoken is not None
    assert (spoken.command, spoken.near) == (None, "帮助")


@given(
    word=st.sampled_from(sorted(BY_WORD)),
    head=st.sampled_from(
        ["", "请", "麻烦您", "请帮我", "轻群 ", "轻群，请", "@轻群 ", "/", "你好，"]
    ),
    tail=st.sampled_from(["", "。", " 谢谢", "，谢谢您！", "一下", " please", "　", "？"]),
    wide=st.booleans(),
)
def test_politeness_and_width_change_nothing(
    word: str, head: str, tail: str, *, wide: bool
) -> None:
    text = head + word + tail
    if wide:
        text = "".join(
            chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" if c == " " else c for c in text
        )
    found = heard(text)
    assert found is not None
    assert (found[0], found[1]) == (BY_WORD[word].name, "")


@given(st.text(max_size=80), st.booleans())
def test_any_text_is_read_without_fail(text: str, private: bool) -> None:
    LEXICON.hear(text, private=private)
    clean, folded = fold(text)
    assert len(clean) == len(folded)


def test_the_words_are_kept_as_they_were_typed() -> None:
    spoken = LEXICON.hear("轻群，应急 开启 山洪：“橙色”预警　２小时", private=True)
    assert spoken is not None
    assert spoken.data == "山洪：“橙色”预警　２小时"


def test_no_word_means_two_commands() -> None:
    words = [word for command in COMMANDS for word in (*command.words, *command.english)]
    assert len(words) == len(set(words))
