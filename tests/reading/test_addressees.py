"""Addressees: who is told to act, as written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reading.addressees import EVERYONE, find_addressees

TABLE = """
请各村周五前报名单 | 各村
各村、各办：明天下班前报 | 各村、各办
各村，今天把表交了 | 各村
各支部把党费收齐 | 各支部
各社区的伙伴，问卷再催一催 | 各社区
各组组长明天到村委会开会 | 各组组长
各村书记注意，下午三点开会 | 各村书记
各村第一书记明天交计划 | 各村第一书记
各村会计把账带来 | 各村会计
各村防疫员今晚来领疫苗 | 各村防疫员
各楼栋负责人晚饭后到岗亭碰头 | 各楼栋负责人
各村级林长月底前巡一遍 | 各村级林长
各位书记：明早9点前私我 | 各位书记
各位家长：学校明天放假，请接孩子 | 各位家长
各泵站每半天报一次水位 | 各泵站
各站所、各村（社区）把台账带来 | 各站所、各村（社区）
各乡镇赶紧把隐患点上的群众接走 | 各乡镇
各部门：总结交办公室 | 各部门
各科室、各病区自查 | 各科室、各病区
明天下午三点开会，各村书记参加 | 各村书记
请各镇把账对完，差额报小琴 | 各镇
请全体党员关注公众号 | 全体党员
全体干部今天下班前投票 | 全体干部
周六义务植树，全体镇干部、各社区书记参加 | 全体镇干部、各社区书记
驻村第一书记明天回县里培训 | 驻村第一书记
驻村工作队把日志补齐 | 驻村工作队
机关干部全部到卡口轮班 | 机关干部
党委委员、各站所负责人8点半开会 | 党委委员、各站所负责人
参会人员：领导班子成员、各站所负责人、各校校长 | 领导班子成员、各站所负责人、各校校长
参加人员：全体镇干部，各村书记 | 全体镇干部、各村书记
参加谈话的同志明天9点到三楼 | 参加谈话的同志
去县里比赛的四位老师明天八点在校门口上车 | 去县里比赛的四位老师
在岗的民警辅警马上去路口 | 在岗的民警辅警
楼长们今晚挨户通知 | 楼长们
网格员今天把门牌核一遍 | 网格员
班主任把接送卡收上来 | 班主任
何国兴牵头，把路灯修好 | 何国兴
请潘悦牵头，周五前拿方案 | 潘悦
王明远负责摸底，李秀兰负责汇总 | 王明远、李秀兰
小陈今天把照片补上 | 小陈
老周明早带车去接人 | 老周
水利站、抢险队带上沙袋马上去大堤 | 水利站、抢险队
党政办今天把纪要发出来 | 党政办
柳林社区派两个人来搬桌子 | 柳林社区
交管所、柳林社区现在去路口疏导 | 交管所、柳林社区
派出所先封路，卫生院派车 | 派出所、卫生院
农机站本周把收割机检修一遍 | 农机站
表还差白沙、银坪，抓紧 | 白沙、银坪
就差望海、湖东两家了 | 望海、湖东
全镇就剩林业站和水管所了，今天务必补上 | 林业站、水管所
东湾、石桥还没报，抓紧 | 东湾、石桥
桃林，就差你了 | 桃林
每村报2人 | 每村
各村党支部把党费收齐 | 各村党支部
各驻村工作队：这几天不得请假 | 各驻村工作队
请各位驻村队长把小结发我 | 各位驻村队长
各村民政员明天到所里领表 | 各村民政员
各分局长周五前交总结 | 各分局长
各网格员、楼长今晚入户 | 各网格员、楼长
派出所老余，先去把路口守住 | 派出所老余
规划所4月12日前去现场量一遍 | 规划所
松坪、柳滩两个村今天把桥看一遍 | 松坪、柳滩
上夜班的三位同事七点到更衣室 | 上夜班的三位同事
各位，今晚有雨，窗户关好 | 所有人
大家把手头的表交了 | 所有人
名单发完了就删掉 | 所有人
把人放平，我马上到 | 所有人
统计表（各村填）.xls | 所有人
@所有人 明天停水 | 所有人
@南坡村-阿贵 井盖今天换掉 | 南坡村-阿贵
@张三 @李四 下午来一趟 | 张三、李四
名单今天报党建办 | 所有人
周五前交阿珍 | 所有人
还没填的抓紧填 | 所有人
更正：会议改到下午3点 | 所有人
下午三点的会不开了 | 所有人
后天前把清单给我 | 所有人
谁家的台账还空着，自己心里有数 | 所有人
检查组今天到，桌面收干净 | 所有人
县委办明天暗访，工牌戴好 | 所有人
以后的材料一律附盖章说明 | 所有人
马上撤回 | 所有人
"""
ROWS = [
    (text, wanted.split("、"))
    for text, _, wanted in (line.rpartition(" | ") for line in TABLE.strip().splitlines())
]


@pytest.mark.parametrize(("text", "wanted"), ROWS)
def test_table(text: str, wanted: list[str]) -> None:
    assert find_addressees(text) == wanted


@pytest.mark.parametrize(
    ("mentions", "wanted"),
    [
        (["所有人"], [EVERYONE]),
        (["所有人", "洪阿土"], [EVERYONE]),
        (["洪阿土"], ["洪阿土"]),
        (["洪阿土", "坝头村-阿旺", "洪阿土"], ["洪阿土", "坝头村-阿旺"]),
    ],
)
def test_mentions_win(mentions: list[str], wanted: list[str]) -> None:
    assert find_addressees("各村的表今天交", mentions) == wanted


def test_known_names_act() -> None:
    assert find_addressees("沙马尔古把名单发我") == [EVERYONE]
    assert find_addressees("沙马尔古把名单发我", names=["沙马尔古"]) == ["沙马尔古"]
    assert find_addressees("名单发给沙马尔古", names=["沙马尔古"]) == [EVERYONE]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("要点：各县要自查。拟办意见：各村周五前报，农办汇总。", ["各村", "农办"]),
        ("要点：市直部门先自查。本乡意见：农办牵头，各站所后天交台账。", ["农办", "各站所"]),
        (
            "要点：清理僵尸群。拟办：农办今天拉名单，城管盯工地，交警划车位。",
            ["农办", "城管", "交警"],
        ),
        ("摘要：各县要整改。处理意见：水利站20日前修完。", ["水利站"]),
        ("拟办意见：各社区自查。要点：各县区要上报。", ["各社区"]),
    ],
)
def test_briefed_documents_have_the_towns_own(text: str, wanted: list[str]) -> None:
    assert find_addressees(text, briefed=True) == wanted


@settings(deadline=None)
@given(
    st.text(alphabet="各村办支部书记请把、和，。：@所有人差报第一老王小李的还", max_size=40),
    st.booleans(),
)
def test_always_somebody_and_always_as_written(text: str, briefed: bool) -> None:
    found = find_addressees(text, briefed=briefed)
    assert found
    assert len(set(found)) == len(found)
    assert found == [EVERYONE] or all(name in text for name in found)
