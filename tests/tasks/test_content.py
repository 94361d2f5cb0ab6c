"""What a notice asks, in few words."""

import pytest

from bot.core.reading import Kind, Reading
from bot.tasks.content import items, repeats_all, shared, urges, wants_result
from bot.tasks.short import subject


@pytest.mark.parametrize(
    ("what", "short"),
    [
        ("各村：请于明天下午5点前将2026年党员名单报党建办。", "2026年党员名单报党建办"),
        ("周三上午9点在镇三楼开会，请各村书记参加", "在镇三楼开会，请各村书记参加"),
        ("请各村明天上午10点前把今晚巡逻人员安排报应急办", "今晚巡逻人员安排报应急办"),
        ("【通知】请各办报送年度总结", "报送年度总结"),
        ("明天下午5点前", "明天下午5点前"),
    ],
)
def test_a_task_in_short(what: str, short: str) -> None:
    assert subject(what, 40) == short


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1.报表\n2.值班\n3.宣传", 3),
        ("一、报表；二、值班", 2),
        ("①报表 ②值班", 0),
        ("①报表；②值班", 2),
        ("会议14.30开始，2.5公里外集合", 0),
        ("2.值班\n3.宣传", 0),
        ("1.报表", 0),
        ("一、a\n二、b\n三、c\n四、d\n五、e\n六、f\n七、g\n八、h\n九、i\n十、j\n十一、k", 11),
    ],
)
def test_numbered_items(text: str, count: int) -> None:
    assert len(items(text)) == count


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("请各村报送台账", True),
        ("名单报党建办", True),
        ("填好统计表交到302", True),
        ("请各村书记准时参加会议", False),
        ("做好森林防火值班", False),
        ("新录用干部周一来报到，请做好接待", False),
    ],
)
def test_what_is_to_be_handed_in(text: str, wanted: bool) -> None:
    assert wants_result(text, Reading(Kind.ASSIGNMENT)) is wanted


def test_a_correction_that_tells_only_the_difference() -> None:
    notice = "请各村周三下午5点前报送低保核查统计表和佐证材料"
    assert repeats_all("更正：请各村周四下午5点前报送低保核查统计表和佐证材料", notice)
    assert not repeats_all("更正：改到周四", notice)
    assert not repeats_all(notice + "，其他要求不变", notice)


def test_everyday_words_make_nothing_alike() -> None:
    assert shared("今天工作已经完成", "请各村今天按时完成工作") == 0
    assert shared("低保核查已完成", "请报送低保核查表") >= 2


def test_urging_is_short() -> None:
    assert urges("台账还没交的抓紧")
    assert not urges("台账还没交的抓紧" + "，另外新布置一项工作" * 8)
