"""Addressees in rows, called over, alone, or told by where they belong."""

import pytest

from bot.reading.addressees import EVERYONE, find_addressees

TABLE = """
截至目前柳坝、石桥、云台三个村还没报水位，请补齐 | 柳坝、石桥、云台
还差柳坝、石桥、云台三个村。 | 柳坝、石桥、云台
请柳坝和石桥两社区今天通知到户 | 柳坝、石桥
影响柳坝、石桥两个村，请提前存水 | 所有人
未交台账的：水利站、文化站、农机站。明天是最后一天 | 水利站、文化站、农机站
下列人员明天来领证：陈小满、何大山。 | 陈小满、何大山
下列人员请本周来补照：陈小满 13900010001，何大山 13900010002。 | 陈小满、何大山
没交的：水利站、文化站，现在补交 | 水利站、文化站
举报人反映没处理的：甲桥，乙桥 | 所有人
云台呢？ | 云台
抓紧！ | 所有人
快点 | 所有人
卫生院的马上来 | 卫生院
云台社区的人全部下楼 | 云台社区
卫生院的材料今天交 | 所有人
各村应急分队全部集合 | 各村应急分队
请各街道动员居民接种 | 各街道
请各位点开看完再转 | 所有人
3月25日前会同财务股把账核好 | 财务股
"""
ROWS = [
    (text, wanted.split("、"))
    for text, _, wanted in (line.rpartition(" | ") for line in TABLE.strip().splitlines())
]


@pytest.mark.parametrize(("text", "wanted"), ROWS)
def test_table(text: str, wanted: list[str]) -> None:
    assert find_addressees(text) == wanted


def test_everyone_is_the_last_word() -> None:
    assert find_addressees("") == [EVERYONE]
