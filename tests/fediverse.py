"""Several real servers and invented strangers in one process, over TLS, as https://NAME.test.

Names resolve to loopback ports through the resolver that ``build_network`` takes; everything else (TLS, signatures, the
guard, the database) is what runs in earnest. Work is done only when a test says ``await fediverse.settle()``.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path

import trustme
from aiohttp import ClientSession, TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult

from rossgram_fed.app import WORKER, build_app
from rossgram_fed.config import (
    DevelopmentSettings,
    FederationSettings,
    LimitSettings,
    ServerSettings,
    Settings,
    StorageSettings,
)
from rossgram_fed.database import open_database
from rossgram_fed.federation import discovery, endpoints, listed_followers
from rossgram_fed.federation.arrivals import Handlers
from rossgram_fed.federation.delivery import DeliverySource
from rossgram_fed.federation.inbox import InboxSource
from rossgram_fed.federation.network import NETWORK, Network, build_network
from rossgram_fed.federation.signers import NewKeys, ensure_server_actor, make_account_keys
from rossgram_fed.federation.transport import Deadlines
from rossgram_fed.instance import INSTANCE, Instance
from rossgram_fed.jobs.runner import JobHandler, JobSource
from rossgram_fed.jobs.worker import Source, Worker
from rossgram_fed.posts import activity_endpoints
from rossgram_fed.secrets_file import Secrets
from tests.databases import put_migrated
from tests.strangers import AS2, Actor, FakePeer, Received, a_key

__all__ = ["AS2", "Actor", "FakePeer", "Fediverse", "Names", "Received", "Server", "a_key", "closed", "server_keys"]

LOOPBACK = ip_network("127.0.0.0/8")


@lru_cache(maxsize=1)
def server_keys() -> NewKeys:
    """The keys that all servers' own actors share here, for the same reason."""
    return make_account_keys()


