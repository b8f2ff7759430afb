"""Create, Update and Delete of posts, as they arrive from other servers.

Kept is what concerns somebody here: by an account that is followed here, in answer to a post that is here, or
addressed to somebody here. The rest is dropped, photos and all. An author speaks for their own posts only, on their
own server's addresses; what was deleted stays deleted, in whatever order the news of it arrives.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass, replace

from activitypub.activities import Create, Delete, Update
from activitypub.objects import Note
from activitypub.origin import same_origin
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation.addresses import is_local, local_username
from rossgram_fed.federation.arrivals import Arrival, Handlers
from rossgram_fed.jobs.queue import enqueue
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.actions import notify
from rossgram_fed.posts import remote, store
from rossgram_fed.posts.departures import remove_account_traces
from rossgram_fed.posts.parents import Parent, parent_by_uri
from rossgram_fed.posts.remote import Author
from rossgram_fed.visibility import not_blocked

MOST_HEARERS = 50
FETCH_POST = "fetch_post"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the database knows about a note that has arrived, and about its author."""

    author: Author
    post_id: int | None
    deleted: bool
    followed: bool
    awaited: bool


async def on_create(arrival: Arrival) -> bool:
    """The sender published something."""
    activity = arrival.activity
    if not isinstance(activity, Create):
        return False
    if isinstance(activity.object, str):
        return await _fetch_later(arrival, activity.object)
    return await receive(arrival, _addressed(activity.object, activity))


async def on_update(arrival: Arrival) -> bool:
    """The sender edited something; what we never got is taken as new."""
    activity = arrival.activity
    if not isinstance(activity, Update) or not isinstance(activity.object, Note):
        return False
    note = _addressed(activity.object, activity)
    if not _is_theirs(arrival, note):
        return False
    facts = await _facts(arrival, note)
    if facts is None or facts.deleted:
        return False
    if facts.post_id is None:
        return await _keep(arrival, note, facts)
    return await remote.update_note(arrival.change, note, post_id=facts.post_id, author=facts.author)


async def on_delete(arrival: Arrival) -> bool:
    """The sender deleted something of theirs, or is gone as a whole (then whoever keeps accounts is asked next)."""
    activity, sender, change = arrival.activity, arrival.sender, arrival.change
    if not isinstance(activity, Delete):
        return False
    uri = activity.object
    if uri == sender.uri:
        await remove_account_traces(change, sender.account_id)
        return False
    if len(uri) > remote.LONGEST_URI or is_local(change.settings, uri) or not same_origin(uri, sender.uri):
        return False
    row = await change.tx.fetch_one("SELECT id, account_id FROM posts WHERE uri = $1 AND local = FALSE", uri)
    if row is not None and row["account_id"] != sender.account_id:
        return False
    await store.bury(change, uri, sender.uri, owned=row is not None)
    if row is not None:
        await store.remove_post(change, row["id"])
    return True


HANDLERS: Handlers = {Create: (on_create,), Update: (on_update,), Delete: (on_delete,)}


async def receive(arrival: Arrival, note: Note) -> bool:
    """Store a new note of the sender if it concerns somebody here; say whether it did."""
    if not _is_theirs(arrival, note):
        return False
    facts = await _facts(arrival, note)
    if facts is None or facts.deleted:
        return False
    if facts.post_id is not None:
        return True
    return await _keep(arrival, note, facts)


def _addressed(note: Note, activity: Create | Update) -> Note:
    """Return the note with an audience: its own, else its activity's."""
    return note if note.to or note.cc else replace(note, to=activity.to, cc=activity.cc)


def _is_theirs(arrival: Arrival, note: Note) -> bool:
    """Say whether the sender may speak for the note: its author, on an address of its author's origin."""
    return (
        note.attributed_to == arrival.sender.uri
        and same_origin(note.id, arrival.sender.uri)
        and remote.fits(arrival.change, note)
    )


