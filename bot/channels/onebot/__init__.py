"""QQ through an implementation of OneBot v11, such as LLBot or NapCat.

Such implementations run a QQ account of one's own; the platform may block it.
NapCat's licence forbids commercial use; LLBot has no such clause.
"""

from bot.channels.onebot.channel import OneBotChannel
from bot.channels.onebot.options import OneBotOptions

__all__ = ["OneBotChannel", "OneBotOptions"]
