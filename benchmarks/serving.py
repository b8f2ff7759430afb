"""The measured server: the real application, with names that all resolve to one loopback port."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from benchmarks.lag import watch
from benchmarks.world import settings_in
from rossgram_fed.app import build_app
from rossgram_fed.cli.loop import run, until_stopped
from rossgram_fed.secrets_file import load_or_create


class OnePort(AbstractResolver):
    """Every host is on this machine, at one port."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=self._port,
                family=socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        return None


async def serve(folder: Path, port: int, elsewhere: int, lag: str = "") -> None:
    """Serve until told to stop; with the name of a file, watch how long the event loop is held up."""
    settings = settings_in(folder, port=port)
    secrets = load_or_create(settings.storage.data)
    runner = web.AppRunner(build_app(settings, secrets, resolver=OnePort(elsewhere)), access_log=None)
    try:
        await runner.setup()
        gc.freeze()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        watching = asyncio.ensure_future(watch(Path(lag))) if lag else None
        await until_stopped()
        if watching is not None:
            watching.cancel()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    run(serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 9, *sys.argv[4:]))
