"""What the rules for whole servers cover: accounts, follows and deliveries below a host."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from activitypub.origin import host_of
from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation.domain_rules import Verdict, covers
from rossgram_fed.models.accounts import Standing
from rossgram_fed.models.federation import WorkState

BATCH = 200
"""Accounts that are looked at in one go."""


@dataclass(frozen=True, slots=True)
class Under:
    """An account below a host, with what it carries of the rules."""

    id: int
    uri: str
    domain: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule for a host would touch."""

    accounts: int
    follows: int
    """Follows between people here and people there."""
    deliveries: int
    """Deliveries that wait for it."""


async def accounts_under(reader: Reader, host: str, *, after: int, limit: int) -> list[Under]:
    """Return remote accounts whose host or handle is below ``host`` (empty: all), by id, from above ``after``."""
    found: list[Under] = []
    while True:
        rows = await reader.fetch(
            f"SELECT a.id, a.uri, a.domain, a.host_standing, a.media_refused FROM accounts a WHERE a.domain <> '' "
            f"AND a.id > $1 AND ({_LIKE if host else '1 = 1'}) ORDER BY a.id LIMIT {int(limit)}",
            after,
            *([host, _pattern(host)] if host else []),
        )
        found += [_under(row) for row in rows if not host or _is_below(row, host)]
        if len(found) >= limit or len(rows) < limit:
            return found[:limit]
        after = rows[-1]["id"]


async def effect_of(reader: Reader, host: str) -> Effect:
    """Count what a rule for a host would touch; reads every account there once."""
    accounts = follows = after = 0
    while batch := await accounts_under(reader, host, after=after, limit=BATCH):
        accounts += len(batch)
        follows += await _follows_of(reader, [one.id for one in batch])
        after = batch[-1].id
    hosts = await waiting_hosts(reader, host)
    return Effect(accounts, follows, await _waiting(reader, hosts))


async def waiting_hosts(reader: Reader, host: str) -> list[str]:
    """Return the hosts below ``host`` (empty: all) for which deliveries wait."""
    rows = await reader.fetch(f"SELECT DISTINCT d.host FROM deliveries d WHERE d.state = {int(WorkState.WAITING)}")
    return [row["host"] for row in rows if not host or covers(host, row["host"])]


async def _follows_of(reader: Reader, ids: list[int]) -> int:
    marks = placeholders(len(ids))
    rows = await reader.fetch(
        f"SELECT COUNT(*) AS number FROM follows WHERE follower_id IN ({marks}) OR followed_id IN ({marks})", *ids
    )
    return int(rows[0]["number"])


async def _waiting(reader: Reader, hosts: list[str]) -> int:
    if not hosts:
        return 0
    rows = await reader.fetch(
        f"SELECT COUNT(*) AS number FROM deliveries WHERE state = {int(WorkState.WAITING)} "
        f"AND host IN ({placeholders(len(hosts))})",
        *hosts,
    )
    return int(rows[0]["number"])


_LIKE = (
    "a.domain = $2 OR a.domain LIKE '%.' || $3 ESCAPE '!' OR a.domain LIKE $3 || ':%' ESCAPE '!' "
    "OR a.domain LIKE '%.' || $3 || ':%' ESCAPE '!' OR a.uri LIKE '%://' || $3 || '/%' ESCAPE '!' "
    "OR a.uri LIKE '%.' || $3 || '/%' ESCAPE '!' OR a.uri LIKE '%://' || $3 || ':%' ESCAPE '!' "
    "OR a.uri LIKE '%.' || $3 || ':%' ESCAPE '!'"
)
"""More than is below a host, never less; the rest is left out by reading the addresses."""


def _pattern(host: str) -> str:
    for special in ("!", "%", "_"):
        host = host.replace(special, f"!{special}")
    return host


def _is_below(row: Row, host: str) -> bool:
    return covers(host, row["domain"]) or covers(host, host_of(row["uri"]))


def _under(row: Row) -> Under:
    verdict = Verdict(Standing(row["host_standing"]), bool(row["media_refused"]))
    return Under(row["id"], row["uri"], row["domain"], verdict)
