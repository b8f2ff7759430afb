"""Follow, Accept, Reject, Block and their Undo, as they arrive from other servers.

The sender is proven; what they say about others is not. A Follow is the sender's own, an Accept or Reject is about
a follow of the sender, an Undo is of what the sender did: each is matched with the sender's account on its side.
"""

from __future__ import annotations

from activitypub.activities import Accept, Block, Follow, Reject, Undo
from rossgram_fed.federation.addresses import LONGEST_URI, local_username
from rossgram_fed.federation.arrivals import Arrival, Handlers
from rossgram_fed.federation.undone import remember_undone, was_undone
from rossgram_fed.follows import actions, blocks


async def on_follow(arrival: Arrival) -> bool:
    """A stranger follows one of ours."""
    activity = arrival.activity
    if not isinstance(activity, Follow):
        return False
    followed_id = await _local_account(arrival, activity.object)
    if followed_id is None or len(activity.id) > LONGEST_URI:
        return False
    if await was_undone(arrival.change, activity.id, account_id=arrival.sender.account_id):
        return True
    await actions.receive_follow(
        arrival.change, follower_id=arrival.sender.account_id, followed_id=followed_id, uri=activity.id
    )
    return True


async def on_accept(arrival: Arrival) -> bool:
    """The sender agrees to be followed by one of ours."""
    activity = arrival.activity
    if not isinstance(activity, Accept):
        return False
    follower_id = await _follower(arrival, activity.object)
    if follower_id is None:
        return False
    return await actions.receive_accept(arrival.change, follower_id=follower_id, followed_id=arrival.sender.account_id)


async def on_reject(arrival: Arrival) -> bool:
    """The sender does not want to be followed by one of ours, or not any more."""
    activity = arrival.activity
    if not isinstance(activity, Reject):
        return False
    follower_id = await _follower(arrival, activity.object)
    if follower_id is None:
        return False
    ended = await actions.end_follow(arrival.change, follower_id=follower_id, followed_id=arrival.sender.account_id)
    return bool(ended)


async def on_block(arrival: Arrival) -> bool:
    """The sender blocks one of ours."""
    activity = arrival.activity
    if not isinstance(activity, Block):
        return False
    target_id = await _local_account(arrival, activity.object)
    if target_id is None:
        return False
    if await was_undone(arrival.change, activity.id, account_id=arrival.sender.account_id):
        return True
    await blocks.receive_block(
        arrival.change,
        account_id=arrival.sender.account_id,
        target_id=target_id,
        uri=activity.id[:LONGEST_URI],
    )
    return True


async def on_undo(arrival: Arrival) -> bool:
    """The sender takes back a Follow or a Block, whatever id they give it now.

    One that has not arrived is remembered, so that it has no effect when it does.
    """
    activity, sender = arrival.activity, arrival.sender
    if not isinstance(activity, Undo):
        return False
    undone = activity.object
    if isinstance(undone, Block):
        target_id = await _local_account(arrival, undone.object)
        if target_id is None or undone.actor not in ("", sender.uri):
            return False
        if not await blocks.receive_unblock(arrival.change, account_id=sender.account_id, target_id=target_id):
            await remember_undone(arrival, undone.id)
        return True
    followed_id = await _followed(arrival, undone) if isinstance(undone, Follow | str) else None
    if followed_id is None:
        return False
    ended = await actions.end_follow(arrival.change, follower_id=sender.account_id, followed_id=followed_id)
    if not ended and isinstance(undone, Follow):
        await remember_undone(arrival, undone.id)
    return True


HANDLERS: Handlers = {
    Follow: (on_follow,),
    Accept: (on_accept,),
    Reject: (on_reject,),
    Block: (on_block,),
    Undo: (on_undo,),
}


async def _followed(arrival: Arrival, undone: Follow | str) -> int | None:
    """Return whom the sender no longer follows: named in the Follow, named alone (snac), or by the Follow's id."""
    if isinstance(undone, Follow):
        if undone.actor not in ("", arrival.sender.uri):
            return None
        return await _local_account(arrival, undone.object)
    if local_username(arrival.change.settings, undone) is not None:
        return await _local_account(arrival, undone)
    return await _by_follow_id(arrival, undone, known="follower_id", wanted="followed_id")


async def _follower(arrival: Arrival, answered: Follow | str) -> int | None:
    """Return which of ours follows the sender, according to the Follow or to its id."""
    if isinstance(answered, str):
        return await _by_follow_id(arrival, answered, known="followed_id", wanted="follower_id")
    if answered.object == arrival.sender.uri:
        follower_id = await _local_account(arrival, answered.actor)
        if follower_id is not None:
            return follower_id
    return await _by_follow_id(arrival, answered.id, known="followed_id", wanted="follower_id")


async def _by_follow_id(arrival: Arrival, uri: str, *, known: str, wanted: str) -> int | None:
    found = await arrival.change.tx.fetch_value(
        f"SELECT {wanted} FROM follows WHERE {known} = $1 AND uri = $2",  # noqa: S608 - two column names of ours
        arrival.sender.account_id,
        uri,
    )
    return None if found is None else int(found)


async def _local_account(arrival: Arrival, uri: str) -> int | None:
    if local_username(arrival.change.settings, uri) is None:
        return None
    found = await arrival.change.tx.fetch_value(
        "SELECT id FROM accounts WHERE uri = $1 AND domain = '' AND deleted_at IS NULL AND suspended_at IS NULL", uri
    )
    return None if found is None else int(found)
