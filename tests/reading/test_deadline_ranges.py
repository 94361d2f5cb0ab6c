"""Ranges of hours, what happens meanwhile, what may happen: which of them are deadlines."""

import pytest

from tests.reading.test_deadline import read


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("疫苗接种明天8:30—17:00，请各村组织老人去", "2022-06-16T17:00"),
        ("体检周五上午8:30到11:00，空腹来", "2022-06-17T11:00"),
        ("明天8:00—18:00停水，请各户存水", "2022-06-16T08:00"),
        ("培训会明天14:00至16:00在三楼，请各村派人参加", "2022-06-16T14:00"),
        ("端午放假7月1日至7月3日，请各办6月30日前报值守表", "2022-06-30T23:59"),
        ("雪停后2小时内必须扫完", None),
        ("一经发现三日内恢复原状", None),
        ("2小时内必须扫完", "2022-06-15T11:40"),
        ("8点集合的已经晚了，11点前到齐", "2022-06-15T11:00"),
        ("把6月1日开学没到校的名单再核一遍", None),
    ],
)
def test_table(text: str, wanted: str | None) -> None:
    assert read(text) == wanted
