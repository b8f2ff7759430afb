"""Which posts of other servers are kept: those that concern somebody here.

By an account that is followed here, in answer to a post that is here, or addressed to somebody here. The rest is
dropped, photos and all, and so is everything across a block, what answers a post its author never got to see, and what
answers a post here of which the author takes no comments from them.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from activitypub.objects import Note
from activitypub.origin import same_origin
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation.addresses import local_username
from rossgram_fed.instance import Change
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.actions import notify, notify_watchers
from rossgram_fed.posts import remote
from rossgram_fed.posts.claims import Author
from rossgram_fed.posts.parents import Parent, parent_by_uri
from rossgram_fed.visibility import heard, not_blocked

MOST_HEARERS = 50

_FACTS = (
    "SELECT a.uri, a.followers_uri, (SELECT p.id FROM posts p WHERE p.uri = $2) AS post_id, "
    "CASE WHEN EXISTS (SELECT 1 FROM tombstones t WHERE t.uri = $2 AND t.actor_uri = a.uri) THEN 1 ELSE 0 END "
    "AS deleted, "
    "CASE WHEN EXISTS (SELECT 1 FROM follows f WHERE f.followed_id = a.id AND f.state = 1) THEN 1 ELSE 0 END "
    "AS followed, "
    "CASE WHEN EXISTS (SELECT 1 FROM follows w WHERE w.followed_id = a.id AND w.state = 1 AND w.notifies) THEN 1 "
    "ELSE 0 END AS watched, "
    "CASE WHEN EXISTS (SELECT 1 FROM posts c WHERE c.in_reply_to_uri = $2) THEN 1 ELSE 0 END AS awaited "
    "FROM accounts a WHERE a.id = $1 AND a.domain <> '' AND a.deleted_at IS NULL AND " + heard("a")
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database knows about a note from elsewhere, and about its author."""

    author: Author
    post_id: int | None
    """The note's post, if it is here already."""
    deleted: bool
    """Its author deleted it."""
    followed: bool
    """Somebody here follows its author."""
    watched: bool
    """Somebody here wants to be told of every post of theirs."""
    awaited: bool
    """Comments here answer it."""


async def facts_of(change: Change, note: Note, *, account_id: int) -> Facts | None:
    """Ask all that the decision needs in one statement; None when the account may not speak for the note at all.

    An author speaks for their own posts only, on addresses of their own origin.
    """
    if not remote.fits(change, note):
        return None
    row = await change.tx.fetch_one(_FACTS, account_id, note.id)
    if row is None or note.attributed_to != row["uri"] or not same_origin(note.id, row["uri"]):
        return None
    return Facts(
        author=Author(account_id, row["uri"], row["followers_uri"]),
        post_id=row["post_id"],
        deleted=bool(row["deleted"]),
        followed=bool(row["followed"]),
        watched=bool(row["watched"]),
        awaited=bool(row["awaited"]),
    )


async def keep(change: Change, note: Note, facts: Facts, *, wanted: bool = False, climbed: int = 0) -> int | None:
    """Store a note if it concerns somebody here, tell them, and return the post's id; None when it was dropped.

    ``wanted`` keeps it in any case, as a thread's missing piece, for an empty profile, or as what somebody followed
    here boosted; being older than the reason for keeping it, it is no news to anybody.
    """
    account_id = facts.author.account_id
    parent = None
    if note.in_reply_to and note.in_reply_to != note.id:
        parent = await parent_by_uri(change, author_id=account_id, uri=note.in_reply_to)
    if parent is not None and (parent.closed or (parent.local and not parent.seen)):
        return None
    hearers = await _hearers(change, note, account_id=account_id)
    if not (wanted or facts.followed or hearers or (parent is not None and parent.seen)):
        return None
    post_id = await remote.store_note(
        change, note, author=facts.author, parent=parent, hearers=hearers, awaited=facts.awaited, climbed=climbed
    )
    if post_id is not None and not wanted:
        await _tell(change, note, post_id, account_id=account_id, parent=parent, hearers=hearers)
        if facts.watched and not note.in_reply_to:
            await notify_watchers(change, author_id=account_id, post_id=post_id)
    return post_id


async def _hearers(change: Change, note: Note, *, account_id: int) -> dict[int, str]:
    """Return the accounts here that a note is addressed to, by id with their URIs; none across a block."""
    named = (*note.to, *note.cc, *(one.href for one in note.mentions))
    uris = [uri for uri in dict.fromkeys(named) if local_username(change.settings, uri) is not None][:MOST_HEARERS]
    if not uris:
        return {}
    rows = await change.tx.fetch(
        f"SELECT a.id, a.uri FROM accounts a WHERE a.uri IN ({placeholders(len(uris), 2)}) AND a.domain = '' "
        f"AND a.deleted_at IS NULL AND a.suspended_at IS NULL AND {not_blocked('$1', 'a.id')}",
        account_id,
        *uris,
    )
    return {row["id"]: row["uri"] for row in rows}


async def _tell(
    change: Change, note: Note, post_id: int, *, account_id: int, parent: Parent | None, hearers: dict[int, str]
) -> None:
    """Tell whom the note answers, and whom it names; being in copy alone is no news."""
    answered = parent.author_id if parent is not None and parent.local else None
    if answered is not None:
        kind = NotificationKind.COMMENT
        await notify(change, account_id=answered, kind=kind, actor_id=account_id, post_id=post_id)
    named = {one.href for one in note.mentions} | set(note.to)
    for hearer_id, uri in hearers.items():
        if hearer_id != answered and uri in named:
            kind = NotificationKind.MENTION
            await notify(change, account_id=hearer_id, kind=kind, actor_id=account_id, post_id=post_id)
