"""How a server ends: as its admin wants it, or in the middle of everything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rossgram_fed.federation.delivery import DeliverySource
from tests.fediverse import Server
from tests.journeys.conftest import World

Ending = Callable[[World, Server], Awaitable[None]]


async def stopped(world: World, server: Server) -> None:
    """End a server as an admin does."""
    await world.fediverse.stop(server)


async def killed(world: World, server: Server) -> None:
    """End a server as a power cut does: whatever it had under way is forgotten, and nothing is written any more."""
    world.fediverse.servers.remove(server)
    for source in server.worker._sources:
        if isinstance(source, DeliverySource):
            for task in source._under_way:
                task.cancel()
            source._under_way.clear()
            source._began.clear()
    for site in list(server.runner.sites):
        await site.stop()
    if server.runner.server is not None:
        await server.runner.server.shutdown(0.01)
    world.closing.push_async_callback(server.runner.cleanup)
