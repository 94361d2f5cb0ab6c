"""Which notice a change is about, as notices are really written; by the real reader."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.message import Message
from bot.reading import TextReader, load_reader
from bot.reading.notices import Notices

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
FLOOD = ("水利站", "请各村书记周四上午9点到镇三楼会议室参加防汛工作会。")
COURSE = ("党建办", "请各村党建专干周四下午3点到镇二楼会议室参加党建业务培训。")
POOR = ("民政办", "请各村周三前将低保核查台账报民政办。")
DISABLED = ("民政办", "请各村周三前将残疾人补贴核查台账报民政办。")
FIRE = ("民政办", "请各村周五前上报森林防火隐患排查情况。")
NEEDY = ("党建办", "请各村周四12点前将2026年度困难党员名册报党建办李敏。")
MOVED = ("党建办", "请各村周四12点前将2026年度流动党员名册报党建办李敏。")
NETS = ("应急办", "请各网格员今天17点前完成独居老人用电安全排查并在系统填报。")
STRAW = ("农业办", "各村:请于11月25日前将秸秆禁烧承诺书签订情况报农业农村办。")
CLOTHES = ("党政办", "请各村明天上午10点到镇里领取办公用品。")
DRILL = ("应急办", "请各村明天上午8点到水库集合参加防汛演练。")
DUES = ("党建办", "请各支部11月30日前收齐四季度党费交党建办。")

Said = tuple[str, str]


def relation(reader: TextReader, *said: Said) -> tuple[str, int] | None:
    """What the last of some notices is to an earlier one, and to which."""
    notices = Notices()
    found = None
    for number, (sender, text) in enumerate(said):
        at = MONDAY + timedelta(minutes=20 * number)
        message = Message(str(number), "公告群", sender, at, text=text, number=number)
        reading = reader.read(message)
        found = notices.relate(message, reading)
        notices.note(message, reading)
    return None if found is None else (found.kind.value, int(found.of))


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return load_reader()


@pytest.mark.parametrize(
    ("earlier", "sender", "text", "meant"),
    [
        # The matter is named.
        ([COURSE, FLOOD], "党建办", "更正：党建培训改到周五上午9点，其他不变", 0),
        ([DISABLED, POOR], "民政办", "残疾人补贴核查台账延期到周五下午5点", 0),
        ([NEEDY, MOVED], "党建办", "困难党员名册改为周五12点前报", 0),
        ([STRAW, NETS], "农业办", "秸秆禁烧承诺书延期至11月27日", 0),
        ([DRILL, CLOTHES], "党政办", "办公用品推迟到后天领", 1),
        ([FLOOD, COURSE], "水利站", "补充通知：防汛会请带上物资清单", 0),
        # Only its sort is named.
        ([POOR, FLOOD], "党政办", "台账的报送时间推迟到周五", 0),
        ([FLOOD, POOR], "党政办", "会议改到周五上午9点召开", 0),
        # Nothing is named: it is the sender's own last one.
        ([POOR, COURSE], "民政办", "刚才发错了，时间改为周五下午5点前", 0),
        ([POOR, FIRE], "民政办", "更正：时间改为周五下午5点前", 1),
        ([NEEDY, NETS], "党建办", "写错了，是周三12点前", 0),
        ([FLOOD, COURSE, POOR], "党建办", "地点改到三楼会议室", 1),
        # The old moment or place is named.
        (
            [("水利站", "请各村书记周三上午9点到镇三楼参加防汛工作会。"),
             ("水利站", "请各村书记周四上午9点到镇三楼参加秋收工作会。")],
            "水利站", "周三的会改到周五上午9点", 0,
        ),
        ([FLOOD, COURSE], "党政办", "周四上午的会推迟到下午4点", 0),
        (
            [("民政办", "请各村周三前报低保核查台账。"),
             ("农业办", "请各村周四前报秋粮面积统计表。")],
            "党政办", "原定周四前报的表推迟到下周一", 1,
        ),
        ([FLOOD, COURSE], "党政办", "三楼会议室的会改到四楼", 0),
        # Told anew.
        ([NEEDY, NETS], "应急办", NETS[1].replace("17点", "18点"), 1),
        ([DUES], "党建办", DUES[1].replace("11月30日", "12月5日"), 0),
    ],
)  # fmt: skip
def test_a_correction_is_about_the_notice_that_is_meant(
    reader: TextReader, earlier: list[Said], sender: str, text: str, meant: int
) -> None:
    assert relation(reader, *earlier, (sender, text)) == ("correction", meant)


@pytest.mark.parametrize(
    ("earlier", "sender", "text", "meant"),
    [
        ([COURSE, FLOOD], "党政办", "周四下午的培训取消", 0),
        ([DRILL, CLOTHES], "应急办", "因下雨明天的演练取消，另行通知", 0),
        ([POOR, DISABLED], "民政办", "请各村注意：低保核查台账取消，不用报了。", 0),
    ],
)
def test_a_cancellation_too(
    reader: TextReader, earlier: list[Said], sender: str, text: str, meant: int
) -> None:
    assert relation(reader, *earlier, (sender, text)) == ("cancellation", meant)


@pytest.mark.parametrize(
    ("earlier", "text"),
    [
        # What is much alike and asks for something else must not be swallowed as a duplicate.
        (NEEDY, MOVED[1]),
        (STRAW, STRAW[1].replace("秸秆禁烧承诺书签订", "秋播面积落实")),
        (("民政办", "请各村周三前报送10月份低保动态表到民政办。"),
         "请各村周三前报送11月份低保动态表到民政办。"),
        (("党建办", "请全体党员周三上午9点到镇会议室参加冬训第一期。"),
         "请全体党员周五上午9点到镇会议室参加冬训第二期。"),
        (DUES, "请各支部12月31日前收齐一季度党费交党建办。"),
        # Words of changing that change no notice.
        (POOR, "请各村将系统里填报有误的数据更正后周五前报党政办。"),
        (FLOOD, "请各村周五前将公示栏调整到村委会门口，拍照留存。"),
        (STRAW, "农业办电话变更为3661234，请各村知悉并更新通讯录。"),
        (FLOOD, "请各村取消周末休假，全员在岗值守。"),
    ],
)  # fmt: skip
def test_another_matter_is_a_notice_of_its_own(
    reader: TextReader, earlier: Said, text: str
) -> None:
    assert relation(reader, earlier, (earlier[0], text)) is None
