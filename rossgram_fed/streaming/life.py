"""The hub of an application: built when the first app listens, closed when the server goes down."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from rossgram_fed.streaming.hub import Hub


class Streaming:
    """Holds the hub; ``build`` makes one for an application that has been opened."""

    def __init__(self, build: Callable[[web.Application], Hub]) -> None:
        self._build = build
        self._hub: Hub | None = None

    @property
    def count(self) -> int:
        """How many connections there are."""
        return self._hub.count if self._hub is not None else 0

    def hub(self, app: web.Application) -> Hub:
        """Return the hub."""
        if self._hub is None:
            self._hub = self._build(app)
        return self._hub

    async def close(self, _app: web.Application) -> None:
        """End every connection."""
        if self._hub is not None:
            await self._hub.close()


STREAMING: web.AppKey[Streaming] = web.AppKey("streaming", Streaming)