class Names(AbstractResolver):
    """DNS for a test: a name is a loopback port, or an address of the test's choosing."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}
        self.addresses: dict[str, list[str]] = {}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        if host in self.addresses:
            return [_resolved(host, address, port) for address in self.addresses[host]]
        if host not in self.ports:
            raise OSError(f"{host} does not exist in this test")
        return [_resolved(host, "127.0.0.1", self.ports[host])]

    async def close(self) -> None:
        return None


def _resolved(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=socket.IPPROTO_TCP, flags=socket.AI_NUMERICHOST
    )


@dataclass
class Server:
    """One real server."""

    instance: Instance
    network: Network
    deliveries: DeliverySource | None
    """None when the application closes them itself."""
    worker: Worker
    runner: web.AppRunner

    @property
    def url(self) -> str:
        return self.instance.settings.base_url


class Fediverse:
    """All of them together. Close it at the end."""

    def __init__(self, folder: Path, *, clock: Callable[[], int], new_database: Callable[[], str]) -> None:
        self.names = Names()
        self.servers: list[Server] = []
        self.peers: dict[str, FakePeer] = {}
        self._folder = folder
        self._clock = clock
        self._new_database = new_database
        self._authority = trustme.CA()
        self._ca_file = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self._ca_file))
        self.trusting = ssl.create_default_context(cafile=str(self._ca_file))
        self.session = ClientSession(
            connector=TCPConnector(ssl=self.trusting, resolver=self.names, use_dns_cache=False), auto_decompress=False
        )

    def settings(self, name: str, *, database: str | None = None) -> Settings:
        """Settings of the server at https://NAME.test, which may reach loopback addresses."""
        return Settings(
            server=ServerSettings(base_url=f"https://{name}.test", name=name.title()),
            storage=StorageSettings(
                data=self._folder / name, database=self._new_database() if database is None else database
            ),
            federation=FederationSettings(extra_ca_file=self._ca_file),
            development=DevelopmentSettings(allow_http_and_private_networks=True, private_networks=(LOOPBACK,)),
        )

    async def server(
        self,
        name: str,
        *,
        settings: Settings | None = None,
        handlers: Handlers | None = None,
        jobs: dict[str, JobHandler] | None = None,
        deadlines: Deadlines | None = None,
    ) -> Server:
        """Start a server's federation side: its own database, inboxes, actors, well-known addresses and workers."""
        settings = settings or self.settings(name)
        database = await open_database(settings.database_url)
        instance = Instance(settings=settings, database=database, clock=self._clock)
        await ensure_server_actor(instance, make_keys=server_keys)
        network = build_network(instance, resolver=self.names, deadlines=deadlines)
        app = federation_app(instance, network)
        runner = await self._listen(app, f"{name}.test")
        deliveries = DeliverySource(network, chance=lambda: 0.5)
        arrivals = InboxSource(network, handlers or {}, chance=lambda: 0.5)
        sources: list[Source] = [arrivals, deliveries, JobSource(instance, {} if jobs is None else jobs)]
        server = Server(instance, network, deliveries, Worker(instance, sources), runner)
        self.servers.append(server)
        return server

    async def whole_server(self, name: str, *, settings: Settings | None = None) -> Server:
        """Start a whole server as people run it, pages and all, with its own SQLite file and data folder."""
        settings = settings or replace(self.settings(name, database=""), limits=LimitSettings(picture_processes=1))
        file = Path(settings.database_url.removeprefix("sqlite:"))
        if settings.database_url.startswith("sqlite:") and not file.exists():
            put_migrated(file)
        secrets = Secrets(csrf=b"c" * 32, setup_token=f"setup-{name}")
        app = build_app(settings, secrets, with_worker=False, resolver=self.names, clock=self._clock)
        runner = await self._listen(app, f"{name}.test")
        server = Server(app[INSTANCE], app[NETWORK], None, app[WORKER], runner)
        self.servers.append(server)
        return server

    async def stop(self, server: Server) -> None:
        """End a whole server as a restart does; nobody answers at its address until one is started there again."""
        self.servers.remove(server)
        await server.runner.cleanup()

    async def peer(self, host: str) -> FakePeer:
        """Invent a stranger's server."""
        peer = FakePeer(host, self.session, self._clock)
        self.peers[host] = peer
        await self.bring_back(peer)
        return peer

    async def bring_back(self, peer: FakePeer) -> None:
        """Let a stranger's server answer, for the first time or after its runner was ``closed``."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", peer.respond)
        peer.runner = await self._listen(app, peer.host)

    async def settle(self) -> None:
        """Let every server work until none has anything to do now."""
        while sum([await server.worker.run_until_idle() for server in self.servers]):
            continue

    async def close(self) -> None:
        """Stop everybody and close every database."""
        await self.session.close()
        for server in self.servers:
            await server.runner.cleanup()
            if server.deliveries is not None:
                await server.deliveries.close(grace=0.1)
                await server.network.close()
                await server.instance.database.close()
        for peer in self.peers.values():
            if peer.runner is not None:
                await peer.runner.cleanup()

    async def _listen(self, app: web.Application, host: str) -> web.AppRunner:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._authority.issue_cert(host).configure_cert(tls)
        runner = web.AppRunner(app, shutdown_timeout=0.2)
        await runner.setup()
        port = self.names.ports.get(host, 0)  # whoever comes back is where they were
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
        self.names.ports[host] = runner.addresses[0][1]
        return runner


def federation_app(instance: Instance, network: Network) -> web.Application:
    """The addresses other servers use, without pages."""
    app = web.Application()
    app[INSTANCE] = instance
    app[NETWORK] = network
    app.add_routes(federation_routes())
    return app


def federation_routes() -> Iterable[web.RouteDef]:
    return [
        web.post("/inbox", endpoints.post_shared_inbox),
        web.post("/actor/inbox", endpoints.post_shared_inbox),
        web.post("/users/{username}/inbox", endpoints.post_inbox),
        web.get("/actor", endpoints.get_server_actor),
        web.get("/users/{username}", endpoints.get_actor),
        web.get("/users/{username}/followers", endpoints.get_followers),
        web.get("/users/{username}/followers_synchronization", listed_followers.get_followers_synchronization),
        web.get("/users/{username}/following", endpoints.get_following),
        web.get("/p/{id}", activity_endpoints.note),
        web.get("/.well-known/webfinger", discovery.get_webfinger),
        web.get("/.well-known/host-meta", discovery.get_host_meta),
        web.get("/.well-known/host-meta.json", discovery.get_host_meta_json),
        web.get("/.well-known/nodeinfo", discovery.get_nodeinfo_links),
        web.get("/nodeinfo/{version}", discovery.get_nodeinfo),
    ]


async def closed(runner: web.AppRunner) -> None:
    """Take a server off the network: from now on nobody answers at its port."""
    await runner.cleanup()
    await asyncio.sleep(0)
