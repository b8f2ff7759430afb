"""Servers with bad manners: one drops what it says it took, one hangs up without a word, one drips its answer."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rossgram_fed.federation.transport import Deadlines
from tests.conftest import SettableClock
from tests.databases import Engine
from tests.fediverse import Fediverse, Server
from tests.rossgram_fed.federation.sending import a_document, an_author, deliveries, send

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def fediverse(tmp_path: Path, clock: SettableClock, sqlite_engine: Engine) -> AsyncIterator[Fediverse]:
    made = Fediverse(tmp_path, clock=clock, new_database=sqlite_engine.migrated)
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def bare(fediverse: Fediverse, talk: Talk) -> AsyncIterator[None]:
    """A server at https://there.test that speaks over its connections as it likes."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    fediverse._authority.issue_cert("there.test").configure_cert(tls)
    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    fediverse.names.ports["there.test"] = server.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        server.close()


async def heard(reader: asyncio.StreamReader) -> bytes:
    """One whole request."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    return head + await reader.readexactly(length)


async def failures(server: Server) -> int:
    return int(await server.instance.database.fetch_value("SELECT COALESCE(SUM(failures), 0) FROM hosts"))


async def test_200_and_drop(fediverse: Fediverse) -> None:
    """Who says 200 has it as far as we can know: nothing is sent twice, whatever becomes of it there."""
    here = await fediverse.server("here")
    there = await fediverse.peer("there.test")
    there.inbox_status = 200
    alice = await an_author(here)
    for number in range(3):
        await send(here, alice, a_document(number))
        await fediverse.settle()
    assert len(there.posts) == 3
    assert {(row["state"], row["attempts"]) for row in await deliveries(here)} == {(1, 1)}


async def test_hanging_up_without_a_word(fediverse: Fediverse) -> None:
    """A kept connection that was closed in silence is replaced at once: no failure is counted, and nothing is lost."""
    here = await fediverse.server("here")
    alice = await an_author(here)
    requests, dropped = [], 0

    async def as_snac_does(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await heard(reader))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        nonlocal dropped
        dropped += bool(await reader.read(1))  # the next request finds out
        writer.transport.abort()

    async with bare(fediverse, as_snac_does):
        for number in range(4):
            await send(here, alice, a_document(number))
            async with asyncio.timeout(60):
                await fediverse.settle()
    assert (len(requests), dropped) == (4, 2), "every second one finds its connection dead"
    assert {(row["state"], row["attempts"], row["last_error"]) for row in await deliveries(here)} == {(1, 1, "")}
    assert await failures(here) == 0


@pytest.mark.parametrize("what", ["a status line", "headers", "a body"])
async def test_dripping(fediverse: Fediverse, what: str) -> None:
    """An answer that comes byte by byte is cut off at the deadline; it counts as silence, and is tried again."""
    here = await fediverse.server("here", deadlines=Deadlines(total=0.4))
    alice = await an_author(here)
    begin = {
        "a status line": b"HTTP/1.1 202 ",
        "headers": b"HTTP/1.1 202 Accepted\r\n",
        "a body": b"HTTP/1.1 202 Accepted\r\nContent-Length: 10000\r\n\r\n",
    }

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard(reader)
        writer.write(begin[what])
        try:
            while not writer.is_closing():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.02)  # what is slow about it
        except OSError:
            return

    async with bare(fediverse, drip):
        await send(here, alice)
        async with asyncio.timeout(60):
            await fediverse.settle()
        [row] = await deliveries(here)
    assert (row["state"], row["attempts"], "too long" in row["last_error"]) == (0, 1, True), row["last_error"]
    assert await failures(here) == 1
