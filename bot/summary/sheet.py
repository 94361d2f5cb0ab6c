"""The summary as a spreadsheet: town, rooms, people, tasks, registry, audit, merge plan."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.summary.audit import Audit, Listed
from bot.summary.explain import explain
from bot.summary.figures import Counts
from bot.summary.plan import Fate, Plan
from bot.summary.summary import Summary
from bot.summary.text import Words, heading

Value = str | int | float | date | datetime | None
Row = Sequence[Value]

_HEAD_FONT, _HEAD_FILL = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F5F6B")
#: What a spreadsheet program takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDEST, _LONGEST = 60, 32_000


@dataclass(frozen=True, slots=True)
class Percent:
    """A share, 0 to 1, shown in percent."""

    share: float


def write(summary: Summary, path: Path, words: Words, zone: ZoneInfo) -> None:
    """Write the workbook; blocks."""
    book = Workbook()
    book.remove(book.active) if book.active is not None else None
    book.properties.title = heading(summary, words)
    book.properties.creator = "qingqun"
    sheets: Sequence[tuple[str, Sequence[str], Iterable[Sequence[Value | Percent]]]] = (
        ("town", ("item", "this", "last"), _town(summary, words)),
        ("rooms", _ROOM_COLUMNS, _rooms(summary, words)),
        ("people", ("name", "rank", "count", "reached", "reached_last", "which"),
         _people(summary, words)),
        ("tasks", ("number", "what", "room", "poster", "issued_at", "deadline", "state", "people",
                   "given", "handed_in", "late"), _tasks(summary, words, zone)),
        ("registry", ("room", "kind", "office", "owner", "purpose", "members", "weekly", "ends",
                      "verdict"), _registry(summary, words)),
        ("audit", ("sort", "who", "detail"), _audit(summary.audit, words)),
    )  # fmt: skip
    for name, columns, rows in sheets:
        sheet = book.create_sheet(words(f"sheet.{name}"))
        _fill(sheet, [words(f"column.{column}") for column in columns], rows)
    plan = book.create_sheet(words("sheet.plan"))
    _fill(plan, [words("sheet.plan")], ([line] for line in explain(summary, words)))
    plan.column_dimensions["A"].width = 100
    book.save(path)


def _fill(sheet: Worksheet, head: Sequence[str], rows: Iterable[Sequence[Value | Percent]]) -> None:
    widths = [_width(name) for name in head]
    for column, name in enumerate(head, 1):
        cell = sheet.cell(1, column, name)
        cell.font, cell.fill = _HEAD_FONT, _HEAD_FILL
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            _put(sheet.cell(number, column), value)
            shown = f"{value}" if not isinstance(value, Percent | float) else "100%"
            widths[column - 1] = max(widths[column - 1], _width(shown))
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = min(_WIDEST, width + 2)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _put(cell: "Cell | object", value: Value | Percent) -> None:
    """A value as what it is; a text is always a text, whatever it begins with."""
    if not isinstance(cell, Cell):
        return
    if isinstance(value, Percent):
        cell.value, cell.number_format = value.share, "0%"
    elif isinstance(value, str):
        # openpyxl would make a formula of =1+1, and an editor of what is only shown as text.
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST]
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_FORMULA)
        cell.alignment = Alignment(vertical="top", wrap_text=len(value) > _WIDEST // 2)
    else:
        cell.value = value
        if isinstance(value, datetime):
            cell.number_format = "yyyy-mm-dd hh:mm"


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0xFF else 1 for letter in text)  # noqa: PLR2004 - wide letters


def _town(summary: Summary, words: Words) -> Iterator[Sequence[Value | Percent]]:
    figures = summary.figures
    this, last = figures.this, figures.last
    for name, value in _values(this).items():
        yield words(f"column.{name}"), value, _values(last)[name]
    for policy in sorted({*this.violations, *last.violations}):
        title = words("column.violation", policy=words.policy(policy))
        yield title, this.violations.get(policy, 0), last.violations.get(policy, 0)
    before, now = figures.emergencies
    yield words("column.emergencies"), now, before
    unknown = words("unknown")
    yield (
        words("column.wolf"),
        *(unknown if count is None else count for count in reversed(figures.wolf)),
    )
    away = tuple(reversed(figures.outages))
    yield words("column.outages"), *(one.times for one in away)
    yield words("column.minutes"), *(round(one.length / timedelta(minutes=1)) for one in away)


def _values(counts: Counts) -> dict[str, int | Percent]:
    return {
        "messages": counts.messages, "assignments": counts.assignments,
        "share": Percent(counts.share), "noise": counts.noise, "off": counts.off_hours,
        "receipts": counts.receipts, "broken": counts.broken, "corrected": counts.corrected,
        "issued": counts.issued, "acknowledged": counts.acknowledged, "done": counts.done_on_time,
        "concerned": counts.concerned, "given": counts.receipts_given, "own": counts.own,
        "private": counts.own_private,
    }  # fmt: skip


#: Of a room nothing is private.
_BY_ROOM = tuple(name for name in _values(Counts()) if name != "private")
_ROOM_COLUMNS = ("room", "kind", *(name for name in _BY_ROOM for _ in range(2)))


def _rooms(summary: Summary, words: Words) -> Iterator[Sequence[Value | Percent]]:
    """Two columns a figure: this week and the one before."""
    when = (words("column.this"), words("column.last"))
    yield ("", "", *(one for _ in _BY_ROOM for one in when))
    for room in summary.figures.rooms:
        this, last = _values(room.this), _values(room.last)
        pairs = [value for name in _BY_ROOM for value in (this[name], last[name])]
        yield (room.name, words(f"kind.{room.kind}"), *pairs)


def _people(summary: Summary, words: Words) -> Iterator[Row]:
    for one in summary.figures.people:
        rank = words(f"rank.{one.rank.value}")
        yield one.name, rank, len(one.rooms), one.this, one.last, words.join(one.rooms)


def _tasks(summary: Summary, words: Words, zone: ZoneInfo) -> Iterator[Row]:
    for task in summary.tasks:
        yield (
            task.number, task.what, task.room, task.poster, _local(task.issued_at, zone),
            _local(task.deadline, zone), words(f"state.{task.state}"), task.people,
            task.acknowledged, task.handed_in, task.late,
        )  # fmt: skip


def _local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Spreadsheets know no zones: the town's time."""
    return None if moment is None else moment.astimezone(zone).replace(tzinfo=None)


