"""qingqun init: a commented town file to fill in."""

import argparse
import asyncio
from importlib.resources import files
from pathlib import Path

from bot.channels.base import LoginError
from bot.channels.make import ChannelError
from bot.cli.errors import UsageProblem
from bot.cli.looking import looked_at
from bot.cli.towns import town_from
from bot.cli.words import tell
from bot.store.seal import Seal
from bot.town import Town


def run(options: argparse.Namespace) -> int:
    """Write the file, list what the channel shows, or print a key."""
    if options.key:
        print(Seal.new_key())
        return 0
    if options.from_channel:
        try:
            asyncio.run(_list(town_from(options.town)))
        except (ChannelError, LoginError, ConnectionError) as error:
            raise UsageProblem(str(error)) from error
        return 0
    path = Path(options.out)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write((files("bot.town") / "template.toml").read_text("utf-8"))
    except FileExistsError as error:
        raise UsageProblem(tell("init.exists", path=path)) from error
    except OSError as error:
        raise UsageProblem(tell("unreadable", path=path, reason=error.strerror)) from error
    print(tell("init.done", path=path))
    return 0


async def _list(town: Town) -> None:
    """Print rooms and members as comments and tables that can be pasted into the file."""
    for table in town.all_channels:
        async with looked_at(table, town) as channel:
            for room in await channel.rooms():
                people = await channel.members(room.id)
                print(f"# {table.name} {room.id}（{len(people)}）")
                print(f"# {'、'.join(person.name for person in people)}")
                print(f'[[rooms]]\nname = "{_quoted(room.name)}"\nkind = "business"\n')


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
