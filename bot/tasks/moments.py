"""When people are to be reminded, in the working time of the town."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from bot.calendar import WorkCalendar
from bot.tasks.task import Concern, Task

#: Working time in which a receipt is waited for, and in which the last reminder leaves time to act.
ANSWER, LAST_CALL = timedelta(hours=2), timedelta(hours=2)
_SEARCH_DAYS = 60


class Occasion(StrEnum):
    """What somebody can be reminded for."""

    RECEIPT = "receipt"
    DAY = "day"
    HOURS = "hours"


def mark(occasion: Occasion, task: Task) -> str:
    """What a reminder is known by: another deadline calls for others of its own."""
    if occasion is Occasion.RECEIPT or task.deadline is None:
        return occasion.value
    return f"{occasion.value}@{int(task.deadline.timestamp())}"


class Moments:
    """The due moments in one calendar, each worked out once."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self.calendar = calendar
        self._answers: dict[datetime, datetime] = {}
        self._warnings: dict[datetime, tuple[datetime, datetime]] = {}

    def pending(self, task: Task, concern: Concern) -> Iterator[tuple[datetime, Occasion]]:
        """The reminders that somebody has still to get, should they stay silent."""
        if not task.open or concern.dropped:
            return
        answer = self._answer(concern.since)
        moments: list[tuple[datetime, Occasion]] = []
        if concern.acknowledged_at is None:
            moments.append((answer, Occasion.RECEIPT))
        if task.deadline is not None and task.owes(concern):
            day, hours = self._warning(task.deadline)
            # Whoever was told within the last two working hours needs no word that a day is left.
            if day >= answer:
                moments.append((day, Occasion.DAY))
            if hours > concern.since:
                moments.append((hours, Occasion.HOURS))
        for due, occasion in moments:
            late = task.deadline is not None and due >= task.deadline
            if due > task.made_at and not late and mark(occasion, task) not in concern.reminded:
                yield due, occasion

    def _answer(self, since: datetime) -> datetime:
        if since not in self._answers:
            self._answers[since] = self.calendar.add_working_time(since, ANSWER)
        return self._answers[since]

    def _warning(self, deadline: datetime) -> tuple[datetime, datetime]:
        if deadline not in self._warnings:
            self._warnings[deadline] = (
                day_before(self.calendar, deadline), back(self.calendar, deadline, LAST_CALL),
            )  # fmt: skip
        return self._warnings[deadline]


def day_before(calendar: WorkCalendar, deadline: datetime) -> datetime:
    """The same time of the working day before; out of hours the opening that follows."""
    local = deadline.astimezone(calendar.timezone)
    day = calendar.add_workdays(local.date(), -1)
    return calendar.next_opening(datetime.combine(day, local.time(), tzinfo=calendar.timezone))


def back(calendar: WorkCalendar, moment: datetime, length: timedelta) -> datetime:
    """The moment from which `length` of working time is left until `moment`."""
    local = moment.astimezone(calendar.timezone)
    left = length
    for _ in range(_SEARCH_DAYS):
        day = calendar.workday_from(local.date(), step=-1)
        opening = calendar.start_of_workday(day)
        closing = calendar.next_closing(opening)
        end = min(local, closing)
        if end > opening:
            if left <= end - opening:
                return end - left
            left -= end - opening
        before = day - timedelta(days=1)
        local = datetime.combine(before, closing.time(), tzinfo=calendar.timezone)
    raise ValueError(f"no {length} of working time within {_SEARCH_DAYS} days before {moment}")
