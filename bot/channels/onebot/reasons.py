"""What the implementations' error texts mean. NapCat and LLBot say everything with retcode 1200."""

import re

from bot.channels.base import Result, Verb
from bot.channels.onebot.wire import ActionError
from bot.core.decision import Outcome
from bot.words import say

_INNER = re.compile(r'"errMsg"\s*:\s*"([^"]*)"')
_NOT_ADMIN = (
    "ERR_NOT_GROUP_ADMIN",
    "120101005",
    "not admin",
    "no permission",
    "没有权限",
    "不是管理",
)
_OUTRANKED = ("cannot ban owner", "cannot ban admin", "decode failed", "NO_OP_LIMIT")
_PERSON_GONE = ("user not in group", "uid error", "get uid error", "无法获取用户信息")
_MESSAGE_GONE = ("消息不存在", "已被撤回", "无法获取该消息", "消息为空", "msg not found")
_LONGEST = 120
_LATER = 5.0


def wording(error: ActionError) -> str:
    """The platform's own words, without the wrapping of a kernel call."""
    inner = _INNER.search(error.wording)
    words = inner[1] if inner and inner[1] else error.wording.strip().partition("\n")[0]
    return words[:_LONGEST] or f"retcode {error.retcode}"


def person_gone(error: ActionError) -> bool:
    """Whether the person meant is not in the group."""
    text = error.wording
    return _has(text, _PERSON_GONE) or ("成员" in text and "不存在" in text)


def message_gone(error: ActionError) -> bool:
    """Whether the message meant is not there (any more)."""
    text = error.wording
    return _has(text, _MESSAGE_GONE) or ("消息" in text and "不存在" in text)


def hangs(error: ActionError) -> bool:
    """Whether QQ itself did not answer the implementation: nobody knows what came of it."""
    inner = _INNER.search(error.wording)
    return not (inner and inner[1]) and _has(error.wording, ("timeout", "超时"))


def rejected(verb: Verb, error: ActionError, *, rank: int) -> Result:
    """The result for a refusal; `rank` is the bot's own standing in the group (0 to 2)."""
    if error.unknown_action:
        return Result(Outcome.UNSUPPORTED, say("onebot.unknown_action", action=error.action))
    said = wording(error)
    if verb in {Verb.MUTE, Verb.UNMUTE} and person_gone(error):
        return Result(Outcome.TOO_LATE, reason("onebot.person_gone", said))
    if verb is Verb.DELETE and (said == "Recall failed" or message_gone(error)):
        return Result(Outcome.TOO_LATE, reason("onebot.message_unknown", said))
    if hangs(error):
        return Result(Outcome.PENDING, said, retry_after=_LATER)
    if _has(error.wording, _OUTRANKED) and rank:
        said = reason("onebot.outranked", said)
    elif _has(error.wording, (*_NOT_ADMIN, *_OUTRANKED)):
        said = reason("onebot.not_admin", said)
    return Result(Outcome.REFUSED, said)


def reason(key: str, said: str) -> str:
    """Our words with the platform's behind them."""
    return say("onebot.reason", words=say(key), wording=said) if said else say(key)


def _has(text: str, marks: tuple[str, ...]) -> bool:
    lowered = text.lower()
    return any(mark.lower() in lowered for mark in marks)
