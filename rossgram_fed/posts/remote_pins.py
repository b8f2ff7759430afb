"""Add and Remove on a stranger's featured collection: what they show first at home comes first here.

The rule: a stranger pins posts of their own, in their own collection, and only for those whom somebody here follows; so
many of them as we show. A post that is not here is read from its origin first.
"""

from __future__ import annotations

from activitypub.activities import Add, Remove
from activitypub.errors import ActivityPubError
from activitypub.origin import host_of, same_origin
from rossgram_fed.federation import errands, remote_documents
from rossgram_fed.federation.addresses import LONGEST_URI
from rossgram_fed.federation.arrivals import Arrival, Handlers
from rossgram_fed.federation.budget import ONE_POST, Budget, BudgetSpent
from rossgram_fed.federation.network import Network
from rossgram_fed.instance import Change
from rossgram_fed.posts import fetching
from rossgram_fed.posts.pins import MOST_PINS


async def on_add(arrival: Arrival) -> bool:
    """The sender pins a post of theirs."""
    activity, change, sender = arrival.activity, arrival.change, arrival.sender
    if not isinstance(activity, Add) or not await _is_own(arrival, activity):
        return False
    if await show_first(change, account_id=sender.account_id, uri=activity.object):
        return True
    if await _is_followed(change, sender.account_id) and not await _is_known(change, activity.object):
        await errands.fetch_pinned(change, activity.object, account_id=sender.account_id)
        return True
    return False


async def on_remove(arrival: Arrival) -> bool:
    """The sender pins a post no longer."""
    activity, sender = arrival.activity, arrival.sender
    if not isinstance(activity, Remove) or not await _is_own(arrival, activity):
        return False
    rows = await arrival.change.tx.fetch(
        "DELETE FROM pins WHERE account_id = $1 AND post_id = (SELECT id FROM posts WHERE uri = $2) RETURNING id",
        sender.account_id,
        activity.object,
    )
    return bool(rows)


HANDLERS: Handlers = {Add: (on_add,), Remove: (on_remove,)}


async def fetch_pinned(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``fetch_pinned``: read the post at ``uri``, which ``account_id`` pinned, and show it first.

    Raises ``Unreachable`` and passing refusals, to be tried again.
    """
    uri, account_id = str(payload["uri"]), int(str(payload["account_id"]))
    away = network.within(Budget(ONE_POST, home=host_of(uri)))
    try:
        document = await remote_documents.fetch(away, uri)
        await fetching.keep_document(away, document)
    except BudgetSpent:
        return
    except ActivityPubError as error:
        if remote_documents.passing(error):
            raise
        return
    async with network.instance.change() as change:
        await show_first(change, account_id=account_id, uri=str(document["id"]))


async def show_first(change: Change, *, account_id: int, uri: str) -> bool:
    """Pin a stranger's own post, and let go of their oldest pin where there are too many; say whether it is here."""
    followed = "EXISTS (SELECT 1 FROM follows f WHERE f.followed_id = p.account_id AND f.state = 1)"
    rows = await change.tx.fetch(
        "INSERT INTO pins (id, account_id, post_id, created_at) SELECT $1, p.account_id, p.id, $2 FROM posts p "  # noqa: S608 - a constant
        f"WHERE p.uri = $3 AND p.account_id = $4 AND p.local = FALSE AND {followed} "
        "ON CONFLICT (account_id, post_id) DO UPDATE SET created_at = excluded.created_at RETURNING id",
        change.new_id(),
        change.now,
        uri,
        account_id,
    )
    if not rows:
        return False
    await change.tx.execute(
        "DELETE FROM pins WHERE account_id = $1 AND id NOT IN "  # noqa: S608 - a constant
        f"(SELECT n.id FROM pins n WHERE n.account_id = $1 ORDER BY n.id DESC LIMIT {MOST_PINS})",
        account_id,
    )
    return True


async def _is_own(arrival: Arrival, activity: Add | Remove) -> bool:
    """Say whether it is about the sender's own featured collection, and about something on their origin."""
    uri, sender = activity.object, arrival.sender
    if activity.tag or len(uri) > LONGEST_URI or not same_origin(uri, sender.uri):
        return False
    featured = await arrival.change.tx.fetch_value("SELECT featured_uri FROM accounts WHERE id = $1", sender.account_id)
    return bool(featured) and featured == activity.target


async def _is_followed(change: Change, account_id: int) -> bool:
    row = await change.tx.fetch_one("SELECT id FROM follows WHERE followed_id = $1 AND state = 1 LIMIT 1", account_id)
    return row is not None


async def _is_known(change: Change, uri: str) -> bool:
    """Say whether a post is here, or known to be deleted."""
    row = await change.tx.fetch_one(
        "SELECT id FROM posts WHERE uri = $1 UNION ALL SELECT id FROM tombstones WHERE uri = $1", uri
    )
    return row is not None
