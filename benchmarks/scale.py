"""One post to 10,000 followers on 2,000 hosts, of which a tenth is dead and a tenth slow; and a day with them.

Everything but the others is real and in this process: the database, the claims, the signatures, the connections. The
hosts are names for a few loopback ports: one answers at once, one after seconds, one refuses and one swallows
connections. A worker's time is that of its place: ``federation.workers`` of them, for as long as the day lasts (its
waits are jumped over by a clock of our own). A place is taken while a delivery is under way, for a second at most,
after which it goes to the next one.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from activitypub.client import Client
from activitypub.origin import host_of
from activitypub.signatures import Scheme
from benchmarks.figures import Figure
from benchmarks.processes import free_port, running
from benchmarks.world import BASE_URL, settings_in, stranger
from rossgram_fed.accounts.new_users import create_user, prepare_user
from rossgram_fed.database import open_database
from rossgram_fed.database.migrate import migrate
from rossgram_fed.federation import outbox
from rossgram_fed.federation.delivery import SLOW, DeliverySource
from rossgram_fed.federation.network import build_network
from rossgram_fed.federation.outbox import Audience
from rossgram_fed.federation.transport import Deadlines
from rossgram_fed.instance import Instance, system_clock
from rossgram_fed.models.accounts import Role

HOSTS = 2000
FOLLOWERS = 5
"""On each host."""
SLOW_SECONDS = 3
HOUR = 3_600_000
POST_EVERY = 6
HOURS = 24
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
KINDS = {0: "swallowing", 1: "refusing", 2: "slow", 3: "slow"}
"""Of every twenty hosts; the rest is well."""


def kind_of(host: str) -> str:
    """Return how a host behaves, which its number says."""
    return KINDS.get(int(host.removeprefix("h").partition(".")[0]) % 20, "well")


class Ports(AbstractResolver):
    """Names for a few ports, and a look-up that takes a moment, as real ones do."""

    def __init__(self, ports: dict[str, int]) -> None:
        self._ports = ports

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        await asyncio.sleep(0.02)
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=self._ports[kind_of(host)],
                family=socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        return None


@dataclass
class Timed:
    """A client that notes for how long a place was taken, by the kind of host."""

    client: Client
    places: Counter[str] = field(default_factory=Counter)
    """Milliseconds, by kind."""
    tries: Counter[str] = field(default_factory=Counter)

    async def post(self, inbox: str, body: bytes, **how: Any) -> Scheme:
        """Post as the client does."""
        began = time.perf_counter()
        try:
            return await self.client.post(inbox, body, **how)
        finally:
            kind = kind_of(host_of(inbox))
            self.tries[kind] += 1
            self.places[kind] += round(1000 * min(time.perf_counter() - began, SLOW))


@asynccontextmanager
async def others(folder: Path) -> AsyncIterator[dict[str, int]]:
    """Start everybody else and yield their ports."""
    well, slow, refusing = free_port(), free_port(), free_port()
    with socket.socket() as swallowing, socket.socket() as first, socket.socket() as second:
        swallowing.bind(("127.0.0.1", 0))
        swallowing.listen(0)
        address = swallowing.getsockname()
        for one in (first, second):  # the queue of one that never accepts is full
            one.setblocking(False)
            one.connect_ex(address)
        async with (
            running("-m", "benchmarks.floors", "sink", str(well), port=well, folder=folder),
            running("-m", "benchmarks.floors", "sink", str(slow), str(SLOW_SECONDS), port=slow, folder=folder),
        ):
            yield {"well": well, "slow": slow, "refusing": refusing, "swallowing": address[1]}


class Day:
    """A server with its followers, and a clock that can be put forward."""

    def __init__(self, instance: Instance, author: int, timed: Timed, source: DeliverySource) -> None:
        self.instance, self.author, self.timed, self.source = instance, author, timed, source
        self.posts = 0

    async def publish(self) -> None:
        """Tell all followers of a post."""
        self.posts += 1
        uri = f"{BASE_URL}/p/{self.posts}"
        actor = f"{BASE_URL}/users/ana"
        note = {"id": uri, "type": "Note", "attributedTo": actor, "to": [PUBLIC], "content": "<p>Hills</p>" * 40}
        document = {
            "@context": "https://www.w3.org/ns/activitystreams",
            **{"id": f"{uri}/activity", "type": "Create", "actor": actor, "to": [PUBLIC], "object": note},
        }
        async with self.instance.change() as change:
            await outbox.send(change, sender_id=self.author, document=document, audience=Audience(followers=True))

    async def work(self) -> None:
        """Deliver until nothing is due now."""
        while await self.source.work_once():
            continue


async def scale(folder: Path) -> list[Figure]:
    """How soon the healthy hosts have a post, and what the dead ones cost in a day."""
    settings = settings_in(folder, port=0)
    ahead = [0]
    database = await open_database(settings.database_url)
    try:
        async with others(folder) as ports:
            await migrate(database)
            instance = Instance(settings, database, lambda: system_clock() + ahead[0])
            author = await _followed(instance)
            network = build_network(instance, resolver=Ports(ports), deadlines=Deadlines(connect=5))
            timed = Timed(network.client)
            source = DeliverySource(replace(network, client=timed))  # type: ignore[arg-type]
            day = Day(instance, author, timed, source)
            try:
                waits = await _first(day)
                share, dead = await _day(day, ahead)
            finally:
                await source.close(grace=1)
                await network.close()
    finally:
        await database.close()
    late = waits[int(len(waits) * 0.95)]
    return [
        Figure(
            "10,000 followers, 2,000 hosts: healthy ones",
            late,
            " s",
            "< 60",
            late < 60 and len(waits) == HOSTS * 8 // 10,
            note=f"95 of 100 of {len(waits):,}; half in {waits[len(waits) // 2]:.1f} s, all in {waits[-1]:.1f} s",
        ),
        Figure(
            "Dead hosts' part of worker time", share * 100, " %", "< 1", share < 0.01, note=f"in a day: {dead:,} tries"
        ),
    ]


async def _followed(instance: Instance) -> int:
    ana = await prepare_user("ana", "correct horse battery staple", role=Role.ADMIN)
    async with instance.change() as change:
        ana_id = (await create_user(change, ana)).account_id
        for number in range(HOSTS * FOLLOWERS):
            follower = await stranger(change, f"http://h{number % HOSTS}.test/users/fan{number // HOSTS}")
            await change.tx.execute(
                "INSERT INTO follows (id, follower_id, followed_id, state, uri, created_at) "
                "VALUES ($1, $2, $3, 1, $4, $5)",
                *(change.new_id(), follower, ana_id, f"http://h.test#{follower}", change.now),
            )
    return ana_id


async def _first(day: Day) -> list[float]:
    """Publish one post; return the seconds after which each healthy host had it, the shortest first."""
    began = day.instance.clock()
    await day.publish()
    await day.work()
    rows = await day.instance.database.fetch("SELECT host, finished_at FROM deliveries WHERE state = 1")
    return sorted((row["finished_at"] - began) / 1000 for row in rows if kind_of(row["host"]) == "well")


async def _day(day: Day, ahead: list[int]) -> tuple[float, int]:
    """Publish every few hours for a day; return the dead hosts' part of the places' time, and their tries."""
    for hour in range(HOURS):
        ahead[0] += HOUR
        if hour % POST_EVERY == 0:
            await day.publish()
        await day.work()
    dead = ("refusing", "swallowing")
    seconds = sum(day.timed.places[kind] for kind in dead) / 1000
    places = day.instance.settings.federation.workers
    return seconds / (places * HOURS * 3600), sum(day.timed.tries[kind] for kind in dead)
