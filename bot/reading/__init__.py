"""What a message is. Reading knows neither the channel nor the rules."""

from bot.reading.reader import TextReader, load_reader

__all__ = ["TextReader", "load_reader"]
