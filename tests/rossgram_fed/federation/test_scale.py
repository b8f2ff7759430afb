"""A post to many hosts of which some are slow and some are dead: the others have it before those matter.

The whole measure, with 2,000 hosts and 10,000 followers, is ``python -m benchmarks scale``; here order is looked at and
no clock, so that a busy machine fails nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from aiohttp import web

from rossgram_fed.config import DevelopmentSettings, FederationSettings, ServerSettings, Settings, StorageSettings
from rossgram_fed.database import open_database
from rossgram_fed.federation.delivery import DeliverySource
from rossgram_fed.federation.network import Network, build_network
from rossgram_fed.federation.signers import ensure_server_actor
from rossgram_fed.federation.transport import Deadlines
from rossgram_fed.instance import Instance
from tests.conftest import SettableClock
from tests.databases import Engine
from tests.fediverse import Names, Server, server_keys
from tests.ports import free_port
from tests.rossgram_fed.federation.sending import HOUR, an_author, send

HOSTS = 150
PATIENT = Deadlines(total=60, connect=3, read=60)
"""Whoever answers at all takes a connection in this time, however busy the machine."""
HURRIED = Deadlines(total=60, connect=0.1, read=60)
"""For when only those are left who never do."""
WORKERS = 6
"""Fewer places than there are slow hosts."""


def kind_of(host: str) -> str:
    """Of every ten hosts one swallows connections or refuses them, and one is slow."""
    number = int(host.removeprefix("h").partition(".")[0])
    return {0: "refusing" if number % 20 else "swallowing", 1: "slow"}.get(number % 10, "well")


class Others:
    """All other servers: two that answer, behind many names."""

    def __init__(self) -> None:
        self.heard: dict[str, int] = {}
        self.slow_ones: list[str] = []
        self.patience = asyncio.Event()
        """Until it is set, the slow ones do not answer."""
        self.all_well = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        await request.read()
        if kind_of(request.host) == "slow":
            self.slow_ones.append(request.host)
            await self.patience.wait()
        self.heard[request.host] = self.heard.get(request.host, 0) + 1
        if sum(kind_of(host) == "well" for host in self.heard) == HOSTS * 8 // 10:
            self.all_well.set()
        return web.Response(status=202)


@pytest.fixture
def swallowing() -> Iterator[int]:
    """A port whose connections are never answered: nobody accepts them, and the queue is full."""
    with socket.socket() as port, socket.socket() as first, socket.socket() as second:
        port.bind(("127.0.0.1", 0))
        port.listen(0)
        for one in (first, second):
            one.setblocking(False)
            one.connect_ex(port.getsockname())
        yield int(port.getsockname()[1])


@pytest.fixture
async def others() -> AsyncIterator[tuple[Others, int]]:
    there, app = Others(), web.Application()
    app.router.add_post("/{path:.*}", there.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield there, runner.addresses[0][1]
    there.patience.set()
    await runner.cleanup()


@pytest.fixture
async def network(tmp_path: Path, sqlite_engine: Engine, clock: SettableClock) -> AsyncIterator[Network]:
    """A server with few places, over plain http."""
    url = sqlite_engine.migrated()
    settings = Settings(
        server=ServerSettings(base_url="http://here.test", name="Here"),
        storage=StorageSettings(data=tmp_path, database=url),
        federation=FederationSettings(workers=WORKERS),
        development=DevelopmentSettings(
            allow_http_and_private_networks=True, private_networks=(ip_network("127.0.0.0/8"),)
        ),
    )
    database = await open_database(url)
    names = Names()
    instance = Instance(settings, database, clock)
    await ensure_server_actor(instance, make_keys=server_keys)
    made = build_network(instance, resolver=names, deadlines=PATIENT)
    yield made
    await made.close()
    await database.close()
    sqlite_engine.drop(url)


async def test_slow_and_dead_hosts_keep_nobody_waiting(
    network: Network, others: tuple[Others, int], swallowing: int, clock: SettableClock
) -> None:
    """With fewer places than slow hosts, every healthy one has the post while none of the slow ones has answered.

    A second post then costs the dead ones a try each at most, and none while they rest.
    """
    there, answering = others
    ports = {"well": answering, "slow": answering, "refusing": free_port(), "swallowing": swallowing}
    names = network.transport._resolver
    hosts = [f"h{number}.test" for number in range(HOSTS)]
    names.ports = {host: ports[kind_of(host)] for host in hosts}  # type: ignore[union-attr]
    source = DeliverySource(network, chance=lambda: 0.5)
    here = Server(network.instance, network, source, None, None)  # type: ignore[arg-type]
    with network.instance.database.active():
        alice = await an_author(here, [("sam", host) for host in hosts])
        await _over_http(here)
        assert await send(here, alice) == HOSTS
        working = asyncio.create_task(_work(source))
        async with asyncio.timeout(60):
            await there.all_well.wait()
        assert not any(kind_of(host) == "slow" for host in there.heard)
        assert max(there.heard.values()) == 1
        there.patience.set()
        async with asyncio.timeout(60):
            await working
        assert set(there.heard.values()) == {1}
        assert {kind_of(host) for host in there.heard} == {"well", "slow"}
        network.transport._deadlines = HURRIED  # type: ignore[attr-defined]
        for hour in range(12):
            clock.advance(HOUR)
            await _work(source)
            tries = await _tries(here)
            assert tries <= 8, f"after {hour} hours"
    await source.close(grace=1)


async def _work(source: DeliverySource) -> None:
    while await source.work_once():
        continue


async def _over_http(here: Server) -> None:
    async with here.instance.change() as change:
        await change.tx.execute("UPDATE accounts SET shared_inbox = replace(shared_inbox, 'https:', 'http:')")


async def _tries(here: Server) -> int:
    """How often a dead host was tried at the most."""
    rows = await here.instance.database.fetch("SELECT host, attempts FROM deliveries WHERE state <> 1")
    assert {kind_of(row["host"]) for row in rows} == {"refusing", "swallowing"}
    return max(int(row["attempts"]) for row in rows)
