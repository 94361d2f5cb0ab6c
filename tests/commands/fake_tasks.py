"""A ledger of tasks that says what it was asked."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.message import Message
from bot.judging.judgement import Judgement
from bot.store.journal import Journal
from bot.tasks import Tasks
from bot.tasks.task import Task
from tests.commands.speak import POSTER
from tests.support.town import Harness


class FakeTasks(Tasks):
    """Task 5 is the poster's, task 6 another's."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.assigned: list[Judgement] = []

    @classmethod
    def put_into(cls, town: Harness) -> "FakeTasks":
        """Take the place of the ledger in the eyes of the commands."""
        tasks = cls()
        town.app.commands.services.tasks = tasks
        return tasks

    def judged(self, journal: Journal, judgement: Judgement) -> list[int]:
        self.assigned.append(judgement)
        return [7]

    def heard(self, journal: Journal, message: Message, person: str, now: datetime) -> str | None:
        self.asked.append(("heard", message.text, person))
        return None

    def get(self, number: int) -> Task | None:
        return None

    def all(self) -> Sequence[Task]:
        return ()

    def made_from(self, message: int) -> Task | None:
        return None

    def poster_of(self, number: int) -> str | None:
        return {5: POSTER, 6: "书记"}.get(number)

    def who_missing(self, number: int | None, room: str, now: datetime | None = None) -> str:
        self.asked.append(("who_missing", number, room))
        return f"没收到：{number}"

    def who_not_handed_in(self, number: int | None, room: str, now: datetime | None = None) -> str:
        self.asked.append(("who_not_handed_in", number, room))
        return f"没交：{number}"

    def mine(self, person: str, now: datetime) -> str:
        return f"{person}的待办"

    def acknowledge(
        self, journal: Journal, person: str, number: int | None, now: datetime,
        message: int | None = None,
    ) -> str:  # fmt: skip
        self.asked.append(("acknowledge", person, number))
        return "已登记"

    def confirm(self, journal: Journal, number: int, person: str, *, by: str, now: datetime) -> str:
        self.asked.append(("confirm", number, person, by))
        return "已验收"

    def reject(
        self, journal: Journal, number: int, person: str, *, by: str, now: datetime, why: str = ""
    ) -> str:
        self.asked.append(("reject", number, person, by, why))
        return "已退回"

    def correct(
        self, journal: Journal, number: int, *, deadline: datetime | None = None, what: str = "",
        by: str, now: datetime, message: int | None = None,
    ) -> str:  # fmt: skip
        self.asked.append(("correct", number, deadline, what, by))
        return "已更正"

    def cancel(self, journal: Journal, number: int, *, by: str, now: datetime) -> str:
        self.asked.append(("cancel", number, by))
        return "已取消"
