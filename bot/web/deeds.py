"""Buttons do what commands do: the same code, the same rights, the same audit; only the answer stays here."""

from functools import partial
from typing import NoReturn

from aiohttp import web

from bot.commands.base import Call, Command, Spoken
from bot.commands.desk import COMMANDS
from bot.core.message import Message, Role
from bot.store.journal import Journal
from bot.store.rows import sound
from bot.web.clerk import PageClerk, Rest, Turn
from bot.web.site import Note, Site, Visitor

#: The channel of what is said by a button; nobody can be spoken to on it.
CHANNEL = "page"
_BY_NAME = {command.name: command for command in COMMANDS}


async def order(
    site: Site, visitor: Visitor, name: str, rest: str = "", *, word: str = "", words: str = ""
) -> tuple[Note, bool]:
    """Give a command on somebody's behalf: its answer, and whether it waits to be confirmed.

    `word` is the form in which it is said, where that matters; `rest` what follows, and `words`
    what the visitor wrote by hand.
    """
    command = _BY_NAME[name]
    clerk, turn = site.clerk, Turn()
    call = _call(site, visitor, command, word or command.words[0], rest, sound(words).strip())

    def begin(journal: Journal) -> None:
        clerk.turn = turn
        if not call.may(command.right) or site.rank(visitor.person) is Role.MEMBER:
            clerk.refuse(journal, call)
        elif words and site.app.judge.holds_secret(call.message):
            clerk.decline(journal, call, clerk.say(call, "secret"))
        else:
            command.run(clerk, journal, call)

    await site.app.ask(begin)
    while (question := turn.question) is not None:
        turn.question = None
        async with site.app.engine.connect() as connection:
            found = await question(connection)
        await site.app.ask(partial(_go_on, clerk, turn, found))
    return Note("\n".join(turn.answers), turn.done), turn.held


async def press(
    site: Site,
    visitor: Visitor,
    name: str,
    rest: str = "",
    *,
    back: str,
    word: str = "",
    words: str = "",
) -> NoReturn:
    """Give a command and go `back` to a page, which tells the answer."""
    note, _ = await order(site, visitor, name, rest, word=word, words=words)
    site.leave_note(visitor.session, note)
    raise web.HTTPSeeOther(back)


def _go_on(clerk: PageClerk, turn: Turn, found: Rest, journal: Journal) -> None:
    clerk.turn = turn
    found(journal)


def _call(site: Site, visitor: Visitor, command: Command, word: str, rest: str, words: str) -> Call:
    now, officer = site.now, site.app.judge.directory.officer
    message = Message(
        "", "", visitor.person, now, text=words, channel=CHANNEL, sender_id=visitor.person
    )
    data = f"{rest} {words}".strip()
    return Call(
        message, visitor.person, visitor.rank, Spoken(command, word, data, data), command, now,
        officer=bool(officer) and visitor.person == officer,
    )  # fmt: skip
