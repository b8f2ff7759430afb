"""Votes of strangers, as they arrive: notes with a name that answer a poll here. They are never shown as comments."""

from __future__ import annotations

from activitypub.activities import Create
from activitypub.objects import Note
from activitypub.origin import same_origin
from activitypub.polls import is_vote
from rossgram_fed.federation.addresses import LONGEST_URI, is_local
from rossgram_fed.federation.arrivals import Arrival, Handlers
from rossgram_fed.polls.actions import receive_vote


async def on_create(arrival: Arrival) -> bool:
    """The sender voted in a poll here; what is no vote is another feature's affair."""
    activity, sender = arrival.activity, arrival.sender
    if not isinstance(activity, Create) or not isinstance(activity.object, Note) or not is_vote(activity.object):
        return False
    vote = activity.object
    if vote.attributed_to != sender.uri or not same_origin(vote.id, sender.uri) or len(vote.id) > LONGEST_URI:
        return False
    if not is_local(arrival.change.settings, vote.in_reply_to):
        return False
    return await receive_vote(
        arrival.change,
        account_id=sender.account_id,
        post_uri=vote.in_reply_to,
        title=" ".join(vote.name.split()),
        uri=vote.id,
    )


HANDLERS: Handlers = {Create: (on_create,)}
