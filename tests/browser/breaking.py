"""A connection that breaks when a test wants it: what stands between a browser and our server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

PIECE = 1 << 16


@dataclass
class Line:
    """Passes bytes on. ``carried`` are those on their way to the server, over all connections."""

    port: int
    """Its own."""
    to: int = 0
    """The server's."""
    carried: int = 0
    breaks_at: int | None = None
    """How much it carries before it breaks."""
    broken: bool = False
    """Whether nobody gets through."""
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        if self.broken:
            writer.transport.abort()
            return
        there, to_server = await asyncio.open_connection("127.0.0.1", self.to)
        self._open |= {writer, to_server}
        ways = [self._carry(reader, to_server, counted=True), self._carry(there, writer, counted=False)]
        with contextlib.suppress(OSError):
            await asyncio.wait([asyncio.ensure_future(way) for way in ways], return_when=asyncio.FIRST_COMPLETED)
        for one in (writer, to_server):
            self._open.discard(one)
            one.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(PIECE):
                self.carried += len(data) if counted else 0
                if self.breaks_at is not None and self.carried > self.breaks_at:
                    self._break()
                    return
                writer.write(data)
                await writer.drain()

    def _break(self) -> None:
        self.broken, self.breaks_at = True, None
        for one in self._open:
            one.transport.abort()


@asynccontextmanager
async def a_line(port: int) -> AsyncIterator[Line]:
    """Listen on a port of loopback."""
    line = Line(port)
    server = await asyncio.start_server(line.passed, "127.0.0.1", port)
    try:
        yield line
    finally:
        server.close()
