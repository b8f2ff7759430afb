"""What relays say: yes or no to our Follow, a Follow of their own, and which posts they pass on.

The rule: a relay is believed in nothing but its answer to us. What it passes on is read from its origin, so much an
hour, and never becomes a boost: nobody chose to share it.
"""

from __future__ import annotations

from activitypub.activities import Accept, Announce, Follow, Reject
from activitypub.origin import is_http_url
from rossgram_fed.federation import errands
from rossgram_fed.federation.addresses import LONGEST_URI, is_local, server_actor_uri
from rossgram_fed.federation.arrivals import Arrival, Handlers
from rossgram_fed.federation.relaying import subscribed_relay
from rossgram_fed.relays import actions
from rossgram_fed.web.throttle import Limit, count_within

PASSED_ON = Limit("relay", tries=600, minutes=60)
"""Posts that are fetched because of one relay."""


async def on_answer(arrival: Arrival) -> bool:
    """A relay accepts us, or does not."""
    activity = arrival.activity
    if not isinstance(activity, Accept | Reject):
        return False
    follow_uri = activity.object if isinstance(activity.object, str) else activity.object.id
    if not follow_uri.startswith(server_actor_uri(arrival.change.settings)):
        return False
    accepted = isinstance(activity, Accept)
    return await actions.receive_answer(arrival.change, arrival.sender, follow_uri=follow_uri, accepted=accepted)


async def on_follow(arrival: Arrival) -> bool:
    """A relay follows the server's actor back."""
    activity, change = arrival.activity, arrival.change
    if not isinstance(activity, Follow) or activity.object != server_actor_uri(change.settings):
        return False
    if len(activity.id) > LONGEST_URI:
        return False
    return await actions.receive_follow(change, arrival.sender, uri=activity.id)


async def on_announce(arrival: Arrival) -> bool:
    """A relay passes a post on; from everybody else an Announce is a boost, and others' affair."""
    activity, change = arrival.activity, arrival.change
    if not isinstance(activity, Announce):
        return False
    relay_id = await subscribed_relay(change.tx, arrival.sender.account_id)
    if relay_id is None:
        return False
    uri = activity.object
    if await _is_new(arrival, uri) and await count_within(change, PASSED_ON, subject=str(relay_id)):
        await errands.fetch_relayed(change, uri, relay_id=relay_id)
    return True


HANDLERS: Handlers = {
    Accept: (on_answer,),
    Reject: (on_answer,),
    Follow: (on_follow,),
    Announce: (on_announce,),
}


async def _is_new(arrival: Arrival, uri: str) -> bool:
    """Say whether there may be a stranger's post at an address that we neither have nor know to be deleted."""
    settings = arrival.change.settings
    allow_http = settings.development.allow_http_and_private_networks
    if len(uri) > LONGEST_URI or is_local(settings, uri) or not is_http_url(uri, allow_http):
        return False
    known = await arrival.change.tx.fetch_one(
        "SELECT 1 AS known FROM posts WHERE uri = $1 UNION ALL SELECT 1 FROM tombstones WHERE uri = $1", uri
    )
    return known is None
