"""Create, Update and Delete of posts, as they arrive from other servers.

An author speaks for their own posts only, and nobody elsewhere for ours. What was deleted stays deleted, in whatever
order the news of it arrives.
"""

from __future__ import annotations

from dataclasses import replace

from activitypub.activities import Create, Delete, Update
from activitypub.objects import Note
from activitypub.origin import same_origin
from rossgram_fed.federation import errands
from rossgram_fed.federation.addresses import LONGEST_URI, is_local
from rossgram_fed.federation.arrivals import Arrival, Handlers
from rossgram_fed.polls.store import take_tally
from rossgram_fed.posts import remote, store
from rossgram_fed.posts.keeping import facts_of, keep


async def on_create(arrival: Arrival) -> bool:
    """The sender published something."""
    activity, change = arrival.activity, arrival.change
    if not isinstance(activity, Create):
        return False
    if isinstance(activity.object, str):
        return await _fetch_later(arrival, activity.object)
    note = _addressed(activity.object, activity)
    facts = await facts_of(change, note, account_id=arrival.sender.account_id)
    if facts is None or facts.deleted:
        return False
    return facts.post_id is not None or await keep(change, note, facts) is not None


async def on_update(arrival: Arrival) -> bool:
    """The sender edited something; what we never got is taken as new."""
    activity, change = arrival.activity, arrival.change
    if not isinstance(activity, Update) or not isinstance(activity.object, Note):
        return False
    note = _addressed(activity.object, activity)
    facts = await facts_of(change, note, account_id=arrival.sender.account_id)
    if facts is None or facts.deleted:
        return False
    if facts.post_id is None:
        return await keep(change, note, facts) is not None
    if note.poll is not None and note.updated is None:
        # Servers tell how a poll stands by an Update that is no edit.
        return await take_tally(change, note.poll, post_id=facts.post_id, author_id=facts.author.account_id)
    return await remote.update_note(change, note, post_id=facts.post_id, author=facts.author)


async def on_delete(arrival: Arrival) -> bool:
    """The sender deleted a post of theirs, or one we never got; accounts that end are another feature's affair."""
    activity, sender, change = arrival.activity, arrival.sender, arrival.change
    if not isinstance(activity, Delete) or activity.object == sender.uri:
        return False
    uri = activity.object
    if len(uri) > LONGEST_URI or is_local(change.settings, uri) or not same_origin(uri, sender.uri):
        return False
    row = await change.tx.fetch_one("SELECT id, account_id FROM posts WHERE uri = $1 AND local = FALSE", uri)
    if row is not None and row["account_id"] != sender.account_id:
        return False
    await store.bury(change, uri, sender.uri, owned=row is not None)
    if row is not None:
        await store.remove_post(change, row["id"])
    return True


HANDLERS: Handlers = {Create: (on_create,), Update: (on_update,), Delete: (on_delete,)}


def _addressed(note: Note, activity: Create | Update) -> Note:
    """Return the note with an audience: its own, else its activity's."""
    return note if note.to or note.cc else replace(note, to=activity.to, cc=activity.cc)


async def _fetch_later(arrival: Arrival, uri: str) -> bool:
    """Queue the reading of a post that its Create only names, if its author is followed here."""
    change, sender = arrival.change, arrival.sender
    if len(uri) > LONGEST_URI or not same_origin(uri, sender.uri):
        return False
    followed = await change.tx.fetch_one(
        "SELECT 1 AS found FROM follows f WHERE f.followed_id = $1 AND f.state = 1 "
        "AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.uri = $2) LIMIT 1",
        sender.account_id,
        uri,
    )
    if followed is None:
        return False
    await errands.fetch_post(change, uri)
    return True
