"""What leaders read: short, complete, and safe whatever people are called."""

from dataclasses import replace

from bot.core.message import Role
from bot.summary.explain import explain
from bot.summary.figures import Counts, Outages, PersonFigures
from bot.summary.plan import Conflict, NoPlan
from bot.summary.summary import Summary
from bot.summary.text import LINES, Words, weekly_text


def test_the_text_tells_the_week_in_at_most_twenty_lines(summary: Summary, words: Words) -> None:
    text = weekly_text(summary, words)
    lines = text.splitlines()
    assert len(lines) <= LINES
    assert lines[0] == "【巴水镇工作群周报】第47周（11月16日—11月22日）"
    assert f"消息 {summary.figures.this.messages} 条" in lines[1]
    assert "不闲聊" in text
    assert "34 个群可并为 8 个" in lines[-1]
    assert "早安" not in text, "no message is quoted"


def test_everything_at_once_still_fits(summary: Summary, words: Words) -> None:
    figures = replace(
        summary.figures,
        emergencies=(1, 2),
        wolf=(0, None),
        outages=(Outages(), replace(Outages(), times=3)),
    )
    audit = summary.audit
    overlap = audit.overlaps or ()
    full = replace(summary, figures=figures, audit=replace(audit, overlaps=overlap * 9))
    text = weekly_text(full, words)
    assert len(text.splitlines()) <= LINES
    assert "合并方案" in text.splitlines()[-1]
    assert "的 — 件" in text


def test_names_are_data(summary: Summary, words: Words) -> None:
    odd = PersonFigures("{room}%s<b>\n=1+1", Role.MEMBER, ("a",), 9, 9)
    figures = replace(summary.figures, people=(odd, *summary.figures.people))
    text = weekly_text(replace(summary, figures=figures), words)
    assert "{room}%" in text
    assert len(text.splitlines()) <= LINES


def test_a_silent_week_is_told_as_such(summary: Summary, words: Words) -> None:
    figures = replace(summary.figures, this=Counts(), last=Counts())
    lines = weekly_text(replace(summary, figures=figures), words).splitlines()
    assert lines[1] == "这一周没有消息。"


def test_it_can_be_read_in_english(summary: Summary) -> None:
    text = weekly_text(summary, Words("en"))
    assert len(text.splitlines()) <= LINES
    assert text.startswith("巴水镇: work groups, week 47")
    assert "no_chat" in text
    assert "34 groups could become 8" in text


def test_the_plan_is_explained_line_by_line(summary: Summary, words: Words) -> None:
    lines = explain(summary, words)
    assert lines[0].startswith("34 个群 → 8 个群")
    for room in summary.audit.rooms:
        assert any(f"“{room.name}”" in line for line in lines), room.name
    assert "解散“人口普查群”：30 天没有工作安排" in lines
    assert "解散“森林防火培训临时群”：临时群已过结束日期" in lines
    assert lines[-1] == "请领导决定；轻群不会自行建群、并群、移人或解散群"


def test_where_there_is_no_plan_the_reason_is_named(summary: Summary, words: Words) -> None:
    none = NoPlan(conflicts=(Conflict("1村书记", ("公告群", "纪检群"), ("应急办",), 4),))
    lines = explain(replace(summary, plan=none), words)
    assert (
        "1村书记：“公告群”、“纪检群”必须留在，又要参与应急办的工作，至少 4 个群，超过 3 个" in lines
    )
    assert "合并方案：排不出来，原因见附表" in weekly_text(replace(summary, plan=none), words)
    few = explain(replace(summary, plan=NoPlan(least=5)), words)
    assert any("至少要 5 个群" in line for line in few)
    big = explain(replace(summary, plan=NoPlan(too_large=("应急办",))), words)
    assert any("“应急办”的人合在一个群里放不下" in line for line in big)


def test_without_the_solver_everything_else_is_told(summary: Summary, words: Words) -> None:
    without = replace(summary, plan=None, solver=False)
    assert explain(without, words) == ["没有装合并方案所需的软件：pip install qingqun[plan]"]
    assert "合并方案" not in weekly_text(without, words)
