"""The spreadsheet: complete, in numbers, and no cell of it a formula."""

from dataclasses import replace
from pathlib import Path

from openpyxl import Workbook, load_workbook

from bot.core.message import Role
from bot.summary.figures import PersonFigures
from bot.summary.sheet import write
from bot.summary.summary import Summary
from bot.summary.text import Words
from tests.summary.archive import town_file
from tests.summary.made_town import made_town

ZONE = town_file(made_town()).zone


def book(summary: Summary, words: Words, path: Path) -> Workbook:
    write(summary, path, words, ZONE)
    return load_workbook(path)


def test_it_has_a_sheet_for_everything(summary: Summary, words: Words, tmp_path: Path) -> None:
    made = book(summary, words, tmp_path / "week.xlsx")
    assert made.sheetnames == ["全镇", "各群", "人员", "任务", "群登记", "群审计", "合并方案"]
    town = {row[0]: row[1:] for row in made["全镇"].iter_rows(values_only=True)}
    this, last = summary.figures.this, summary.figures.last
    assert town["消息"] == (this.messages, last.messages)
    assert town["违反：不闲聊"][0] == this.violations["no_chat"]
    assert made["各群"].max_row == 2 + len(summary.figures.rooms)
    assert made["人员"].max_row == 1 + 200
    assert made["任务"].max_row == 1 + this.issued
    assert made["群登记"].max_row == 1 + 34
    verdicts = {row[0]: row[-1] for row in made["群登记"].iter_rows(min_row=2, values_only=True)}
    assert verdicts["镇政府工作群"] == "保留"
    assert verdicts["人口普查群"] == "解散"
    assert sum(str(verdict).startswith("并入") for verdict in verdicts.values()) == 34 - 8 - 4
    sorts = {row[0] for row in made["群审计"].iter_rows(min_row=2, values_only=True)}
    assert {"超过 3 个群", "僵尸群", "到期临时群"} <= sorts
    assert made["合并方案"].max_row > 34


NAMES = ('=HYPERLINK("http://x","点我")', "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "\x07铃")


def test_a_name_is_text_whatever_it_begins_with(
    summary: Summary, words: Words, tmp_path: Path
) -> None:
    strange = replace(
        summary,
        figures=replace(
            summary.figures,
            people=tuple(PersonFigures(name, Role.MEMBER, (name,), 1, 1) for name in NAMES),
        ),
        tasks=tuple(replace(summary.tasks[0], what=name, poster=name, room=name) for name in NAMES),
        audit=replace(
            summary.audit,
            rooms=tuple(
                replace(summary.audit.rooms[0], name=name, owner=name, purpose=name)
                for name in NAMES
            ),
            crowded=tuple((name, (name,)) for name in NAMES),
            zombies=(),
        ),
        plan=None,
    )
    made = book(strange, words, tmp_path / "week.xlsx")
    cells = [cell for sheet in made for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    for number, name in enumerate(NAMES, 2):
        cell = made["人员"].cell(number, 1)
        assert cell.data_type == "s"
        assert cell.value.strip() == name.strip().replace("\x07", "")
        assert cell.quotePrefix is not name.startswith("\x07")
