"""The whole pipeline on a transcript's own clock."""

from bot.replay.replay import Replay, ReplayOptions

__all__ = ["Replay", "ReplayOptions"]
