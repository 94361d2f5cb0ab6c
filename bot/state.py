"""Everything the bot remembers of a town, rebuilt from the archive at start."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.policy import Policy
from bot.delivery.deferrals import Deferrals
from bot.delivery.mutes import Mutes
from bot.delivery.outbox import Outbox
from bot.judging.emergencies import Emergencies
from bot.judging.graces import Graces
from bot.judging.judgement import Ledgers
from bot.judging.modes import Modes
from bot.judging.offences import Offences
from bot.judging.recent import Recent
from bot.reading.materials import Materials
from bot.reading.notices import Notices
from bot.registry.leave import Leave
from bot.registry.people import People
from bot.registry.rooms import Rooms
from bot.store.facts import Facts
from bot.store.journal import Numbers
from bot.town import Town


@dataclass
class TownState:
    """The ledgers. Only the pipeline changes them."""

    numbers: Numbers
    ledgers: Ledgers
    outbox: Outbox
    deferrals: Deferrals
    mutes: Mutes
    rooms: Rooms
    people: People
    facts: Facts
    leave: Leave

    @classmethod
    def empty(cls, town: Town, policies: Mapping[str, Policy]) -> "TownState":
        """Nothing remembered yet."""
        ledgers = Ledgers(
            Recent(),
            Offences(),
            Modes(town, policies),
            Emergencies(),
            Graces(),
            Notices(),
            Materials(town.zone),
            {},
        )
        outbox = Outbox()
        deferrals = Deferrals(town, outbox)
        return cls(
            Numbers(),
            ledgers,
            outbox,
            deferrals,
            Mutes(outbox),
            Rooms(),
            People(),
            Facts(),
            Leave(),
        )

    async def load(self, connection: AsyncConnection, now: datetime) -> None:
        """Rebuild everything from the archive."""
        ledgers = self.ledgers
        await self.numbers.load(connection)
        await self.rooms.load(connection)
        await self.people.load(connection)
        await self.facts.load(connection)
        await self.leave.load(connection, now)
        await self.outbox.load(connection, now)
        await self.deferrals.load(connection)
        await self.mutes.load(connection)
        await ledgers.recent.load(connection, now)
        await ledgers.offences.load(connection, now)
        await ledgers.modes.load(connection)
        await ledgers.emergencies.load(connection, now)
        await ledgers.graces.load(connection)
        await ledgers.notices.load(connection, now)
        await ledgers.materials.load(connection, now)
        self.refresh_shadow()

    def refresh_shadow(self) -> None:
        """Take over from the registry which rooms are in their first week."""
        self.ledgers.shadow_until.clear()
        for room in self.rooms.all():
            if room.shadow_until is not None:
                self.ledgers.shadow_until[room.name] = room.shadow_until
