"""Ends tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any

#: Seconds between two orders to stop.
_PATIENCE = 0.5


async def end(tasks: Iterable[asyncio.Task[Any]], *, patience: float | None = None) -> None:
    """Cancel until they are over; how they ended is nobody's concern any more.

    `patience` is how many seconds a task may take to clear up before it is cancelled again.

    Once is not enough: grpclib swallows a cancel that meets a lost connection, and so does
    `asyncio.wait_for` before Python 3.12 when what it waits for comes in the same moment.
    """
    everyone = set(tasks)
    left = {task for task in everyone if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_PATIENCE if patience is None else patience)
    for task in everyone:
        if not task.cancelled():
            task.exception()
