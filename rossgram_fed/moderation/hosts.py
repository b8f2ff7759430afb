"""Other servers as those who run this one look over them: by name, with how many people and posts of each are here."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.database import Reader

_ORDERS = {
    "domain": "a.domain",
    "user_count": "people {direction}, a.domain",
    "status_count": "posts {direction}, a.domain",
    "id": "met_at {direction}, a.domain",
}


@dataclass(frozen=True, slots=True)
class KnownHost:
    """A server from which somebody is known here."""

    host: str
    people: int
    posts: int
    met_at: int
    """When the first of them was, in milliseconds since 1970 UTC."""


async def known_hosts(
    reader: Reader, *, order: str = "id", upwards: bool = False, only: str = "", limit: int = 10, offset: int = 0
) -> list[KnownHost]:
    """Return other servers in one of the orders of ``_ORDERS``, or the one named ``only``."""
    direction = "ASC" if upwards else "DESC"
    ordered = _ORDERS.get(order, _ORDERS["id"])
    ordered = ordered.format(direction=direction) if "{" in ordered else f"{ordered} {direction}"
    rows = await reader.fetch(
        "SELECT a.domain, COUNT(*) AS people, SUM(a.posts_count) AS posts, MIN(a.created_at) AS met_at "
        f"FROM accounts a WHERE a.domain <> ''{' AND a.domain = $1' if only else ''} GROUP BY a.domain "
        f"ORDER BY {ordered} LIMIT {int(limit)} OFFSET {int(offset)}",
        *([only] if only else []),
    )
    return [KnownHost(row["domain"], int(row["people"]), int(row["posts"] or 0), row["met_at"]) for row in rows]
