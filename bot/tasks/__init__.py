"""Assignments kept until they are done: tasks, receipts, results, reminders."""

from bot.tasks.tasks import Tasks

__all__ = ["Tasks"]
