"""What leaders and admins are told about weeks and rooms."""

WORDS = {
    "shadow.head": (
        "“{room}” in its first week, only observed: {messages} messages; enforced, {deleted} would have been "
        "deleted, {deferred} put off to the opening, {warned} warned about in the room, {nudged} nudged privately"
    ),
    "shadow.doubtful": "The {count} most doubtful:",
    "shadow.case": "· {number}: {words} (sure {sure})",
    "shadow.tail": "If that looks right, tell the bot in “{room}”: policy enforce; until then it only observes",
}
