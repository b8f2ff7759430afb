"""How often an app may call: counted in memory, told in ``X-RateLimit-*`` headers as Mastodon tells it.

A count belongs to one person (or, without a token, to one address) and begins anew with its window. It is forgotten
when the process ends, and the number of counts is bounded, the oldest going first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from aiohttp import web

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.words import instant
from rossgram_fed.web.addresses import address_group, client_address
from rossgram_fed.web.errors import TooMany

_MOST_COUNTS = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How many calls are free in a window."""

    calls: int
    minutes: int


RATES: dict[str, Rate] = {
    "media": Rate(120, 30),
    "delete": Rate(60, 30),
    "apps": Rate(60, 60),
    "token": Rate(120, 15),
    "search": Rate(60, 5),
}
"""The stricter ones, by the word a route names."""


class Counts:
    """The counts of one process."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], list[int]] = {}

    def count(self, kind: str, subject: str, *, rate: Rate, now: int) -> tuple[int, int]:
        """Count one call; return how many are left (negative: one too many) and when the window ends (ms)."""
        key = (kind, subject)
        entry = self._counts.get(key)
        if entry is None or entry[1] <= now:
            self._counts.pop(key, None)
            if len(self._counts) >= _MOST_COUNTS:
                self._counts.pop(next(iter(self._counts)))
            entry = self._counts[key] = [0, now + rate.minutes * 60_000]
        entry[0] += 1
        return rate.calls - entry[0], entry[1]


COUNTS: web.AppKey[Counts] = web.AppKey("api_counts", Counts)


def count(call: Call) -> dict[str, str]:
    """Count a call and return the headers that tell of it; raise ``TooMany`` for one too many."""
    limits, now = call.settings.limits, call.instance.clock()
    usual = Rate(limits.api_calls, 5)
    rate = RATES.get(call.route.limit, usual)
    if call.route.limit:
        rate = Rate(max(rate.calls, rate.calls * limits.api_calls // 600), rate.minutes)
    subject = str(call.account_id) if call.viewer_id is not None else address_group(client_address(call.request))
    left, ends_at = call.request.app[COUNTS].count(call.route.limit, subject, rate=rate, now=now)
    if left < 0:
        raise TooMany("Too many requests", retry_at=ends_at)
    return {
        "X-RateLimit-Limit": str(rate.calls),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": _spelled(ends_at),
    }


_spelled = lru_cache(maxsize=1024)(instant)
