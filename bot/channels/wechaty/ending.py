"""Ends tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any

_PATIENCE = 0.5


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel until they are over: grpclib swallows a cancel that meets a lost connection."""
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_PATIENCE)
