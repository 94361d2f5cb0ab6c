"""QQ through an implementation of OneBot v11, such as LLBot or NapCat.

Such implementations run a QQ account of one's own; the platform may block it.
NapCat's licence asks for its author's permission and forbids commercial use; LLBot's is the
GPL 2.0 (both as of 2026-08).
"""

from bot.channels.onebot.channel import OneBotChannel
from bot.channels.onebot.options import OneBotOptions

__all__ = ["OneBotChannel", "OneBotOptions"]
