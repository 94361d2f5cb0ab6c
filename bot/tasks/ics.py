"""The deadlines as a calendar that a phone can subscribe to."""

from collections.abc import Iterable
from datetime import timedelta, tzinfo

from icalendar import Calendar, Event

from bot.tasks.task import Task, TaskState
from bot.words import say

_SHOWN = frozenset({TaskState.OPEN, TaskState.DONE, TaskState.CANCELLED})


def calendar_feed(tasks: Iterable[Task], zone: tzinfo) -> bytes:
    """Every task with a deadline as an event at that moment, in iCalendar form (RFC 5545)."""
    calendar = Calendar()
    calendar.add("prodid", "-//qingqun//tasks//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", say("task.calendar"))
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for task in tasks:
        if task.deadline is not None and task.state in _SHOWN:
            calendar.add_component(_event(task, zone))
    calendar.add_missing_timezones()
    feed: bytes = calendar.to_ical()
    return feed


def _event(task: Task, zone: tzinfo) -> Event:
    people = [*task.concerned]
    event = Event()
    event.add("uid", f"task-{task.number}@qingqun")
    event.add("dtstamp", task.changed_at or task.made_at)
    event.add("sequence", task.changes + (task.state is TaskState.CANCELLED))
    if task.deadline is not None:
        event.add("dtstart", task.deadline.astimezone(zone))
    event.add("summary", say("task.calendar.summary", number=task.number, what=task.what))
    event.add(
        "description",
        "\n".join(
            [
                say(
                    "task.calendar.text", room="、".join(task.rooms), poster=task.poster,
                    total=len(people), received=sum(p.acknowledged_at is not None for p in people),
                    handed_in=sum(p.handed_in_at is not None for p in people),
                ),
                *(f"{index}. {part}" for index, part in enumerate(task.parts, 1)),
            ]
        ),
    )  # fmt: skip
    event.add("transp", "TRANSPARENT")
    cancelled = task.state is TaskState.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    return event
