"""How many followers, followed and posts a stranger has, as their own server counts them.

Here only a part of them is known, so what the origin says stands, and our own part is never written over it. It is
read within a budget, from the actor's own host, and shown as it is: a claim.
"""

from __future__ import annotations

from dataclasses import dataclass

from activitypub.errors import ActivityPubError
from activitypub.origin import host_of
from rossgram_fed.federation.budget import COUNTERS, Budget, BudgetSpent
from rossgram_fed.federation.network import MINUTE, Network
from rossgram_fed.federation.remote_collections import Reading
from rossgram_fed.instance import Change
from rossgram_fed.visibility import heard

OFTEN = 60 * MINUTE
"""Counters this young are not read again, whoever asks."""
LARGEST = 2**31 - 1


_KNOWN = "(SELECT COUNT(*) FROM follows k WHERE k.{2} = accounts.id AND k.state = 1)"
_AT_LEAST = f"CASE WHEN ${{0}} < {_KNOWN} THEN {_KNOWN} ELSE COALESCE(${{0}}, {{1}}_count) END"


@dataclass(frozen=True, slots=True)
class Counts:
    """What an origin says; None for what it keeps to itself."""

    followers: int | None
    following: int | None
    posts: int | None


async def recount(network: Network, account_id: int) -> None:
    """Read a stranger's counters again unless that was done lately; what cannot be read stays as it was."""
    row = await network.instance.database.fetch_one(
        "SELECT uri, followers_uri, following_uri, outbox, counted_at FROM accounts "  # noqa: S608 - constants
        f"WHERE id = $1 AND domain <> '' AND deleted_at IS NULL AND {heard('accounts')}",
        account_id,
    )
    if row is None or row["counted_at"] > network.instance.clock() - OFTEN:
        return
    budget = Budget(COUNTERS, home=host_of(row["uri"]))
    reading = Reading(network.within(budget), budget)
    counts = Counts(
        followers=await total_of(reading, row["followers_uri"], owner=row["uri"]),
        following=await total_of(reading, row["following_uri"], owner=row["uri"]),
        posts=await total_of(reading, row["outbox"], owner=row["uri"]),
    )
    async with network.instance.change() as change:
        await store_counts(change, counts, account_id=account_id)


async def total_of(reading: Reading, uri: str, *, owner: str) -> int | None:
    """Return how many items a collection says it has; None when it does not say, or cannot be had."""
    try:
        collection = await reading.page(uri, owner=owner)
    except (ActivityPubError, BudgetSpent):
        return None
    return None if collection is None or collection.total is None else min(collection.total, LARGEST)


async def store_counts(change: Change, counts: Counts, *, account_id: int) -> None:
    """Write down what an origin says, but no fewer follows than are known here; what it keeps to itself stays."""
    if counts == Counts(None, None, None):
        return
    await change.tx.execute(
        f"UPDATE accounts SET followers_count = {_AT_LEAST.format(1, 'followers', 'followed_id')}, "  # noqa: S608 - constants
        f"following_count = {_AT_LEAST.format(2, 'following', 'follower_id')}, "
        "posts_count = COALESCE($3, posts_count), counted_at = $4 "
        "WHERE id = $5 AND domain <> '' AND deleted_at IS NULL",
        counts.followers,
        counts.following,
        counts.posts,
        change.now,
        account_id,
    )
