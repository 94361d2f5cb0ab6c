"""Help that is offered privately before anything is found fault with."""

from bot.core.decision import Action, Mode
from bot.core.message import Role
from bot.core.reading import Kind
from bot.delivery.planner import Planner
from bot.judging.judgement import RECEIPTS, Judgement
from bot.store.facts import Facts
from bot.store.journal import Journal
from bot.words import say
from bot.words.times import excerpt

_SHOWN = 60


class Hints:
    """A draft for a document that waits; once for each person, how to send receipts privately."""

    def __init__(self, planner: Planner, facts: Facts) -> None:
        self._planner, self._facts = planner, facts

    def give(self, journal: Journal, judgement: Judgement) -> None:
        """Say what helps with a new message; nothing where nothing does."""
        if judgement.waits and judgement.grace_minutes:
            self._draft(journal, judgement)
        elif judgement.reading.kind is Kind.ACKNOWLEDGEMENT:
            self._receipts(journal, judgement)

    def _draft(self, journal: Journal, judgement: Judgement) -> None:
        message = judgement.message
        title = message.title or excerpt(message.text)
        text = say(
            "draft.offer",
            room=message.room,
            title=title.strip("《》"),
            minutes=judgement.grace_minutes,
            points=excerpt(message.text, _SHOWN) or title,
        )
        self._planner.tell(journal, judgement.person, text, purpose="draft", near=message)

    def _receipts(self, journal: Journal, judgement: Judgement) -> None:
        """Where receipts cannot be taken away they are best not posted."""
        decision, name = judgement.decision, f"hinted:{judgement.person}"
        kept = any(f.policy == RECEIPTS and f.mode is Mode.ENFORCE for f in decision.findings)
        spared = judgement.rank is Role.LEADER or judgement.backlog or not judgement.room.managed
        if decision.action is not Action.RECORD or not kept or spared or self._facts.get(name):
            return
        near, text = judgement.message, say("hint.receipts")
        if self._planner.tell(journal, judgement.person, text, purpose="hint", near=near):
            self._facts.set(journal, name, "told", judgement.at)
