"""A server is killed again and again, the pages and the work behind them, while posts fan out and activities arrive.

Sixty kills on each engine in the suite; ``ROSSGRAM_KILLS=400`` (``make prove``) for as many as one likes. In the end
every fan was told of every post, each of sam's posts is here once, nothing waits, and no file is without its row.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientError

from rossgram_fed.database import Database, open_database
from rossgram_fed.instance import Instance, system_clock
from rossgram_fed.media.storage import Folder
from rossgram_fed.media.sweeping import DAY, UNKNOWN_SECONDS, Sweep
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import PostDraft
from tests.databases import Engine
from tests.journeys.visitor import Visitor
from tests.killing.server import settings_for
from tests.killing.strangers import FOLLOWERS, Strangers, people, send_until, strangers
from tests.ports import free_port
from tests.rossgram_fed.media.samples import a_file

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("ROSSGRAM_KILLS", "60"))
ARRIVALS = KILLS * 2
STEP = 6 * 60_000
"""Milliseconds that pass with each start: more than any lease."""
LONG = 8
"""One life in so many is long enough for a photo."""
PATIENCE = 120


@dataclass
class Killed:
    """A server in two processes, its clock, and how often each was killed."""

    forks: asyncio.subprocess.Process
    chance: random.Random
    starts: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    later: list[int] = field(default_factory=lambda: [0])
    """The clock of the pages that run now."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    alive: set[int] = field(default_factory=set)

    async def start(self, role: str) -> int:
        """Fork a server and return its process id once it runs."""
        assert self.forks.stdin is not None
        assert self.forks.stdout is not None
        later = next(self.starts) * STEP
        async with self.turn, asyncio.timeout(PATIENCE):
            self.forks.stdin.write(f"{role} {later}\n".encode())
            word, _, pid = (await self.forks.stdout.readline()).partition(b" ")
        assert word == b"ready"
        if role == "web":
            self.later[0] = later
        self.alive.add(int(pid))
        return int(pid)

    async def kill(self, pid: int) -> None:
        """End one as a power cut does."""
        os.kill(pid, signal.SIGKILL)
        self.alive.discard(pid)
        with suppress(ProcessLookupError):
            while True:
                os.kill(pid, 0)
                await asyncio.sleep(0.001)

    async def reign(self, role: str, kills: int) -> None:
        """Start and kill one of the two."""
        for number in range(kills):
            pid = await self.start(role)
            await asyncio.sleep(self.chance.uniform(0.5, 1.5) if number % LONG == 0 else self.chance.uniform(0, 0.1))
            await self.kill(pid)


@asynccontextmanager
async def forks(database: str, data: Path, port: int) -> AsyncIterator[Killed]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.killing.server", database, str(data), str(port)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    killed = Killed(process, random.Random(20261122))
    try:
        yield killed
    finally:
        for pid in list(killed.alive):
            await killed.kill(pid)
        process.kill()
        await process.wait()


async def publish_for_ever(instance: Instance, ana_id: int, root_id: int) -> None:
    """Publish what needs no photo, to all followers, now and then, from a process that is not killed."""
    for number in itertools.count():
        async with instance.change() as change:
            await publish(change, author_id=ana_id, draft=PostDraft(caption=f"Number {number}", parent_id=root_id))
        await asyncio.sleep(0.3)


async def a_root(instance: Instance, ana_id: int) -> int:
    """A post of ana's that the others hang below; nobody is told of it."""
    async with instance.change() as change:
        post_id = change.new_id()
        uri = f"{instance.settings.base_url}/p/{post_id}"
        await change.tx.execute(
            "INSERT INTO posts (id, account_id, uri, url, local, visibility, caption, content_html, warning, "
            "sensitive, language, photo_count, in_reply_to_uri, thread_id, context_uri, likes_count, "
            "boosts_count, replies_count, published_at, created_at) "
            "VALUES ($1, $2, $3, $3, TRUE, 0, '', '', '', FALSE, '', 1, '', $1, '', 0, 0, 0, $4, $4)",
            *(post_id, ana_id, uri, change.now),
        )
    return post_id


async def upload_for_ever(base_url: str, posted: asyncio.Event) -> None:
    """Post photos through the composer, as a browser does, over and over, whoever is killed in between."""
    visitor, number = Visitor(base_url, username="ana"), 0
    signed_in = False
    try:
        while True:
            try:
                if not signed_in:
                    await visitor.sign_in()
                    signed_in = True
                number += 1
                photo = (f"{number}.jpg", a_file(width=400, height=300, seed=number % 8))
                page = await visitor.submit(await visitor.get("/new"), "/new", press="add", files=[photo])
                form = page.form("/new")
                described = {f"description-{value}": "A hill" for name, value in form.fields if name == "photo"}
                page = await visitor.send(form, {"caption": f"Photo {number}", **described}, press="post")
                if page.address.startswith("/p/"):
                    posted.set()
            except (ClientError, OSError):
                await asyncio.sleep(0.02)  # nobody is there at the moment
    finally:
        await visitor.close()


