"""Pins: up to five public posts that somebody shows before all others, here and on other servers.

What is pinned is the account's featured collection; followers elsewhere are told by ``Add`` and ``Remove``. An account
without pins features its newest photos, and nobody has to be told of that.
"""

from __future__ import annotations

from collections.abc import Sequence

from rossgram_fed.database import Reader
from rossgram_fed.federation import outbox
from rossgram_fed.federation.outbox import Audience
from rossgram_fed.instance import Change
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import documents
from rossgram_fed.web.errors import Invalid, NotFound

MOST_PINS = 5
"""What Mastodon shows of another server's featured collection."""
FEATURED = 4
"""Of those who pinned nothing, so many photos are featured: Mastodon shows nothing else of a profile that nobody there
follows."""

_PINNABLE = f"p.in_reply_to_uri = '' AND p.visibility = {int(Visibility.PUBLIC)}"


async def pin(change: Change, *, author_id: int, post_id: int) -> None:
    """Show one's own post first; pinning it again changes nothing.

    Raises ``NotFound`` for a post that is not theirs and ``Invalid`` for one that cannot be pinned, or one too many.
    """
    post = await change.tx.fetch_one(
        f"SELECT CASE WHEN {_PINNABLE} THEN 1 ELSE 0 END AS pinnable FROM posts p "  # noqa: S608 - a constant
        "WHERE p.id = $1 AND p.account_id = $2 AND p.local = TRUE",
        post_id,
        author_id,
    )
    if post is None:
        raise NotFound("There is no such post of yours.")
    if not post["pinnable"]:
        raise Invalid("Only public posts can be pinned, and no comments.")
    # Whoever pins at the same time waits here: PostgreSQL would let both count before either has written.
    await change.tx.execute("UPDATE accounts SET updated_at = updated_at WHERE id = $1", author_id)
    pinned = await pinned_ids(change.tx, author_id)
    if post_id in pinned:
        return
    if len(pinned) >= MOST_PINS:
        raise Invalid(f"You have pinned {MOST_PINS} posts, which is the most. Unpin one of them first.")
    await change.tx.execute(
        "INSERT INTO pins (id, account_id, post_id, created_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (account_id, post_id) DO NOTHING",
        change.new_id(),
        author_id,
        post_id,
        change.now,
    )
    await _tell(change, author_id, post_id, pinned=True)


async def unpin(change: Change, *, author_id: int, post_id: int) -> None:
    """Show a post in its place again; one that is not pinned stays as it is."""
    rows = await change.tx.fetch(
        "DELETE FROM pins WHERE account_id = $1 AND post_id = $2 RETURNING id", author_id, post_id
    )
    if rows:
        await _tell(change, author_id, post_id, pinned=False)


async def replace_pins(change: Change, *, account_id: int, uris: Sequence[str]) -> None:
    """Show a stranger's posts first as their own server does: those of ``uris`` that are here, in that order."""
    await change.tx.execute("DELETE FROM pins WHERE account_id = $1", account_id)
    for uri in reversed(uris):
        await change.tx.execute(
            "INSERT INTO pins (id, account_id, post_id, created_at) SELECT $1, p.account_id, p.id, $2 FROM posts p "
            "WHERE p.uri = $3 AND p.account_id = $4 AND p.local = FALSE ON CONFLICT (account_id, post_id) DO NOTHING",
            change.new_id(),
            change.now,
            uri,
            account_id,
        )


async def pinned_ids(reader: Reader, account_id: int) -> list[int]:
    """Return the ids of what an account pinned, the last pinned first."""
    rows = await reader.fetch(
        f"SELECT p.id FROM pins n JOIN posts p ON p.id = n.post_id WHERE n.account_id = $1 AND {_PINNABLE} "  # noqa: S608 - constants
        f"ORDER BY n.id DESC LIMIT {MOST_PINS}",
        account_id,
    )
    return [row["id"] for row in rows]


async def featured_ids(reader: Reader, account_id: int) -> list[int]:
    """Return the ids of what an account features: what it pinned or, without any pins, its newest photos."""
    pinned = await pinned_ids(reader, account_id)
    if pinned:
        return pinned
    rows = await reader.fetch(
        f"SELECT p.id FROM posts p WHERE p.account_id = $1 AND {_PINNABLE} AND p.photo_count > 0 "  # noqa: S608 - constants
        f"ORDER BY p.id DESC LIMIT {FEATURED}",
        account_id,
    )
    return [row["id"] for row in rows]


async def is_pinned(reader: Reader, post_id: int) -> bool:
    """Say whether its author pinned a post."""
    return bool(await reader.fetch("SELECT 1 AS pinned FROM pins WHERE post_id = $1", post_id))


async def _tell(change: Change, author_id: int, post_id: int, *, pinned: bool) -> None:
    row = await change.tx.fetch_one(
        "SELECT p.uri, a.uri AS actor, a.followers_uri, a.featured_uri FROM posts p "
        "JOIN accounts a ON a.id = p.account_id WHERE p.id = $1",
        post_id,
    )
    if row is None:
        return
    document = documents.pin_document(
        uri=row["uri"],
        actor=row["actor"],
        followers=row["followers_uri"],
        featured=row["featured_uri"],
        at=change.now,
        pinned=pinned,
    )
    await outbox.send(change, sender_id=author_id, document=document, audience=Audience(followers=True))
