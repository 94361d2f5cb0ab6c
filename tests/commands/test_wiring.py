from pathlib import Path

from bot.app import App
from bot.core.clock import DrivenClock
from bot.reading.corrections import Corrections
from bot.store.engine import open_engine
from policies import all_policies
from tests.support.fake_reader import FakeReader
from tests.support.town import MONDAY, town_of


async def test_commands_teach_the_corrections_that_the_reader_asks(tmp_path: Path) -> None:
    corrections = Corrections()
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'town.db'}")
    app = App(
        town_of(), engine=engine, channels={}, reader=FakeReader(), policies=all_policies(),
        clock=DrivenClock(MONDAY), corrections=corrections,
    )  # fmt: skip
    assert app.commands.services.corrections is corrections
    await engine.dispose()
