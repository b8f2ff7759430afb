"""A whole server in a process of its own, made to be killed: ``python server.py DATABASE DATA PORT LATER``.

Its clock runs ``LATER`` milliseconds ahead, so that what a killed one had leased is free again after a restart and
waits for retries are over, without anybody waiting.
"""

from __future__ import annotations

import asyncio
import sys
from ipaddress import ip_network
from pathlib import Path

from aiohttp import web

from rossgram_fed.app import build_app
from rossgram_fed.config import DevelopmentSettings, ServerSettings, Settings, StorageSettings
from rossgram_fed.instance import system_clock
from rossgram_fed.secrets_file import load_or_create


def settings_for(database: str, data: Path, port: int) -> Settings:
    """Settings under which federation stays on loopback."""
    return Settings(
        server=ServerSettings(base_url=f"http://127.0.0.1:{port}", listen=f"127.0.0.1:{port}"),
        storage=StorageSettings(data=data, database=database),
        development=DevelopmentSettings(
            allow_http_and_private_networks=True, private_networks=(ip_network("127.0.0.0/8"),)
        ),
    )


async def serve(database: str, data: Path, port: int, later: int) -> None:
    """Serve for ever; only SIGKILL ends it."""
    settings = settings_for(database, data, port)
    app = build_app(settings, load_or_create(data), clock=lambda: system_clock() + later)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
