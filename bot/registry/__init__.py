"""The rooms and people the bot has met, on whatever channel."""
