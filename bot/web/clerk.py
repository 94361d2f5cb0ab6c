"""A clerk for the page: it keeps the answer to a button instead of sending it to anybody."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commands.base import Call
from bot.commands.clerk import Clerk, Perform
from bot.store.journal import Journal

T = TypeVar("T")
Rest = Callable[[Journal], None]


@dataclass
class Turn:
    """What came of one button. `question` is what has yet to be looked up, `held` what to confirm."""

    answers: list[str] = field(default_factory=list)
    done: bool = True
    held: bool = False
    question: Callable[[AsyncConnection], Awaitable[Rest]] | None = None


class PageClerk(Clerk):
    """One for all visitors: what waits to be confirmed is bound to it.

    `turn` is whose turn it is; within the pipeline there is only one at a time.
    """

    def __init__(self, chat: Clerk) -> None:
        super().__init__(chat.services, chat.lexicon, beside=chat)
        self.turn = Turn()

    def answer(self, journal: Journal, call: Call, text: str, *, public: bool = False) -> None:
        """Keep what is answered."""
        self.turn.answers.append(text)

    def decline(self, journal: Journal, call: Call, text: str) -> None:
        """Nothing was changed."""
        self.turn.done = False
        super().decline(journal, call, text)

    def refuse(self, journal: Journal, call: Call, key: str = "refused", thing: str = "") -> None:
        """It is not the visitor's to order."""
        self.turn.done = False
        super().refuse(journal, call, key, thing)

    def hold(self, call: Call, perform: Perform) -> None:
        """Wait for the second button."""
        self.turn.held = True
        super().hold(call, perform)

    def look(
        self,
        query: Callable[[AsyncConnection], Awaitable[T]],
        then: Callable[[Journal, T], None],
    ) -> None:
        """Keep the question; whoever pressed the button asks it."""

        async def ask(connection: AsyncConnection) -> Rest:
            found = await query(connection)
            return lambda journal: then(journal, found)

        self.turn.question = ask