async def until_nothing_waits(database: Database) -> None:
    """Wait until every queue is empty, a deadline at most."""
    queues = " UNION ALL ".join(
        f"SELECT id FROM {table} WHERE state = 0" for table in ("inbox_items", "deliveries", "jobs")
    )
    async with asyncio.timeout(PATIENCE):
        while await database.fetch_value(f"SELECT COUNT(*) FROM ({queues}) AS waiting"):
            await database.signals.wait("nothing", 0.05)


@pytest.mark.timeout(600 + 4 * KILLS)
async def test_nothing_is_lost_however_often_it_is_killed(engine: Engine, tmp_path: Path) -> None:
    """Killed at moments of chance, the server in the end told every fan of every post, and has each of sam's once."""
    url, port = engine.empty(), free_port()
    settings = settings_for(url, tmp_path / "data", port)
    taken, posted = set[int](), asyncio.Event()
    database = await open_database(url)
    try:
        async with strangers() as there, forks(url, tmp_path / "data", port) as server:
            instance = Instance(settings, database, system_clock)
            ana_id = await people(database, instance, there)
            root_id = await a_root(instance, ana_id)
            telling = send_until(there, settings.base_url, taken, wanted=ARRIVALS, later=server.later)
            told = asyncio.create_task(telling)
            busy = [
                asyncio.create_task(publish_for_ever(instance, ana_id, root_id)),
                asyncio.create_task(upload_for_ever(settings.base_url, posted)),
            ]
            for task in busy:
                task.add_done_callback(lambda _: posted.set())
            await asyncio.gather(server.reign("web", KILLS // 2), server.reign("worker", KILLS - KILLS // 2))
            await server.start("web")
            async with asyncio.timeout(PATIENCE):
                await told
                await posted.wait()
            for task in busy:
                task.cancel()
            ended = await asyncio.gather(*busy, return_exceptions=True)
            assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended
            await server.start("worker")
            await until_nothing_waits(database)
            for pid in list(server.alive):
                await server.kill(pid)
            await _nothing_is_lost(database, there, root_id)
            assert taken == set(range(ARRIVALS))
        await _no_file_is_left(instance)
    finally:
        await database.close()
        engine.drop(url)


async def _nothing_is_lost(database: Database, there: Strangers, root_id: int) -> None:
    rows = await database.fetch("SELECT uri FROM posts WHERE local AND id <> $1", root_id)
    posts = {f"Create {row['uri']}" for row in rows}
    photos = await database.fetch_value("SELECT COUNT(*) FROM photos WHERE remote_url = '' AND post_id IS NOT NULL")
    assert photos
    assert len(posts) > photos
    assert len(there.heard) == FOLLOWERS
    for host, heard in there.heard.items():
        assert {one for one in heard if one.startswith("Create")} == posts, host
    repeated = sum(times - 1 for heard in there.heard.values() for times in heard.values())
    sent = sum(sum(heard.values()) for heard in there.heard.values())
    print(
        f"{KILLS} kills: {len(posts)} posts ({photos} photos) to {FOLLOWERS} servers in {sent} requests, "
        f"{repeated} of them again; {ARRIVALS} arrivals"
    )
    rows = await database.fetch("SELECT uri FROM posts WHERE local = FALSE")
    assert sorted(row["uri"] for row in rows) == sorted(f"{there.sam}/posts/{number}" for number in range(ARRIVALS))
    assert await database.fetch_value("SELECT COUNT(*) FROM photos WHERE remote_url <> ''") == ARRIVALS
    for table in ("inbox_items", "deliveries", "jobs"):
        left = await database.fetch(f"SELECT * FROM {table} WHERE state = 2 OR leased_until > 0")
        assert [dict(row) for row in left] == [], table


async def _no_file_is_left(instance: Instance) -> None:
    """Every row has its file; and of files without a row, which the sweep of the next days takes, none stays."""
    media = instance.settings.media_folder
    files = [path for path in media.rglob("*") if path.is_file()]
    rows = await instance.database.fetch("SELECT key FROM media_files")
    keys = {row["key"] for row in rows}
    assert keys <= {path.name for path in files}
    for path in files:
        age = path.stat().st_mtime - 2 * UNKNOWN_SECONDS
        os.utime(path, (age, age))
    later = Instance(instance.settings, instance.database, lambda: system_clock() + 1000 * DAY)
    folder = Folder(media)
    folder.prepare()  # as the next start does
    sweep = Sweep(later, folder)
    await sweep.work_once()
    await sweep.unneeded()
    rows = await instance.database.fetch("SELECT key FROM media_files")
    keys = {row["key"] for row in rows}
    assert [(path, path.stat()) for path in media.rglob("*") if path.is_file() and path.name not in keys] == []
    unposted = "SELECT COUNT(*) FROM photos WHERE post_id IS NULL AND draft_id IS NULL"
    assert await instance.database.fetch_value(unposted) == 0
