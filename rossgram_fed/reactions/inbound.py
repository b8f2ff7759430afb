"""Like, Announce and their Undo, as they arrive from other servers.

Reactions to what we do not know are ignored, but for one: what somebody followed here boosts is fetched, and the
boost recorded afterwards. Reactions to what the sender may not see, or across a block, have no effect.
"""

from __future__ import annotations

from activitypub.activities import Announce, Like, PassedOn, Undo
from activitypub.origin import is_http_url
from rossgram_fed.federation import errands
from rossgram_fed.federation.addresses import LONGEST_URI, is_local
from rossgram_fed.federation.arrivals import Arrival, Handlers
from rossgram_fed.federation.undone import remember_undone, was_undone
from rossgram_fed.reactions import actions
from rossgram_fed.reactions.passed_on import on_passed_on
from rossgram_fed.reactions.subjects import subject_by_uri

_TABLES = {Like: "likes", Announce: "boosts"}


async def on_like(arrival: Arrival) -> bool:
    """The sender likes a post (or reacts with an emoji, which is a like here)."""
    activity, account_id = arrival.activity, arrival.sender.account_id
    if not isinstance(activity, Like):
        return False
    post = await subject_by_uri(arrival.change, account_id=account_id, uri=activity.object)
    if post is None or await was_undone(arrival.change, activity.id, account_id=account_id):
        return False
    await actions.receive_like(arrival.change, account_id=account_id, post=post, uri=activity.id[:LONGEST_URI])
    return True


async def on_announce(arrival: Arrival) -> bool:
    """The sender boosts a post that we have, or one that their followers here shall get to see."""
    activity, account_id = arrival.activity, arrival.sender.account_id
    if not isinstance(activity, Announce) or await was_undone(arrival.change, activity.id, account_id=account_id):
        return False
    post = await subject_by_uri(arrival.change, account_id=account_id, uri=activity.object)
    if post is not None:
        await actions.receive_boost(arrival.change, account_id=account_id, post=post, uri=activity.id[:LONGEST_URI])
        return True
    if not await _worth_fetching(arrival, activity.object):
        return False
    boost_uri = activity.id[:LONGEST_URI]
    await errands.fetch_boosted(arrival.change, activity.object, account_id=account_id, boost_uri=boost_uri)
    return True


async def on_undo(arrival: Arrival) -> bool:
    """The sender takes a like or a boost back: matched by what was liked, or by the activity's id alone.

    One that has not arrived is remembered, so that it has no effect when it does.
    """
    activity, account_id = arrival.activity, arrival.sender.account_id
    if not isinstance(activity, Undo):
        return False
    undone = activity.object
    if isinstance(undone, str):
        tables: tuple[str, ...] = tuple(_TABLES.values())
        where, value = "uri = $2", undone
    elif isinstance(undone, Like | Announce) and undone.actor in ("", arrival.sender.uri):
        tables = (_TABLES[type(undone)],)
        where, value = "post_id = (SELECT id FROM posts WHERE uri = $2)", undone.object
    else:
        return False
    for table in tables:
        post_id = await arrival.change.tx.fetch_value(
            f"SELECT post_id FROM {table} WHERE account_id = $1 AND {where}",  # noqa: S608 - constants
            account_id,
            value,
        )
        if post_id is not None:
            await actions.remove(arrival.change, table, account_id=account_id, post_id=post_id)
            return True
    await remember_undone(arrival, undone if isinstance(undone, str) else undone.id)
    return False


HANDLERS: Handlers = {
    Like: (on_like,),
    Announce: (on_announce,),
    PassedOn: (on_passed_on,),
    Undo: (on_undo,),
}


async def _worth_fetching(arrival: Arrival, uri: str) -> bool:
    """Say whether a boosted stranger's post is for somebody here: its booster is followed, and it is not deleted."""
    settings = arrival.change.settings
    allow_http = settings.development.allow_http_and_private_networks
    if len(uri) > LONGEST_URI or is_local(settings, uri) or not is_http_url(uri, allow_http):
        return False
    row = await arrival.change.tx.fetch_one(
        "SELECT 1 AS followed FROM follows f WHERE f.followed_id = $1 AND f.state = 1 "
        "AND NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.uri = $2) "
        "AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.uri = $2) LIMIT 1",
        arrival.sender.account_id,
        uri,
    )
    return row is not None
