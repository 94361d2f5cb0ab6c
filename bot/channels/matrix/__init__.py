"""Matrix: a channel on which delete and mute are real, by the client-server API."""

from bot.channels.base import LoginError
from bot.channels.matrix.channel import MatrixChannel
from bot.channels.matrix.options import MatrixOptions
from bot.channels.matrix.sync import Positions

__all__ = ["LoginError", "MatrixChannel", "MatrixOptions", "Positions"]
