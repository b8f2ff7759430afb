"""What groups pass on of others (FEP-1b12): posts, their edits and their ends.

The rule: a group that somebody here follows may make us look, so often an hour, and is believed in nothing. A post is
read from its origin, and so is whether it is gone; what a group passes on of likes and votes has no effect.
"""

from __future__ import annotations

from activitypub.activities import PassedOn
from activitypub.origin import is_http_url
from rossgram_fed.database import Row
from rossgram_fed.federation import errands
from rossgram_fed.federation.addresses import LONGEST_URI, is_local
from rossgram_fed.federation.arrivals import Arrival
from rossgram_fed.reactions import actions
from rossgram_fed.reactions.subjects import subject_by_uri
from rossgram_fed.web.throttle import Limit, count_within

LOOKS = Limit("group", tries=120, minutes=60)
"""Posts that are read, or looked for, because of one group."""

_KNOWN = "SELECT p.id, p.in_reply_to_uri FROM posts p WHERE p.uri = $1 AND p.local = FALSE AND p.visibility <= 1"


async def on_passed_on(arrival: Arrival) -> bool:
    """A group that somebody here follows passes on what somebody did; from everybody else that is nothing."""
    activity, change = arrival.activity, arrival.change
    if not isinstance(activity, PassedOn) or not await _is_followed(arrival) or not _is_elsewhere(arrival, activity):
        return False
    known = await change.tx.fetch_one(_KNOWN, activity.object)
    if activity.kind == "Create":
        return await _created(arrival, activity, known)
    if known is None or not await count_within(change, LOOKS, subject=str(arrival.sender.account_id)):
        return False
    if activity.kind == "Delete":
        await errands.confirm_delete(change, activity.object)
    else:
        await errands.fetch_post(change, activity.object)
    return True


async def _created(arrival: Arrival, activity: PassedOn, known: Row | None) -> bool:
    """Take a new post as the group's boost, once it was read; a comment, if it answers something that is here."""
    change, sender_id = arrival.change, arrival.sender.account_id
    if known is not None:
        post = await subject_by_uri(change, account_id=sender_id, uri=activity.object)
        if known["in_reply_to_uri"] or post is None:
            return False
        await actions.receive_boost(change, account_id=sender_id, post=post, uri=activity.id[:LONGEST_URI])
        return True
    if activity.answers:
        wanted = await change.tx.fetch_one("SELECT id FROM posts WHERE uri = $1", activity.answers) is not None
    else:
        wanted = activity.pictured
    if not wanted or not await _is_new(arrival, activity.object):
        return False
    if not await count_within(change, LOOKS, subject=str(sender_id)):
        return False
    if activity.answers:
        await errands.fetch_post(change, activity.object)
    else:
        boost_uri = activity.id[:LONGEST_URI]
        await errands.fetch_boosted(change, activity.object, account_id=sender_id, boost_uri=boost_uri)
    return True


def _is_elsewhere(arrival: Arrival, activity: PassedOn) -> bool:
    settings, uri = arrival.change.settings, activity.object
    allow_http = settings.development.allow_http_and_private_networks
    return len(uri) <= LONGEST_URI and not is_local(settings, uri) and is_http_url(uri, allow_http)


async def _is_followed(arrival: Arrival) -> bool:
    row = await arrival.change.tx.fetch_one(
        "SELECT id FROM follows WHERE followed_id = $1 AND state = 1 LIMIT 1", arrival.sender.account_id
    )
    return row is not None


async def _is_new(arrival: Arrival, uri: str) -> bool:
    """Say whether a post is neither here in any form nor known to be deleted."""
    row = await arrival.change.tx.fetch_one(
        "SELECT id FROM posts WHERE uri = $1 UNION ALL SELECT id FROM tombstones WHERE uri = $1", uri
    )
    return row is None
