"""What is measured, one function a figure. Each returns figures per second of processor time, ours and the floor's."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from aiohttp import ClientSession, TCPConnector
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from activitypub.keys import public_pem
from benchmarks.browser import Browser
from benchmarks.figures import Figure
from benchmarks.load import get, load
from benchmarks.processes import Running, free_port, running
from benchmarks.serving import OnePort
from benchmarks.world import PASSWORD, World, make_world, signed_create, stranger_key
from rossgram_fed.database import open_database

ARRIVALS = 4000
HOSTS = 200
POSTS = 15
READS = 20_000
PAGES = 1500
PATIENCE = 120


async def arrivals(folder: Path) -> list[Figure]:
    """Signed Create(Note) by a known sender: verified, accepted and stored."""
    port = free_port()
    world = await make_world(folder, port=port)
    requests = [signed_create(number) for number in range(ARRIVALS)]
    async with running("-m", "benchmarks.serving", str(folder), str(port), port=port, folder=folder) as server:
        await load(port, requests[:200])
        await _stored(world, 200)
        before, began = server.cpu_seconds, time.perf_counter()
        loaded = await load(port, requests[200:])
        await _stored(world, ARRIVALS)
        used, took = server.cpu_seconds - before, time.perf_counter() - began
    if set(loaded.statuses) != {202}:
        raise RuntimeError(f"The inbox answered {dict(loaded.statuses)}.")
    count = ARRIVALS - 200
    floor = await _floor(folder, requests)
    note = f"{count / took:,.0f}/s in real time, accepted within {loaded.slowest * 1000:.0f} ms (99 of 100)"
    return [
        Figure(
            "Create(Note) verified, accepted, stored", count / used, "/s", "≥ 1,000", count / used >= 1000, floor, note
        )
    ]


async def deliveries(folder: Path) -> list[Figure]:
    """A post to followers on 200 hosts over kept connections; and how long its author waits."""
    port, sink_port = free_port(), free_port()
    world = await make_world(folder, port=port, followers=HOSTS, photos=POSTS + 1)
    async with (
        running("-m", "benchmarks.floors", "sink", str(sink_port), port=sink_port, folder=folder),
        running("-m", "benchmarks.serving", str(folder), str(port), str(sink_port), port=port, folder=folder) as server,
    ):
        waits = await _publish(world, server, posts=1)
        await _delivered(world, HOSTS)
        before, began = server.cpu_seconds, time.perf_counter()
        waits = await _publish(world, server, posts=POSTS)
        await _delivered(world, HOSTS * (POSTS + 1))
        used, took = server.cpu_seconds - before, time.perf_counter() - began
        floor = await _delivery_floor(sink_port)
    count = HOSTS * POSTS
    wait = sorted(waits)[len(waits) // 2] * 1000
    return [
        Figure(
            "Deliveries to 200 hosts, kept alive",
            count / used,
            "/s",
            "≥ 1,000",
            count / used >= 1000,
            floor,
            f"{count / took:,.0f}/s in real time",
        ),
        Figure(
            "The author's wait, 200 hosts told",
            wait,
            " ms",
            "< 30",
            wait < 30,
            None,
            "median of pressing Post until the answer",
        ),
    ]


async def reads(folder: Path) -> list[Figure]:
    """WebFinger, actor and profile page."""
    port = free_port()
    await make_world(folder, port=port, photos=60)
    async with running("-m", "benchmarks.serving", str(folder), str(port), port=port, folder=folder) as server:
        finger = await _rate(server, [get("/.well-known/webfinger?resource=acct:ana@bench.test")] * READS)
        actor = await _rate(server, [get("/users/ana", "application/activity+json")] * READS)
        page = await _rate(server, [get("/@ana", "text/html")] * PAGES)
    floor_port = free_port()
    async with running("-m", "benchmarks.floors", str(folder), str(floor_port), port=floor_port, folder=folder) as bare:
        document_floor = await _rate(bare, [get("/actor")] * READS)
        page_floor = await _rate(bare, [get("/page")] * READS)
    return [
        Figure("WebFinger", finger, "/s", "≥ 10,000", finger >= 10_000, document_floor),
        Figure("Actor document", actor, "/s", "≥ 10,000", actor >= 10_000, document_floor),
        Figure("Profile page as HTML", page, "/s", "≥ 400", page >= 400, page_floor),
    ]


async def start(folder: Path) -> list[Figure]:
    """From the command to the first answer, on a database that exists; and what an idle server holds."""
    port = free_port()
    await make_world(folder, port=port, photos=10)
    config = folder / "config.toml"
    config.write_text(
        f'[server]\nlisten = "127.0.0.1:{port}"\n[storage]\ndata = "{folder / "data"}"\n', encoding="utf-8"
    )
    command = ("-m", "rossgram_fed", "serve", "--config", str(config))
    times, used = [], []
    for _ in range(3):
        async with running(*command, port=port, folder=folder) as server:
            used.append(server.cpu_seconds)
            times.append(server.seconds_to_answer)
            await asyncio.sleep(2)
            memory = server.resident_mebibytes
    best = min(times)
    return [
        Figure("Start to first answer", best, " s", "< 1.5", best < 1.5, None, "best of three, whole process"),
        Figure(
            "Start, processor time", min(used), " s", "", True, None, "the same on a machine with nothing else to do"
        ),
        Figure("Idle memory", memory, " MiB", "< 120", memory < 120),
    ]


async def _rate(server: Running, requests: Sequence[bytes]) -> float:
    await load(server.port, requests[:200])
    before = server.cpu_seconds
    loaded = await load(server.port, requests)
    if set(loaded.statuses) != {200}:
        raise RuntimeError(f"Answers were {dict(loaded.statuses)}.")
    return len(requests) / (server.cpu_seconds - before)


async def _floor(folder: Path, requests: Sequence[bytes]) -> float:
    prepare_floor(folder)
    port = free_port()
    async with running("-m", "benchmarks.floors", str(folder), str(port), port=port, folder=folder) as bare:
        before = bare.cpu_seconds
        await load(port, requests)
        return len(requests) / (bare.cpu_seconds - before)


def prepare_floor(folder: Path) -> None:
    """Write what the bare server needs."""
    (folder / "stranger.pem").write_text(public_pem(stranger_key()), encoding="ascii")
    (folder / "document.json").write_bytes(b'{"id": "https://bench.test/users/ana"}' + b" " * 2000)
    (folder / "page.html").write_bytes(b"<!doctype html>" + b"<p>photo</p>" * 1000)


async def _stored(world: World, count: int) -> None:
    await _until(world, "SELECT COUNT(*) FROM posts WHERE local = 0", count)


async def _delivered(world: World, count: int) -> None:
    await _until(world, "SELECT COUNT(*) FROM deliveries WHERE state = 1", count)


async def _until(world: World, sql: str, count: int) -> None:
    path = world.settings.storage.data / "rossgram.sqlite3"
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        async with asyncio.timeout(PATIENCE):
            while connection.execute(sql).fetchone()[0] < count:  # noqa: ASYNC110 - another process's doing
                await asyncio.sleep(0.02)
    finally:
        connection.close()


async def _publish(world: World, server: Running, *, posts: int) -> list[float]:
    """Publish through the composer, as ana's browser does; return how long each press of Post took, in seconds."""
    waits = []
    async with Browser(server.port) as browser:
        await browser.sign_in("ana", PASSWORD)
        for _ in range(posts):
            photo_id = await _waiting_photo(world)
            began = time.perf_counter()
            fields = {
                "do": "post-anyway",
                "photo": str(photo_id),
                "caption": "To everybody #lake",
                "visibility": "public",
            }
            if await browser.submit("/new", fields) != 303:
                raise RuntimeError("The composer did not take the post.")
            waits.append(time.perf_counter() - began)
    return waits


