"""Messages outside a live channel: JSON Lines, one message a line."""

from bot.transcript.read import BadLine, Line, read_lines
from bot.transcript.write import line_of

__all__ = ["BadLine", "Line", "line_of", "read_lines"]
