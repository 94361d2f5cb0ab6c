"""Title, number, issuing body, dates, demands and marks."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files.facts import FileFacts, Hint
from bot.files.findings import find_dates, find_facts, find_marks, own_number, title_facts
from tests.files.making import NOTICE


def test_a_red_head_document_is_known_in_all_its_parts() -> None:
    facts = find_facts(NOTICE, "扫描件001.pdf")
    assert facts.number == "西府办发〔2021〕12号"
    assert facts.title == "关于做好今冬明春森林防火工作的通知"
    assert facts.issuer == "西府县人民政府办公室"
    assert facts.dates == (date(2021, 12, 10), date(2021, 11, 30))
    assert facts.demands[0] == "一、请各乡镇于2021年12月10日前将责任清单报送县林业局"
    assert facts.hint is Hint.DOCUMENT
    assert facts.marks == ()


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("西府办发〔2021〕12号", "西府办发〔2021〕12号"),
        ("西府办发[2021] 12 号", "西府办发〔2021〕12号"),
        ("川委办（2022）第3号", "川委办〔2022〕3号"),
        ("巴水府函【2023】007号", "巴水府函〔2023〕7号"),
        ("和平县府发〔2024〕1号", "和平县府发〔2024〕1号"),
        ("西府办发明电〔2022〕3号 签发人：张三", "西府办发明电〔2022〕3号"),
        ("按照西府办发〔2021〕12号文件要求", ""),
        ("西府办发〔2021〕12号文件要求各村", ""),
        ("我们在2021年第12号楼", ""),
    ],
)
def test_the_number_is_the_documents_own_in_one_spelling(line: str, number: str) -> None:
    assert own_number([line]) == number


def test_a_link_or_file_title_tells_by_itself() -> None:
    facts = title_facts("西府办发〔2021〕12号 关于开展安全生产大检查的通知.pdf")
    assert (facts.number, facts.title) == ("西府办发〔2021〕12号", "关于开展安全生产大检查的通知")
    assert facts.hint is Hint.DOCUMENT
    assert title_facts("西府发布：油菜花开了").hint is Hint.UNKNOWN


def test_a_title_over_two_lines_is_put_together() -> None:
    facts = find_facts(["关于进一步做好2022年城乡居民", "基本医疗保险征缴工作的通知", "各村："])
    assert facts.title == "关于进一步做好2022年城乡居民基本医疗保险征缴工作的通知"


@pytest.mark.parametrize(
    ("lines", "hint"),
    [
        (["土匠村低保统计表", "姓名 户数"], Hint.REPORT),
        (["关于土匠村落实防火责任的情况报告", "我村……"], Hint.REPORT),
        (["关于印发防汛预案的函", "各村"], Hint.DOCUMENT),
        (["随便写点什么"], Hint.UNKNOWN),
    ],
)
def test_what_it_looks_like(lines: list[str], hint: Hint) -> None:
    assert find_facts(lines).hint is hint


def test_a_sheet_is_no_document_though_a_notice_is_named_in_it() -> None:
    assert find_facts(["西府县低保花名册", "张三 一户"], table=True).hint is Hint.REPORT


def test_dates_in_chinese_figures_and_impossible_ones() -> None:
    text = "二〇二一年十二月三十一日 2021年2月30日 二○二二年十月二十日 2021年12月31日"
    assert find_dates(text) == (date(2021, 12, 31), date(2022, 10, 20))


@pytest.mark.parametrize(
    ("lines", "marks"),
    [
        (["机密★1年"], ("机密★1年",)),
        (["正文"] * 40 + ["绝 密 ★ 长期"], ("绝密★长期",)),
        (["秘密"], ("秘密★",)),
        (["（内部资料，注意保存）"], ("内部资料",)),
        (["内部文件 不得外传"], ("内部文件",)),
        (["要做好保密工作，严守国家秘密"], ()),
        (["正文"] * 40 + ["秘密"], ()),
        (["特急"], ()),
    ],
)
def test_marks(lines: list[str], marks: tuple[str, ...]) -> None:
    assert find_marks(lines) == marks


def test_nothing_of_a_file_shows_in_the_repr_of_its_facts() -> None:
    facts = find_facts(["机密★1年", *NOTICE], codes=("https://example.invalid",))
    assert not any(word in repr(facts) for word in ("机密", "森林", "example", "12号"))


@given(st.lists(st.text(max_size=60), max_size=12), st.text(max_size=30), st.booleans())
def test_any_words_are_taken_and_go_over_the_wire_unchanged(
    lines: list[str], name: str, table: bool
) -> None:
    facts = find_facts(lines, name, table=table)
    assert FileFacts.from_json(facts.as_json()) == facts