async def _waiting_photo(world: World) -> int:
    """Put one of ana's photos back into her composer, instead of uploading one: pictures are measured elsewhere."""
    database = await open_database(world.settings.database_url)
    try:
        async with database.transaction() as tx:
            found = await tx.fetch_value(
                "UPDATE photos SET post_id = NULL WHERE id = (SELECT MIN(id) FROM photos WHERE account_id = $1 "
                "AND post_id IS NOT NULL) RETURNING id",
                world.ana_id,
            )
            return int(found)
    finally:
        await database.close()


async def _delivery_floor(port: int) -> float:
    """Sign with the bare library and post with the bare client, in this process."""
    key = stranger_key()
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("The stranger's key is RSA.")
    body = b"x" * 2700
    async with ClientSession(connector=TCPConnector(resolver=OnePort(port), limit=0)) as session:

        async def one(host: int) -> None:
            signature = key.sign(body[:300], PKCS1v15(), SHA256()).hex()
            async with session.post(
                f"http://h{host}.test/inbox", data=body, headers={"Signature": signature}
            ) as answer:
                await answer.read()

        await _in_turns(one, range(HOSTS))
        began = time.process_time()
        for _ in range(5):
            await _in_turns(one, range(HOSTS))
        return 5 * HOSTS / (time.process_time() - began)


async def _in_turns(one: object, hosts: Iterable[int]) -> None:
    turns = asyncio.Semaphore(32)

    async def turn(host: int) -> None:
        async with turns:
            await one(host)  # type: ignore[operator]

    await asyncio.gather(*(turn(host) for host in hosts))
