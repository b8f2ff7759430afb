"""The demo's two servers: the real application twice in one process, on loopback, each with a folder of its own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from rossgram_fed.app import build_app
from rossgram_fed.config import (
    DevelopmentSettings,
    Registration,
    ServerSettings,
    Settings,
    StorageSettings,
)
from rossgram_fed.demo.cast import ABOUT, TITLES
from rossgram_fed.federation.network import NETWORK, Network
from rossgram_fed.instance import INSTANCE, Instance
from rossgram_fed.media.storage import STORAGE, Folder
from rossgram_fed.media.studio import STUDIO, Studio
from rossgram_fed.secrets_file import load_or_create

ADDRESS = "127.0.0.1"


class ThisMachine(AbstractResolver):
    """Names below ``localhost`` are this machine (RFC 6761, 6.3); nothing else exists for the demo."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if not host.endswith(".localhost"):
            raise OSError(f"the demo knows only its own two servers, not {host}")
        return [
            ResolveResult(
                hostname=host,
                host=ADDRESS,
                port=port,
                family=socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class DemoServer:
    """One of the two, running."""

    instance: Instance
    network: Network
    studio: Studio
    folder: Folder

    @property
    def url(self) -> str:
        """Its address."""
        return self.instance.settings.base_url


def demo_settings(name: str, *, port: int, data: Path) -> Settings:
    """Settings of a demo server: open to this machine only, and to its neighbour."""
    return Settings(
        server=ServerSettings(
            base_url=f"http://{name}.localhost:{port}",
            listen=f"{ADDRESS}:{port}",
            name=TITLES[name],
            description=ABOUT[name],
            registration=Registration.OPEN,
        ),
        storage=StorageSettings(data=data),
        development=DevelopmentSettings(
            allow_http_and_private_networks=True, private_networks=(ip_network("127.0.0.0/8"),)
        ),
    )


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[DemoServer]:
    """Run a server for as long as the block lasts. Raises ``OSError`` when its port is taken."""
    secrets = await asyncio.to_thread(load_or_create, settings.storage.data)
    app = build_app(settings, secrets, resolver=ThisMachine())
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=3)
    try:
        await runner.setup()
        host, _, port = settings.server.listen.rpartition(":")
        await web.TCPSite(runner, host, int(port)).start()
        yield DemoServer(app[INSTANCE], app[NETWORK], app[STUDIO], app[STORAGE])
    finally:
        await runner.cleanup()
