"""The tags on strangers' profiles: as their server lists them, and as Add and Remove change the list.

The rule: in their own collections only, only of those whom somebody here follows, and no more of them than we have.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Iterable

from activitypub.activities import Add, Remove
from rossgram_fed.caption import tag_from
from rossgram_fed.federation.arrivals import Arrival, Handlers
from rossgram_fed.follows.tags import MOST_FEATURED, put, tag_named
from rossgram_fed.instance import Change
from rossgram_fed.models.relations import FollowState

_COLLECTIONS = (
    "SELECT a.featured_uri, a.featured_tags_uri FROM accounts a WHERE a.id = $1 AND a.domain <> '' AND EXISTS "
    f"(SELECT 1 FROM follows f WHERE f.followed_id = a.id AND f.state = {int(FollowState.ACCEPTED)})"
)


async def on_placed(arrival: Arrival) -> bool:
    """The sender shows a tag on their profile, or no longer; Mastodon names the collection of pinned posts for it."""
    activity, change, account_id = arrival.activity, arrival.change, arrival.sender.account_id
    if not isinstance(activity, Add | Remove) or not activity.tag:
        return False
    name, row = tag_from(activity.tag), await change.tx.fetch_one(_COLLECTIONS, account_id)
    if name is None or row is None or activity.target not in (row["featured_uri"], row["featured_tags_uri"]):
        return False
    if isinstance(activity, Remove):
        await change.tx.execute(
            "DELETE FROM featured_tags WHERE account_id = $1 AND tag_id = (SELECT id FROM tags WHERE name = $2)",
            account_id,
            name,
        )
        return True
    await put(change, "featured_tags", await tag_named(change, name), account_id)
    await change.tx.execute(
        "DELETE FROM featured_tags WHERE account_id = $1 AND id NOT IN "
        f"(SELECT n.id FROM featured_tags n WHERE n.account_id = $1 ORDER BY n.id LIMIT {MOST_FEATURED})",
        account_id,
    )
    return True


HANDLERS: Handlers = {Add: (on_placed,), Remove: (on_placed,)}


async def replace_featured(change: Change, names: Iterable[str], *, account_id: int) -> None:
    """Let a stranger's profile show these tags, in this order; what is no tag is passed over."""
    await change.tx.execute("DELETE FROM featured_tags WHERE account_id = $1", account_id)
    folded = dict.fromkeys(name for one in names if (name := tag_from(one.removeprefix("#"))) is not None)
    for name in list(folded)[:MOST_FEATURED]:
        await put(change, "featured_tags", await tag_named(change, name), account_id)
