"""What one errand may cost others and us: requests, servers, bytes, steps and seconds, counted where they are spent.

Whoever follows the addresses of strangers (outboxes, threads, feeds, featured posts, counters) carries one ``Budget``
and sends through ``Metered``, so that redirects, second knocks and the look-ups of authors count like everything else.
All limits of such errands are in this module, and an exhausted one is always told by ``BudgetSpent``.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from activitypub.errors import MalformedDocument
from activitypub.http import Request, Response, Transport
from activitypub.origin import host_of

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of everything one errand may use."""

    requests: int
    items: int
    """Things taken, or looked at for that."""
    depth: int
    """Steps from where it began: pages behind one another, posts above or below one another."""
    seconds: float
    bytes: int = 8 * MEBIBYTE
    """Of answers, each of which is bounded besides."""
    hosts: int = 2
    """Servers asked besides the one it is about."""
    requests_per_host: int = 8
    """Asked of each of these."""


BACKFILL = Limits(requests=40, items=20, depth=5, seconds=120)
"""The recent posts, the pinned ones and the counters of one stranger."""
MISSED = Limits(requests=30, items=60, depth=3, seconds=90)
"""What one followed stranger published while this server was down."""
COUNTERS = Limits(requests=9, items=3, depth=1, seconds=45, bytes=4 * MEBIBYTE)
"""The three numbers on a stranger's profile."""
ONE_POST = Limits(requests=12, items=1, depth=20, seconds=60)
"""One post and its author; for a missing parent, ``depth`` counts the posts below it that led there."""
POLL = Limits(requests=4, items=1, depth=1, seconds=6, bytes=2 * MEBIBYTE)
"""How a stranger's poll stands, while somebody waits for it."""
THREAD = Limits(requests=200, items=500, depth=50, seconds=150, bytes=24 * MEBIBYTE, hosts=16, requests_per_host=20)
"""The answers to a post that somebody here looks at."""
THREAD_OVERHEARD = Limits(requests=5, items=20, depth=2, seconds=45, bytes=2 * MEBIBYTE, hosts=0)
"""The answers to a post that a stranger's activity led to: its own server is asked, and nobody else."""


class BudgetSpent(Exception):
    """An errand has used up what it may cost. What was found until then is good; the rest stays away."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The budget is spent: no more {what}.")
        self.what = what

    @property
    def one_host_only(self) -> bool:
        """Whether other servers may still be asked."""
        return self.what == "hosts"


class Budget:
    """The limits of one errand and what it has spent; ``home`` is the host that it is about."""

    def __init__(self, limits: Limits, *, home: str = "", now: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self.home = home
        self.requests = 0
        self.bytes = 0
        self.items = 0
        self.depth = 0
        self._asked: Counter[str] = Counter()
        self._now = now
        self._ends_at = now() + limits.seconds

    def request(self, url: str) -> None:
        """Spend a request to an address, or raise ``BudgetSpent``."""
        if self.requests >= self.limits.requests:
            raise BudgetSpent("requests")
        if self.bytes >= self.limits.bytes:
            raise BudgetSpent("bytes")
        self.seconds_left()
        host = _host(url)
        if host != self.home:
            if host not in self._asked and len(self._asked) >= self.limits.hosts:
                raise BudgetSpent("hosts")
            if self._asked[host] >= self.limits.requests_per_host:
                raise BudgetSpent("hosts")
            self._asked[host] += 1
        self.requests += 1

    def received(self, size: int) -> None:
        """Count the bytes of an answer."""
        self.bytes += size

    def item(self) -> None:
        """Spend one of the things that may be taken, or raise ``BudgetSpent``."""
        if self.items >= self.limits.items:
            raise BudgetSpent("items")
        self.items += 1

    def reaches(self, depth: int) -> bool:
        """Say whether one may go so many steps from where the errand began, and note it if so."""
        if depth > self.limits.depth:
            return False
        self.depth = max(self.depth, depth)
        return True

    def seconds_left(self) -> float:
        """Return the seconds that are left, or raise ``BudgetSpent``."""
        left = self._ends_at - self._now()
        if left <= 0:
            raise BudgetSpent("seconds")
        return left


class Metered:
    """A ``Transport`` that charges a budget for every request, whoever sends it and for whatever reason."""

    def __init__(self, transport: Transport, budget: Budget) -> None:
        self._transport = transport
        self._budget = budget

    async def send(self, request: Request) -> Response:
        """Send a request if the budget allows it; an answer that does not come before its end is not waited for."""
        budget = self._budget
        budget.request(request.url)
        try:
            async with asyncio.timeout(budget.seconds_left()):
                response = await self._transport.send(request)
        except TimeoutError as error:
            raise BudgetSpent("seconds") from error
        budget.received(len(response.body))
        return response


def _host(url: str) -> str:
    """Return the host of an address; what has none is refused further on, and is no home of anybody's."""
    try:
        return host_of(url)
    except MalformedDocument:
        return "?"