def _registry(summary: Summary, words: Words) -> Iterator[Row]:
    for room in summary.audit.rooms:
        yield (
            room.name, words(f"kind.{room.kind}"), room.office, room.owner, room.purpose,
            len(room.members), round(room.traffic.weekly), room.ends,
            _verdict(summary, room, words),
        )  # fmt: skip


def _verdict(summary: Summary, room: Listed, words: Words) -> str:
    """As the plan has it; without one, what the audit says."""
    step = summary.plan.fate(room.name) if isinstance(summary.plan, Plan) else None
    if step is not None:
        return words(f"verdict.{step.fate.value}", into=step.into)
    fate = Fate.DISSOLVE if summary.audit.why_dissolve(room.name) else Fate.KEEP
    return words(f"verdict.{fate.value}")


def _audit(audit: Audit, words: Words) -> Iterator[Row]:
    empty = True
    for row in _findings(audit, words):
        empty = False
        yield row
    if empty:
        yield words("audit.none"), "", ""


def _findings(audit: Audit, words: Words) -> Iterator[Row]:
    for person, rooms in audit.crowded:
        detail = words("audit.crowded.detail", count=len(rooms), rooms=words.join(rooms))
        yield words("audit.crowded", limit=audit.limit), person, detail
    for pair in audit.overlaps:
        alike = "" if pair.alike is None else words("audit.alike", alike=f"{pair.alike:.0%}")
        detail = words(
            "audit.overlap.detail", other=pair.other, shared=words.percent(pair.shared),
            inside=words.percent(pair.inside), alike=alike,
        )  # fmt: skip
        yield words("audit.overlap"), pair.one, detail
    traffic = {room.name: room.traffic for room in audit.rooms}
    for name in audit.zombies:
        detail = words("audit.zombie.detail", count=traffic[name].messages)
        yield words("audit.zombie"), name, detail
    for name, ends in audit.expired:
        yield words("audit.expired"), name, words("audit.expired.detail", ends=ends)
    for one, other, count in audit.repeated:
        detail = words("audit.repeated.detail", count=count, other=other)
        yield words("audit.repeated"), one, detail
    for drift in audit.drifts:
        examples = words.join(map(str, drift.examples)) or words("unknown")
        detail = words("audit.drift.detail", share=words.percent(drift.share), examples=examples)
        yield words(f"drift.{drift.sort}"), drift.room, detail