async def _facts(arrival: Arrival, note: Note) -> _Facts | None:
    """Ask all that the decision needs in one statement; most of what arrives is decided by it."""
    row = await arrival.change.tx.fetch_one(
        "SELECT a.followers_uri, (SELECT p.id FROM posts p WHERE p.uri = $2) AS post_id, "
        "CASE WHEN EXISTS (SELECT 1 FROM tombstones t WHERE t.uri = $2 AND t.actor_uri = a.uri) THEN 1 ELSE 0 END "
        "AS deleted, "
        "CASE WHEN EXISTS (SELECT 1 FROM follows f WHERE f.followed_id = a.id AND f.state = 1) THEN 1 ELSE 0 END "
        "AS followed, "
        "CASE WHEN EXISTS (SELECT 1 FROM posts c WHERE c.in_reply_to_uri = $2) THEN 1 ELSE 0 END AS awaited "
        "FROM accounts a WHERE a.id = $1 AND a.domain <> '' AND a.deleted_at IS NULL AND a.suspended_at IS NULL",
        arrival.sender.account_id,
        note.id,
    )
    if row is None:
        return None
    return _Facts(
        author=Author(arrival.sender.account_id, arrival.sender.uri, row["followers_uri"]),
        post_id=row["post_id"],
        deleted=bool(row["deleted"]),
        followed=bool(row["followed"]),
        awaited=bool(row["awaited"]),
    )


async def _keep(arrival: Arrival, note: Note, facts: _Facts) -> bool:
    change = arrival.change
    parent = None
    if note.in_reply_to and note.in_reply_to != note.id:
        parent = await parent_by_uri(change, author_id=facts.author.account_id, uri=note.in_reply_to)
    if parent is not None and parent.local and not parent.seen:
        # Across a block, or about a post that its author never showed them.
        return False
    hearers = await _hearers(arrival, note)
    if not (facts.followed or hearers or (parent is not None and parent.seen)):
        return False
    post_id = await remote.store_note(
        change, note, author=facts.author, parent=parent, hearers=hearers, awaited=facts.awaited
    )
    if post_id is not None:
        await _notify(arrival, note, post_id, parent=parent, hearers=hearers)
    return True


async def _hearers(arrival: Arrival, note: Note) -> dict[int, str]:
    """Return the accounts here that a note is addressed to, by id with their URIs; none across a block."""
    settings = arrival.change.settings
    named = (*note.to, *note.cc, *(one.href for one in note.mentions))
    uris = [uri for uri in dict.fromkeys(named) if local_username(settings, uri) is not None][:MOST_HEARERS]
    if not uris:
        return {}
    rows = await arrival.change.tx.fetch(
        f"SELECT a.id, a.uri FROM accounts a WHERE a.uri IN ({placeholders(len(uris), 2)}) AND a.domain = '' "
        f"AND a.deleted_at IS NULL AND a.suspended_at IS NULL AND {not_blocked('$1', 'a.id')}",
        arrival.sender.account_id,
        *uris,
    )
    return {row["id"]: row["uri"] for row in rows}


async def _notify(
    arrival: Arrival, note: Note, post_id: int, *, parent: Parent | None, hearers: dict[int, str]
) -> None:
    """Tell whom the note answers, and whom it names; being in copy alone is no news."""
    change, actor_id = arrival.change, arrival.sender.account_id
    answered = parent.author_id if parent is not None and parent.local else None
    if answered is not None:
        await notify(change, account_id=answered, kind=NotificationKind.COMMENT, actor_id=actor_id, post_id=post_id)
    named = {one.href for one in note.mentions} | set(note.to)
    for account_id, uri in hearers.items():
        if account_id != answered and uri in named:
            await notify(
                change, account_id=account_id, kind=NotificationKind.MENTION, actor_id=actor_id, post_id=post_id
            )


async def _fetch_later(arrival: Arrival, uri: str) -> bool:
    """Queue the reading of a post that its Create only names, if its author is followed here."""
    change, sender = arrival.change, arrival.sender
    if len(uri) > remote.LONGEST_URI or not same_origin(uri, sender.uri):
        return False
    followed = await change.tx.fetch_one(
        "SELECT 1 AS found FROM follows f WHERE f.followed_id = $1 AND f.state = 1 "
        "AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.uri = $2) LIMIT 1",
        sender.account_id,
        uri,
    )
    if followed is None:
        return False
    await enqueue(change, FETCH_POST, {"uri": uri, "reason": "create", "account_id": sender.account_id})
    return True
