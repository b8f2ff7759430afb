"""What the hub of streams is put together of: who tells, who looks whether tokens are still good, what wakes it."""

from __future__ import annotations

from collections.abc import Collection

from aiohttp import web

from rossgram_fed.api.reading_entries import SHELF
from rossgram_fed.api.streaming_shown import Shown
from rossgram_fed.api.streaming_telling import Teller
from rossgram_fed.database.signals import WANTED
from rossgram_fed.filters.queries import CHANGED
from rossgram_fed.instance import INSTANCE
from rossgram_fed.oauth.callers import REVOKED, still_calling
from rossgram_fed.streaming.acts import SIGNAL, Act, Event
from rossgram_fed.streaming.hub import Hub


def hub_for(app: web.Application) -> Hub:
    """Return a hub for an application that has its parts."""
    instance = app[INSTANCE]
    signals = instance.database.signals

    async def alive(token_ids: Collection[int]) -> Collection[int]:
        return await still_calling(instance.database, token_ids)

    async def want() -> None:
        if instance.database.postgresql:
            async with instance.change() as change:
                change.tx.signal(WANTED, SIGNAL)

    hub = Hub(signals, tell=Teller(Shown(instance, app[SHELF])).tell, alive=alive, want=want)
    signals.listen(REVOKED, lambda _about: hub.doubt())
    signals.listen(CHANGED, lambda about: hub.note(Event(Act.FILTERS, (int(about),))) if about else None)
    return hub
