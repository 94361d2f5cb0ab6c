"""The summary as one upright picture, to be read on a phone without zooming."""

from collections.abc import Callable
from pathlib import Path

from bot.summary.canvas import (
    DEEP,
    INK,
    LINE,
    MARGIN,
    MIDDLE,
    PALE,
    SOFT,
    WARN,
    WIDTH,
    Canvas,
    breadth,
)
from bot.summary.figures import Counts, Figures, RoomFigures
from bot.summary.fonts import Face, chinese
from bot.summary.plan import Plan
from bot.summary.summary import Summary
from bot.summary.text import Words

ROOMS, POLICIES = 8, 6
_INNER = WIDTH - 2 * MARGIN
_TILE, _BAR_LEFT = (_INNER - 14) / 2, 150
#: Heights of the parts, in units.
_HEAD, _TILES, _TITLE, _ROW, _FOOT = 96, 192, 46, 30, 44

Part = Callable[[Canvas, float], None]


def draw(summary: Summary, path: Path, words: Words, face: Face | None = None) -> list[str]:
    """Write the picture as PNG; every line of text in it. NoFontError without a Chinese font."""
    return Picture(summary, words, face or chinese()).save(path)


class Picture:
    """Lays the parts out from top to bottom; each knows its height before it is drawn."""

    def __init__(self, summary: Summary, words: Words, face: Face) -> None:
        self._summary, self._words, self._face = summary, words, face
        self._figures: Figures = summary.figures
        busy = [room for room in self._figures.rooms if room.this.messages or room.last.messages]
        busy.sort(key=lambda room: (-room.this.messages, -room.last.messages, room.name))
        self._rooms = busy[:ROOMS]
        this = self._figures.this.violations
        self._policies = sorted(this.items(), key=lambda one: (-one[1], one[0]))[:POLICIES]
        self._audit_rows = self._findings()

    def save(self, path: Path) -> list[str]:
        """Draw everything and write it down."""
        parts: list[tuple[float, Part]] = [
            (_HEAD, self._head),
            (_TILES, self._tiles),
            (_TITLE + 14 + _ROW * len(self._rooms), self._busiest),
            (_TITLE + _ROW * (3 if self._figures.this.issued else 1), self._tasks),
            (_TITLE + _ROW * max(1, len(self._policies)), self._broken),
            (_TITLE + _ROW * len(self._audit_rows), self._audit),
            (_FOOT, self._foot),
        ]
        canvas = Canvas(sum(height for height, _ in parts), self._face)
        y = 0.0
        for height, part in parts:
            part(canvas, y)
            y += height
        canvas.save(path)
        return canvas.drawn

    def _head(self, canvas: Canvas, y: float) -> None:
        words, spans = self._words, self._figures.spans
        year, number, _ = spans.week.monday.isocalendar()
        canvas.box(0, y, WIDTH, 6, DEEP)
        title = f"{self._summary.town}　{words('picture.title')}"
        canvas.text(MARGIN, y + 50, title, 24, bold=True, room=_INNER)
        when = words(
            "picture.week" if spans.whole else "picture.until", year=year, number=number,
            begin=words.day(spans.week.monday),
            end=words.day(spans.week.sunday if spans.whole else spans.this.end.date()),
        )  # fmt: skip
        canvas.text(MARGIN, y + 76, when, 13.5, color=SOFT, room=_INNER)

    def _tiles(self, canvas: Canvas, y: float) -> None:
        this, last, percent = self._figures.this, self._figures.last, self._words.percent
        tiles = (
            ("messages", str(this.messages), str(last.messages)),
            ("share", percent(this.share), percent(last.share)),
            ("noise", str(this.noise), str(last.noise)),
            ("off", str(this.off_hours), str(last.off_hours)),
        )
        for number, (key, value, before) in enumerate(tiles):
            left = MARGIN + (number % 2) * (_TILE + 14)
            top = y + (number // 2) * 96
            canvas.box(left, top, _TILE, 84, PALE)
            canvas.text(left + 14, top + 24, self._words(f"picture.{key}"), 13, color=SOFT)
            canvas.text(left + 14, top + 60, value, 30, color=DEEP, bold=True)
            was = self._words("picture.last", count=before)
            canvas.text(left + _TILE - 12, top + 60, was, 12.5, color=SOFT, align="right")

    def _title(self, canvas: Canvas, y: float, key: str) -> None:
        canvas.rule(y + 8)
        canvas.text(MARGIN, y + 34, self._words(f"picture.{key}"), 15.5, bold=True)

    def _busiest(self, canvas: Canvas, y: float) -> None:
        self._title(canvas, y, "rooms")
        legend = self._words("picture.rooms.legend")
        canvas.text(WIDTH - MARGIN, y + 34, legend, 11.5, color=SOFT, align="right")
        most = max((max(r.this.messages, r.last.messages) for r in self._rooms), default=1) or 1
        top = y + _TITLE + 6
        for room in self._rooms:
            self._room(canvas, top, room, most)
            top += _ROW

    def _room(self, canvas: Canvas, y: float, room: RoomFigures, most: int) -> None:
        left, space = MARGIN + _BAR_LEFT, _INNER - _BAR_LEFT - 46
        canvas.text(MARGIN, y + 15, room.name, 13, room=_BAR_LEFT - 10)
        long = space * room.this.messages / most
        canvas.box(left, y + 3, long, 12, MIDDLE)
        canvas.box(left, y + 3, long * room.this.share, 12, DEEP)
        canvas.box(left, y + 18, space * room.last.messages / most, 3, "#b9c4ca")
        canvas.text(WIDTH - MARGIN, y + 15, str(room.this.messages), 13, align="right")

    def _tasks(self, canvas: Canvas, y: float) -> None:
        self._title(canvas, y, "tasks")
        this: Counts = self._figures.this
        if not this.issued:
            canvas.text(MARGIN, y + _TITLE + 17, self._words("picture.no_tasks"), 13, color=SOFT)
            return
        rows = (
            ("acknowledged", this.acknowledged, this.issued),
            ("done", this.done_on_time, this.issued),
            ("given", this.receipts_given, this.concerned),
        )
        left, space = MARGIN + _BAR_LEFT, _INNER - _BAR_LEFT - 74
        for number, (key, count, of) in enumerate(rows):
            top = y + _TITLE + 4 + number * _ROW
            canvas.text(MARGIN, top + 15, self._words(f"picture.{key}"), 13)
            canvas.box(left, top + 4, space, 12, LINE)
            canvas.box(left, top + 4, space * (count / of if of else 0), 12, DEEP)
            canvas.text(WIDTH - MARGIN, top + 15, f"{count}／{of}", 13, align="right")

    def _broken(self, canvas: Canvas, y: float) -> None:
        self._title(canvas, y, "policies")
        last = self._figures.last
        was = self._words("picture.last", count=last.broken)
        canvas.text(WIDTH - MARGIN, y + 34, was, 11.5, color=SOFT, align="right")
        if not self._policies:
            none = self._words("picture.policies.none")
            canvas.text(MARGIN, y + _TITLE + 17, none, 13, color=SOFT)
        most = max((count for _, count in self._policies), default=1)
        left, space = MARGIN + _BAR_LEFT, _INNER - _BAR_LEFT - 46
        for number, (policy, count) in enumerate(self._policies):
            top = y + _TITLE + 4 + number * _ROW
            name = self._words.policy(policy)
            canvas.text(MARGIN, top + 15, name, 13, room=_BAR_LEFT - 6)
            canvas.box(left, top + 4, space * count / most, 12, MIDDLE)
            canvas.text(WIDTH - MARGIN, top + 15, str(count), 13, align="right")

    def _findings(self) -> list[tuple[str, str, str]]:
        """Label, value and colour of each line about the groups themselves."""
        audit, plan = self._summary.audit, self._summary.plan
        over = {*audit.zombies, *(name for name, _ in audit.expired)}
        rows = [
            ("rooms.now", len(audit.rooms), INK),
            ("crowded", len(audit.crowded), WARN if audit.crowded else INK),
            ("over", len(over), WARN if over else INK),
            ("overlaps", len(audit.overlaps), WARN if audit.overlaps else INK),
            ("drifts", len({one.room for one in audit.drifts}), WARN if audit.drifts else INK),
        ]
        if isinstance(plan, Plan):
            rows.append(("plan", len(plan.rooms), DEEP))
        return [
            (self._words(f"picture.{key}", limit=audit.limit), str(value), color)
            for key, value, color in rows
        ]

    def _audit(self, canvas: Canvas, y: float) -> None:
        self._title(canvas, y, "audit")
        for number, (label, value, color) in enumerate(self._audit_rows):
            top = y + _TITLE + 4 + number * _ROW
            canvas.text(MARGIN, top + 15, label, 13)
            canvas.text(WIDTH - MARGIN, top + 15, value, 15, color=color, bold=True, align="right")

    def _foot(self, canvas: Canvas, y: float) -> None:
        foot = self._words("picture.foot")
        left = (WIDTH - breadth(foot, 11.5)) / 2
        canvas.text(left, y + 26, foot, 11.5, color=SOFT)
