"""谁没收到, 谁没交 and 待办, each on one phone screen."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from bot.judging.judge import Judge
from bot.state import TownState
from bot.tasks.ledger import Ledger
from bot.tasks.short import NAME, ROOM, SCREEN, WHAT, brief, names, subject
from bot.tasks.task import Concern, Task
from bot.words import say
from bot.words.times import excerpt

#: Characters of the names asked for and of those told apart, and other tasks below them.
_NAMES, _APART, _OTHERS = 220, 50, 5

Owes = Callable[[Concern], bool]


class Lists:
    """Texts about tasks; nothing here changes anything."""

    def __init__(self, judge: Judge, state: TownState, ledger: Ledger) -> None:
        self._judge, self._state, self._ledger = judge, state, ledger

    def who_missing(self, number: int | None, room: str, now: datetime | None) -> str:
        """Who has not acknowledged a task; where none is named, the newest open one of the room."""
        tasks = self._ledger.open_in(room)
        task = self._chosen(number, tasks)
        if task is None:
            return self._nothing(number, room)
        lines = self._head(task, now)
        people = [*task.concerned]
        received = sum(not _silent(concern) for concern in people)
        lines.append(say("task.list.received", count=received, total=len(people)))
        lines += self._owing(people, _silent, "missing", "all_received", now)
        return self._with_others(lines, tasks, task, _silent)

    def who_not_handed_in(self, number: int | None, room: str, now: datetime | None) -> str:
        """Likewise for what is to be handed in."""
        tasks = [task for task in self._ledger.open_in(room) if task.hand_in]
        task = self._chosen(number, tasks)
        if task is None:
            return self._nothing(number, room, say("task.list.none.hand_in"))
        lines, people = self._head(task, now), [*task.concerned]
        count = sum(not _empty_handed(concern) for concern in people)
        if not task.hand_in:
            lines.append(say("task.list.no_hand_in", count=count, total=len(people)))
            return "\n".join(lines)
        confirmed = sum(concern.confirmed_at is not None for concern in people)
        lines.append(
            say("task.list.handed_in", count=count, total=len(people), confirmed=confirmed)
        )
        lines += self._owing(people, _empty_handed, "not_handed_in", "all_handed_in", now)
        return self._with_others(lines, tasks, task, _empty_handed)

    def mine(self, person: str, now: datetime) -> str:
        """What somebody has to do, the nearest deadline first, then what is without one."""
        tasks = [
            (task, concern)
            for task in self._ledger.open_of(person)
            if task.issued_at <= now and (concern := task.concern(person)) is not None
        ]
        kept = [
            (task, concern)
            for task, concern in tasks
            if task.owes(concern) or (task.deadline is not None and task.deadline >= now
                                      and not task.hand_in)
        ]  # fmt: skip
        if not kept:
            return say("task.mine.none")
        kept.sort(key=lambda found: (found[0].deadline is None, found[0].deadline or now))
        shown = [say("task.mine", count=len(kept))]
        shown += [self._mine(task, concern, now) for task, concern in kept[: SCREEN - 3]]
        if len(kept) > SCREEN - 3:
            shown.append(say("task.mine.more", count=len(kept) - (SCREEN - 3)))
        shown.append(say("task.mine.tail"))
        return "\n".join(shown)

    def _chosen(self, number: int | None, tasks: Sequence[Task]) -> Task | None:
        if number is not None:
            return self._ledger.get(number)
        return tasks[-1] if tasks else None

    def _mine(self, task: Task, concern: Concern, now: datetime) -> str:
        zone = self._judge.town.zone
        if task.deadline is None:
            due = say("task.mine.no_deadline")
        else:
            form = "due" if task.deadline >= now else "overdue"
            due = say(f"task.mine.{form}", deadline=brief(task.deadline, now, zone))
        if concern.acknowledged_at is None:
            status = "owes" if task.hand_in else "waits"
        else:
            status = "owes" if task.hand_in and concern.handed_in_at is None else "noted"
        return say(
            "task.mine.line", number=task.number, what=subject(task.what, WHAT),
            room=excerpt(task.room, ROOM), issued=brief(task.issued_at, now, zone), due=due,
            status=say(f"task.status.{status}"),
        )  # fmt: skip

    def _head(self, task: Task, now: datetime | None) -> list[str]:
        zone = self._judge.town.zone
        lines = [
            say(
                "task.list.head", number=task.number, what=subject(task.what, WHAT),
                room=excerpt(task.room, ROOM), issued=brief(task.issued_at, now, zone),
            )
        ]  # fmt: skip
        if not task.open:
            lines.append(say(f"task.list.state.{task.state.value}"))
        if task.deadline is not None:
            lines.append(say("task.list.deadline", deadline=brief(task.deadline, now, zone)))
        if task.changed_at is not None:
            at = brief(task.changed_at, now, zone)
            lines.append(say("task.list.change", change=excerpt(task.change, 30), at=at))
        return lines

    def _owing(
        self,
        people: Sequence[Concern],
        owes: Owes,
        some: str,
        nobody: str,
        now: datetime | None,
    ) -> list[str]:
        """Those who owe it; apart from them those on leave, and those the bot cannot reach."""
        silent = [concern.person for concern in people if owes(concern)]
        if not people:
            return [say("task.list.nobody")]
        if not silent:
            return [say(f"task.list.{nobody}")]
        unknown = [name for name in silent if self._state.people.account(name) is None]
        away = [
            name
            for name in silent
            if now is not None and name not in unknown and self._state.leave.on_leave(name, now)
        ]
        rest = [name for name in silent if name not in unknown and name not in away]
        groups = ((some, rest), ("away", away), ("unreachable", unknown))
        return [
            say(
                f"task.list.{key}",
                count=len(group),
                names=names(group, _NAMES if key == some else _APART),
            )
            for key, group in groups
            if group
        ]

    def _with_others(
        self,
        lines: list[str],
        tasks: Iterable[Task],
        shown: Task,
        owes: Owes,
    ) -> str:
        """The other open tasks for which somebody owes something."""
        others = [
            (task, count)
            for task in tasks
            if task is not shown and (count := sum(map(owes, task.concerned)))
        ]
        if others:
            lines.append(say("task.list.others"))
            lines += [
                say(
                    "task.list.other", number=task.number, what=subject(task.what, NAME),
                    count=count,
                )
                for task, count in reversed(others[-_OTHERS:])
            ]  # fmt: skip
        return "\n".join(lines)

    def _nothing(self, number: int | None, room: str, none: str = "") -> str:
        if number is not None:
            return say("task.unknown_number", number=number)
        if none:
            return none
        return say("task.list.none.room", room=room) if room else say("task.list.none")


def _silent(concern: Concern) -> bool:
    return concern.acknowledged_at is None


def _empty_handed(concern: Concern) -> bool:
    return concern.handed_in_at is None
