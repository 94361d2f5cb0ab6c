"""查看 〈编号〉: the content of a secret message, for the secrecy officer's eyes alone."""

from bot.commands import archive
from bot.commands.archive import Dossier
from bot.commands.base import NUMBERED, Call, Command, Right
from bot.commands.clerk import Clerk
from bot.store.journal import Journal


def _look(clerk: Clerk, journal: Journal, call: Call) -> None:  # noqa: ARG001 - once looked up
    target, _ = archive.target_of(call)

    def show(journal: Journal, found: Dossier | None) -> None:
        if found is None or not found.secret:
            clerk.decline(journal, call, clerk.say(call, "look.none"))
            return
        words = _content(clerk, found)
        thing = f"message {found.number}"
        if not words:
            clerk.answer(journal, call, clerk.say(call, "look.gone"))
            clerk.note(journal, call, thing=thing, after="nothing left to show")
            return
        clerk.note(journal, call, thing=thing, after="shown")
        head = clerk.say(
            call, "look.head", number=found.number, room=found.message.room,
            name=found.message.sender, at=clerk.moment(call, found.message.at),
        )  # fmt: skip
        # Past the outbox: the answer must not stand in the archive in clear.
        clerk.whisper_unrecorded(call, f"{head}\n{words}")

    clerk.look(lambda connection: archive.find(connection, target), show)


def _content(clerk: Clerk, dossier: Dossier) -> str:
    message = dossier.opened(clerk.services.seal)
    if message is None:
        return ""
    return "\n".join(part for part in (message.title, message.text, *message.items) if part)


COMMANDS = (
    Command("look", ("查看",), ("look", "show"), Right.OFFICER, _look, NUMBERED),
)  # fmt: skip
