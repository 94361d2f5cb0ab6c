"""What people order the bot to do by chat."""

from bot.commands.desk import CommandDesk
from bot.commands.services import Services

__all__ = ["CommandDesk", "Services"]
