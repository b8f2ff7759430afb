"""A real relay for tests: ActivityRelay behind TLS, at https://relay.test, in an internet made of loopback ports.

``tests/peers/install`` must have run. The relay knows no protocol but https and no port but 443: so it runs unchanged
behind a TLS front of ours, is told by ``relay/run.py`` which port each name means, and trusts the given authority.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from activitypub.keys import dump_private, make_rsa
from tests.ports import free_port

HOME = Path(__file__).with_name("relay")
PYTHON = HOME / ".venv" / "bin" / "python"
HOST = "relay.test"
PATIENCE = 60
"""Seconds that the start may take."""


class RelayFailed(AssertionError):
    """The relay did not start."""


@dataclass(frozen=True, slots=True)
class Relay:
    """A running relay."""

    port: int
    """Where https://relay.test really is: a port of 127.0.0.1 that speaks TLS."""

    @property
    def actor(self) -> str:
        return f"https://{HOST}/actor"

    @property
    def inbox(self) -> str:
        return f"https://{HOST}/inbox"


@asynccontextmanager
async def relay(folder: Path, authority: trustme.CA, hosts: Mapping[str, int]) -> AsyncIterator[Relay]:
    """Run a relay that keeps its files in ``folder`` and finds each of ``hosts`` (name to TLS port) on loopback.

    ``authority`` signs its certificate, and whom it trusts. Who is to talk to it must resolve relay.test to
    ``127.0.0.1`` and the port it yields.
    """
    if not PYTHON.exists():
        raise RelayFailed("The relay is not installed: run tests/peers/install.")
    port = free_port()
    settings = {"listen": "127.0.0.1", "port": port, "domain": HOST, "workers": 1, "sqlite_path": "relay.sqlite3"}
    configuration = folder / "relay.yaml"
    configuration.write_text(json.dumps({**settings, "database_type": "sqlite", "cache_type": "database"}))
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    environment = {**os.environ, "HOSTS": json.dumps(dict(hosts)), "SSL_CERT_FILE": str(folder / "authority.pem")}
    key = folder / "key.pem"
    key.write_text(dump_private(make_rsa()))
    process = await asyncio.create_subprocess_exec(
        PYTHON, HOME / "run.py", configuration, key, env=environment, cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    reading = asyncio.create_task(_drain(process.stdout, listening := asyncio.Event()))
    try:
        async with asyncio.timeout(PATIENCE):
            await _until_it_listens(listening, reading)
        async with _tls_front(port, authority) as front:
            yield Relay(front)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        reading.cancel()


async def _drain(output: asyncio.StreamReader, listening: asyncio.Event) -> None:
    """Read what the relay prints, so that it never waits for us, and note when it listens."""
    while line := await output.readline():
        if line.strip() == b"listening":
            listening.set()


async def _until_it_listens(listening: asyncio.Event, reading: asyncio.Task[None]) -> None:
    told = asyncio.create_task(listening.wait())
    await asyncio.wait({told, reading}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if not listening.is_set():
        raise RelayFailed("The relay ended at once.")


@asynccontextmanager
async def _tls_front(port: int, authority: trustme.CA) -> AsyncIterator[int]:
    """Take TLS off for a server on ``port`` that speaks none; yield the port of the front."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pipe(reader, inner_writer), _pipe(inner_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
