"""The QQ channel: why it is down, and what the platform would not do."""

WORDS = {
    "onebot.wrong_token": "wrong access token: compare {variable} with the token in NapCat/LLBot",
    "onebot.stranger": "a program with a wrong access token called {address}: check {variable}",
    "onebot.unreachable": "cannot reach {address}: {why}",
    "onebot.waiting": "no NapCat/LLBot has called {address} yet",
    "onebot.closed": "the other side closed the connection ({code})",
    "onebot.silent": "nothing heard for {seconds} seconds; the connection counts as lost",
    "onebot.replaced": "the same account opened a new connection",
    "onebot.greeting_failed": "connected, but the groups cannot be read: {why}",
    "onebot.unanswered": "no answer to {action} within {seconds} seconds",
    "onebot.offline": "the QQ account went offline: {why}",
    "onebot.account_offline": "the account is not online",
    "onebot.not_admin": "the bot is no administrator of the group",
    "onebot.outranked": "they are the owner or an administrator; the bot's standing is too low",
    "onebot.person_gone": "they are no longer in the group",
    "onebot.message_unknown": "the platform no longer knows this message",
    "onebot.own_too_late": "one's own message can be recalled for two minutes only",
    "onebot.mute_over": "the mute would have ended by now",
    "onebot.unknown_action": "this implementation has no {action}",
    "onebot.file_missing": "no such file to send: {name}",
    "onebot.reason": "{words} ({wording})",
}
