"""The whole product before a real gateway, and ears to wait on for what becomes of messages."""

import asyncio
from collections.abc import Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from wechaty_gateway import Gateway

from bot.app import App
from bot.channels.base import Event, Link, LinkChanged
from bot.channels.wechaty import WechatyChannel
from bot.core.clock import Clock, SystemClock
from bot.judging.judgement import Judgement
from bot.reading.base import Reader
from bot.store import tables
from bot.store.seal import Seal
from policies import all_policies
from tests.support.fake_reader import FakeReader
from tests.support.stores import open_store
from tests.support.town import KEY, town_of

#: Quick enough for a test, with everything else as in a town.
QUICK = {"backoff_first": 0.05, "backoff_most": 0.2, "login_wait": 0.3, "start_wait": 15}


class Ears:
    """Hears every event once it is stored and every judgement, and waits for either."""

    def __init__(self, app: App, judged: MutableMapping[str, int] | None = None) -> None:
        self._app = app
        #: How often each message was judged.
        self.judged: MutableMapping[str, int] = {} if judged is None else judged
        self.links: list[Link] = []
        self._changed = asyncio.Event()
        app.desk.watchers.append(self._judged)
        self._receive = app.pipeline.receive
        app.pipeline.receive = self._heard  # type: ignore[method-assign]

    async def _heard(self, events: Sequence[Event]) -> None:
        await self._receive(events)
        self.links += [event.state for event in events if isinstance(event, LinkChanged)]
        self._changed.set()

    def _judged(self, judgement: Judgement, _: Sequence[int]) -> None:
        id_ = judgement.message.id
        self.judged[id_] = self.judged.get(id_, 0) + 1
        self._changed.set()

    async def until(self, true: Callable[[], Any], *, within: float = 60) -> None:
        """Wait until it is so; looked at whenever something has happened."""
        async with asyncio.timeout(within):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    async def judgement(self, message_id: str) -> Any:
        """The row of a message's judgement, once it is written."""
        await self.until(lambda: message_id in self.judged)
        await self._app.pipeline.idle()
        statement = (
            select(tables.judgements)
            .join(tables.messages, tables.messages.c.number == tables.judgements.c.number)
            .where(tables.messages.c.id == message_id)
        )
        async with self._app.engine.connect() as connection:
            return (await connection.execute(statement)).one()


async def open_town(
    gateway: Gateway,
    store: Path,
    town: str,
    *,
    clock: Clock | None = None,
    reader: Reader | None = None,
    judged: MutableMapping[str, int] | None = None,
    **options: Any,
) -> tuple[App, Ears]:
    """A town on the archive at `store`, not started yet; its token must be in the environment."""
    clock = clock or SystemClock()
    engine = await open_store(store)
    settings = {**QUICK, "endpoint": gateway.endpoint, "puppet": "padlocal", **options}
    app = App(
        town_of(town),
        engine=engine,
        channels={"wechaty": WechatyChannel("wechaty", settings, clock)},
        reader=reader or FakeReader(),
        policies=all_policies(),
        clock=clock,
        seal=Seal(KEY),
        shadow=False,
    )
    return app, Ears(app, judged)
