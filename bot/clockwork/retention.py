"""Texts are kept for a set number of days; figures and the audit stay."""

from datetime import UTC, datetime, time, timedelta, tzinfo

from sqlalchemy import null, update

from bot.judging.judge import Judge
from bot.state import TownState
from bot.store import tables
from bot.store.journal import Journal

#: When the day's purge is done, in the town's zone: at an hour when nobody waits for anything.
_HOUR = time(3, 0)


class PurgeTexts:
    """Once a day, the words of what is older than the town keeps them."""

    FACT = "purged"

    def __init__(self, judge: Judge, state: TownState) -> None:
        self._judge, self._state = judge, state
        #: The fact and the zone that the moment was worked out from.
        self._known: tuple[str, tzinfo, datetime] | None = None

    def next_due(self, now: datetime) -> datetime | None:
        """The next night hour after the last purge."""
        last = self._state.facts.get(self.FACT)
        zone = self._judge.town.zone
        if not last:
            return now
        if self._known is None or self._known[:2] != (last, zone):
            day = datetime.fromisoformat(last).astimezone(zone).date() + timedelta(days=1)
            self._known = last, zone, datetime.combine(day, _HOUR, zone).astimezone(UTC)
        return self._known[2]

    def perform(self, journal: Journal, now: datetime) -> None:
        """Empty the texts; what counts, and who did what, is not touched."""
        oldest = now - timedelta(days=self._judge.town.town.retention_days)
        said, posted = tables.messages, tables.outbox
        journal.erase(
            update(said)
            .where(said.c.at < oldest, said.c.purged_at.is_(None))
            .values(text="", title="", items=[], attachment="", sealed=null(), purged_at=now)
        )
        journal.erase(
            update(posted).where(posted.c.created_at < oldest).values(text="", text_else="")
        )
        for table, column in (
            (tables.revisions, tables.revisions.c.at),
            (tables.cases, tables.cases.c.at),
        ):
            journal.erase(update(table).where(column < oldest).values(text=""))
        tasks = tables.tasks
        journal.erase(update(tasks).where(tasks.c.issued_at < oldest).values(what="", parts=[]))
        judged = tables.judgements
        journal.erase(update(judged).where(judged.c.at < oldest).values(because=[]))
        self._state.facts.set(journal, self.FACT, now.isoformat(), now)
