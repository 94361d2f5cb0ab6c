"""A way to the gateway that goes dead without a word."""

import asyncio
from contextlib import suppress


class Hole:
    """A relay that can stop passing anything on without closing, as a dead NAT entry does."""

    def __init__(self, port: int) -> None:
        self._port, self._open = port, asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Hole":
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.endpoint = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def swallow(self) -> None:
        self._open.clear()

    def mend(self) -> None:
        self._open.set()

    async def _relay(self, reader, writer) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._port)
        for pair in ((reader, inner_writer), (inner_reader, writer)):
            task = asyncio.create_task(self._pass(*pair))
            self._tasks.add(task)

    async def _pass(self, reader, writer) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        writer.close()
