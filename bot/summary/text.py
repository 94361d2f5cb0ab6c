"""The summary as text: at most twenty lines, for a leader's phone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bot.summary.figures import Counts, Figures, RoomFigures
from bot.summary.plan import Plan, today, tomorrow
from bot.summary.summary import Summary
from bot.words import say
from bot.words.times import excerpt, length

#: Lines of a summary; rooms, policies and names that are listed.
LINES, ROOMS, POLICIES, NAMES = 20, 5, 4, 3
_NAME = 14


class Words:
    """The summary's words in one language."""

    def __init__(self, language: str = "zh", titles: Mapping[str, str] | None = None) -> None:
        self.language, self._titles = language, titles or {}

    def __call__(self, key: str, **data: object) -> str:
        """The text of `weekly.` and the key."""
        return say(f"weekly.{key}", self.language, **data)

    def policy(self, name: str) -> str:
        """What a policy is called."""
        return name if self.language != "zh" else self._titles.get(name, name)

    def day(self, day: date) -> str:
        """Such as 11月16日."""
        return self("day", month=day.month, day=day.day)

    def join(self, words: Iterable[str]) -> str:
        """Words in a row."""
        return self("joiner").join(words)

    def some(self, words: Sequence[str]) -> str:
        """The first few, and how many there are."""
        shown = self.join(words[:NAMES])
        return shown if len(words) <= NAMES else self("more", words=shown, count=len(words))

    def percent(self, share: float) -> str:
        """Such as 35%."""
        return f"{share:.0%}"


def weekly_text(summary: Summary, words: Words) -> str:
    """The text that is sent. Names are data; no message is quoted."""
    figures = summary.figures
    lines = [heading(summary, words)]
    if figures.empty:
        lines.append(words("empty"))
    else:
        lines += [*_what_was_said(figures, words), *_what_happened(figures, words)]
        lines += [*_busiest(figures, words), *_people(figures, words)]
    lines += _audit(summary, words)
    return "\n".join(lines[:LINES])


def heading(summary: Summary, words: Words) -> str:
    """Whose summary, of which days."""
    spans = summary.figures.spans
    end = spans.week.sunday if spans.whole else spans.this.end.date()
    return words(
        "head" if spans.whole else "head.part",
        town=summary.town,
        number=spans.week.monday.isocalendar().week,
        begin=words.day(spans.week.monday),
        end=words.day(end),
    )


def _what_was_said(figures: Figures, words: Words) -> list[str]:
    this, last = figures.this, figures.last
    return [
        words(
            "messages", count=this.messages, last=last.messages, share=words.percent(this.share),
            last_share=words.percent(last.share),
        ),
        words(
            "noise", noise=this.noise, last_noise=last.noise, receipts=this.receipts,
            off=this.off_hours, last_off=last.off_hours,
        ),
        _broken(this, last, words),
    ]  # fmt: skip


def _broken(this: Counts, last: Counts, words: Words) -> str:
    if not this.broken:
        return words("broken.none", last=last.broken)
    most = sorted(this.violations.items(), key=lambda one: (-one[1], one[0]))[:POLICIES]
    policies = words.join(
        words("counted", name=words.policy(name), count=count) for name, count in most
    )
    return words("broken", count=this.broken, last=last.broken, policies=policies)


def _what_happened(figures: Figures, words: Words) -> list[str]:
    this, last = figures.this, figures.last
    lines = [
        words(
            "tasks" if this.issued else "tasks.none", issued=this.issued, last=last.issued,
            acknowledged=this.acknowledged, done=this.done_on_time, concerned=this.concerned,
            given=this.receipts_given,
        ),
        words("own", corrected=this.corrected, own=this.own, private=this.own_private),
    ]  # fmt: skip
    wolf = figures.wolf[1]
    if any(figures.emergencies) or wolf:
        unknown = words("unknown")
        lines.append(
            words(
                "emergency", count=figures.emergencies[1], last=figures.emergencies[0],
                wolf=unknown if wolf is None else wolf,
            )
        )  # fmt: skip
    away = figures.outages[1]
    if away.times:
        lines.append(words("outage", times=away.times, length=length(away.length)))
    return lines


def _busiest(figures: Figures, words: Words) -> list[str]:
    def line(room: RoomFigures) -> str:
        return words(
            "room", room=excerpt(room.name, _NAME), count=room.this.messages,
            share=words.percent(room.this.share), noise=room.this.noise,
        )  # fmt: skip

    busy = [room for room in figures.rooms if room.this.messages]
    busy.sort(key=lambda room: (-room.this.messages, room.name))
    return [words("rooms"), *map(line, busy[:ROOMS])] if busy else []


def _people(figures: Figures, words: Words) -> list[str]:
    people = figures.people
    if not people:
        return []
    this, last = (
        round(sum(reached) / len(people))
        for reached in ([one.this for one in people], [one.last for one in people])
    )
    first = people[0]
    return [words("people", average=this, last=last, name=excerpt(first.name, 8), count=first.this)]


def _audit(summary: Summary, words: Words) -> list[str]:
    audit = summary.audit
    if audit.crowded:
        person, rooms = audit.crowded[0]
        lines = [
            words(
                "crowded", limit=audit.limit, count=len(audit.crowded), name=excerpt(person, 8),
                rooms=len(rooms),
            )
        ]  # fmt: skip
    else:
        lines = [words("crowded.none", limit=audit.limit)]
    over = [*(name for name, _ in audit.expired), *audit.zombies]
    if over:
        lines.append(words("over", rooms=words.some(_short(dict.fromkeys(over)))))
    if audit.overlaps:
        pairs = [
            words(
                "pair", one=excerpt(pair.one, _NAME), other=excerpt(pair.other, _NAME),
                shared=words.percent(pair.shared),
            )
            for pair in audit.overlaps
        ]  # fmt: skip
        lines.append(words("overlaps", pairs=words.some(pairs)))
    if audit.drifts:
        drifts = [
            words(
                "drift", room=excerpt(drift.room, _NAME), sort=words(f"drift.{drift.sort}"),
                share=words.percent(drift.share), examples=words.join(map(str, drift.examples)),
            )
            for drift in audit.drifts
        ]  # fmt: skip
        lines.append(words("drifts", rooms=words.some(drifts)))
    return lines + _plan(summary, words)


def _plan(summary: Summary, words: Words) -> list[str]:
    if summary.plan is None or summary.question is None:
        return []
    if not isinstance(summary.plan, Plan):
        return [words("plan.none")]
    before, after = today(summary.question), tomorrow(summary.question, summary.plan)
    return [
        words(
            "plan", before=before.rooms, after=after.rooms, was=f"{before.average:.1f}",
            will=f"{after.average:.1f}",
        )
    ]  # fmt: skip


def _short(names: Iterable[str]) -> list[str]:
    return [excerpt(name, _NAME) for name in names]
