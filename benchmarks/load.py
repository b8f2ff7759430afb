"""A load of ready requests over a few kept connections, as cheap as Python can send them; bounded by its list."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SECONDS = 120


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of it."""

    seconds: float
    statuses: Counter[int]
    slowest: float
    """Seconds that 99 of 100 requests took at the most."""
    usual: float = 0.0
    """The same of every second one."""
    slow: float = 0.0
    """The same of 95 of 100."""


async def load(port: int, requests: Sequence[bytes], *, connections: int = 32) -> Loaded:
    """Send every request, each connection one after the other."""
    waiting = iter(requests)
    statuses: Counter[int] = Counter()
    times: list[float] = []
    began = time.perf_counter()
    async with asyncio.timeout(SECONDS):
        await asyncio.gather(*(_connection(port, waiting, statuses, times) for _ in range(connections)))
    times.sort()
    return Loaded(time.perf_counter() - began, statuses, *(_within(times, part) for part in (0.99, 0.5, 0.95)))


def _within(times: Sequence[float], part: float) -> float:
    return times[max(0, int(len(times) * part) - 1)] if times else 0.0


async def _connection(port: int, waiting: Iterator[bytes], statuses: Counter[int], times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in waiting:
        sent = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await _body(reader, head)
        statuses[int(head[9:12])] += 1
        times.append(time.perf_counter() - sent)
    writer.close()


async def _body(reader: asyncio.StreamReader, head: bytes) -> None:
    lowered = head.lower()
    place = lowered.find(b"content-length:")
    if place >= 0:
        await reader.readexactly(int(lowered[place + 15 : lowered.find(b"\r\n", place)]))
    elif b"chunked" in lowered:
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()


def get(path: str, accept: str = "*/*", *, token: str = "") -> bytes:
    """Return a GET as bytes, with an app's token if there is one."""
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: bench.test\r\nAccept: {accept}\r\n{authorization}\r\n".encode()
