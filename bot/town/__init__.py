"""The town file: what it may say, who is who, and its reloading."""

from bot.core.errors import TownError
from bot.town.directory import Directory
from bot.town.load import load_town, parse_town
from bot.town.schema import Town

__all__ = ["Directory", "Town", "TownError", "load_town", "parse_town"]
