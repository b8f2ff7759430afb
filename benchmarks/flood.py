"""A flood of Deletes by actors nobody here ever met: what one costs, and how long a reader waits meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

import orjson
from multidict import CIMultiDict

from activitypub.http import ACTIVITY_JSON, Request
from activitypub.signatures import Scheme, SigningKey, sign
from benchmarks.figures import Figure
from benchmarks.load import get, load
from benchmarks.processes import Running, free_port, running
from benchmarks.world import BASE_URL, World, make_world, stranger_key

DELETES = 4000
A_SECOND = 1000
SECONDS = 4
TABLES = ("accounts", "inbox_items", "jobs", "hosts", "tombstones", "posts")


def signed_delete(number: int) -> bytes:
    """Return the whole HTTP request with which a server tells that one of its people is gone."""
    actor = f"https://h{number % 50}.gone.test/users/u{number}"
    document = {
        "@context": ["https://www.w3.org/ns/activitystreams", {"ostatus": "http://ostatus.org#"}],
        "id": f"{actor}#delete",
        "type": "Delete",
        "actor": actor,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "object": actor,
        "signature": {"type": "RsaSignature2017", "creator": f"{actor}#main-key", "signatureValue": "A" * 344},
    }
    headers = CIMultiDict({"Content-Type": ACTIVITY_JSON, "User-Agent": "Bench/1.0"})
    request = Request("POST", f"{BASE_URL}/inbox", headers, orjson.dumps(document))
    key = SigningKey(f"{actor}#main-key", stranger_key())
    signed = sign(request, key, scheme=Scheme.CAVAGE, now=datetime.now(UTC))
    lines = [f"{name}: {value}\r\n" for name, value in signed.headers.items()]
    return f"POST /inbox HTTP/1.1\r\n{''.join(lines)}Content-Length: {len(signed.body)}\r\n\r\n".encode() + signed.body


async def flood(folder: Path) -> list[Figure]:
    """What a Delete costs, and a reader's page at a thousand of them a second."""
    port, elsewhere = free_port(), free_port()
    world = await make_world(folder, port=port, photos=60)
    requests = [signed_delete(number) for number in range(DELETES)]
    asked: list[bytes] = []

    async def note(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(b"")
        writer.close()

    outside = await asyncio.start_server(note, "127.0.0.1", elsewhere)
    command = ("-m", "benchmarks.serving", str(folder), str(port), str(elsewhere))
    async with outside, running(*command, port=port, folder=folder) as server:
        await load(port, requests[:200])
        rows = _rows(world)
        cost = await _cost(server, requests)
        slowest = await _reader_meanwhile(server, requests)
        grown = _rows(world) - rows
    return [
        Figure("Delete of an unknown actor", cost * 1000, " ms", "< 0.20", cost < 0.0002, note="of processor time"),
        Figure(
            "A reader's page meanwhile",
            slowest * 1000,
            " ms",
            "< 200",
            slowest < 0.2,
            note=f"the slowest, at {A_SECOND:,} Deletes a second",
        ),
        Figure("Requests to others, rows", len(asked) + grown, "", "0", not asked and not grown),
    ]


async def _cost(server: Running, requests: list[bytes]) -> float:
    """Return the seconds of processor time that one takes.

    The parsing of HTTP by aiohttp is part of every request and is measured with it.
    """
    before = server.cpu_seconds
    loaded = await load(server.port, requests)
    if set(loaded.statuses) != {202}:
        raise RuntimeError(f"The inbox answered {dict(loaded.statuses)}.")
    return (server.cpu_seconds - before) / len(requests)


async def _reader_meanwhile(server: Running, requests: list[bytes]) -> float:
    """Send so many a second, and meanwhile read pages; return the longest wait for one, in seconds."""
    ended = asyncio.Event()

    async def pour() -> None:
        began = time.perf_counter()
        tenth = A_SECOND // 10
        for part in range(SECONDS * 10):
            await asyncio.sleep(max(0.0, began + part / 10 - time.perf_counter()))
            start = part * tenth % (len(requests) - tenth)
            await load(server.port, requests[start : start + tenth], connections=16)
        ended.set()

    async def read() -> float:
        slowest = 0.0
        while not ended.is_set():
            slowest = max(slowest, (await load(server.port, [get("/@ana", "text/html")], connections=1)).slowest)
            await asyncio.sleep(0.05)
        return slowest

    pouring = asyncio.create_task(pour())
    slowest = await read()
    await pouring
    return slowest


def _rows(world: World) -> int:
    connection = sqlite3.connect(f"file:{world.settings.storage.data / 'rossgram.sqlite3'}?mode=ro", uri=True)
    try:
        return sum(connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in TABLES)
    finally:
        connection.close()
