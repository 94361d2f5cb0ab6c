"""WeChat by Wechaty. Importing this imports wechaty (79 MiB): do it only when chosen."""

from bot.channels.wechaty import compat

compat.prepare()

from bot.channels.wechaty.channel import WechatyChannel  # noqa: E402

__all__ = ["WechatyChannel"]
