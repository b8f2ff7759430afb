"""What was taken back before it arrived: remembered by its id, so that it has no effect when it comes late.

The memory is the table of tombstones: to arrive late, an activity must still be on its way, and pruning leaves it that
time. It is kept as ``ACTOR ACTIVITY``, so that nobody's word about an id stands in the way of a neighbour's.
"""

from __future__ import annotations

from activitypub.origin import same_origin
from rossgram_fed.federation.addresses import LONGEST_URI, is_local
from rossgram_fed.federation.arrivals import Arrival
from rossgram_fed.instance import Change


async def remember_undone(arrival: Arrival, uri: str) -> None:
    """Note that the sender took back their activity ``uri``, of which we never heard; ids of others are not theirs."""
    change, sender = arrival.change, arrival.sender
    key = f"{sender.uri} {uri}"
    if not uri or len(key) > LONGEST_URI or is_local(change.settings, uri) or not same_origin(uri, sender.uri):
        return
    await change.tx.execute(
        "INSERT INTO tombstones (id, uri, actor_uri, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (uri) DO NOTHING",
        change.new_id(),
        key,
        sender.uri,
        change.now,
    )


async def was_undone(change: Change, uri: str, *, account_id: int) -> bool:
    """Say whether the account took the activity ``uri`` back before it arrived."""
    if not uri:
        return False
    row = await change.tx.fetch_one(
        "SELECT 1 AS undone FROM accounts a JOIN tombstones t ON t.uri = a.uri || ' ' || $1 WHERE a.id = $2",
        uri,
        account_id,
    )
    return row is not None
