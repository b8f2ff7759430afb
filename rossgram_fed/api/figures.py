"""Numbers about this server, counted now and then and not for every app that asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web

from rossgram_fed.api.entities.instance import Week
from rossgram_fed.database import Reader
from rossgram_fed.federation.discovery import COUNTED_EVERY, usage_of
from rossgram_fed.ids import SEQUENCE_BITS
from rossgram_fed.instance import Instance
from rossgram_fed.models.posts import Visibility
from webfinger.nodeinfo import Usage

T = TypeVar("T")
WEEKS = 12
WEEK = 7 * 86_400_000
_MONDAY = 4 * 86_400_000
"""The first Monday after the beginning of 1970."""

_PEERS = (
    # From one domain to the next by the index: reading every account would take far longer.
    "WITH RECURSIVE known(domain) AS (SELECT MIN(domain) FROM accounts WHERE domain > '' UNION ALL "
    "SELECT (SELECT MIN(a.domain) FROM accounts a WHERE a.domain > known.domain) FROM known "
    "WHERE known.domain IS NOT NULL) SELECT domain FROM known WHERE domain IS NOT NULL"
)
_IN_WEEK = (
    "SELECT (SELECT COUNT(*) FROM posts WHERE visibility IN ($3, $4, $5, $6) AND local AND id >= $1 AND id < $2) "
    "AS posts, (SELECT COUNT(*) FROM users WHERE id >= $1 AND id < $2) AS joined, "
    "(SELECT COUNT(*) FROM sessions WHERE id >= $1 AND id < $2) AS signed_in"
)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many there are of what."""

    users: int
    active_month: int
    posts: int
    domains: int


class Figures:
    """What was counted last, and when."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, Any]] = {}

    async def totals(self, instance: Instance) -> Totals:
        """Return the numbers of people, posts and other servers."""

        async def count() -> Totals:
            usage, peers = await usage_of(instance), await self.peers(instance)
            return Totals(usage.users, usage.active_month, usage.posts + usage.comments, len(peers))

        return await self._once("totals", instance, count)

    async def usage(self, instance: Instance) -> Usage:
        """Return how much this server is used, as NodeInfo tells it."""
        return await self._once("usage", instance, lambda: usage_of(instance))

    async def peers(self, instance: Instance) -> list[str]:
        """Return the domains from which we know anybody."""

        async def read() -> list[str]:
            return [row["domain"] for row in await instance.database.fetch(_PEERS)]

        return await self._once("peers", instance, read)

    async def weeks(self, instance: Instance) -> list[Week]:
        """Return what happened here in the last weeks, this one first."""

        async def count() -> list[Week]:
            now = instance.clock()
            this = now - (now - _MONDAY) % WEEK
            return [await _week(instance.database, this - back * WEEK) for back in range(WEEKS)]

        return await self._once("weeks", instance, count)

    async def _once(self, name: str, instance: Instance, make: Callable[[], Awaitable[T]]) -> T:
        now = instance.clock()
        kept = self._kept.get(name)
        if kept is None or not 0 <= now - kept[0] < COUNTED_EVERY:
            kept = self._kept[name] = (now, await make())
        value: T = kept[1]
        return value


async def _week(reader: Reader, begins: int) -> Week:
    shown = (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT)
    bounds = (begins << SEQUENCE_BITS, (begins + WEEK) << SEQUENCE_BITS)
    row = await reader.fetch_one(_IN_WEEK, *bounds, *map(int, shown))
    posts, signed_in, joined = (row["posts"], row["signed_in"], row["joined"]) if row is not None else (0, 0, 0)
    return Week(str(begins // 1000), str(posts), str(signed_in), str(joined))


FIGURES: web.AppKey[Figures] = web.AppKey("api_figures", Figures)
