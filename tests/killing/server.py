"""Servers made to be killed: ``python -m tests.killing.server DATABASE DATA PORT`` forks one for each line it reads.

A line is ``web LATER`` or ``worker LATER``: the pages and inboxes, or the work behind them, each a process of its own
whose clock runs ``LATER`` milliseconds ahead, so that what a killed one had leased is free again without anybody
waiting. What is slow about a start, the imports, is done once; ``ready PID`` is printed when one has started.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from ipaddress import ip_network
from pathlib import Path

from aiohttp import web

from rossgram_fed.app import build_app
from rossgram_fed.config import DevelopmentSettings, LimitSettings, ServerSettings, Settings, StorageSettings
from rossgram_fed.instance import system_clock
from rossgram_fed.secrets_file import load_or_create


def settings_for(database: str, data: Path, port: int) -> Settings:
    """Settings under which federation stays on loopback."""
    return Settings(
        server=ServerSettings(base_url=f"http://127.0.0.1:{port}", listen=f"127.0.0.1:{port}"),
        storage=StorageSettings(data=data, database=database),
        limits=LimitSettings(picture_processes=1),
        development=DevelopmentSettings(
            allow_http_and_private_networks=True, private_networks=(ip_network("127.0.0.0/8"),)
        ),
    )


async def live(settings: Settings, *, role: str, later: int) -> None:
    """Serve or work for ever; only SIGKILL ends it."""
    secrets = load_or_create(settings.storage.data)
    app = build_app(settings, secrets, with_worker=role == "worker", clock=lambda: system_clock() + later)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    if role == "web":
        host, _, port = settings.server.listen.rpartition(":")
        await web.TCPSite(runner, host, int(port), reuse_address=True).start()
    print(f"ready {os.getpid()}", flush=True)
    await asyncio.Event().wait()


def fork_for_ever(settings: Settings) -> None:
    """Fork a server for every line, until there are no more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who was killed is gone at once
    while line := sys.stdin.readline():
        role, later = line.split()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                asyncio.run(live(settings, role=role, later=int(later)))
            finally:
                os._exit(1)


if __name__ == "__main__":
    fork_for_ever(settings_for(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
