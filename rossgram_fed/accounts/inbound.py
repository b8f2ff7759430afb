"""Update and Delete of actors, as they arrive from other servers.

The sender is proven, and only ever speaks of themselves here. A deleted account stays deleted, whatever comes after:
some servers send an Update milliseconds behind their Delete. Local accounts are never changed from the network.
"""

from __future__ import annotations

from activitypub.activities import Delete, Update
from activitypub.actors import Actor
from activitypub.origin import same_host
from rossgram_fed.accounts.erasure import erase
from rossgram_fed.federation import errands
from rossgram_fed.federation.arrivals import Arrival, Handlers
from rossgram_fed.federation.remote_rows import mark_deleted, store_actor


async def on_update(arrival: Arrival) -> bool:
    """A stranger changed their profile: take the actor they sent, or read it again where it is not all there."""
    activity = arrival.activity
    if not isinstance(activity, Update):
        return False
    changed = activity.object
    about = changed.id if isinstance(changed, Actor) else changed
    if about != arrival.sender.uri:
        return False
    row = await arrival.change.tx.fetch_one(
        "SELECT username, domain, deleted_at FROM accounts WHERE id = $1", arrival.sender.account_id
    )
    if row is None or not row["domain"] or row["deleted_at"] is not None:
        return True
    if isinstance(changed, Actor) and changed.public_keys and same_host(changed.inbox, changed.id):
        await store_actor(arrival.change, changed)
        if changed.preferred_username == row["username"]:
            return True
    await errands.refresh_account(arrival.change, about, account_id=arrival.sender.account_id)
    return True


async def on_delete(arrival: Arrival) -> bool:
    """A stranger's account ended: what they did here goes, the row stays so that nothing brings them back."""
    activity = arrival.activity
    if not isinstance(activity, Delete) or activity.object != arrival.sender.uri:
        return False
    row = await arrival.change.tx.fetch_one("SELECT domain FROM accounts WHERE id = $1", arrival.sender.account_id)
    if row is None or not row["domain"]:
        return True
    await erase(arrival.change, account_id=arrival.sender.account_id)
    await mark_deleted(arrival.change, arrival.sender.account_id)
    return True


HANDLERS: Handlers = {Update: (on_update,), Delete: (on_delete,)}
"""What this feature answers to."""
