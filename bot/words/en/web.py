"""What people are told about the local page, when they ask in English."""

WORDS = {
    "command.usage.calendar": "calendar [off]",
    "command.does.calendar": "gives you the address of your own deadlines, for your phone's calendar; calendar off ends it.",
    "command.calendar.link": (
        "Your calendar's address (only yours, please do not pass it on): {link}\n"
        "Add it in your phone's calendar as a subscription. To end it say: calendar off"
    ),
    "command.calendar.closed": "Your calendar's addresses no longer open.",
    "command.calendar.none": "You have no calendar address. To get one say: calendar",
}
