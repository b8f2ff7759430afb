"""The hub of an application: built when the first app listens, closed when the server goes down."""

from __future__ import annotations

from collections.abc import Collection

from aiohttp import web

from rossgram_fed.api.reading_entries import SHELF
from rossgram_fed.api.streaming_shown import Shown
from rossgram_fed.api.streaming_telling import Teller
from rossgram_fed.filters.queries import CHANGED
from rossgram_fed.instance import INSTANCE
from rossgram_fed.oauth.callers import REVOKED, still_calling
from rossgram_fed.streaming.acts import Act, Event
from rossgram_fed.streaming.hub import Hub


class Streaming:
    """Holds the hub."""

    def __init__(self) -> None:
        self._hub: Hub | None = None

    @property
    def count(self) -> int:
        """How many connections there are."""
        return self._hub.count if self._hub is not None else 0

    def hub(self, app: web.Application) -> Hub:
        """Return the hub."""
        if self._hub is None:
            self._hub = _built(app)
        return self._hub

    async def close(self, _app: web.Application) -> None:
        """End every connection."""
        if self._hub is not None:
            await self._hub.close()


STREAMING: web.AppKey[Streaming] = web.AppKey("streaming", Streaming)


def _built(app: web.Application) -> Hub:
    instance = app[INSTANCE]
    signals = instance.database.signals

    async def alive(token_ids: Collection[int]) -> Collection[int]:
        return await still_calling(instance.database, token_ids)

    hub = Hub(signals, Teller(Shown(instance, app[SHELF])).tell, alive)
    signals.listen(REVOKED, lambda _about: hub.doubt())
    signals.listen("account", lambda _about: hub.doubt())
    signals.listen(CHANGED, lambda about: hub.note(Event(Act.FILTERS, (int(about),))) if about else None)
    return hub
