"""material_demand: once a day, guided, and without pictures as proof."""

import pytest

from tests.support.asking import AT, ask


def demand(text: str, **more: object) -> object:
    return ask("material_demand", "assignment", "material_demand", text=text, **more)


@pytest.mark.parametrize(
    "text",
    [
        "请各村入户后拍照发群",
        "学习完的截图发我",
        "整改前后各拍一张照片报来",
        "每天打扫完拍个视频发到群里",
    ],
)
def test_pictures_as_proof_are_found(text: str) -> None:
    assert demand(text, deadline=AT) is not None


@pytest.mark.parametrize(
    "text",
    [
        "请各村周五前把名单报来，不用拍照",
        "请各村明天下班前报台账，无需截图",
        "把低保统计表按附件模板填好交来",
        "各村的汇总表，填写说明见附件",
        "请把总结写一页纸以内",
    ],
)
def test_guided_or_dated_demands_are_left_alone(text: str) -> None:
    deadline = AT if "前" in text else None
    assert demand(text, deadline=deadline) is None


def test_a_table_with_neither_instructions_nor_deadline_is_found() -> None:
    assert demand("各村把低保统计表报一下") is not None
    assert demand("各村把低保统计表报一下", deadline=AT) is None


def test_the_second_request_of_a_day_is_found() -> None:
    again = {"asked_before": "“公告群”镇长：低保统计表", "asked_times": 2}
    assert demand("低保统计表今天再报一次", deadline=AT, **again) is not None
    assert (
        demand("低保统计表今天再报一次", deadline=AT, settings={"times_a_day": 2}, **again) is None
    )


def test_an_emergency_lifts_it_and_a_forwarded_discussion_breaks_nothing() -> None:
    assert demand("各村把受灾统计表报一下", emergency=True) is None
    assert ask("material_demand", "discussion", "material_demand", text="那张表要截图吗") is None
    assert ask("material_demand", "assignment", text="各村把低保统计表报一下") is None
