"""Whom somebody might like to follow: those followed by whom they follow, then the most followed people here.

Only who wants to be suggested is; nobody whom they follow, block, mute or dismissed. Whom somebody follows and keeps to
themselves is not told so either.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.follows.parties import parties
from rossgram_fed.instance import Change
from rossgram_fed.models.relations import FollowState
from rossgram_fed.visibility import heard, host_not_muted, listed, not_blocked, not_muted, shows_network

MOST_ASKED = 200
"""Of those whom somebody follows, the latest, whose follows are looked at."""
MOST_OF_EACH = 2000
"""Follows that are looked at in all."""

_ACCEPTED = int(FollowState.ACCEPTED)
_WELCOME = (
    f"a.discoverable AND a.deleted_at IS NULL AND a.moved_to_uri = '' AND {heard('a')} AND {listed('a', None)} "
    "AND a.actor_type <> 'Application' AND a.id <> $1 "
    "AND NOT EXISTS (SELECT 1 FROM follows k WHERE k.follower_id = $1 AND k.followed_id = a.id) "
    "AND NOT EXISTS (SELECT 1 FROM dismissed_suggestions d WHERE d.account_id = $1 AND d.target_id = a.id) "
    f"AND {not_blocked('$1', 'a.id')} AND {not_muted('$1', 'a.id')} AND {host_not_muted('$1', 'a.id')}"
)
_OF_FRIENDS = (
    "SELECT a.id FROM (SELECT s.followed_id, COUNT(*) AS friends FROM (SELECT t.followed_id FROM follows t "
    f"WHERE t.state = {_ACCEPTED} AND t.follower_id IN (SELECT m.followed_id FROM follows m WHERE m.follower_id = $1 "
    f"AND m.state = {_ACCEPTED} AND {shows_network('m.followed_id')} ORDER BY m.id DESC LIMIT {MOST_ASKED}) "
    f"LIMIT {MOST_OF_EACH}) AS s "
    f"GROUP BY s.followed_id) AS known JOIN accounts a ON a.id = known.followed_id WHERE {_WELCOME} "
    "ORDER BY known.friends DESC, a.followers_count DESC, a.id LIMIT {limit}"
)
_POPULAR = (
    f"SELECT a.id FROM accounts a WHERE a.domain = '' AND {_WELCOME} "
    "ORDER BY a.followers_count DESC, a.posts_count DESC, a.id LIMIT {limit}"
)


async def suggested(reader: Reader, account_id: int, *, limit: int = 40) -> list[tuple[int, bool]]:
    """Return the ids of accounts to suggest; True with those whom somebody follows that they follow."""
    friends = await reader.fetch(_OF_FRIENDS.format(limit=int(limit)), account_id)
    found = {row["id"]: True for row in friends}
    if len(found) < limit:
        for row in await reader.fetch(_POPULAR.format(limit=int(limit)), account_id):
            found.setdefault(row["id"], False)
    return list(found.items())[:limit]


async def suggested_people(reader: Reader, account_id: int, *, limit: int) -> list[AccountCard]:
    """Return whom to suggest to somebody, for pages."""
    ids = [one for one, _ in await suggested(reader, account_id, limit=limit)]
    if not ids:
        return []
    rows = await reader.fetch(f"SELECT {CARD_COLUMNS} FROM accounts a WHERE a.id IN ({placeholders(len(ids))})", *ids)
    cards = {row["account_id"]: card_from(row) for row in rows}
    return [cards[one] for one in ids if one in cards]


async def dismiss(change: Change, *, account_id: int, target_id: int) -> None:
    """Suggest an account to somebody no more; raises ``NotFound`` for who is not there."""
    await parties(change, account_id, target_id)
    await change.tx.execute(
        "INSERT INTO dismissed_suggestions (id, account_id, target_id) VALUES ($1, $2, $3) "
        "ON CONFLICT (account_id, target_id) DO NOTHING",
        change.new_id(),
        account_id,
        target_id,
    )
