"""帮助, 帮助 〈命令〉 and 帮助 〈政策〉, each on one phone screen."""

from bot.commands import names
from bot.commands.base import Call, Command, Right
from bot.commands.clerk import Clerk
from bot.commands.parse import unquoted
from bot.commands.policies import describe
from bot.store.journal import Journal

#: The lines of 帮助 and who is shown them; one line may speak of several commands.
LINES = (
    ("help", Right.EVERYONE),
    ("status", Right.ADMIN),
    ("set", Right.ADMIN),
    ("modes", Right.ADMIN),
    ("undo", Right.ADMIN),
    ("emergency", Right.ADMIN),
    ("hours", Right.ADMIN),
    ("why", Right.EVERYONE),
    ("misjudged", Right.JUDGE),
    ("let_pass", Right.JUDGE),
    ("missing", Right.POSTER),
    ("correct", Right.POSTER),
    ("leave", Right.ADMIN),
    ("weekly", Right.ADMIN),
    ("todo", Right.EVERYONE),
    ("received", Right.EVERYONE),
    ("appeal", Right.EVERYONE),
    ("urgent", Right.EVERYONE),
    ("look", Right.OFFICER),
)


def _help(clerk: Clerk, journal: Journal, call: Call) -> None:
    asked = unquoted(call.rest)
    policies = clerk.services.judge.policies
    if not asked:
        text = "\n".join(
            clerk.say(call, f"line.{line}") for line, right in LINES if call.may(right)
        )
    elif (policy := names.policy_in(asked, policies)[0]) is not None:
        text = describe(clerk, call, policy)
    elif (command := clerk.lexicon.command(asked)) is not None:
        text = _of_command(clerk, call, command)
    elif names.is_clear(asked, like := names.policies_like(asked, policies)):
        text = describe(clerk, call, like[0])
    else:
        near = "、".join(clerk.title(call, policy) for policy in like)
        key = "set.near" if near else "help.unknown"
        text = clerk.say(call, key, text=asked, near=near)
    clerk.answer(journal, call, text)
    clerk.note(journal, call, thing=asked or "help")


def _of_command(clerk: Clerk, call: Call, command: Command) -> str:
    """Usage, what it does, who may, and its other forms."""
    words = "／".join((*command.words, *(f"/{form}" for form in command.english)))
    return "\n".join(
        (
            clerk.say(call, "about.usage", usage=clerk.say(call, f"usage.{command.name}")),
            clerk.say(call, f"does.{command.name}"),
            clerk.say(call, f"right.{command.right.value}"),
            clerk.say(call, "about.forms", words=words),
        )
    )


COMMANDS = (
    Command("help", ("帮助", "怎么用", "使用说明"), ("help",), Right.EVERYONE, _help),
)  # fmt: skip
