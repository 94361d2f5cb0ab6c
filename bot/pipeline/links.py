"""The connection's ups and downs: outages are noted, and admins hear what came of them."""

from dataclasses import replace
from datetime import datetime

from bot.channels.base import Link, LinkChanged
from bot.core.message import Message
from bot.delivery.planner import Planner
from bot.state import TownState
from bot.store import tables
from bot.store.journal import Journal
from bot.words import say


class Links:
    """What is known of each channel's connection."""

    def __init__(self, state: TownState, planner: Planner) -> None:
        self._state, self._planner = state, planner
        self._down: dict[str, tuple[int, datetime]] = {}
        #: Channels that wait for somebody to scan a login code: what the code holds.
        self.codes: dict[str, LinkChanged] = {}

    def changed(self, journal: Journal, event: LinkChanged) -> None:
        """The connection came up or went down, or waits for somebody to log in."""
        near = Message("", "", "", event.at, channel=event.channel)
        self.codes.pop(event.channel, None)
        if event.state is Link.SCAN and event.detail:
            self.codes[event.channel] = event
        if event.state is Link.CONNECTED:
            self._back(journal, event, near)
        elif event.channel not in self._down:
            number = journal.add(
                tables.outages, channel=event.channel, from_at=event.at, reason=event.detail
            )
            self._down[event.channel] = number, event.at
        if event.state in {Link.SCAN, Link.LOGGED_OUT}:
            text = say(f"link.{event.state.value}", channel=event.channel)
            self._planner.tell_admins(journal, text, purpose="link", near=replace(near))

    def _back(self, journal: Journal, event: LinkChanged, near: Message) -> None:
        down = self._down.pop(event.channel, None)
        if down is None:
            return
        number, since = down
        journal.change(tables.outages, {"number": number}, until=event.at)
        self._planner.tell_outage(journal, event.channel, since, event.at, near)
