"""What the Matrix channel says of itself."""

WORDS = {
    "matrix.login": "channel {channel}: the server does not accept the token or password ({reason}); check QINGQUN_MATRIX_TOKEN or QINGQUN_MATRIX_PASSWORD in the environment",
    "matrix.redacted": "taken down by the rules of this group",
    "matrix.doctor.needs": "in “{room}” the bot needs level {level} to {what}; it has {mine}",
    "matrix.doctor.delete": "delete others' messages",
    "matrix.doctor.mute_room": "mute the whole room",
    "matrix.doctor.mute": "mute members",
    "matrix.doctor.kick": "remove members",
    "matrix.doctor.announce": "pin announcements",
    "matrix.doctor.above": "in “{room}” these are not below the bot and cannot be muted: {names}",
    "matrix.doctor.encrypted": "“{room}” is end-to-end encrypted; the bot cannot read it",
    "matrix.doctor.outside": "the bot is not in “{room}”; invite it first",
    "matrix.doctor.clock": (
        "the server's clock is {seconds} s ahead of this machine's; new messages may count as old"
    ),
}
