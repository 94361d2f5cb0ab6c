"""Plain data that every room of the house shares; nothing here imports the rest of the bot."""
