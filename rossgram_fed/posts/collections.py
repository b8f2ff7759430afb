"""What is public of posts, as the collections other servers read: outbox, featured, comments of a post, a thread.

Only posts that are open to all are ever listed, whoever asks. Pages go by cursor.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rossgram_fed.config import Settings
from rossgram_fed.database import Database, Row
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.posts import documents
from rossgram_fed.posts.pins import featured_ids
from rossgram_fed.posts.sources import PostSource, post_source, post_sources
from rossgram_fed.reactions.documents import announce_document
from rossgram_fed.visibility import visible

OUTBOX_PAGE = 20
LIST_PAGE = 60

_OPEN = visible(None)
_ANNOUNCES = (
    "SELECT b.id, b.uri, b.created_at, me.uri AS actor, me.followers_uri AS followers, p.uri AS post_uri, "
    "a.uri AS author FROM boosts b JOIN accounts me ON me.id = b.account_id JOIN posts p ON p.id = b.post_id "
    f"JOIN accounts a ON a.id = p.account_id WHERE me.domain = '' AND me.suspended_at IS NULL AND {_OPEN}"
)


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of a collection: its items, and the cursor of the next page if there is one."""

    items: tuple[Any, ...]
    following: int | None


async def open_post(database: Database, post_id: int) -> PostSource | None:
    """Return a post of ours, or of others, that is open to all; None for every other, and for suspended authors."""
    found = await database.fetch_one(
        f"SELECT p.id FROM posts p JOIN accounts a ON a.id = p.account_id WHERE p.id = $1 AND {_OPEN} "
        "AND a.suspended_at IS NULL AND a.deleted_at IS NULL",
        post_id,
    )
    return None if found is None else await post_source(database, post_id)


async def outbox_page(database: Database, settings: Settings, account_id: int, *, before: int | None) -> Slice:
    """Return what an account here published and boosted, as Creates and Announces, the newest first."""
    start = LARGEST_ID if before is None else before
    posts = await database.fetch(
        f"SELECT p.id FROM posts p WHERE p.account_id = $1 AND p.local = TRUE AND p.id < $2 AND {_OPEN} "
        f"ORDER BY p.id DESC LIMIT {OUTBOX_PAGE + 1}",
        account_id,
        start,
    )
    boosts = await database.fetch(
        f"{_ANNOUNCES} AND b.account_id = $1 AND b.id < $2 ORDER BY b.id DESC LIMIT {OUTBOX_PAGE + 1}",
        account_id,
        start,
    )
    newest = sorted([row["id"] for row in posts] + [row["id"] for row in boosts], reverse=True)
    shown = set(newest[:OUTBOX_PAGE])
    sources = await post_sources(database, [row["id"] for row in posts if row["id"] in shown])
    items = {source.id: documents.create_document(source, settings) for source in sources}
    items |= {row["id"]: _announce(row) for row in boosts if row["id"] in shown}
    following = newest[OUTBOX_PAGE - 1] if len(newest) > OUTBOX_PAGE else None
    return Slice(tuple(items[item_id] for item_id in newest[:OUTBOX_PAGE] if item_id in items), following)


async def featured_documents(database: Database, settings: Settings, account_id: int) -> list[documents.Document]:
    """Return what an account here features: its pinned posts or, without any, its newest public photos."""
    sources = await post_sources(database, await featured_ids(database, account_id))
    return [documents.post_document(source, settings) for source in sources]


async def replies_page(database: Database, post_id: int, *, after: int) -> Slice:
    """Return the addresses of a post's own comments, the oldest first, from above the id ``after``."""
    return await _addresses(database, "p.in_reply_to_id = $1", post_id, after=after)


async def thread_page(database: Database, thread_id: int, *, after: int) -> Slice:
    """Return the addresses of all posts of a thread, the oldest first."""
    return await _addresses(database, "p.thread_id = $1", thread_id, after=after)


async def thread_size(database: Database, thread_id: int) -> int:
    """Return how many posts of a thread are open to all, if it has a post of ours; else 0."""
    size = await database.fetch_value(
        f"SELECT COUNT(*) FROM posts p WHERE p.thread_id = $1 AND {_OPEN} "
        "AND EXISTS (SELECT 1 FROM posts o WHERE o.thread_id = $1 AND o.local = TRUE)",
        thread_id,
    )
    return int(size)


async def announce(database: Database, boost_id: int) -> documents.Document | None:
    """Return a boost by somebody here as its Announce."""
    row = await database.fetch_one(f"{_ANNOUNCES} AND b.id = $1", boost_id)
    return None if row is None else _announce(row)


async def _addresses(database: Database, condition: str, value: int, *, after: int) -> Slice:
    rows = await database.fetch(
        f"SELECT p.id, p.uri FROM posts p JOIN accounts a ON a.id = p.account_id WHERE {condition} AND p.id > $2 "
        f"AND {_OPEN} AND a.suspended_at IS NULL ORDER BY p.id LIMIT {LIST_PAGE + 1}",
        value,
        after,
    )
    following = rows[LIST_PAGE - 1]["id"] if len(rows) > LIST_PAGE else None
    return Slice(tuple(row["uri"] for row in rows[:LIST_PAGE]), following)


def _announce(row: Row) -> documents.Document:
    return announce_document(
        uri=row["uri"],
        actor=row["actor"],
        followers=row["followers"],
        post_uri=row["post_uri"],
        author=row["author"],
        at=row["created_at"],
    )
