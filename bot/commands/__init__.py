"""What people order the bot to do by chat."""

from bot.commands.desk import CommandDesk, Services

__all__ = ["CommandDesk", "Services"]
